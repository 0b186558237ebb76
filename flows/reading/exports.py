"""One way in for every kind of file: bytes in, text columns and faults out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import pyarrow as pa

from flows.errors import ExportRefused
from flows.mappings import Mapping
from flows.reading.delimited import read_delimited
from flows.reading.faults import Fault
from flows.reading.opened import Opened
from flows.reading.workbook import open_workbook

DELIMITED = {".csv", ".txt", ".tsv"}
WORKBOOKS = {".xlsx", ".xls", ".ods"}


@dataclass(frozen=True)
class Reading:
    """A file read, before any of its values is judged.

    Attributes:
        columns: one text column per expected heading, in the order asked for, then
            ``_line`` (line in the file, or row in the sheet; the first is 1).
        faults: lines that cannot be rows, and remarks on how the file was read.
        rows: lines that should be rows; ``columns`` has those without a fault.
        how: how the file was read, in words, for the provider.
    """

    columns: pa.Table
    faults: tuple[Fault, ...]
    rows: int
    how: str


def read_export(
    content: bytes,
    file_name: str,
    headings: Sequence[str],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int = 1,
) -> Reading:
    """Read a delimited text file or a workbook whose headings are known.

    Args:
        content: the whole file.
        file_name: only its ending is used, to tell the kind.
        headings: exactly the headings the layout has, in any order in the file.
        encoding: what the provider declared; otherwise told from the bytes.
        sheet: the sheet of a workbook.
        header_row: the row that holds the headings, counted from 1.

    Raises:
        ExportRefused: unknown kind, no content, unreadable, headings that are not
            the layout's (both differences are listed).
    """
    if not content.strip(b"\x00\xef\xbb\xbf \r\n\t"):
        raise ExportRefused("empty_file", "The file is empty. Export it again.")
    suffix = PurePath(file_name).suffix.lower()
    if suffix in DELIMITED:
        header, table, faults, rows, how = read_delimited(
            content, headings, encoding, header_row
        )
    elif suffix in WORKBOOKS:
        opened = open_workbook(io.BytesIO(content), sheet, header_row)
        table = _gather(opened)
        header, faults, how = opened.header, opened.faults, opened.how
        rows = opened.rows
    else:
        raise ExportRefused(
            "unknown_kind",
            f"Files ending in {suffix or 'nothing'} are not read. Send one of: "
            f"{', '.join(sorted(DELIMITED | WORKBOOKS))}.",
        )
    order = match_headings(header, headings, header_row)
    columns = {name: table.column(place) for name, place in order.items()}
    columns["_line"] = table.column("_line")
    return Reading(pa.table(columns), tuple(faults), rows, how)


def read_mapped(content: bytes, file_name: str, mapping: Mapping) -> Reading:
    """Read a file as the export its mapping says it is.

    Raises:
        ExportRefused: see :func:`read_export`.
    """
    return read_export(
        content,
        file_name,
        mapping.file.headers,
        encoding=mapping.provider.encoding,
        sheet=mapping.file.sheet,
        header_row=mapping.file.header_row,
    )


def match_headings(
    found: Sequence[str], expected: Sequence[str], line: int
) -> dict[str, int]:
    """Find each expected heading in the file, whatever the case or the order.

    Returns:
        heading as the layout writes it -> its place in the file, counted from 0.

    Raises:
        ExportRefused: headings missing, unknown or given twice.
    """
    places: dict[str, int] = {}
    twice = []
    for place, name in enumerate(found):
        folded = name.strip().casefold()
        if folded in places:
            twice.append(name.strip())
        places[folded] = place
    missing = [name for name in expected if name.casefold() not in places]
    known = {name.casefold() for name in expected}
    unknown = [name.strip() for name in found if name.strip().casefold() not in known]
    if 2 * len(missing) > len(expected):
        # What stands here may be a row: its words are not repeated.
        raise ExportRefused(
            "wrong_header",
            f"This line is not the layout's header: {len(expected) - len(missing)} of "
            f"{len(expected)} headings are there; missing {_listed(missing)}. Export "
            "again with the agreed headings as the first line.",
            line=line,
        )
    if missing or unknown or twice:
        raise ExportRefused(
            "wrong_header", _header_words(missing, unknown, twice), line=line
        )
    return {name: places[name.casefold()] for name in expected}


def _gather(opened: Opened) -> pa.Table:
    """Put all batches into one table; a sheet without rows has empty columns."""
    names = [f"c{place}" for place in range(len(opened.header))]
    fields = [(name, pa.string()) for name in names] + [("_line", pa.int64())]
    return pa.Table.from_batches(opened.batches, pa.schema(fields))


def _header_words(missing: list[str], unknown: list[str], twice: list[str]) -> str:
    parts = []
    if missing:
        parts.append(f"missing {_listed(missing)}")
    if unknown:
        parts.append(f"not expected {_listed(unknown)}")
    if twice:
        parts.append(f"given twice {_listed(twice)}")
    return (
        f"The headings are not the layout's: {'; '.join(parts)}. Export with the "
        "agreed columns, or agree a change and put it in the provider file "
        "(columns, ignored, not_collected)."
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name[:60]) for name in names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")
