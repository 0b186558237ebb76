"""The model of a table as a file: what was fitted, from how much; no term counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from flows.errors import LinkageError
from flows.linkage.tables.fit import Fit
from flows.linkage.tables.method import Method

_FORMAT = "commonground table model 1"


def write_model(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    method: Method,
    fit: Fit,
    seed: int,
) -> None:
    """Write a fitted model.

    Args:
        connection: holds ``given``, whose rows are hashed.
        path: the JSON file.
        method: what was compared.
        fit: what came of it.
        seed: drew the random pairs.
    """
    hashed = connection.execute(
        "select md5(string_agg(md5(given::varchar), '' order by n)) from given"
    ).fetchall()[0][0]
    content = {
        "format": _FORMAT,
        "probability_two_random_records_match": fit.prior,
        "fitted_from": {
            "records_hash": hashed,
            "pairs_taken_for_one_person": fit.same_pairs,
            "random_pairs": fit.random_pairs,
            "seed": seed,
        },
        "blocking_rules": [list(rule.keys) for rule in method.policy.blocking],
        "settings": fit.settings,
    }
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(
        json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    aside.replace(path)


def read_model(path: Path, method: Method, settings: Path) -> float:
    """Read a model for a table and write its settings where scoring finds them.

    Args:
        path: a file of :func:`write_model`.
        method: what is compared in this table.
        settings: the file to write Splink's settings to.

    Returns:
        The chance that two records are one person.

    Raises:
        LinkageError: no such model, or it is of a table with other columns.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise LinkageError(f"There is no model that can be read at {path}.") from None
    if content.get("format") != _FORMAT:
        raise LinkageError(
            f"{path} is no model of 'commonground link train'. Train one with the same "
            "column map."
        )
    trained = content["settings"]["comparisons"]
    held = {_describe(comparison): comparison for comparison in trained}
    wanted = set(method.comparisons)
    if missing := sorted(wanted - {c["output_column_name"] for c in trained}):
        raise LinkageError(
            f"The model {path} was trained without {', '.join(missing)}, which this "
            "table has. Train it again with this column map."
        )
    kept = [c for c in held.values() if c["output_column_name"] in wanted]
    text = json.dumps({**content["settings"], "comparisons": kept})
    settings.write_text(text, encoding="utf-8")
    return float(content["probability_two_random_records_match"])


def _describe(comparison: dict[str, Any]) -> str:
    return str(comparison["output_column_name"])
