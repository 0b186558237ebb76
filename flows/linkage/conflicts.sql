-- Records of one component that cannot be one person, unless a shared number says so.
-- Reads standard, components and near_edges; makes conflicts, in memory.

create or replace table conflicts as
with members as (
    select
        components.component, n, forename, forename_root, forename_roots, middle_name,
        surname, surnames, initials, initials_all, birth_date, birth_dates, birth_keys,
        sex, postcodes, postcode_sectors,
    from components
    inner join standard using (n)
),

differences as (
    select
        a.n as l,
        b.n as r,
        -- Twins: one surname, one date of birth, quite another forename. One that is
        -- somewhat alike is a nickname, a slip or a spelling far more often.
        coalesce(
            shares(a.surnames, b.surnames)
            and a.birth_date = b.birth_date
            and (
                forenames_unlike(a, b, 0.6)
                or (a.forename[1] <> b.forename[1] and forenames_unlike(a, b, 0.75))
            ),
            false
        ) as are_twins,
        -- Where a record has no name, initials and sex are all that tells twins apart.
        coalesce(
            (a.forename is null or b.forename is null)
            and shares(a.birth_keys, b.birth_keys)
            and (a.sex <> b.sex or coalesce(initials_differ(a, b), false)),
            false
        ) as are_nameless_twins,
        -- Father and son: one full name and postcode, birth dates a generation apart.
        coalesce(
            a.forename_root = b.forename_root
            and a.surname = b.surname
            and coalesce(shares(a.postcode_sectors, b.postcode_sectors), false)
            and not shares(a.birth_keys, b.birth_keys)
            and abs(left(a.birth_date, 4)::int - left(b.birth_date, 4)::int)
            >= $junior_years,
            false
        ) as are_generations,
        coalesce(a.sex <> b.sex and forenames_unlike(a, b, 0.9), false) as differ_in_sex,
        coalesce(births_differ(a, b), false) as were_born_apart,
    from members as a
    inner join members as b on b.component = a.component and b.n > a.n
    -- Most records of one component say the same: nothing there can differ.
    where a.birth_date is distinct from b.birth_date
        or a.forename_root is distinct from b.forename_root
        or a.initials is distinct from b.initials
        or a.sex is distinct from b.sex
)

select differences.l, differences.r
from differences
left join near_edges
    on near_edges.l = differences.l
    and near_edges.r = differences.r
-- A shared number outranks a difference of names or dates.
where not coalesce(near_edges.is_certain, false)
    and (
        are_twins or are_nameless_twins or are_generations or differ_in_sex
        -- Joined by other records alone, and so different that chance did it.
        or (
            coalesce(near_edges.match_weight, -1) < $threshold_weight
            and were_born_apart
        )
    );
