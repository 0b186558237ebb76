"""Splink weighs each pair with the saved model; identifiers stay in memory."""

from __future__ import annotations

from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from flows.contracts import read_yaml
from flows.linkage.policy import FOLDER, Policy
from flows.linkage.steps import count_rows
from flows.linkage.terms import list_terms


def score_pairs(
    connection: duckdb.DuckDBPyConnection, policy: Policy, settings: dict[str, Any]
) -> None:
    """Make ``weighed`` of ``pairs``: weight, rule, certainty and kind of evidence.

    Term frequencies are those of ``terms``. Pairs below ``kept_weight`` are dropped
    unless certain.

    Args:
        connection: holds ``standard``, ``pairs``, ``certain_pairs`` and ``terms``.
        policy: weights and blocking rules.
        settings: Splink's settings with trained parameters and prior.
    """
    rules = ", ".join(
        f"({number}::utinyint, '{rule}')"
        for number, rule in enumerate(policy.name_rules())
    )
    _score(connection, settings)
    connection.execute(
        f"""
        create or replace table weighed as
        with kept as (
            select
                pairs.l,
                pairs.r,
                pairs.rule,
                scores.match_weight as score,
                coalesce(certain_pairs.is_certain, false) as is_certain,
            from pairs
            inner join scores on scores.n_l = pairs.l and scores.n_r = pairs.r
            left join certain_pairs
                on certain_pairs.l = pairs.l and certain_pairs.r = pairs.r
            where scores.match_weight >= {policy.kept_weight}
                or certain_pairs.is_certain
        )

        select
            kept.l,
            kept.r,
            -- Weights are sums over many terms: rounding makes them equal every night.
            round(if(
                is_certain, greatest(score, {policy.certain_weight}), score
            ), 6) as match_weight,
            rules.rule_name as match_rule,
            is_certain,
            -- As strong as the weaker of the two records.
            {policy.evidence_of_pair("a.evidence", "b.evidence")} as evidence,
        from kept
        inner join (values {rules}) as rules(rule, rule_name) using (rule)
        inner join standard as a on a.n = kept.l
        inner join standard as b on b.n = kept.r
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
    for column, table in list_terms(connection, settings).items():
        linker.table_management.register_term_frequency_lookup(
            api.register(table), column
        )
    pairs = api.register(registered)
    linker.table_management.register_blocked_pairs_for_predict(pairs)
    scored = linker.inference.predict(
        threshold_match_weight=-1000, warning_mode="never"
    )
    return str(scored.physical_name)


def _score(connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]) -> None:
    """Make ``scores``; without a single pair there is nothing to ask Splink."""
    if not count_rows(connection, "pairs"):
        connection.execute(
            "create or replace table scores (n_l int, n_r int, match_weight double)"
        )
        return
    scored = predict(connection, settings, "pairs")
    connection.execute(
        f"create or replace table scores as select n_l, n_r, match_weight from {scored}"
    )
