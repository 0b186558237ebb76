"""Write a receipt in its three forms, whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple, TextIO

from flows.errors import PipelineError
from flows.receipts.csv import write_csv
from flows.receipts.facts import Receipt
from flows.receipts.html import render_html
from flows.receipts.json import write_json

_SHORT_ID = 8


class Written(NamedTuple):
    """Where the three forms of a receipt rest."""

    html: Path
    csv: Path
    json: Path


def write_receipt(folder: Path, receipt: Receipt) -> Written:
    """Write a receipt as ``<day>_<kind>_<export id short>.{html,csv,json}``.

    The same receipt gives the same bytes. Nothing is shown under its name before it is
    whole.

    Args:
        folder: the provider's outbox, or where files wait for it; it exists.
        receipt: what to write; its faults are iterated twice.

    Raises:
        PipelineError: the faults iterated are not those counted.
    """
    paths = name_files(folder, receipt)
    page = render_html(receipt, paths.csv.name, paths.json.name)
    aside = Written(*(path.with_name(f".{path.name}.part") for path in paths))
    counted = sum(problem.listed for problem in receipt.problems)
    try:
        aside.html.write_text(page, encoding="utf-8", errors="replace")
        # The mark at its start is how a spreadsheet knows the letters are UTF-8.
        with _open(aside.csv, "utf-8-sig", newline="") as file:
            _check_count(receipt, counted, write_csv(file, receipt))
        with _open(aside.json, "utf-8", newline=None) as file:
            _check_count(receipt, counted, write_json(file, receipt))
        for part, path in zip(aside, paths, strict=True):
            part.replace(path)
    finally:
        for part in aside:
            part.unlink(missing_ok=True)
    return paths


def name_files(folder: Path, receipt: Receipt) -> Written:
    """Name the three files of a receipt."""
    kind = re.sub(r"[^A-Za-z0-9_-]", "_", receipt.kind) or "file"
    short = receipt.export_id.replace("-", "")[:_SHORT_ID]
    stem = f"{receipt.export_day.isoformat()}_{kind}_{short}"
    return Written(*(folder / f"{stem}.{ending}" for ending in Written._fields))


def _open(path: Path, encoding: str, newline: str | None) -> TextIO:
    """Open for text; what no encoding can hold (half a letter) becomes a mark."""
    return path.open("w", encoding=encoding, errors="replace", newline=newline)


def _check_count(receipt: Receipt, counted: int, written: int) -> None:
    if counted != written:
        raise PipelineError(
            f"Receipt of export {receipt.export_id}: {counted} faults were counted and "
            f"{written} listed. Nothing was written under its name."
        )
