"""What Fernshire Council and Lantern Outreach would export."""

from __future__ import annotations

import duckdb
import numpy as np

from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, store, take
from flows.synth.lives import SIDE_NEEDS
from flows.synth.words import say
from flows.synth.write import Export

_NAMED = {"physical_health": "Physical ill health"}
_NEEDS = {
    "Mental health": "in_mental_health and draw < 0.62",
    "Drug dependency": "in_drugs and substance <> 7000 and draw < 0.6",
    "Alcohol dependency": "in_drugs and substance = 7000 and draw < 0.6",
    "Offending history": "in_offending and draw < 0.52",
    "History of rough sleeping": "draw < 0.18",
    **{
        _NAMED.get(name, name.replace("_", " ").capitalize()): f"{name} and draw < 0.55"
        for name in SIDE_NEEDS
    },
}  # fmt: skip


def list_exports() -> list[Export]:
    """Return the files of both homelessness providers."""
    return [_cases(), _support_needs(), _placements(), _contacts()]


def store_placements(
    connection: duckdb.DuckDBPyConnection,
    episodes: Columns,
    evictions: Columns,
    rng: np.random.Generator,
    today: int,
) -> None:
    """Make the table ``placements``: evictions, and a quiet stay in half the cases."""
    housed = (episodes["service"] == sv.COUNCIL) & (episodes["start"] != NO_DAY)
    housed &= rng.random(len(housed)) < 0.5
    housed[evictions["case"]] = False
    case = np.nonzero(housed)[0]
    rows = take(episodes, housed)
    start = rows["start"] + rng.integers(0, 6, len(case))
    stay = 5 + (70 * rng.lognormal(0, 0.7, len(case))).astype(np.int32)
    ended = np.where(rows["end"] == NO_DAY, today + 1, rows["end"])
    end = np.maximum(np.minimum(start + stay, ended), start)
    close = end >= ended - 1
    why = np.select(
        [close & (rows["ending"] == place) for place in (1, 2, 3)], [2, 3, 4], 0
    )
    why = np.where((why == 0) & (rng.random(len(case)) < 0.06), 5, why)
    open_still = end > today
    kept = start <= np.minimum(ended, today)
    placements = {
        "of_episode": np.concatenate([case[kept], evictions["case"]]),
        "start": np.concatenate([start[kept], evictions["start"]]),
        "end": np.concatenate(
            [np.where(open_still, NO_DAY, end)[kept], evictions["end"]]
        ),
        "why": np.concatenate(
            [np.where(open_still, -1, why)[kept], np.ones(len(evictions["case"]))]
        ),
    }
    placements = {name: part.astype(np.int32) for name, part in placements.items()}
    placements["u"] = rng.random(len(placements["why"]))
    placements["fault"] = rng.random(len(placements["why"]))
    ends = ("Moved on", "Evicted", "Abandoned", "Custody", "Died", "Other")
    store(connection, "placements", placements, ("start", "end"), {"why": ends})


def _day(column: str) -> str:
    return f"strftime({column}, '%d/%m/%Y')"


_CASE = "'FC-' || lpad((episode + 30001)::varchar, 7, '0')"
_SEX = """case when sex_unknown then 'Unknown' when sex_other then 'Other'
    when seen_male then 'Male' else 'Female' end"""
WITHDRAWN = "reason = 'incomplete' and u1 < 0.5"
"""A refusal that the council writes down as the person's own withdrawal."""
CONTACT_KIND = """case when visit = 0 and bedded then 'Bedded down'
    when not attended then 'Not found' when visit = 0 then
    'Street contact' when u < 0.3 then 'Bedded down' when u < 0.75
    then 'Street contact' else 'Hub visit' end"""
"""What outreach calls a contact."""
_COUNCIL = (
    "episodes join seen using (record) where episodes.service = 'fernshire_council'"
)


def _cases() -> Export:
    refusals = f"""case when {WITHDRAWN} then 'Withdrawn' else case reason
        when 'too_complex' then 'Needs too complex for provision'
        when 'no_local_connection' then 'No local connection'
        when 'incomplete' then 'Intentionally homeless'
        else case when u1 < 0.6 then 'No priority need' else 'Not homeless' end
        end end"""
    slept = """case when cause = 'street' then case when u2 < 0.55 then 'Rough sleeping'
            when u2 < 0.8 then 'No fixed abode' else 'Custody' end
        when source = 'prison' and u2 < 0.6 then 'Custody'
        when source = 'hospital' and u2 < 0.6 then 'Hospital'
        when source = 'outreach' and u2 < 0.8 then 'Rough sleeping'
        when u2 < 0.12 then 'Rough sleeping' when u2 < 0.2 then 'No fixed abode'
        when u2 < 0.3 then 'Hostel or supported housing' when u2 < 0.55
        then 'Friends or family' when postcode[:2] in ('ZZ', 'NF') and u2 < 0.97
        then 'Friends or family' when u2 < 0.82 then 'Private rented' when u2 < 0.96
        then 'Social rented' else 'Other' end"""
    # A prevention duty is owed to those who still have a home, for 56 days at most.
    prevented = f"""u1 < 0.5 and {slept} not in ('Rough sleeping', 'No fixed abode')
        and coalesce("end", (from today)) - decided <= 56"""
    accepted = f"""case when {prevented} then 'Prevention duty' when u1 < 0.85
        then 'Relief duty' else 'Main duty' end"""
    # Only a case that nothing else hangs on is spoilt: no need or stay is orphaned.
    childless = "refused and episode not in (select of_episode from placements)"
    return Export(
        "fernshire_council", "homelessness_cases", "cases", "cases",
        {
            "Case Reference": _CASE,
            "Applicant ID": "source_key",
            "Household ID": "'HH' || lpad((number + 500000)::varchar, 8, '0')",
            "Forename": "forename",
            "Middle Name": "case when u11 < 0.5 then middle_name end",
            "Surname": "surname",
            "Date of Birth": _day("birth_date"),
            "Sex": _SEX,
            "Ethnicity": say("ethnicity", "council_ethnicities", "Not Stated"),
            "NI Number": "case when u11 < 0.55 then nino end",
            "NHS Number": "if(u10 < 0.5, nhs_number, nhs_number[:3] || ' ' || "
            "nhs_number[4:6] || ' ' || nhs_number[7:])",
            "Last Settled Postcode": "postcode",
            "Case Worker": "'HO-' || lpad((lead + 1)::varchar, 3, '0')",
            "Application Date": f"case when {childless} then spoil(u5 / 4, "
            f"{_day('referral')}, '31/02/2025') else {_day('referral')} end",
            "Referred By": say("source", "council_sources", "Other"),
            "Accommodation at Application": slept,
            "Decision Date": _day("decided"),
            "Decision": f"case when refused then {refusals} when decided is not null "
            f"then {accepted} end",
            "Duty End Date": _day('"end"'),
            "Duty End Reason": f"case when ending is not null then "
            f"{say('ending', 'council_endings', 'Other')} end",
        },
        _COUNCIL, "episode", marked=True,
    )  # fmt: skip


def _support_needs() -> Export:
    needs = ", ".join(f"({place}, '{need}')" for place, need in enumerate(_NEEDS, 2))
    tests = " ".join(f"when '{need}' then {test}" for need, test in _NEEDS.items())
    source = f"""(
        select episode, place, need, episodes.decided, seen.source_key,
            remix(u3, place) as draw, people.*
        from episodes
        join seen using (record)
        join people on people.person = seen.person
        cross join (values {needs}) as needs (place, need)
        where episodes.service = 'fernshire_council' and not refused
            and episodes.decided is not null
        ) where case need {tests} end"""
    return Export(
        "fernshire_council", "homelessness_cases", "support_needs", "support_needs",
        {
            "Case Reference": _CASE,
            "Applicant ID": "source_key",
            "Support Need": "need",
            "Date Recorded": _day("decided"),
        },
        source, "episode, place",
    )  # fmt: skip


def _placements() -> Export:
    return Export(
        "fernshire_council", "homelessness_cases", "placements", "placements",
        {
            "Placement ID": "'TA' || lpad((placements.rowid + 5001)::varchar, 7, '0')",
            "Case Reference": _CASE,
            "Applicant ID": "source_key",
            "Accommodation Type": "case when domestic_abuse and u < 0.12 then 'Refuge' "
            "when u < 0.34 then 'Hostel' when u < 0.6 then 'Bed and breakfast' "
            "when u < 0.82 then 'Nightly paid' when u < 0.97 then 'Leased' "
            "else 'Other' end",
            "Start Date": f"spoil(fault, {_day('placements.start')}, '31/02/2025')",
            "End Date": _day('placements."end"'),
            "Reason Left": "why",
        },
        'placements join episodes on placements.of_episode = episodes.episode '
        "join seen using (record) join people on people.person = seen.person",
        "placements.rowid",
    )  # fmt: skip


def _contacts() -> Export:
    return Export(
        "lantern_outreach", "outreach_contacts", "contacts", "contacts",
        {
            "Contact ID": "'LC' || lpad(contact::varchar, 8, '0')",
            "Client ID": "source_key",
            "First Name": "case when u10 < 0.2 then lower(forename) else forename end",
            "Last Name": "case when u11 > 0.06 then surname end",
            "Also Known As": "case when u11 < 0.15 then nickname end",
            "DOB": "strftime(birth_date, '%Y-%m-%d')",
            "Gender": "if(sex_unknown, 'NK', if(seen_male, 'M', 'F'))",
            "Ethnicity": say("if(u10 < 0.85, ethnicity, null)", "council_ethnicities"),
            "Worker": "'OW' || lpad((worker + 1)::varchar, 3, '0')",
            "Contact Date": "spoil(fault, strftime(day, '%Y-%m-%d'), '2025-02-31')",
            "Contact Type": CONTACT_KIND,
            "Area": "'QX' || (1 + floor(u4 * 9)::int)",
        },
        "contacts join episodes using (episode) join seen using (record) "
        "where episodes.service = 'lantern_outreach'",
        "day, contact",
    )  # fmt: skip
