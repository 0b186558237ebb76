-- How the words of a table somebody brings are written alike: dates, names in full,
-- postcodes of any country, numbers. Builds on the macros of linkage/cleaning.sql.

-- A list is looked through faster than "in" is joined.
create or replace macro known(said) as (
    case
        when not list_contains([
            '', '-', '--', '.', '?', 'n/a', 'na', '#n/a', 'none', 'null', '(null)', 'nan',
            'nil', 'nat', 'unknown', 'not known', 'not recorded', 'not stated',
            'not given', 'missing', 'unk', 'undefined'
        ], lower(said)) then said
    end
);
create or replace macro three_parts(said) as (
    regexp_extract(said, '^(\d+)[-/. ]+(\d+)[-/. ]+(\d+)', ['a', 'b', 'c'])
);
create or replace macro written_day(y, m, d) as (
    lpad(y, 4, '0') || '-' || lpad(m, 2, '0') || '-' || lpad(d, 2, '0')
);
create or replace macro month_of(word) as (
    list_position(
        ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov',
            'dec'],
        lower(left(word, 3))
    )::varchar
);
create or replace macro full_year(y) as (
    case
        when length(y) <> 2 then y
        -- Nobody is born in a year to come.
        when y::int <= year(current_date) % 100 then '20' || y
        else '19' || y
    end
);
-- A day as YYYY-MM-DD. One that does not exist stays as written: it is still evidence.
create or replace macro day_of(said, is_day_first, is_year_last) as (
    case
        when regexp_matches(said, '^\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}(\D|$)')
            then written_day(
                three_parts(said).a, three_parts(said).b, three_parts(said).c
            )
        when regexp_matches(said, '^\d{1,2}[-/. ]\d{1,2}[-/. ](\d{2}|\d{4})(\D|$)')
            then if(
                is_day_first,
                written_day(
                    full_year(three_parts(said).c), three_parts(said).b,
                    three_parts(said).a
                ),
                written_day(
                    full_year(three_parts(said).c), three_parts(said).a,
                    three_parts(said).b
                )
            )
        when regexp_matches(said, '^\d{8}$') then case
            when not is_year_last then written_day(said[1:4], said[5:6], said[7:8])
            when is_day_first then written_day(said[5:8], said[3:4], said[1:2])
            else written_day(said[5:8], said[1:2], said[3:4])
        end
        when regexp_matches(said, '(?i)^\d{1,2}[- ]?[a-z]{3,9}[-, ]*\d{2,4}$')
            then written_day(
                full_year(regexp_extract(said, '(\d+)$', 1)),
                month_of(regexp_extract(said, '(?i)([a-z]+)', 1)),
                regexp_extract(said, '^(\d+)', 1)
            )
        when regexp_matches(said, '(?i)^[a-z]{3,9}[- ]*\d{1,2}[-, ]+\d{4}$')
            then written_day(
                regexp_extract(said, '(\d+)$', 1),
                month_of(regexp_extract(said, '(?i)^([a-z]+)', 1)),
                regexp_extract(said, '(\d{1,2})[-, ]', 1)
            )
        when regexp_matches(said, '^\d{4}[-/.]\d{1,2}$')
            then written_day(said[1:4], regexp_extract(said, '(\d+)$', 1), '1')
        -- 1 January stands for a day that is not known.
        when regexp_matches(said, '^\d{4}$') then said || '-01-01'
    end
);
create or replace macro no_suffix(name) as (
    nullif(trim(regexp_replace(name, '\s(jr|jnr|sr|snr|ii|iii|iv|esq|phd|obe|mbe)$', '')), '')
);
create or replace macro squeezed(said) as (
    nullif(regexp_replace(upper(said), '[^A-Z0-9]', '', 'g'), '')
);
create or replace macro is_uk_postcode(place) as (
    regexp_matches(place, '^[A-Z]{1,2}\d[A-Z0-9]?\d[A-Z]{2}$')
);
-- Less and less of a postcode: all but its last two or three signs is a wider place.
create or replace macro wider_place(place, cut) as (
    case
        when is_uk_postcode(place)
            then left(place, length(place) - 3)
            || if(cut = 1, ' ' || place[length(place) - 2], '')
        -- An outward code alone, such as SW1A: no more is known.
        when regexp_matches(place, '^[A-Z]{1,2}\d[A-Z0-9]?$') then if(cut = 2, place, null)
        when length(place) > 2
            then left(place, greatest(length(place) - if(length(place) > 5, cut + 1, cut), 2))
    end
);
-- The digits of a telephone number from the end: the way a country is written goes.
create or replace macro phone_number(said) as (
    case
        when length(regexp_replace(said, '\D', '', 'g')) >= 5
            then right(regexp_replace(said, '\D', '', 'g'), 9)
    end
);
create or replace macro plain_words(said) as (
    nullif(trim(regexp_replace(regexp_replace(
        lower(strip_accents(said)), '[^\p{L}\d ]+', ' ', 'g'), ' +', ' ', 'g')), '')
);
create or replace macro plain_mail(said) as (
    nullif(replace(lower(said), ' ', ''), '')
);
-- "Clifford, Thomas" is "Thomas Clifford".
create or replace macro in_order(said) as (
    if(
        regexp_matches(said, '^\s*[^, ]+\s*,\s*[^, ]+(\s+[^, ]+)?\s*$'),
        split_part(said, ',', 2) || ' ' || split_part(said, ',', 1),
        said
    )
);
create or replace macro plain_sex(said) as (
    case
        when lower(said) in ('m', 'male', 'man', 'boy', '1', '1.0') then 'M'
        when lower(said) in ('f', 'female', 'woman', 'girl', '2', '2.0') then 'F'
        when lower(said) in ('u', 'x', '9', '0', 'not specified', 'indeterminate',
            'prefer not to say') then null
        else upper(left(said, 8))
    end
);
-- Without an abode there is no place; fewer than three signs are none either.
create or replace macro plain_place(squeezed_place) as (
    if(
        regexp_matches(squeezed_place, '^(ZZ99|NF1|NFA|NOFIXED)')
        or length(squeezed_place) < 3,
        null,
        squeezed_place
    )
);
-- Days that systems write where none is known.
create or replace macro real_day(day) as (
    if(
        day in ('1900-01-01', '1970-01-01', '9999-12-31', '2999-12-31', '3000-01-01',
            '0000-00-00', '1111-11-11'),
        null,
        day
    )
);
-- Of two lists the first values, and the whole lists where they hold several.
create or replace macro share_values(first_of, first_other, all_of, all_other) as (
    case
        when all_of is null and all_other is null then first_of = first_other
        else list_has_any(
            coalesce(all_of, alone(first_of)), coalesce(all_other, alone(first_other))
        )
    end
);
-- Each once; most lists hold one value.
create or replace macro once_each(list_of) as (
    if(len(list_of) < 2, list_of, list_distinct(list_of))
);
