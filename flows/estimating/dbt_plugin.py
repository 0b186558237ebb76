"""What dbt gives DuckDB before it builds: ``estimate_hidden``, for a model to call.

The profile names this module. It opens no file and no connection: it adds one function
to the connection that dbt has made, so a mart stays SQL and its statistics stay Python.
"""

from __future__ import annotations

import math
from typing import Any

import duckdb
import numpy as np
from dbt.adapters.duckdb.plugins import BasePlugin

from flows.estimating.hidden import estimate_hidden

SECTORS = ("homelessness", "drugs", "offending", "mental health")
"""The four lists, in the order of the digits of a history."""

_COLUMNS = {
    "total_low": "BIGINT",
    "total": "BIGINT",
    "total_high": "BIGINT",
    "best_model_low": "BIGINT",
    "best_model_total": "BIGINT",
    "best_model_high": "BIGINT",
    "best_model_words": "VARCHAR",
    "span_low": "BIGINT",
    "span_high": "BIGINT",
    "models_count": "BIGINT",
    "models_near_count": "BIGINT",
    "chao_lower_bound": "BIGINT",
}


class Plugin(BasePlugin):
    """Adds our functions to a connection of dbt's."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Add ``estimate_hidden(counts, highest_term, near)``.

        Args:
            conn: the connection; its cursors share what is added.
        """
        conn.create_function(
            "estimate_hidden",
            estimate_row,
            [
                duckdb.list_type(duckdb.type("BIGINT")),
                duckdb.type("INTEGER"),
                duckdb.type("INTEGER"),
            ],
            duckdb.struct_type(
                {name: duckdb.type(kind) for name, kind in _COLUMNS.items()}
            ),
        )


def estimate_row(counts: list[int], highest_term: int, near: int) -> dict[str, Any]:
    """Estimate one place and period, in whole people, as the columns of a struct.

    Args:
        counts: people by history of the four sectors, 1111 first and 0001 last.
        highest_term: most lists that a model may let depend on one another.
        near: models within this much AIC of the least are near the best.
    """
    found = estimate_hidden(
        np.array(counts, dtype=float), SECTORS, highest_term, float(near)
    )
    bound = found.chao_lower_bound
    return {
        "total_low": round(found.averaged.low),
        "total": round(found.averaged.middle),
        "total_high": round(found.averaged.high),
        "best_model_low": round(found.best.low),
        "best_model_total": round(found.best.middle),
        "best_model_high": round(found.best.high),
        "best_model_words": found.best_words,
        "span_low": round(found.span[0]),
        "span_high": round(found.span[1]),
        "models_count": found.models_count,
        "models_near_count": found.models_near_count,
        "chao_lower_bound": None if math.isnan(bound) else round(bound),
    }
