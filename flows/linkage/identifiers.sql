-- Pairs that share a number, and whether the rest agrees enough to be certain.
-- Reads standard and identifiers; makes certain_pairs.

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
