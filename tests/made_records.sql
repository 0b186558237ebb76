-- One row per person record as its provider wrote it, with the truth beside it.
-- Reads the view people; makes the view written. The rates are guesses: what real records
-- teach us belongs here.

create or replace macro at_of(name, h) as 1 + (h % length(name))::integer;
create or replace macro mistyped(name, h) as (
    case (h >> 8) % 4
        when 0 then left(name, at_of(name, h) - 1) || substr(name, at_of(name, h) + 1)
        when 1 then left(name, at_of(name, h) - 1) || chr((97 + (h >> 16) % 26)::integer)
            || substr(name, at_of(name, h) + 1)
        when 2 then left(name, at_of(name, h) - 1) || substr(name, at_of(name, h) + 1, 1)
            || substr(name, at_of(name, h), 1) || substr(name, at_of(name, h) + 2)
        else left(name, at_of(name, h)) || substr(name, at_of(name, h))
    end
);
create or replace macro cased(name, src) as
    if(src = 4 or src = 3 and length(name) > 1, upper(name), name);
-- Which home of a family a record gives: districts, nine sectors each, units of two letters.
create or replace macro unit_letter(at_letter) as
    substr('ABDEFGHJLNPQRSTUWXYZ', 1 + (at_letter % 20)::integer, 1);
create or replace macro postcode(district, h) as
    'QX' || (1 + district) || ' ' || (1 + h % 9) || unit_letter((h >> 8) % $units // 20)
    || unit_letter((h >> 8) % $units);
create or replace macro district(u) as floor(60 * pow(u, 1.5))::integer;
-- Numbers in a range that nobody is given: an NHS number does not begin with 9.
create or replace macro nhs_body(p) as 900000000 + 2 * ((p * 48271) % 49999991);
create or replace macro nhs_check(body) as (11 - (
    body // 100000000 * 10 + body // 10000000 % 10 * 9 + body // 1000000 % 10 * 8
    + body // 100000 % 10 * 7 + body // 10000 % 10 * 6 + body // 1000 % 10 * 5
    + body // 100 % 10 * 4 + body // 10 % 10 * 3 + body % 10 * 2) % 11) % 11;
-- Of an even number and the next, one at least has a check digit.
create or replace macro nhs_number(p) as
    if(nhs_check(nhs_body(p)) < 10, nhs_body(p) * 10 + nhs_check(nhs_body(p)),
        (nhs_body(p) + 1) * 10 + nhs_check(nhs_body(p) + 1))::varchar;
create or replace macro pnc_serial(p) as (1 + (p * 7919) % 9999990)::bigint;
create or replace macro pnc_letter(year, p) as
    substr('ZABCDEFGHJKLMNPQRTUVWXY',
        1 + ((year % 100 * 10000000 + pnc_serial(p)) % 23)::integer, 1);
create or replace macro pnc_number(year, p, form) as case
    when form < 0.7 then year || '/' || lpad(pnc_serial(p)::varchar, 7, '0')
    when form < 0.9 then right(year::varchar, 2) || '/' || pnc_serial(p)
    else year || lpad(pnc_serial(p)::varchar, 7, '0')
end || pnc_letter(year, p);

create or replace view written as
with said as (
    select
        *,
        draw(k, 'as alias') < 0.2 and has_alias as is_alias,
        draw(k, 'maiden') < 0.4 and has_maiden as is_maiden,
        case
            when draw(k, 'initial') < 0.02 then left(given_name, 1)
            when draw(k, 'nickname') < if(goes_by_nickname, 0.45, 0.03) then nickname
            when draw(k, 'middle for first') < 0.012
                then coalesce(middle_name, given_name)
            else given_name
        end as said_forename,
        case
            when not is_double then if(is_maiden, other_name, family_name)
            when draw(k, 'double') < 0.6 then family_name || '-' || other_name
            when draw(k, 'double') < 0.7 then family_name || ' ' || other_name
            when draw(k, 'double') < 0.85 then family_name
            else other_name
        end as said_surname,
        -- Fewer than half of all moves leave the district.
        (draw(k, 'home') >= 0.55)::int + (draw(k, 'home') >= 0.8)::int
        + (draw(k, 'home') >= 0.93)::int as home,
        family * 4 + home as home_key,
        draw(k, 'hostel') < [0.14, 0.05, 0.05, 0.02][src] as is_hostel,
        (drawn(p * 2 + (draw(k, 'which hostel') < 0.3)::int, 'hostel') % $hostels)
            as hostel,
        draw(k, 'place') as place_said,
        if(draw(k, 'wrong person') < 0.0015, (drawn(k, 'whose number') % $persons)::bigint, p)
            as nhs_of,
        birth_year::integer + 15 + (drawn(p, 'pnc year') % 12)::integer as pnc_year,
    from people
),

misheard as (
    select
        *,
        if(is_alias, false_forename, if(draw(k, 'typo') < 0.035,
            mistyped(said_forename, drawn(k, 'typo in')), said_forename)) as first_name,
        if(is_alias, false_surname, if(draw(k, 'surname typo') < 0.035,
            mistyped(said_surname, drawn(k, 'surname typo in')), said_surname))
            as last_name,
        draw(k, 'swap') < 0.008 as is_swapped,
        case
            when draw(k, 'no birth') < 0.025 then null
            when draw(k, 'new year') < 0.04 then date_trunc('year', birth_date)::date
            when draw(k, 'day for month') < 0.012 and day(birth_date) <= 12
                then make_date(year(birth_date), day(birth_date), month(birth_date))
            when draw(k, 'wrong day') < 0.02
                then birth_date + [1, -1, 10, -10, 2, 20][1 + (k % 6)::integer]
            when draw(k, 'wrong year') < 0.015
                then (birth_date + to_years([1, -1, 10, -10][1 + (k % 4)::integer]))::date
            else birth_date
        end as said_birth,
        if(draw(k, 'wrong sex') < 0.006, if(sex = 'F', 'M', 'F'), sex) as said_sex,
    from said
)

select
    'r' || lpad(n::varchar, 8, '0') as record_id,
    $providers[src] as source,
    if(src = 1 and draw(k, 'title') < 0.02, if(sex = 'F', 'Ms ', 'Mr '), '')
    || cased(if(is_swapped, last_name, first_name), src) as forename,
    case
        when is_alias or draw(k, 'middle') > [0.3, 0.4, 0.75, 0.6][src] then null
        when draw(k, 'middle initial') < 0.3 then left(middle_name, 1)
        when draw(k, 'middle typo') < 0.03
            then cased(mistyped(middle_name, drawn(k, 'middle typo in')), src)
        -- Another of two middle names.
        when draw(k, 'second middle') < 0.03 then cased(false_forename, src)
        else cased(middle_name, src)
    end as middle_name,
    cased(if(is_swapped, first_name, last_name), src) as surname,
    -- The other name of the two.
    case
        when not has_alias or draw(k, 'alias known') >= 0.5 then null
        when is_alias then given_name
        else false_forename
    end as alias_forename,
    case
        when has_alias and draw(k, 'alias known') < 0.5
            then if(is_alias, family_name, false_surname)
        when has_maiden and not is_double and draw(k, 'maiden known') < 0.3
            then if(is_maiden, family_name, other_name)
    end as alias_surname,
    case src
        when 1 then strftime(said_birth, '%d/%m/%Y')
        when 3 then strftime(said_birth, '%d %b %Y')
        else strftime(said_birth, '%Y-%m-%d')
    end as birth_date,
    if(draw(k, 'no sex') < 0.02, [null, 'Not known', 'U', '0'][src],
        [[ 'M', 'Male', 'M', '1'], ['F', 'Female', 'F', '2']][1 + (said_sex = 'F')::int][src])
        as sex,
    case
        when place_said < 0.08 then 'ZZ99 3VZ'
        when place_said < 0.11 then 'NFA'
        when place_said < 0.14 then null
        when is_hostel
            then postcode(district(draw(hostel, 'hostel at')), drawn(hostel, 'hostel in'))
        else postcode(district(draw(if(home > 0 and draw(home_key, 'far') < 0.45,
            home_key, family * 4), 'district')), drawn(home_key, 'postcode'))
    end as postcode,
    if(draw(k, 'nhs') < [0.06, 0.35, 0.08, 0.90][src], nhs_number(nhs_of), null)
        as nhs_number,
    if(draw(k, 'pnc') < [0.08, 0.20, 0.87, 0.10][src],
        pnc_number(pnc_year, p, draw(k, 'pnc form')), null)
        as pnc_number,
    p::bigint as true_person_id,
    if(is_twin, p - 1, null)::bigint as twin_of,
    if(is_junior, p - 1, null)::bigint as junior_of,
from misheard;
