-- Pairs that share a number, and whether the rest agrees enough to be certain.
-- Reads standard and identifiers; makes certain_pairs.

create or replace macro names_agree(a, b) as (
    list_has_any(a.name_keys, b.name_keys)
    or (
        jaro_winkler_similarity(a.forename, b.forename) >= 0.9
        and jaro_winkler_similarity(a.surname, b.surname) >= 0.9
    )
);
create or replace macro births_agree(a, b) as (
    list_has_any(a.birth_dates, b.birth_dates) or list_has_any(a.birth_keys, b.birth_keys)
);
create or replace macro half_agrees(a, b) as (
    list_has_any(a.surnames, b.surnames)
    or list_has_any(a.forename_roots, b.forename_roots)
    or list_has_any(a.initials_all, b.initials_all)
);
create or replace macro forenames_differ(a, b) as (
    length(a.forename) > 1
    and length(b.forename) > 1
    and not list_has_any(a.forename_roots, b.forename_roots)
    and jaro_winkler_similarity(a.forename, b.forename) < 0.75
    and not starts_with(a.forename, b.forename)
    and not starts_with(b.forename, a.forename)
    and a.forename is distinct from b.middle_name
    and b.forename is distinct from a.middle_name
    and not coalesce(a.forename = b.surname and a.surname = b.forename, false)
);

create or replace table certain_pairs as
with shared as (
    select kind, identifier
    from identifiers
    group by kind, identifier
    -- Held by very many, a number is a placeholder and says nothing.
    having count(*) between 2 and $largest_identifier_group
),

pairs as (
    select left_side.n as l, right_side.n as r, left_side.kind
    from identifiers as left_side
    inner join shared using (kind, identifier)
    inner join identifiers as right_side
        on right_side.kind = left_side.kind
        and right_side.identifier = left_side.identifier
        and right_side.n > left_side.n
)

select
    pairs.l,
    pairs.r,
    min(pairs.kind) as match_rule,
    bool_or(coalesce(
        (
            (
                coalesce(births_agree(a, b), false)
                or coalesce(names_agree(a, b), false)
                or (
                    coalesce(half_agrees(a, b), false)
                    and list_has_any(a.birth_years, b.birth_years)
                )
            )
            and not (coalesce(forenames_differ(a, b), false) and a.sex <> b.sex)
        )
        -- A report that names people by their case reference alone.
        or (pairs.kind = 'crn' and (a.is_bare or b.is_bare)),
        false
    )) as is_certain,
from pairs
inner join standard as a on a.n = pairs.l
inner join standard as b on b.n = pairs.r
group by pairs.l, pairs.r;
