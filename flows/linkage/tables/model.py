"""The model of a table as a file: what was fitted, from how much; no term counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from flows.errors import LinkageError
from flows.linkage.scoring import build_settings
from flows.linkage.tables.fit import Fit
from flows.linkage.tables.levels import PRIOR
from flows.linkage.tables.method import Comparisons
from flows.linkage.tables.pairing import Rule

_FORMAT = "commonground table model 1"


def write_model(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    fit: Fit,
    rules: list[Rule],
    seed: int,
) -> None:
    """Write a fitted model.

    Args:
        connection: holds ``given``, whose rows are hashed.
        path: the JSON file.
        fit: what was fitted.
        rules: which records were compared.
        seed: drew the random pairs.
    """
    hashed = connection.execute(
        "select md5(string_agg(md5(given::varchar), '' order by n)) from given"
    ).fetchall()[0][0]
    content = {
        "format": _FORMAT,
        "fitted_from": {
            "records_hash": hashed,
            "pairs_taken_for_one_person": fit.same_pairs,
            "random_pairs": fit.random_pairs,
            "seed": seed,
        },
        "blocking_rules": [list(keys) for keys in rules],
        "settings": fit.settings,
    }
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(
        json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    aside.replace(path)


def read_model(path: Path, comparisons: Comparisons) -> dict[str, Any]:
    """Read the settings of a model for a table.

    Args:
        path: a file of :func:`write_model`.
        comparisons: what is compared in this table.

    Returns:
        Splink's settings with the model's parameters, for these comparisons alone.

    Raises:
        LinkageError: no such model, or it is of a table with other columns.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise LinkageError(f"There is no model that can be read at {path}.") from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise LinkageError(
            f"{path} is no model of 'commonground link train'. Train one with the same "
            "column map."
        )
    settings = build_settings(comparisons)
    trained = {c["output_column_name"]: c for c in content["settings"]["comparisons"]}
    for place, wanted in enumerate(settings["comparisons"]):
        name = wanted["output_column_name"]
        if _list_levels(trained.get(name)) != _list_levels(wanted):
            raise LinkageError(
                f"The model {path} was trained without {name}, which this table has, "
                "or with another way to compare it. Train it again with this column "
                "map."
            )
        settings["comparisons"][place] = trained[name]
    settings[PRIOR] = content["settings"][PRIOR]
    return settings


def _list_levels(comparison: dict[str, Any] | None) -> list[str]:
    levels = comparison["comparison_levels"] if comparison else []
    return [level["sql_condition"] for level in levels]
