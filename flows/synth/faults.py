"""What providers get wrong: each sees a person through its own errors."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import duckdb

from flows.synth import services as sv


@dataclass(frozen=True)
class Eyes:
    """How often a provider sees something wrongly, or not at all.

    Args:
        provider: its name.
        nickname: the short form of the forename instead of the full one.
        typo: one slip in the forename, and independently one in the surname.
        swapped: forename and surname exchanged.
        earlier: the surname from before a marriage or change.
        no_birth: no date of birth.
        new_year: the first of January of the right year.
        month_first: day and month exchanged, where the day allows it.
        near_birth: a year or a day off.
        placeholder: 1900-01-01 or 1970-01-01.
        number_share: an NHS number is on the record (of those who have one).
        no_abode: a postcode that means none, for homeless people.
        moved: the previous postcode.
        untidy: a postcode in lower case or without its space.
    """

    provider: str
    nickname: float
    typo: float
    swapped: float
    earlier: float
    no_birth: float
    new_year: float
    month_first: float
    near_birth: float
    placeholder: float
    number_share: float
    no_abode: float
    moved: float
    untidy: float


_EYES = (
    Eyes("fernshire_council", .06, .025, .006, .25, .005, .01, .012, .008, .002, .35, .3, .3, .1),
    Eyes("lantern_outreach", .34, .05, .012, .4, .33, .08, .02, .03, .004, 0, .8, .3, .1),
    Eyes("millbrook_recovery", .1, .03, .008, .3, .004, .012, .014, .01, .003, 0, .25, .25, .12),
    Eyes("tern_alcohol_service", .08, .02, .005, .3, .002, .01, .014, .01, .001, 0, .2, .25, .05),
    Eyes("fernshire_probation", .03, .02, .005, .3, .003, .008, .01, .012, .008, 0, .35, .25, .08),
    Eyes("hmp_larkmoor", .02, .03, .006, .3, .001, .008, .01, .015, .004, 0, .3, .35, .05),
    Eyes("fernshire_mental_health", 0, .01, 0, .25, .001, .004, .006, .004, .001, .93, .35, .2, .02),
)  # fmt: skip

_NO_ABODE = {"fernshire_probation": "NF1 1NF", "hmp_larkmoor": "NF1 1FA"}

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
    names = ", ".join(field.name for field in fields(Eyes))
    rows = ", ".join(str(astuple(eyes)) for eyes in _EYES)
    abode = " ".join(f"when '{who}' then '{code}'" for who, code in _NO_ABODE.items())
    connection.execute(
        f"""
        create table seen as
        with noticed as (
            select records.*, eyes.*, people.* exclude (person),
                coalesce(people.previous_surname, people.surname) as old_surname,
                people.combination & {sv.H} > 0 as is_homeless
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
        select record, person, service, copy, number, combination, ethnicity, male,
            u10, u11, is_homeless,
            case when u5 < swapped then surname_heard else forename_heard end as forename,
            middle_name,
            case when u5 < swapped then forename_heard else surname_heard end as surname,
            case when u4 >= earlier and remix(u4, 3) < 0.6 then previous_surname end
                as previous_surname,
            people_nickname as nickname,
            {_see_birth()} as birth_date,
            case when u7 < 0.004 then not male else male end as seen_male,
            u7 > 0.992 as sex_unknown, sex_other,
            case when u8 < number_share then case when u8 < 0.0015 then other_nhs_number
                else nhs_number end end as nhs_number,
            pnc, cro, nino, substance, second_substance, death_date,
            write_crn(number) as crn, write_noms(number) as noms,
            case when is_homeless and u9 < no_abode then
                    case service {abode} else 'ZZ99 3VZ' end
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
    )


def _see_birth() -> str:
    """Return SQL for the noted birth date: missing, placeholder or slightly wrong."""
    return """
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
            else born end::date"""
