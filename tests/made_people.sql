-- One row per person record that is asked for: who it is of, and what is true of them.
-- Reads asked (n, version), groups, surnames and forenames; makes the view people.
-- A draw is a hash of what it is about, from 0 to 1, so a record is the same whichever
-- others are made with it. Hashed twice: hash(a, b) alone gives draws that go together.

create or replace macro drawn(key, about) as hash(hash(key, '$seed ' || about));
create or replace macro draw(key, about) as (drawn(key, about) >> 11) / 9007199254740992.0;
-- A place in a list by Zipf's law, shifted: the first is one of so many, the last is rare.
create or replace macro place(u, size, skew) as
    least(size - 1, floor(skew * pow((size + skew) / skew, u) - skew))::integer;
create or replace macro frequent(x) as 20 * x + x % 20;

create or replace view people as
with whose as (
    select
        n,
        -- What a change draws anew.
        n * 1000 + version as k,
        -- A twentieth of the people come again and again.
        if(draw(n, 'again') < 0.08,
            frequent(drawn(n, 'who again') % greatest(1, $persons // 20)),
            drawn(n, 'whose') % $persons)::bigint as p,
        1 + (draw(n, 'source') >= 0.34)::int + (draw(n, 'source') >= 0.56)::int
        + (draw(n, 'source') >= 0.80)::int as src,
    from asked
),

related as (
    -- Every second person may be the twin of the one before, or be called after them.
    select *, p // 2 as pair, p % 2 = 1 as is_second, draw(p // 2, 'kin') as kin
    from whose
),

rooted as (
    select
        *,
        is_second and kin < 0.012 as is_twin,
        is_second and kin between 0.012 and 0.024 as is_junior,
        not is_second and kin between 0.012 and 0.024 as is_senior,
        -- Whose surname and home they have.
        if(is_second and kin <= 0.024, p - 1, p) as family,
    from related
),

born as (
    select
        *,
        if(draw(if(is_junior, p - 1, p), 'sex') < 0.36, 'F', 'M') as sex,
        if(is_junior or is_senior, 1940 + floor(32 * draw(pair, 'senior year')),
            1947 + floor(28 * draw(if(is_twin, p - 1, p), 'year'))
            + floor(28 * draw(if(is_twin, p - 1, p), 'year too')))
        + if(is_junior, 18 + floor(16 * draw(p, 'junior year')), 0) as birth_year,
        1 + drawn(if(is_twin, p - 1, p), 'day') % 365 as birth_day,
        1 + $group_of as g,
    from rooted
),

-- Which names, as places in surnames and forenames.
named as (
    select
        born.*,
        make_date(birth_year::integer, 1, 1) + (birth_day - 1)::integer as birth_date,
        surname_from + place(draw(family, 'surname'), groups.surnames, surname_skew) as s1,
        surname_from + place(draw(p, 'other surname'), groups.surnames, surname_skew) as s2,
        surname_from + place(draw(p, 'false surname'), groups.surnames, surname_skew) as s3,
        if(sex = 'F', female_from, male_from) as forename_from,
        -- Twins are drawn as one, so the younger is given a name further on.
        forename_from + (
            place(draw(if(is_junior or is_twin, p - 1, p), 'forename'),
                groups.forenames, forename_skew)
            + if(is_twin, (1 + drawn(p, 'twin') % 30)::integer, 0)
        ) % groups.forenames as f1,
        forename_from + place(draw(p, 'middle'), groups.forenames, forename_skew) as f2,
        forename_from + place(draw(p, 'false forename'), groups.forenames, forename_skew)
            as f3,
    from born
    inner join groups using (g)
)

select
    named.* exclude (s1, s2, s3, f1, f2, f3, forename_from, g),
    own.name as family_name,
    other.name as other_name,
    false_surname.name as false_surname,
    given.name as given_name,
    if(draw(p, 'middle?') < 0.6, middle.name, null) as middle_name,
    false_forename.name as false_forename,
    draw(family, 'double') < 0.03 as is_double,
    sex = 'F' and draw(p, 'married') < 0.2 as has_maiden,
    draw(p, 'alias') < if(src = 3, 0.12, 0.05) as has_alias,
    draw(p, 'habit') < 0.3 as goes_by_nickname,
    -- Seven nicknames in ten are of the list that the cleaner has, where it has one.
    if(draw(p, 'list') < 0.7 and len(given.nicknames) > 0,
        given.nicknames[1 + (drawn(p, 'nickname') % len(given.nicknames))::integer],
        given.own_nickname) as nickname,
from named
inner join surnames as own on own.id = named.s1
inner join surnames as other on other.id = named.s2
inner join surnames as false_surname on false_surname.id = named.s3
inner join forenames as given on given.id = named.f1
inner join forenames as middle on middle.id = named.f2
inner join forenames as false_forename on false_forename.id = named.f3;
