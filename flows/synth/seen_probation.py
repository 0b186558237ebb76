"""What Fernshire Probation would export, in tables shaped like nDelius."""

from __future__ import annotations

from flows.synth.words import say
from flows.synth.write import Export

_EVENT = "(8000000 + episode)::varchar"
_DISPOSAL = "(6000000 + episode)::varchar"
_ORDERS = (
    "episodes join seen using (record) where episodes.service = 'fernshire_probation'"
)
ASKS = "COEN"
"""Code of a contact in which a person asks what is happening."""
DELETED = "u > 0.996"
"""Which contacts somebody deleted again."""
_KEPT = "'0'"


def list_exports() -> list[Export]:
    """Return the seven files of probation."""
    return [
        _offender(), _alias(), _addresses(), _event(), _disposal(), _requirement(),
        _contact(),
    ]  # fmt: skip


def _day(column: str) -> str:
    return f"upper(strftime({column}, '%d-%b-%y'))"


def _export(kind: str, columns: dict[str, str], source: str, order: str) -> Export:
    columns = {"SOFT_DELETED": _KEPT, **columns}
    return Export(
        "fernshire_probation", "ndelius_extract", kind, kind, columns, source, order
    )


def _gender() -> str:
    return "case when sex_unknown then 'U' when seen_male then 'M' else 'F' end"


def _offender() -> Export:
    prefix = """case when copy = 2 then 'DUPLICATE_' when u11 > 0.996 then 'MIG_ERROR_'
        else '' end"""
    return _export(
        "offender",
        {
            "OFFENDER_ID": "source_key",
            "CRN": "crn",
            "NOMS_NUMBER": "case when u10 < 0.85 then prison.noms end",
            "PNC_NUMBER": "case when u10 between 0.1 and 0.93 then pnc end",
            "CRO_NUMBER": "case when u11 < 0.6 then cro when u11 < 0.66 "
            "then '000000/00Z' end",
            "NI_NUMBER": "case when u11 between 0.3 and 0.75 then nino end",
            "FIRST_NAME": "forename",
            "SECOND_NAME": "middle_name",
            "SURNAME": f"{prefix} || surname",
            "PREVIOUS_SURNAME": "previous_surname",
            "DATE_OF_BIRTH_DATE": _day("birth_date"),
            "GENDER_ID": _gender(),
            "ETHNICITY_ID": say("ethnicity", "justice_ethnicities"),
            "SOFT_DELETED": "case when copy = 2 then '1' else '0' end",
        },
        "seen left join (select person, noms from seen where copy = 0 and "
        "service = 'hmp_larkmoor') as prison using (person) "
        "where seen.service = 'fernshire_probation'",
        "seen.number",
    )


def _alias() -> Export:
    """A fifth have an alias: a nickname, an earlier surname, another birth date."""
    return _export(
        "alias",
        {
            "ALIAS_ID": "(3000000 + number)::varchar",
            "OFFENDER_ID": "source_key",
            "FIRST_NAME": "if(remix(u10, 2) < 0.55, nickname, forename)",
            "SURNAME": "case when remix(u10, 3) < 0.35 then slip(surname, u11) else "
            "coalesce(old.previous_surname, surname) end",
            "DATE_OF_BIRTH_DATE": _day(
                "case when remix(u11, 2) < 0.4 then birth_date - "
                "interval 1 day * (365 + (u10 * 700)::int) else birth_date end"
            ),
            "GENDER_ID": _gender(),
            "SOFT_DELETED": "case when remix(u11, 3) < 0.03 then '1' else '0' end",
        },
        "seen join (select person, previous_surname from people) as old using (person) "
        "where service = 'fernshire_probation' and copy < 2 and remix(u10, 9) < 0.2",
        "number",
    )


def _addresses() -> Export:
    source = """(
        select number, source_key, 1 as place, postcode, 'A07B' as kind, 'N' as abode,
            first_day, null::date as last_day
        from homes
        union all
        select number, source_key, 2, 'NF1 1NF',
            case when u11 < 0.5 then 'A08A' when u11 < 0.8 then 'A08C' else 'A07A' end,
            'Y', first_day + 90 + (u10 * 200)::int,
            first_day + 200 + (u10 * 300)::int
        from homes where in_homelessness and u10 < 0.65)"""
    homes = f"""(with homes as (
        select seen.*, orders.first_day from seen
        join (select record, min(referral) as first_day from episodes group by record)
            as orders using (record)
        where seen.service = 'fernshire_probation'
        ) select * from {source})"""
    return _export(
        "offender_address",
        {
            "OFFENDER_ADDRESS_ID": "(number * 10 + place)::varchar",
            "OFFENDER_ID": "source_key",
            "POSTCODE": "postcode",
            "ADDRESS_TYPE_CODE": "kind",
            "NO_FIXED_ABODE": "abode",
            "START_DATE": _day("first_day"),
            "END_DATE": _day("case when last_day < today then last_day end"),
        },
        f"{homes} cross join (select today from today) where first_day <= today",
        "number, place",
    )


def _event() -> Export:
    return _export(
        "event",
        {
            "EVENT_ID": _EVENT,
            "OFFENDER_ID": "source_key",
            "REFERRAL_DATE": _day("referral"),
            "CONVICTION_DATE": _day("referral - 1 - (u1 * 30)::int"),
            # Now and then nobody ends the breach when the event ends.
            "IN_BREACH": "if(u2 < if(\"end\" is null, 0.12, 0.01), 'Y', 'N')",
            "ACTIVE_FLAG": "case when \"end\" is null then 'Y' else 'N' end",
        },
        _ORDERS,
        "episode",
    )


def _disposal() -> Export:
    return _export(
        "disposal",
        {
            "DISPOSAL_ID": _DISPOSAL,
            "EVENT_ID": _EVENT,
            "OFFENDER_ID": "source_key",
            "DISPOSAL_DATE": _day("referral"),
            "DISPOSAL_TYPE_CODE": "if(u3 < 0.6, 'CO', if(u3 < 0.8, 'SSO', 'IMP'))",
            "TERMINATION_DATE": _day('"end"'),
            "TERMINATION_REASON": f"case when ending is not null then "
            f"{say('ending', 'probation_endings', 'OTHER')} end",
        },
        _ORDERS,
        "episode",
    )


def _requirement() -> Export:
    """Requirements follow needs, for three in five of those who have them."""
    kinds = """case when kind = 1 and in_drugs and u4 < 0.45
            then case when substance = 7000 then 'ATR' else 'DRR' end
        when kind = 2 and in_mental_health and u4 > 0.8 then 'MHTR'
        when kind = 3 and u1 < 0.6 then 'RAR' when kind = 4 and u2 < 0.35 then 'UPW'
        end"""
    source = f"""(
        select episode, source_key, referral, "end", kind, {kinds} as category,
            remix(u5, kind) as fault
        from (select episodes.*, source_key, in_drugs, in_mental_health, substance
            from {_ORDERS})
        cross join range(1, 5) as kinds (kind)
        ) where category is not null"""
    return _export(
        "rqmnt",
        {
            "RQMNT_ID": "(episode * 10 + kind + 4000000)::varchar",
            "DISPOSAL_ID": _DISPOSAL,
            "OFFENDER_ID": "source_key",
            "RQMNT_TYPE_MAIN_CATEGORY": "category",
            "START_DATE": f"spoil(fault, {_day('referral')}, '31-FEB-25')",
            "TERMINATION_DATE": _day('"end"'),
        },
        source,
        "episode, kind",
    )


def _contact() -> Export:
    return _export(
        "contact",
        {
            "CONTACT_ID": "(1000000000 + contact)::varchar",
            "OFFENDER_ID": "source_key",
            "EVENT_ID": _EVENT,
            "STAFF_ID": "'N56A' || lpad((worker + 1)::varchar, 4, '0')",
            "CONTACT_DATE": f"spoil(fault, {_day('day')}, '31-FEB-25')",
            "CONTACT_TYPE_CODE": f"case when asks then '{ASKS}' when visit = 0 then "
            "'COAI' when u < 0.6 then 'COAP' when u < 0.8 then 'COPT' else 'CHVS' end",
            "ATTENDED": "case when attended then 'Y' else 'N' end",
            "SOFT_DELETED": f"case when {DELETED} then '1' else '0' end",
        },
        "contacts join episodes using (episode) join seen using (record) "
        "where episodes.service = 'fernshire_probation'",
        "contact",
    )
