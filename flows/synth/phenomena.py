"""Phenomena planted beside crises and failures, in the order they are laid on lives.

Each has a module, a source of chance of its own and files of truth. They change what is
settled already (starts, endings, contacts) and never whether an episode begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from flows.synth import chance, gaming, gaps, hidden, homes, scores, voices
from flows.synth.columns import Columns, store
from flows.synth.plants import Lives

QUERIES = {
    **gaps.QUERIES,
    **gaming.QUERIES,
    **hidden.QUERIES,
    **homes.QUERIES,
    **voices.QUERIES,
    **scores.QUERIES,
}
"""SQL of each file of truth."""

_FOLLOW = """
    delete from goals where episode in (select episode from unmet);
    update goals set day = episodes.start from episodes
    where goals.episode = episodes.episode
"""
"""A goal is set on the day its episode begins, and goes with it."""


@dataclass(frozen=True)
class Planted:
    """What was laid on lives: contacts with Tern's, and rows of tables to come."""

    contacts: Columns
    tables: dict[str, Columns]


def plant_phenomena(
    people: Columns,
    lives: Lives,
    records: Columns,
    contacts: Columns,
    seed: int,
    today: int,
) -> Planted:
    """Move gaps, game Tern's figures, and draw who is hidden, unmet and together.

    Changes starts, ends and endings in place.
    """
    homes.draw_work(people, chance.own_chance(seed, chance.WORK))
    gaps.move_gaps(people, lives, contacts, chance.own_chance(seed, chance.GAPS), today)
    rng = chance.own_chance(seed, chance.GAMING)
    entries = gaming.game_outcomes(people, lives, rng, today)
    contacts = gaming.add_appointments(
        people, lives.episodes, contacts, entries, rng, today
    )
    rng = chance.own_chance(seed, chance.PROVISION)
    unmet = np.nonzero(hidden.find_unmet(people, lives, rng))[0].astype(np.int32)
    rng = chance.own_chance(seed, chance.HOUSEHOLDS)
    tables = {
        "entries": entries,
        "unmet": {"episode": unmet},
        "hidden": hidden.draw_hidden(people, chance.own_chance(seed, chance.HIDDEN)),
        "households": homes.draw_households(people, records, rng),
    }
    return Planted(contacts, tables)


def store_planted(connection: duckdb.DuckDBPyConnection, planted: Planted) -> None:
    """Make the planted tables, once lives are tables, and forget what is not had."""
    for name, rows in planted.tables.items():
        store(connection, name, rows, ("entered",))
    connection.execute(hidden.FORGET)
    connection.execute(gaming.THEN)


def store_told(
    connection: duckdb.DuckDBPyConnection,
    people: Columns,
    episodes: Columns,
    seed: int,
    today: int,
) -> None:
    """Make the tables of what people said and how they scored, once goals are one."""
    connection.execute(_FOLLOW)
    voices.store_voices(connection, seed)
    scores.store_scores(connection, people, episodes, seed, today)
