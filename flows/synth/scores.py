"""New Directions Team assessments and Outcomes Stars that some providers send.

Lantern Outreach and the council assess half of those who begin, the mental health trust
a quarter, each item rising with how heavy the life is. Lantern completes a Star at the
start and, where the stay lasts, one after 90 days: higher where the stay ends well.
"""

from __future__ import annotations

import duckdb
import numpy as np

from flows.synth import services as sv
from flows.synth.chance import SCORES, own_chance
from flows.synth.columns import NO_DAY, Columns, store, take
from flows.synth.write import Export

ASSESSED = {sv.COUNCIL: 0.5, sv.LANTERN: 0.5, sv.TRUST: 0.25}
"""Services that send assessments, with the share of begun episodes assessed."""

_ITEMS = (
    "Engagement with frontline services", "Intentional self-harm",
    "Unintentional self-harm", "Stress and anxiety", "Social effectiveness",
    "Alcohol or drug abuse", "Impulse control", "Housing", "Risk to others",
    "Risk from others",
)  # fmt: skip
_RISKS = 2
_STARS = (
    "Drug and alcohol misuse", "Emotional and mental health",
    "Managing tenancy and accommodation", "Offending",
    "Motivation and taking responsibility", "Self-care and living skills",
    "Managing money", "Social networks and relationships", "Physical health",
    "Meaningful use of time",
)  # fmt: skip
_AFTER, _STARRED = 90, 0.6


def store_scores(
    connection: duckdb.DuckDBPyConnection,
    people: Columns,
    episodes: Columns,
    seed: int,
    today: int,
) -> None:
    """Make the tables ``assessments`` and ``stars``: an episode, a day, ten scores."""
    rng = own_chance(seed, SCORES)
    store(connection, "assessments", _assess(people, episodes, rng, today), ("day",))
    store(connection, "stars", _star(people, episodes, rng, today), ("day",))


def _assess(
    people: Columns, episodes: Columns, rng: np.random.Generator, today: int
) -> Columns:
    share = np.zeros(len(sv.SERVICES))
    share[list(ASSESSED)] = list(ASSESSED.values())
    begun = episodes["start"] != NO_DAY
    drawn = rng.random(len(begun)) < share[episodes["service"]]
    day = episodes["start"] + 3
    rows = np.nonzero(begun & drawn & _is_there(people, episodes, day, today))[0]
    severity = people["severity"][episodes["person"][rows]]
    heavy = 1 / (1 + np.exp(-0.9 * (severity - 0.3)))
    scores = rng.binomial(4, heavy[:, None], (len(rows), len(_ITEMS)))
    scores[:, -_RISKS:] *= 2
    columns = {f"score{place}": scores[:, place] for place in range(len(_ITEMS))}
    return {"episode": rows.astype(np.int32), "day": day[rows], **columns}


def _star(
    people: Columns, episodes: Columns, rng: np.random.Generator, today: int
) -> Columns:
    begun = (episodes["service"] == sv.LANTERN) & (episodes["start"] != NO_DAY)
    begun &= rng.random(len(begun)) < _STARRED
    parts = []
    for after in (0, _AFTER):
        day = episodes["start"] + after
        rows = np.nonzero(begun & _is_there(people, episodes, day, today))[0]
        kept = take(episodes, rows)
        well = (kept["ending"] == sv.ENDINGS.index("completed")) * (after > 0)
        level = 0.42 - 0.09 * people["severity"][kept["person"]] + 0.2 * well
        odds = np.clip(level, 0.05, 0.95)[:, None]
        scores = 1 + rng.binomial(9, odds, (len(rows), len(_STARS)))
        # A Star of one height all round would be a fault of its own.
        flat = scores.min(axis=1) == scores.max(axis=1)
        scores[flat, 0] += np.where(scores[flat, 0] < 10, 1, -1)
        columns = {f"score{place}": scores[:, place] for place in range(len(_STARS))}
        parts.append({"episode": rows.astype(np.int32), "day": day[rows], **columns})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _is_there(
    people: Columns, episodes: Columns, day: np.ndarray, today: int
) -> np.ndarray:
    last = np.minimum(people["death"][episodes["person"]], today)
    ended = (episodes["end"] != NO_DAY) & (day > episodes["end"])
    return (day <= last) & ~ended


def _sum(items: tuple[str, ...]) -> str:
    return "(" + " + ".join(f"score{place}" for place in range(len(items))) + ")"


def _known(table: str) -> str:
    """Return SQL of scores with who they are of, one a record and day."""
    return f"""(
        select {table}.*, episodes.person, episodes.service as provider, source_key
        from {table} join episodes using (episode) join records using (record)
        qualify row_number() over (
            partition by record, {table}.day order by episode) = 1)"""


def list_exports() -> list[Export]:
    """Return the assessments and Stars that providers send."""
    sent = [(sv.PROVIDERS[service], "ndt", "Assessment Date") for service in ASSESSED]
    sent.append(("lantern_outreach", "outcomes_star", "Date Completed"))
    return [_scores(provider, layout, date) for provider, layout, date in sent]


def _scores(provider: str, layout: str, date: str) -> Export:
    table, items = ("assessments", _ITEMS) if layout == "ndt" else ("stars", _STARS)
    return Export(
        provider, layout, layout, layout,
        {
            "Client ID": "source_key",
            date: "strftime(day, '%d/%m/%Y')",
            "Total": f"{_sum(items)}::varchar",
            **{item: f"score{place}::varchar" for place, item in enumerate(items)},
        },
        f"{_known(table)} where provider = '{provider}'",
        "episode, day",
    )  # fmt: skip


QUERIES = {
    "assessments": f"""
        select 'ndt' as kind, episode as true_episode_id, person as true_person_id,
            provider, source_key, day as date, {_sum(_ITEMS)}::int as total
        from {_known("assessments")}
        union all
        select 'outcomes_star', episode, person, provider, source_key, day,
            {_sum(_STARS)}::int
        from {_known("stars")}
        order by kind, true_episode_id, date""",
}
"""Truth: one row per assessment or Star."""
