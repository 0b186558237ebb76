"""What providers get wrong: each sees a person through its own errors."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

_MACROS = (
    "at_letter(s, u) as (1 + floor(u * (length(s) - 2)))::int",
    # One slip: a letter lost, doubled, exchanged with the next, or replaced.
    """slip(s, u) as case (u * 4000)::int % 4
        when 0 then s[:at_letter(s, u)] || s[at_letter(s, u) + 2:]
        when 1 then s[:at_letter(s, u)] || s[at_letter(s, u)] || s[at_letter(s, u) + 1:]
        when 2 then s[:at_letter(s, u)] || s[at_letter(s, u) + 2]
            || s[at_letter(s, u) + 1] || s[at_letter(s, u) + 3:]
        else s[:at_letter(s, u)] || substr('aeioust', (u * 7)::int % 7 + 1, 1)
            || s[at_letter(s, u) + 2:] end""",
    "last_sunday(d) as d - dayofweek(d)::int",
    """is_summer(d) as d >= last_sunday(make_date(year(d), 3, 31))
        and d < last_sunday(make_date(year(d), 10, 31))""",
    """write_stamp(d, u, v) as strftime(d, '%Y-%m-%dT')
        || lpad((8 + (u * 9)::int)::varchar, 2, '0') || ':'
        || lpad((v * 59)::int::varchar, 2, '0') || ':'
        || lpad((u * 59)::int::varchar, 2, '0')
        || case when is_summer(d) then '+01:00' else '+00:00' end""",
    # A second draw out of a first one, where a fresh column would be waste.
    "remix(u, k) as (u * 7919.0 * k + k * 0.6180339887) % 1.0",
    """spoil(u, written, broken) as case when u < 0.0012 then broken
        when u < 0.0022 then 'not known' when u < 0.003 then null else written end""",
)

# What a provider notes of a person: which forms it hears, then how it writes them.
_SEE = """
    create table seen as
    with noticed as (
        select records.*, eyes.*, people.* exclude (person),
            coalesce(people.previous_surname, people.surname) as old_surname
        from records
        join people using (person)
        join (values {rows}) as eyes ({names}) on eyes.provider = records.service
    ),
    slipped as (
        select *,
            case when u0 < nickname then people_nickname
                when u0 < nickname + typo then slip(people_forename, u1)
                else people_forename end as forename_heard,
            case when u2 < typo then slip(surname, u3) when u4 < earlier
                then old_surname else surname end as surname_heard
        from noticed
    )
    select record, person, service, copy, number, source_key, ethnicity, male,
        u10, u11, in_homelessness, in_drugs, in_offending, in_mental_health,
        case when u5 < swapped then surname_heard else forename_heard end
            as forename,
        middle_name,
        case when u5 < swapped then forename_heard else surname_heard end
            as surname,
        case when u4 >= earlier and remix(u4, 3) < 0.6 then previous_surname end
            as previous_surname,
        people_nickname as nickname,
        case when u6 < no_birth then null
        when u6 < no_birth + placeholder / 2 then date '1900-01-01'
        when u6 < no_birth + placeholder then date '1970-01-01'
        when u6 > 1 - new_year then make_date(year(born), 1, 1)
        when u6 > 1 - new_year - month_first and day(born) <= 12
            then make_date(year(born), day(born), month(born))
        when u6 > 1 - new_year - month_first - near_birth / 2
            then born + interval 1 day
        when u6 > 1 - new_year - month_first - near_birth
            then born - interval 1 year
        else born end::date as birth_date,
        case when u7 < 0.004 then not male else male end as seen_male,
        u7 > 0.992 as sex_unknown, sex_other,
        case when u8 < number_share then case when u8 < 0.0015 then other_nhs_number
            else nhs_number end end as nhs_number,
        pnc, cro, nino, substance, second_substance, workless, death_date,
        write_crn(number) as crn, write_noms(number) as noms,
        case when in_homelessness and u9 < no_abode then
                case service when 'fernshire_probation' then 'NF1 1NF'
                    when 'hmp_larkmoor' then 'NF1 1FA' else 'ZZ99 3VZ' end
            when u9 > 0.994 then 'ZZ99 3WZ'
            when remix(u9, 5) < untidy / 2 then lower(seen_postcode)
            when remix(u9, 5) < untidy then replace(seen_postcode, ' ', '')
            else seen_postcode end as postcode
    from (
        select *, case when u9 > 0.994 - moved then old_postcode else home_postcode
            end as seen_postcode
        from slipped
    )
    order by record
"""


def add_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Teach a connection to make mistakes.

    ``spoil`` breaks a required date in 0.3 % of rows: ingest must quarantine them.
    """
    for macro in _MACROS:
        connection.execute(f"create or replace macro {macro}")


def see_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``seen``: every record with the identity its provider noted.

    Reads ``records`` and ``people``; randomness comes from the records' own columns.
    """
    shares = yaml.safe_load(Path(__file__).with_name("eyes.yml").read_text())
    names = ", ".join(["provider", *next(iter(shares.values()))])
    rows = ", ".join(str((who, *seen.values())) for who, seen in shares.items())
    connection.execute(_SEE.format(rows=rows, names=names))
