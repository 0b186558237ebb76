"""What some providers send of people's own voice: goals, strengths and feedback.

The goals and strengths are those of the truth. Lantern Outreach, Millbrook Recovery,
Stepping Stones and the mental health trust send goals, the first three strengths,
Millbrook and Stepping Stones feedback; the council, Tern, probation and the prison send
none of it. Lantern and Stepping Stones write four goals in five in the person's own
words, Millbrook and the trust under half; what is not in their words is the service's.
"""

from __future__ import annotations

import duckdb

from flows.synth.chance import VOICES, own_chance
from flows.synth.columns import store
from flows.synth.write import Export

OWN_WORDS = {
    "lantern_outreach": 0.8,
    "millbrook_recovery": 0.45,
    "stepping_stones": 0.8,
    "fernshire_mental_health": 0.3,
}
"""Providers that send goals, with the share written in the person's own words."""
STRENGTHS = ("lantern_outreach", "millbrook_recovery", "stepping_stones")
FEEDBACK = ("millbrook_recovery", "stepping_stones")

_KINDS = {
    "keeps an allotment": "interests",
    "repairs bicycles": "skills",
    "plays the concertina": "interests",
    "cooks for others": "helping others",
    "knows every bus in Fernshire": "skills",
    "looks after a dog well": "home",
    "speaks three languages": "skills",
    "has a sister who visits": "relationships",
}
_RECORD = """case when episodes.service = 'stepping_stones' then write_crn(number)
    else source_key end"""
_GOALS = """
    create table voices as
    with owned (provider, share) as (values {shares}),
    said as (
        select goals.*, chances.* exclude (place), record, episodes."end",
            {record} as source_key, share
        from (select row_number() over () - 1 as place, * from goals) as goals
        join voice_chances as chances using (place)
        join episodes using (episode) join records using (record)
        left join owned using (provider)
    )
    select *, 'G' || lpad((episode + 60001)::varchar, 7, '0') as goal_id,
        case when kind = 'goal' then is_own < share end as is_in_own_words,
        case when kind = 'goal' and is_reviewed < 0.8
            and least(coalesce("end", today), day + 84) <= today
            then greatest(least(coalesce("end", today), day + 84), day) end
            as reviewed,
        if(kind = 'goal', provider in {goals}, provider in {strengths})
            and (kind = 'goal' or row_number() over (
                partition by provider, source_key, day, kinds[words] order by episode
            ) = 1) as is_sent
    from said cross join today
    cross join (select {kinds} as kinds)
"""
_FEEDBACK = """
    create table feedback as
    select episode, episodes.person, record, episodes.service as provider,
        "end" + 2 as day, {record} as source_key, episodes.u0 < 0.2 as is_anonymous,
        episodes.u2 < 0.6 as has_words, remix(episodes.u0, 11) < 0.85 as has_agreed,
        least(5, greatest(1, (
            if(ending = 'completed', 3.2, 1.6) + 2 * episodes.u4)::int)) as score
    from episodes join records using (record) cross join today
    where episodes.service in {providers} and start is not null
        and "end" + 2 <= today and ending in ('completed', 'dropped_out', 'moved')
        and remix(episodes.u3, 13) < 0.35
"""


def store_voices(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Make the tables ``voices`` and ``feedback`` out of the table ``goals``."""
    found = connection.execute("select count(*) from goals").fetchone()
    count = found[0] if found else 0
    rng = own_chance(seed, VOICES)
    draws = {name: rng.random(count) for name in ("is_own", "is_reviewed")}
    store(connection, "bare_voices", draws)
    connection.execute(
        "create table voice_chances as "
        "select row_number() over () - 1 as place, * from bare_voices"
    )
    kinds = "map {" + ", ".join(f"'{k}': '{v}'" for k, v in _KINDS.items()) + "}"
    shares = ", ".join(str(row) for row in OWN_WORDS.items())
    connection.execute(
        _GOALS.format(
            shares=shares,
            record=_RECORD,
            goals=tuple(OWN_WORDS),
            strengths=STRENGTHS,
            kinds=kinds,
        )
    )
    connection.execute(_FEEDBACK.format(record=_RECORD, providers=FEEDBACK))


def list_exports() -> list[Export]:
    """Return the goals, strengths and feedback that providers send."""
    return [
        *(_goals(provider) for provider in OWN_WORDS),
        *(_strengths(provider) for provider in STRENGTHS),
        *(_feedback(provider) for provider in FEEDBACK),
    ]


def _day(column: str) -> str:
    return f"strftime({column}, '%d/%m/%Y')"


def _goals(provider: str) -> Export:
    judged = "case when reviewed is not null then if({}, 'Met', 'Not met') end"
    return Export(
        provider, "goals", "goals", "goals",
        {
            "Goal ID": "goal_id",
            "Client ID": "source_key",
            "Date Set": _day("day"),
            "In Own Words": "if(is_in_own_words, 'Yes', 'No')",
            "Goal": "if(is_in_own_words, words, 'Engage with the support plan')",
            "Date Reviewed": _day("reviewed"),
            "Person Says": judged.format("met_says_person"),
            "Service Says": judged.format("met_says_service"),
        },
        f"voices where provider = '{provider}' and kind = 'goal' and is_sent",
        "goal_id",
    )  # fmt: skip


def _strengths(provider: str) -> Export:
    return Export(
        provider, "strengths", "strengths", "strengths",
        {
            "Client ID": "source_key",
            "Strength": "kinds[words]",
            "Date Recorded": _day("day"),
            "Note": "words",
        },
        f"voices where provider = '{provider}' and kind = 'strength' and is_sent",
        "episode",
    )  # fmt: skip


def _feedback(provider: str) -> Export:
    return Export(
        provider, "feedback", "feedback", "feedback",
        {
            "Feedback ID": "'F' || lpad((episode + 80001)::varchar, 7, '0')",
            "Client ID": "case when not is_anonymous then source_key end",
            "Date": _day("day"),
            "Score": "score::varchar",
            "Agrees To Use": "if(has_agreed, 'Yes', 'No')",
            "Comment": "case when has_words then if(score > 3, 'They listened.', "
            "'Nobody rang me back.') end",
        },
        f"feedback where provider = '{provider}'",
        "episode",
    )  # fmt: skip


QUERIES = {
    "voices": """
        select episode as true_episode_id, person as true_person_id, provider,
            source_key, goal_id, kind, day as set_date, is_in_own_words,
            reviewed as reviewed_date,
            case when reviewed is not null then met_says_person end
                as is_met_says_person,
            case when reviewed is not null then met_says_service end
                as is_met_says_service,
            is_sent
        from voices order by episode""",
    "feedback": """
        select episode as true_episode_id, person as true_person_id, provider,
            day as feedback_date, score, is_anonymous, has_agreed, has_words
        from feedback order by episode""",
}
"""Truth: ``voices``, one row per goal or strength, sent or not; ``feedback``."""
