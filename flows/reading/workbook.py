"""Workbooks (XLSX, XLS, ODS) through calamine, every cell as the text a person sees."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from flows.errors import ExportRefused
from flows.reading.faults import Fault

_LARGEST_UNPACKED = 2 * 1024**3
_LARGEST_RATIO = 200


def read_workbook(
    content: bytes, sheet: str | None, header_row: int
) -> tuple[list[str], pa.Table, list[Fault], int, str]:
    """Read one sheet of a workbook.

    Args:
        content: the whole file.
        sheet: the sheet's name; without it, the workbook must have only one.
        header_row: the row that holds the headings, counted from 1.

    Returns:
        headings found, all columns as text (by place, then ``_line``), faults (none),
        number of rows, and how it was read.

    Raises:
        ExportRefused: not a workbook, unpacks to far more than it should, no such
            sheet, no header row.
    """
    try:
        check_unpacked_size(content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        name = _choose_sheet(workbook.sheet_names, sheet)
        cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise ExportRefused(
            "unreadable_workbook",
            "The workbook cannot be opened. Save it again as XLSX without a password.",
        ) from error
    if len(cells) < header_row or not any(cells[header_row - 1]):
        raise ExportRefused(
            "wrong_header",
            f"Sheet {name!r} has no headings in row {header_row}.",
            line=header_row,
        )
    header = [_as_text(cell) for cell in cells[header_row - 1]]
    while header and not header[-1].strip():
        header.pop()
    width = len(header)
    texts, lines = [], []
    for place, row in enumerate(cells[header_row:], start=header_row + 1):
        values = [_as_text(cell) for cell in row[:width]]
        if any(value.strip() for value in values):
            texts.append(values + [""] * (width - len(values)))
            lines.append(place)
    columns = {
        f"c{place}": pa.array([row[place] for row in texts], pa.string())
        for place in range(width)
    }
    table = pa.table(columns | {"_line": pa.array(lines, pa.int64())})
    return header, table, [], len(lines), f"workbook, sheet {name!r}"


def check_unpacked_size(content: bytes) -> None:
    """Refuse an archive that would unpack to far more than its size.

    Raises:
        ExportRefused: more than 2 GiB, or more than 200 times the packed size.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > min(_LARGEST_UNPACKED, max(len(content), 65536) * _LARGEST_RATIO):
        raise ExportRefused(
            "unpacks_too_large",
            f"The file of {len(content)} bytes would unpack to {unpacked}.",
        )


def _choose_sheet(names: list[str], wanted: str | None) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    for name in names:
        if wanted is not None and name.casefold() == wanted.casefold():
            return name
    raise ExportRefused(
        "no_such_sheet",
        f"The workbook has sheets {names}; the layout reads {wanted!r}.",
    )


def _as_text(cell: object) -> str:
    """Write a cell as text: whole numbers without a point, dates as ISO dates."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
