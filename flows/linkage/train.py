"""Fit the model: how often each level occurs in pairs of one person and of two.

Run when the data have drifted, not every night: ``model.json`` is a reviewed file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from flows.contracts import read_yaml
from flows.errors import LinkageError
from flows.linkage.fitting import count_levels, set_shares
from flows.linkage.policy import FOLDER, MODEL, Policy, load_policy
from flows.linkage.scoring import build_settings, predict
from flows.linkage.standardise import standardise_records
from flows.linkage.steps import count_rows
from flows.linkage.terms import count_terms

_RANDOM_PAIRS = 1_000_000
_LABELLED_PAIRS = 200_000
_FEWEST_LABELS = 200
# The parameters of comparisons.yml count as so many pairs: a level seen twice in a
# million keeps a sane weight, one seen often is what was seen.
_PRIOR_PAIRS = 20
_LEAST = {"m": 5e-4, "u": 5e-6}


def train(
    connection: duckdb.DuckDBPyConnection,
    seed: int = 1,
    truth: Path | None = None,
    model: Path = MODEL,
) -> dict[str, Any]:
    """Fit m and u and write the model.

    Args:
        connection: an in-memory database with the vault attached as ``vault``.
        seed: draws the random pairs for u.
        truth: Parquet of (provider, source_key, true_person_id) of an invented place.
            Without it, pairs that share an NHS or PNC number are taken for one person,
            wrong numbers included, which makes the model careful; they say nothing of
            records without numbers, whose levels stay as ``comparisons.yml`` has them.
        model: file to write.

    Returns:
        The number of labelled and random pairs used.

    Raises:
        LinkageError: too few pairs to learn from.
    """
    policy = load_policy()
    standardise_records(connection)
    count_terms(connection, build_settings())
    if truth is None:
        _label_by_numbers(connection, policy)
    else:
        _label_by_truth(connection, truth)
    labelled = count_rows(connection, "labelled")
    if labelled < _FEWEST_LABELS:
        raise LinkageError(
            f"{labelled} pairs are known to be one person; training needs "
            f"{_FEWEST_LABELS}. Land more records with NHS or PNC numbers first."
        )
    _draw_pairs(connection, seed)
    settings = build_settings()
    written = read_yaml(FOLDER / "comparisons.yml")
    for side, pairs in (("m", "labelled"), ("u", "drawn")):
        scored = _score_all(connection, settings, pairs)
        for comparison in settings["comparisons"]:
            levels = written[comparison["output_column_name"]]["levels"]
            counts = count_levels(connection, comparison, scored)
            set_shares(comparison, levels, side, counts, _PRIOR_PAIRS, _LEAST[side])
    text = json.dumps(settings, indent=1, sort_keys=True) + "\n"
    model.write_text(text, encoding="utf-8")
    return {"labelled_pairs": labelled, "random_pairs": count_rows(connection, "drawn")}


def _label_by_numbers(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    connection.execute(
        f"""
        create or replace table labelled as
        with told as (
            select kind, identifier
            from identifiers
            where kind in ('nhs_number', 'pnc_number')
            group by kind, identifier
            having count(*) <= {policy.largest_identifier_group}
        ),

        shared as (
            select distinct a.n as l, b.n as r
            from identifiers as a
            semi join told using (kind, identifier)
            inner join identifiers as b
                on b.kind = a.kind and b.identifier = a.identifier and b.n > a.n
        )

        select l, r from shared
        order by hash(hash(l, r)), l, r
        limit {_LABELLED_PAIRS}
        """
    )


def _label_by_truth(connection: duckdb.DuckDBPyConnection, truth: Path) -> None:
    connection.execute(
        """
        create or replace table labelled as
        with known as (
            select records.n, truth.true_person_id
            from read_parquet(?) as truth
            inner join vault.keys as keys
                on keys.provider = truth.provider
                and keys.source_key = truth.source_key
                and keys.kind = 'record'
            inner join records on records.record_id = keys.id::varchar
            inner join standard on standard.n = records.n
        )

        select a.n as l, b.n as r
        from known as a
        inner join known as b on b.true_person_id = a.true_person_id and b.n > a.n
        order by hash(hash(a.n, b.n)), a.n, b.n
        limit ?
        """,
        [str(truth), _LABELLED_PAIRS],
    )


def _draw_pairs(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Draw random pairs: so few of them are one person that it does not matter."""
    records = connection.execute("select n from standard order by n").fetchnumpy()["n"]
    drawn = np.random.default_rng(seed).choice(records, size=(2, _RANDOM_PAIRS))
    drawn.sort(axis=0)
    connection.register("sampled", {"l": drawn[0], "r": drawn[1]})
    connection.execute(
        "create or replace table drawn as "
        "select distinct l, r from sampled where l < r order by l, r"
    )
    connection.unregister("sampled")


def _score_all(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any], pairs: str
) -> str:
    """Let Splink find the level of every comparison; give its table's name."""
    keeping = {
        **settings,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }
    return predict(connection, keeping, pairs)
