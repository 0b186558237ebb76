"""Splink weighs each pair with the saved model; identifiers stay in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from flows.contracts import read_yaml
from flows.linkage.policy import FOLDER, MODEL, Policy

_AVERAGE_RECORDS = 500


def score_pairs(
    connection: duckdb.DuckDBPyConnection, policy: Policy, model: Path = MODEL
) -> None:
    """Make ``edges`` of ``pairs``: match weight, rule, and whether it is certain.

    Term frequencies are those of the night's records, and the prior follows their
    number. Pairs below ``kept_weight`` are dropped unless certain.

    Args:
        connection: holds ``standard`` and ``pairs``.
        policy: weights and blocking rules.
        model: the saved model.
    """
    rules = ", ".join(
        f"({number}, '{rule.rule}')" for number, rule in enumerate(policy.blocking)
    )
    _score(connection, policy, model)
    connection.execute(
        f"""
        create or replace table edges as
        with weighed as (
            select pairs.*, scores.match_weight as score
            from pairs
            inner join scores on scores.n_l = pairs.l and scores.n_r = pairs.r
        )

        select
            l,
            r,
            -- Weights are sums over many terms: rounding makes them equal every night.
            round(if(
                certain_by is null, score, greatest(score, {policy.certain_weight})
            ), 6) as match_weight,
            coalesce(certain_by, rules.rule_name) as match_rule,
            certain_by is not null as is_certain,
        from weighed
        left join (values {rules}) as rules(rule, rule_name) using (rule)
        where score >= {policy.kept_weight} or certain_by is not null
        order by l, r
        """
    )


def build_settings(comparisons: dict[str, Any] | None = None) -> dict[str, Any]:
    """Splink's settings before training, with the parameters that are written down.

    Args:
        comparisons: in the form of ``comparisons.yml``, which is the default.
    """
    comparisons = comparisons or read_yaml(FOLDER / "comparisons.yml")
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "n",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": 0.0001,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [
            {
                "output_column_name": name,
                "comparison_levels": [
                    {
                        "sql_condition": content["null"],
                        "label_for_charts": "nothing to compare",
                        "is_null_level": True,
                    },
                    *(_build_level(level) for level in content["levels"]),
                ],
            }
            for name, content in comparisons.items()
        ],
    }


def _build_level(level: dict[str, Any]) -> dict[str, Any]:
    built: dict[str, Any] = {
        "sql_condition": level.get("when", "ELSE"),
        "label_for_charts": level["level"],
        "m_probability": level["m"],
        "u_probability": level["u"],
    }
    if "frequency" in level:
        built["tf_adjustment_column"] = level["frequency"]
        built["tf_adjustment_weight"] = 1.0
        built["tf_minimum_u_value"] = 0.00001
        built["disable_tf_exact_match_detection"] = True
    return built


def predict(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any], blocked: str
) -> str:
    """Let Splink weigh the pairs of a table.

    Args:
        connection: holds ``standard``.
        settings: Splink's settings with trained parameters.
        blocked: name of the table of pairs, with columns ``l`` and ``r``.

    Returns:
        The name of Splink's table of scored pairs.
    """
    registered = f"{blocked}_for_splink"
    connection.execute(
        f"create or replace table {registered} as select '0' as match_key, "
        f"l as join_key_l, r as join_key_r from {blocked} order by l, r"
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register("standard"), settings, log_level=None)
    for column, table in _count_terms(connection, settings).items():
        linker.table_management.register_term_frequency_lookup(
            api.register(table), column
        )
    pairs = api.register(registered)
    linker.table_management.register_blocked_pairs_for_predict(pairs)
    scored = linker.inference.predict(
        threshold_match_weight=-1000, warning_mode="never"
    )
    return str(scored.physical_name)


def _count_terms(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]
) -> dict[str, str]:
    """Count how common each name and place is tonight, leaning on the model's average.

    In a small place a name held twice looks common, or rare, by chance alone: so
    many records of average frequency are counted with the night's own.
    """
    tables: dict[str, str] = {}
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not (column := level.get("tf_adjustment_column")):
                continue
            tables[column] = f"terms_{column}"
            average = _AVERAGE_RECORDS * level["u_probability"]
            connection.execute(
                f"create or replace table terms_{column} as select {column}, "
                f"(count(*) + {average}) / "
                f"((select count({column}) from standard) + {_AVERAGE_RECORDS}) "
                f"as tf_{column} from standard where {column} is not null "
                f"group by {column} order by {column}"
            )
    return tables


def _score(connection: duckdb.DuckDBPyConnection, policy: Policy, model: Path) -> None:
    """Make ``scores``; without a single pair there is nothing to ask Splink."""
    counted = connection.execute(
        "select (select count(*) from standard), (select count(*) from pairs)"
    ).fetchone()
    records, blocked = counted or (0, 0)
    if not blocked:
        connection.execute(
            "create or replace table scores (n_l int, n_r int, match_weight double)"
        )
        return
    settings = json.loads(model.read_text(encoding="utf-8"))
    settings["probability_two_random_records_match"] = policy.match_prior(records)
    scored = predict(connection, settings, "pairs")
    connection.execute(
        f"create or replace table scores as select n_l, n_r, match_weight from {scored}"
    )
