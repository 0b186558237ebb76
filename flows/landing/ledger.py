"""The ledger's entry of an export that has landed."""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.duck import quote_text
from flows.landing.facts import EXPORT_COLUMNS, Export, Landing, copy_out
from flows.mappings import Mapping
from flows.reading.judge import Judgement


def enter_ledger(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    judgement: Judgement,
    landing: Landing,
    folder: Path,
    how: str,
) -> None:
    """Say in the vault, and to the stages without it, what became of an export."""
    vault.execute(
        """
        update vault.exports set
            state = 'landed', layout = $layout, file_kind = $kind, read_as = $how,
            rows_in = $rows, rows_landed = $landed, rows_quarantined = $quarantined,
            rows_unchanged = $unchanged, rows_withdrawn = $withdrawn,
            rows_warned = $warned
        where export_id = $export
        """,
        {
            "layout": mapping.layout,
            "kind": mapping.file_kind,
            "how": how,
            "rows": judgement.rows,
            "landed": landing.landed,
            "quarantined": len(judgement.quarantined),
            "unchanged": landing.unchanged,
            "withdrawn": landing.withdrawn,
            "warned": judgement.warned,
            "export": export.export_id,
        },
    )
    copy_out(
        vault,
        f"select {', '.join(EXPORT_COLUMNS)} from vault.exports "
        f"where export_id = {quote_text(export.export_id)}",
        folder / "_exports.parquet",
    )
