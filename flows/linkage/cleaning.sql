-- How names, dates and numbers are written alike before they are compared.

-- What systems put before a name, titles, accents, hyphens and apostrophes go.
create or replace macro letters_of_name(said) as (
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        lower(strip_accents(trim(said))),
        '^(mig_error_|duplicate_|no_show_)+\s*', ''),
        '^((mr|mrs|miss|ms|mx|dr|sir|prof|rev)\.?\s+)+', ''),
        '[\s_/-]+', ' ', 'g'),
        '[^\p{L} ]', '', 'g')
);
-- NOT ENTERED may stand beside a name, and Mc apart from the rest of it.
create or replace macro plain_name(said) as (
    case
        -- Most names are letters alone: nothing to take away.
        when not regexp_matches(said, '[^A-Za-z]') then nullif(lower(said), '')
        else nullif(trim(regexp_replace(regexp_replace(regexp_replace(
            letters_of_name(said),
            '\bnot entered\b', ' ', 'g'),
            ' +', ' ', 'g'),
            '\bmc (\p{L})', 'mc\1', 'g')), '')
    end
);
create or replace macro joined(name) as (nullif(replace(name, ' ', ''), ''));
-- A day up to the 12th may stand where the month belongs: one key for both.
create or replace macro birth_key(day) as (
    if(
        right(day, 2) <= '12',
        left(day, 5) || least(day[6:7], day[9:10]) || greatest(day[6:7], day[9:10]),
        day
    )
);
create or replace macro alone(value) as (if(value is null, [], [value]));
-- Lee-Jones may be Lee or Jones elsewhere; the van of van Dyk is no name.
create or replace macro name_parts(family) as (
    if(
        contains(family, ' '),
        list_filter(
            string_split(family, ' '),
            lambda part: length(part) > 2
            and part not in ('van', 'von', 'der', 'den', 'del', 'los', 'bin', 'mac')
        ),
        alone(joined(family))
    )
);
create or replace macro sorted(list_of) as (
    coalesce(list_sort(list_distinct(list_filter(list_of, lambda x: x is not null))), [])
);
create or replace macro plain_number(said) as (
    nullif(regexp_replace(upper(said), '[^A-Z0-9/]', '', 'g'), '')
);
-- 2001/123456X, 01/123456X and 20010123456X are one PNC number: 2001/0123456X.
create or replace macro pnc_parts(said) as (
    regexp_extract(said, '^((?:19|20)?\d\d)(?:/(\d{1,7})|(\d{7}))([A-Z])$',
        ['year', 'short', 'long', 'letter'])
);
create or replace macro pnc(said) as (
    case when pnc_parts(said).letter <> '' then
        case
            when length(pnc_parts(said).year) = 4 then ''
            when pnc_parts(said).year <= '40' then '20'
            else '19'
        end
        || pnc_parts(said).year || '/'
        || lpad(pnc_parts(said).short || pnc_parts(said).long, 7, '0')
        || pnc_parts(said).letter
    end
);
-- 1/11X and 000001/11X are one CRO number; SF marks the small files, year first.
create or replace macro cro_parts(said) as (
    regexp_extract(said, '^(?:SF(\d\d)/(\d{1,6})|(\d{1,6})/(\d\d))([A-Z])$',
        ['small_year', 'small', 'serial', 'year', 'letter'])
);
create or replace macro cro(said) as (
    case
        when cro_parts(said).letter = '' then null
        when cro_parts(said).small_year = ''
            then lpad(cro_parts(said).serial, 6, '0') || '/'
            || cro_parts(said).year || cro_parts(said).letter
        else 'SF' || cro_parts(said).small_year || '/'
            || ltrim(cro_parts(said).small, '0') || cro_parts(said).letter
    end
);
create or replace macro if_like(said, pattern) as (
    case when regexp_matches(said, pattern) then said end
);
-- Ten figures, the last a check by modulus 11, and not one figure ten times.
create or replace macro nhs_sum(said) as (
    10 * said[1]::int + 9 * said[2]::int + 8 * said[3]::int + 7 * said[4]::int
    + 6 * said[5]::int + 5 * said[6]::int + 4 * said[7]::int + 3 * said[8]::int
    + 2 * said[9]::int
);
create or replace macro nhs(said) as (
    case
        when regexp_matches(said, '^\d{10}$') and said <> repeat(said[1], 10) then
            case
                when (11 - nhs_sum(said) % 11) % 11 = said[10]::int then said
            end
    end
);
-- The last letter of a National Insurance number is often left out.
create or replace macro nino(said) as (
    nullif(regexp_extract(plain_number(said), '^([A-Z]{2}\d{6})[A-Z]?$', 1), '')
);
create or replace macro noms(said) as (
    if_like(plain_number(said), '^[A-Z]\d{4}[A-Z]{2}$')
);
