"""Workbooks (XLSX, XLS, ODS) through calamine, every cell as the text a person sees.

The library holds the whole sheet; from it rows are taken batch by batch, and each
batch is turned into text by column, since a column mostly holds one kind of cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineError, CalamineWorkbook

from flows.errors import ExportRefused
from flows.reading.batch import (
    find_long,
    join_slices,
    remark_once,
    text_batch,
    write_numbers,
)
from flows.reading.damage import ZIP_DAMAGED
from flows.reading.locked import is_locked
from flows.reading.old_workbook import check_old_workbook
from flows.reading.opened import Opened
from flows.reading.sheet_size import check_workbook_size

_MOST_ROWS = 1_048_576
_MOST_COLUMNS = 16_384
# So few that the rows of a slice are still in the processor's cache.
_SLICE_ROWS = 5_000
# A workbook keeps fifteen digits of a number; what is longer ends in zeros.
_LARGEST_EXACT = 10**15


def open_workbook(file: BinaryIO, sheet: str | None, header_row: int) -> Opened:
    """Open one sheet of a workbook.

    A formula gives the value it had when the workbook was saved. Rows that are empty
    are not rows. The sheet's row is ``_line``.

    Args:
        file: the workbook, seekable.
        sheet: the sheet's name; without it, the workbook must have only one.
        header_row: the row that holds the headings, counted from 1.

    Raises:
        ExportRefused: not a workbook, locked with a password, far larger than it
            should be, no such sheet, no header row.
    """
    with _refuse_damaged():
        workbook = _open(file)
        name = _choose_sheet(workbook.sheet_names, sheet)
        cells = workbook.get_sheet_by_name(name)
        _check_reach(cells.end)
        rows = iter(cells.iter_rows()) if cells.start else iter(())
        found = next(islice(rows, header_row - 1, None), [])
    header = [_as_text(cell) for cell in found]
    while header and not header[-1].strip():
        header.pop()
    if not header:
        raise ExportRefused(
            "wrong_header",
            f"Sheet {name!r} has no headings in row {header_row}.",
            line=header_row,
        )
    opened = Opened(header, header_row, f"workbook, sheet {name!r}", iter(()))
    opened.batches = join_slices(_give_slices(rows, opened))
    return opened


def list_sheets(file: BinaryIO) -> list[str]:
    """Name the sheets of a workbook, in its order.

    Raises:
        ExportRefused: see :func:`open_workbook`.
    """
    with _refuse_damaged():
        return list(_open(file).sheet_names)


def peek_rows(file: BinaryIO, sheet: str, most: int) -> list[list[str]]:
    """Give the first rows of a sheet as text, to look for its headings.

    Raises:
        ExportRefused: see :func:`open_workbook`.
    """
    with _refuse_damaged():
        cells = _open(file).get_sheet_by_name(_choose_sheet([sheet], sheet))
        rows = islice(cells.iter_rows(), most) if cells.start else iter(())
        return [[_as_text(cell) for cell in row] for row in rows]


def _open(file: BinaryIO) -> CalamineWorkbook:
    if is_locked(file):
        raise ExportRefused(
            "password_protected",
            "The workbook is locked with a password. Save it without one; the way it "
            "is sent keeps it safe.",
        )
    check_workbook_size(file)
    check_old_workbook(file)
    file.seek(0)
    return CalamineWorkbook.from_filelike(file)


@contextmanager
def _refuse_damaged() -> Iterator[None]:
    try:
        yield
    except (CalamineError, *ZIP_DAMAGED) as error:
        raise ExportRefused(
            "unreadable_workbook",
            "The workbook cannot be opened: it is damaged or not a workbook. Save it "
            "again as XLSX.",
        ) from error


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


def _check_reach(end: tuple[int, int] | None) -> None:
    if end and (end[0] >= _MOST_ROWS or end[1] >= _MOST_COLUMNS):
        raise ExportRefused(
            "sheet_too_large",
            f"A cell stands in row {end[0] + 1}, column {end[1] + 1}, where no sheet "
            "has one. Save the workbook again in a spreadsheet program.",
        )


def _give_slices(rows: Iterator[list[Any]], opened: Opened) -> Iterator[pa.RecordBatch]:
    width, first = len(opened.header), opened.line + 1
    while taken := list(islice(rows, _SLICE_ROWS)):
        texts = []
        for place, cells in enumerate(zip(*taken, strict=True)):
            written, long = _write_column(cells)
            if place >= width:
                _remark_on_beyond(opened, written, first)
                continue
            texts.append(written)
            if long is not None:
                remark_once(opened, first + long, opened.header[place], "long_number")
        lines = pa.array(range(first, first + len(taken)), pa.int64())
        kept = text_batch(texts, lines)
        blank = _are_blank(texts)
        if pc.any(blank).as_py():
            kept = kept.filter(pc.invert(blank))
        opened.rows += kept.num_rows
        first += len(taken)
        yield kept


def _write_column(cells: tuple[Any, ...]) -> tuple[pa.Array, int | None]:
    """Write one column's cells of a slice as text.

    Returns:
        the texts, and the place of the first number with more digits than a workbook
        keeps.
    """
    kinds = set(map(type, cells))
    if kinds == {str}:
        return pa.array(cells, pa.string()), None
    others = kinds - {str}
    if others == {float} or others == {dt.date}:
        kind = others.pop()
        return _write_kind(cells, kind, is_mixed=str in kinds)
    if bool in kinds and kinds & {float, int}:
        # True equals 1: such a column is written cell by cell.
        return pa.array(list(map(_as_text, cells)), pa.string()), None
    named = {cell: _as_text(cell) for cell in set(cells)}
    return pa.array(list(map(named.__getitem__, cells)), pa.string()), None


def _write_kind(
    cells: tuple[Any, ...], kind: type, *, is_mixed: bool
) -> tuple[pa.Array, int | None]:
    """Write a column of numbers, or of days, that may hold texts besides."""
    chosen = [cell if type(cell) is kind else None for cell in cells]
    values = pa.array(chosen, pa.float64() if kind is float else pa.date32())
    long = find_long(values, _LARGEST_EXACT) if kind is float else None
    written = write_numbers(values) if kind is float else values.cast(pa.string())
    if is_mixed:
        texts = [cell if type(cell) is str else None for cell in cells]
        written = pc.coalesce(pa.array(texts, pa.string()), written)
    return written, long


def _remark_on_beyond(opened: Opened, texts: pa.Array, first: int) -> None:
    """Remark once on cells that stand right of the last heading."""
    place = pc.index(pc.greater(pc.utf8_length(texts), 0), True).as_py()
    if place >= 0:
        remark_once(opened, first + place, "", "beyond_header")


def _as_text(cell: object) -> str:
    """Write a cell as text: whole numbers without a point, dates as ISO dates."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(write_numbers(pa.array([cell]))[0])
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(cell)


def _are_blank(texts: list[pa.Array]) -> pa.Array:
    blank = pc.equal(pc.utf8_trim_whitespace(texts[0]), "")
    for column in texts[1:]:
        if not pc.any(blank).as_py():
            break
        blank = pc.and_(blank, pc.equal(pc.utf8_trim_whitespace(column), ""))
    return blank
