"""Receipts: what became of an export, for the person at the provider who can fix it."""

from flows.receipts.facts import (
    Counts,
    Past,
    Problem,
    Receipt,
    RowFault,
    Why,
    collect_problems,
    sort_problems,
    spell_row_id,
)
from flows.receipts.write import Written, write_receipt

__all__ = [
    "Counts",
    "Past",
    "Problem",
    "Receipt",
    "RowFault",
    "Why",
    "Written",
    "collect_problems",
    "sort_problems",
    "spell_row_id",
    "write_receipt",
]
