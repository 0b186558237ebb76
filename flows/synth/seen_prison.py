"""What HMP Larkmoor would export, in tables shaped like NOMIS."""

from __future__ import annotations

from flows.synth.words import say
from flows.synth.write import Export

_PEOPLE = "seen where service = 'hmp_larkmoor'"
_BOOKED = "episodes join seen using (record) where episodes.service = 'hmp_larkmoor'"
_BOOK = "(1200000 + episode)::varchar"


def list_exports() -> list[Export]:
    """Return the five files of the prison."""
    return [_offenders(), _identifiers(), _bookings(), _movements(), _addresses()]


def _day(column: str) -> str:
    return f"strftime({column}, '%Y-%m-%d')"


def _export(kind: str, columns: dict[str, str], source: str, order: str) -> Export:
    return Export("hmp_larkmoor", "nomis_extract", kind, kind, columns, source, order)


def _offenders() -> Export:
    """Aliases are rows of their own: same root and prison number, another name."""
    source = f"""(
        select *, 0 as alias, 'CN' as kind, forename as first, surname as last,
            birth_date as born
        from {_PEOPLE}
        union all
        select seen.*, alias, case when alias = 2 then 'NICK' when not male and
                remix(u10, 4) < 0.5 then 'MAID' else 'A' end,
            case when alias = 2 or remix(u10, 5) < 0.4 then nickname else forename end,
            case when remix(u10, 6) < 0.4 then slip(surname, u11)
                else coalesce(previous_surname, surname) end,
            case when remix(u11, 7) < 0.45 and birth_date is not null
                then birth_date + (100 + (u11 * 900)::int) else birth_date end
        from seen cross join range(1, 3) as aliases (alias)
        where service = 'hmp_larkmoor' and remix(u11, 8) < 0.26 / alias)"""
    return _export(
        "offenders",
        {
            "OFFENDER_ID": "(1000000 + number + alias * 5000000)::varchar",
            "ID_SOURCE_CODE": "'SEQ'",
            "LAST_NAME": "upper(last)",
            "MIDDLE_NAME": "case when alias = 0 then upper(middle_name) end",
            "FIRST_NAME": "upper(first)",
            "SEX_CODE": "case when sex_unknown then 'NK' when seen_male then 'M' "
            "else 'F' end",
            "LAST_NAME_KEY": "upper(last)",
            "OFFENDER_ID_DISPLAY": "noms",
            "ROOT_OFFENDER_ID": "source_key",
            "RACE_CODE": "case when u10 < 0.01 then 'MERGE' else "
            f"{say('ethnicity', 'justice_ethnicities')} end",
            "ALIAS_NAME_TYPE": "kind",
            "BIRTH_DATE": _day("born"),
        },
        source,
        "number, alias",
    )


def _identifiers() -> Export:
    source = f"""(
        select *, case place
                when 1 then case when u10 between 0.05 and 0.92 then pnc end
                when 2 then case when u11 < 0.55 then cro when u11 < 0.62
                    then '000000/00Z' end
                when 3 then case when u10 between 0.4 and 0.75 then nino end
                else case when u11 > 0.95 then 'HO' || number end end as identifier
        from (select * from {_PEOPLE}) cross join range(1, 5) as kinds (place)
        ) where identifier is not null"""
    return _export(
        "offender_identifiers",
        {
            "OFFENDER_ID": "source_key",
            "OFFENDER_ID_SEQ": "place::varchar",
            "IDENTIFIER_TYPE": "['PNC', 'CRO', 'NINO', 'HOREF'][place]",
            "IDENTIFIER": "identifier",
            "ROOT_OFFENDER_ID": "source_key",
            "CASELOAD_TYPE": "'INST'",
            "VERIFIED_FLAG": "case when u10 < 0.8 then 'Y' end",
        },
        source,
        "number, place",
    )


def _bookings() -> Export:
    return _export(
        "offender_bookings",
        {
            "OFFENDER_BOOK_ID": _BOOK,
            "BOOKING_BEGIN_DATE": _day("start"),
            "BOOKING_NO": "'Q' || lpad(episode::varchar, 7, '0')",
            "OFFENDER_ID": "source_key",
            "BOOKING_SEQ": "row_number() over (partition by record order by start "
            "desc)::varchar",
            "IN_OUT_STATUS": "case when \"end\" is null then 'IN' else 'OUT' end",
            "ACTIVE_FLAG": "case when \"end\" is null then 'Y' else 'N' end",
            "AGY_LOC_ID": "'LKI'",
            "ROOT_OFFENDER_ID": "source_key",
            "BOOKING_STATUS": "case when \"end\" is null then 'O' else 'C' end",
            "BOOKING_END_DATE": _day('"end"'),
        },
        _BOOKED,
        "episode",
    )


def _movements() -> Export:
    """Reception, a court visit for some, release; a few numbered out of order."""
    source = f"""(
        select *, remix(u3, step) as fault,
            case step when 1 then start when 2 then start + 7 else "end" end as day,
            case step when 1 then 'ADM' when 2 then 'CRT' else 'REL' end as kind
        from (select episodes.*, seen.number from {_BOOKED})
        cross join range(1, 4) as steps (step)
        where (step = 1 or (step = 2 and u1 < 0.35 and coalesce("end", start + 30)
            > start + 8) or (step = 3 and "end" is not null))
        ) cross join today where day <= today"""
    reason = """case kind when 'ADM' then case when recalled then 'L' when u2 < 0.45
            then 'N' else 'I' end when 'CRT' then 'CRT'
        else case when ending = 'died' then 'DEC' else 'CR' end end"""
    return _export(
        "offender_external_movements",
        {
            "OFFENDER_BOOK_ID": _BOOK,
            "MOVEMENT_SEQ": "if(u4 < 0.01, 4 - step, step)::varchar",
            "MOVEMENT_DATE": f"spoil(fault, {_day('day')}, '2025-02-31')",
            "MOVEMENT_TYPE": "kind",
            "MOVEMENT_REASON_CODE": reason,
            "DIRECTION_CODE": "case when kind = 'ADM' then 'IN' else 'OUT' end",
            "FROM_AGY_LOC_ID": "case when kind = 'ADM' then 'OUT' else 'LKI' end",
            "TO_AGY_LOC_ID": "case when kind = 'ADM' then 'LKI' else 'OUT' end",
            "ACTIVE_FLAG": "'Y'",
        },
        source,
        "episode, step",
    )


def _addresses() -> Export:
    """The address a person was released to; DNF is none."""
    housed = "if(in_homelessness and u1 < 0.3, 'DOH', 'HOME')"
    return _export(
        "addresses",
        {
            "ADDRESS_ID": "(9000000 + episode)::varchar",
            "OWNER_CLASS": "'OFF'",
            "ADDRESS_TYPE": f"case when street then 'DNF' else {housed} end",
            "PRIMARY_FLAG": "'Y'",
            "OWNER_ID": "source_key",
            "POSTAL_CODE": "case when street then 'NF1 1FA' else postcode end",
            "NO_FIXED_ADDRESS_FLAG": "case when street then 'Y' else 'N' end",
            "START_DATE": _day('"end"'),
        },
        f"{_BOOKED} and \"end\" is not null and ending <> 'died'",
        "episode",
    )
