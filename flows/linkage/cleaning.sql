-- How names, dates and numbers are written alike before they are compared.

create or replace macro plain_name(said) as (
    nullif(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        lower(strip_accents(trim(said))),
        '^(mig_error_|duplicate_|no_show_)+', ''),
        '^((mr|mrs|miss|ms|mx|dr|sir|prof|rev)\.?\s+)+', ''),
        '[\s_/-]+', ' ', 'g'),
        '[^\p{L} ]', '', 'g')), '')
);
create or replace macro joined(name) as (nullif(replace(name, ' ', ''), ''));
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
create or replace macro if_like(said, pattern) as (
    case when regexp_matches(said, pattern) then said end
);
