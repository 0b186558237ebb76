"""Workbooks (XLSX, XLS, ODS) through calamine, every cell as the text a person sees."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from typing import BinaryIO

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from flows.errors import ExportRefused
from flows.reading.faults import Fault
from flows.reading.opened import Opened

_LARGEST_UNPACKED = 2 * 1024**3
_LARGEST_RATIO = 200
_MOST_CELLS = 60_000_000
# What a zip or a sheet that is damaged makes the libraries below us raise.
_DAMAGED = (
    CalamineError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
_CELL = re.compile(rb'[:"]([A-Z]{1,3})([0-9]{1,7})"')


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
    except _DAMAGED as error:
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
        if unpacked <= _LARGEST_UNPACKED:
            _check_sheet_size(archive)
    if unpacked > min(_LARGEST_UNPACKED, max(len(content), 65536) * _LARGEST_RATIO):
        raise ExportRefused(
            "unpacks_too_large",
            f"The file of {len(content)} bytes would unpack to {unpacked}.",
        )


def _check_sheet_size(archive: zipfile.ZipFile) -> None:
    """Refuse a sheet whose farthest cell would make a reader ask for a giant table.

    Raises:
        ExportRefused: more cells between the first and the farthest than fit.
    """
    for entry in archive.infolist():
        if not entry.filename.startswith("xl/worksheets/"):
            continue
        rows, columns = 0, b""
        with archive.open(entry) as sheet:
            while block := sheet.read(1 << 20):
                for letters, number in _CELL.findall(block + sheet.read(16)):
                    rows = max(rows, int(number))
                    columns = max(columns, letters, key=lambda name: (len(name), name))
        if rows * _column_number(columns) > _MOST_CELLS:
            raise ExportRefused(
                "sheet_too_large",
                f"A cell in row {rows} stands far from the others. Delete empty rows "
                "and columns behind the table and save again.",
            )


def _column_number(letters: bytes) -> int:
    """Count columns up to the one named: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


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


def open_workbook(file: BinaryIO, sheet: str | None, header_row: int) -> Opened:
    """Open a workbook."""
    header, table, faults, rows, how = read_workbook(file.read(), sheet, header_row)
    batches = iter(table.to_batches())
    return Opened(header, header_row, how, batches, faults, rows)
