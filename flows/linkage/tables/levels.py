"""Which level each comparison of a pair is at, by Splink; and what the levels weigh.

The level of a pair depends on its two records alone. It is found once; while the model
is fitted, only what each level weighs changes. The weight is Splink's: log2 of the
prior odds, plus log2(m / u) of each level, where u of an equal value is how common that
value is.
"""

from __future__ import annotations

from math import log2
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

PRIOR = "probability_two_random_records_match"
# So many records of average frequency are counted with the table's own: in a small
# table a value held twice looks common, or rare, by chance alone.
_AVERAGE_RECORDS = 200


def find_levels(
    connection: duckdb.DuckDBPyConnection,
    settings: dict[str, Any],
    pairs: str,
    levels: str,
) -> None:
    """Add the pairs of a table to a table of levels, made if it is not there.

    Args:
        connection: holds ``standard``.
        settings: Splink's settings.
        pairs: table of pairs, with columns ``l`` and ``r``.
        levels: table of ``l``, ``r`` and for each comparison ``gamma_<name>``, and
            ``terms_<column>``, how common the value is, where that counts.
    """
    registered = f"{pairs}_for_splink"
    connection.execute(
        f"create or replace table {registered} as select '0' as match_key, "
        f"l as join_key_l, r as join_key_r from {pairs} order by l, r"
    )
    names = [c["output_column_name"] for c in settings["comparisons"]]
    terms = _list_terms(settings)
    chosen = ["n_l as l", "n_r as r", *(f"gamma_{name}" for name in names)]
    chosen += [
        f"greatest(tf_{column}_l, tf_{column}_r) as terms_{column}" for column in terms
    ]
    api = DuckDBAPI(connection)
    keeping = {
        **settings,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }
    linker = Linker(api.register("standard"), keeping, log_level=None)
    for column, average in terms.items():
        _count_terms(connection, column, average)
        linker.table_management.register_term_frequency_lookup(
            api.register(f"terms_{column}"), column
        )
    linker.table_management.register_blocked_pairs_for_predict(api.register(registered))
    scored = linker.inference.predict(
        threshold_match_weight=-1000, warning_mode="never"
    )
    query = f"select {', '.join(chosen)} from {scored.physical_name}"
    connection.execute(f"create table if not exists {levels} as {query} limit 0")
    connection.execute(f"insert into {levels} {query}")
    scored.drop_table_from_database_and_remove_from_cache()


def weigh(settings: dict[str, Any]) -> str:
    """SQL of the match weight of a row of levels, with the parameters as they stand."""
    prior = settings[PRIOR]
    parts = [f"{log2(prior / (1 - prior))}"]
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        built = comparison["comparison_levels"][1:]
        cases = []
        for place, level in enumerate(built):
            m, u = level["m_probability"], level["u_probability"]
            weight = f"{log2(m / u)}"
            if column := level.get("tf_adjustment_column"):
                least = level["tf_minimum_u_value"]
                weight = f"log2({m} / greatest(terms_{column}, {least}))"
            cases.append(f" when {len(built) - 1 - place} then {weight}")
        parts.append(f"case gamma_{name}{''.join(cases)} else 0 end")
    return "round(" + " + ".join(parts) + ", 6)"


def _list_terms(settings: dict[str, Any]) -> dict[str, float]:
    """Columns whose values weigh by how common they are -> average frequency."""
    return {
        level["tf_adjustment_column"]: level["u_probability"]
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
        if level.get("tf_adjustment_column")
    }


def _count_terms(
    connection: duckdb.DuckDBPyConnection, column: str, average: float
) -> None:
    connection.execute(
        f"create or replace table terms_{column} as select {column}, "
        f"(count(*) + {_AVERAGE_RECORDS * average}) / "
        f"((select count({column}) from standard) + {_AVERAGE_RECORDS}) "
        f"as tf_{column} from standard where {column} is not null "
        f"group by {column} order by {column}"
    )
