"""Why the model weighs two records as it does, level by level, in words."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from flows.linkage.memory import read_notes, recall
from flows.linkage.policy import MODEL, Policy
from flows.linkage.scoring import predict
from flows.linkage.standardise import begin_standard, number_records
from flows.reviewing.policy import ReviewPolicy
from flows.reviewing.sides import say_field

_NOTHING = -1
_FREQUENCY = "mw_tf_adj_"


@dataclass(frozen=True)
class Reason:
    """What one comparison says about two records.

    Attributes:
        name: what is compared.
        words: at which level they agree, and how rare that is here.
        bits: its part of the match weight (log2 of the odds).
        strength: what so many bits mean, in words.
    """

    name: str
    words: str
    bits: float
    strength: str


def standardise_shown(
    connection: duckdb.DuckDBPyConnection, record_ids: Sequence[str]
) -> None:
    """Make ``records``, ``standard`` and ``terms`` for a few records, as last linked.

    Args:
        connection: has the vault attached as ``vault``; reading is enough.
        record_ids: the records that are shown.
    """
    recall(connection)
    number_records(connection)
    connection.execute(
        "create or replace table shown as "
        "select unnest(?::varchar[])::uuid as record_id",
        [list(record_ids)],
    )
    begin_standard(
        connection, "select n from records semi join shown using (record_id)"
    )
    connection.execute("create or replace table terms as from known_terms")


def weigh_pairs(
    connection: duckdb.DuckDBPyConnection,
    policy: Policy,
    review: ReviewPolicy,
    pairs: Sequence[tuple[str, str]],
) -> dict[tuple[str, str], list[Reason]]:
    """Let the saved model explain pairs of records, strongest reason first.

    Last come the odds before anything is compared and what all add up to.

    Weights are those of the last linking, by its yardstick of what is common. A record
    nothing is known of gives no reason.

    Args:
        connection: after :func:`standardise_shown`.
        policy: gives the prior.
        review: says what bits are called.
        pairs: ids of two records each.
    """
    connection.execute(
        "create or replace table asked as "
        "select least(a.n, b.n) as l, greatest(a.n, b.n) as r, wanted.* "
        "from (select unnest(?::varchar[]) as left_id, "
        "unnest(?::varchar[]) as right_id) as wanted "
        "inner join records as a on a.record_id = wanted.left_id::uuid "
        "inner join records as b on b.record_id = wanted.right_id::uuid "
        "semi join standard as s on s.n = a.n semi join standard as t on t.n = b.n",
        [[left for left, _ in pairs], [right for _, right in pairs]],
    )
    if not connection.execute("select 1 from asked limit 1").fetchall():
        return {}
    holders = int(read_notes(connection)["holders"])
    settings = json.loads(MODEL.read_text(encoding="utf-8"))
    settings["probability_two_random_records_match"] = policy.match_prior(holders)
    settings["retain_intermediate_calculation_columns"] = True
    settings["retain_matching_columns"] = True
    scored = predict(connection, settings, "asked")
    cursor = connection.execute(
        f"select asked.left_id, asked.right_id, scored.* from {scored} as scored "
        "inner join asked on asked.l = scored.n_l and asked.r = scored.n_r"
    )
    columns = [column[0] for column in cursor.description or []]
    return {
        (row[0], row[1]): _explain(
            dict(zip(columns, row, strict=True)), settings, review
        )
        for row in cursor.fetchall()
    }


def _explain(
    scored: dict[str, Any], settings: dict[str, Any], review: ReviewPolicy
) -> list[Reason]:
    reasons = []
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        level = scored[f"gamma_{name}"]
        if level == _NOTHING:
            continue
        levels = [
            one["label_for_charts"]
            for one in comparison["comparison_levels"]
            if not one.get("is_null_level")
        ]
        # Splink counts levels from the last, which is 0.
        words = levels[len(levels) - 1 - level]
        rarity = float(scored.get(f"{_FREQUENCY}{name}") or 0)
        bits = float(scored[f"mw_{name}"]) + rarity
        if abs(rarity) >= review.frequency_told:
            words += ", and rare here" if rarity > 0 else ", but common here"
        words = "different" if words == "other" else words
        strength = _say_strength(bits, review)
        reasons.append(Reason(say_field(name), words, round(bits, 1), strength))
    reasons.sort(key=lambda reason: -abs(reason.bits))
    chance = settings["probability_two_random_records_match"]
    prior = math.log2(chance / (1 - chance))
    together = float(scored["match_weight"])
    return [
        *reasons,
        _close("before comparing", f"1 in {1 / chance:,.0f}", prior, review),
        _close("all together", "", together, review),
    ]


def _close(name: str, words: str, bits: float, review: ReviewPolicy) -> Reason:
    return Reason(name, words, round(bits, 1), _say_strength(bits, review))


def _say_strength(bits: float, review: ReviewPolicy) -> str:
    side = "for" if bits > 0 else "against"
    for word, least in review.strengths.items():
        if abs(bits) >= least:
            return side if word == "plainly" else f"{word} {side}"
    return "says nothing"
