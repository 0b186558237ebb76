"""How large a workbook really is, measured before anything asks memory for it.

A sheet is kept by the reader as a full rectangle: one cell far away, or one marked as
repeated a million times, asks for more memory than any machine has. And what a zip says
of its own sizes is not believed: every part is unpacked once and counted.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO

from flows.errors import ExportRefused

_LARGEST_UNPACKED = 2 * 1024**3
_LARGEST_RATIO = 200
_MOST_CELLS = 60_000_000
_MOST_ROWS = 1_048_576
_MOST_PARTS = 5_000
_BLOCK = 1 << 20
_LONGEST_ROW = 32 * _BLOCK
# A reference to a column past Z or to a row of seven digits: few tables have many.
_PLAIN_FAR = re.compile(rb'r="([A-Za-z](?:[A-Za-z]+|(?=[0-9]{7}))[0-9]+)')
# The look behind comes second so that the search can leap from one r to the next.
_FAR = re.compile(
    rb"""r(?<=[\s"']r)\s*=\s*["']([A-Za-z]*(?:[A-Za-z]{2}|(?=[0-9]{7}))[0-9]+)"""
)
_COLUMNS_TO_Z = 26
_ROW = re.compile(rb"""r(?<=[\s"']r)\s*=\s*["'][A-Za-z]*([0-9]+)""")
_DATA_STARTS = re.compile(rb"<(?:\w+:)?sheetData(?=[\s/>])")
_DATA_ENDS = re.compile(rb"</(?:\w+:)?sheetData|^\s*/>")
_ROW_TAG = re.compile(rb"[<:]row(?=[\s/>])")
_COLUMNS_REPEATED = re.compile(rb"""number-columns-repeated\s*=\s*["']([0-9]+)""")
_ROWS_REPEATED = re.compile(rb"""number-rows-repeated\s*=\s*["']([0-9]+)""")


def check_workbook_size(file: BinaryIO) -> None:
    """Refuse a zipped workbook (XLSX, ODS) that would ask for far too much memory.

    Args:
        file: the workbook, seekable; anything that is not a zip is left alone.

    Raises:
        ExportRefused: unpacks to more than 2 GiB or 200 times its size; a sheet with
            more than 60 million cells up to its farthest, or rows no sheet has.
    """
    packed = file.seek(0, 2)
    if not zipfile.is_zipfile(file):
        return
    left = min(_LARGEST_UNPACKED, max(packed, 1 << 16) * _LARGEST_RATIO)
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS:
            raise _too_large(f"It has {len(parts)} parts")
        for entry in parts:
            # Read to the real end, whatever the entry says of its size; and past what
            # may be unpacked, so that the count and not a checksum stops it.
            entry.file_size = left + 2 * _BLOCK
            with archive.open(entry) as part:
                left -= _check_part(entry.filename, part, left)


def _check_part(name: str, part: IO[bytes], left: int) -> int:
    """Measure one part of a workbook; give its unpacked bytes."""
    blocks = _Counted(part, left)
    measure = _measure_ods if name == "content.xml" else _measure_xlsx
    rows, columns = measure(blocks)
    if measure is _measure_xlsx and columns * _MOST_ROWS > _MOST_CELLS:
        # Only for a wide sheet does it matter which row exactly is the last.
        part.seek(0)
        rows = max(rows, _last_row(_Counted(part, left)))
    if rows > _MOST_ROWS or rows * columns > _MOST_CELLS:
        raise _too_large(f"A sheet reaches to row {rows} and column {columns}")
    return blocks.total


class _Counted:
    """The blocks of a part, counted against what may still be unpacked."""

    def __init__(self, part: IO[bytes], left: int) -> None:
        self.part, self.left, self.total = part, left, 0

    def __iter__(self) -> Iterator[bytes]:
        while block := self.part.read(_BLOCK):
            self.total += len(block)
            if self.total > self.left:
                raise ExportRefused(
                    "unpacks_too_large",
                    "The workbook unpacks to far more than its size. Save it again "
                    "in a spreadsheet program.",
                )
            yield block


def _measure_xlsx(blocks: _Counted) -> tuple[int, int]:
    """Give the rows and columns a sheet may reach: by its references and its tags."""
    rows, columns, before = 0, _COLUMNS_TO_Z, 0
    for text in _sheet_data(blocks):
        is_plain = b":" not in text or b":c" not in text
        if is_plain and text.count(b"<c") == text.count(b'<c r="'):
            # As nearly every program writes it: each cell names its place.
            found, before = _PLAIN_FAR.findall(text), 0
        else:
            found = _FAR.findall(text)
            tags, before, widest = _count_cells(text, before)
            rows, columns = rows + tags, max(columns, widest)
        for reference in found:
            letters = reference.rstrip(b"0123456789")
            columns = max(columns, _column_number(letters))
            rows = max(rows, _as_number(reference[len(letters) :]))
    return rows, columns


def _count_cells(text: bytes, before: int) -> tuple[int, int, int]:
    """Count row tags, the cells after the last, and the most between any two.

    A cell without a reference stands one right of the one before.
    """
    pieces = _ROW_TAG.split(text)
    counts = [piece.count(b"<c") + piece.count(b":c") for piece in pieces]
    counts[0] += before
    return len(counts) - 1, counts[-1], max(counts)


def _last_row(blocks: _Counted) -> int:
    """Give the highest row number that any row or cell of a sheet names."""
    last = 0
    for text in _sheet_data(blocks):
        last = max(last, 0, *map(_as_number, _ROW.findall(text)))
    return last


def _sheet_data(blocks: _Counted) -> Iterator[bytes]:
    """Give the rows of a sheet, each piece up to the end of a tag; else nothing."""
    rest, is_inside, is_over = b"", False, False
    for block in blocks:
        if is_over:
            continue
        text = rest + block
        cut = text.rfind(b">") + 1
        text, rest = text[:cut], text[cut:]
        if len(rest) > _LONGEST_ROW:
            raise _too_large("A part holds no tag for 32 MiB")
        if b"sheetData" in text:
            if not is_inside and (start := _DATA_STARTS.search(text)):
                is_inside, text = True, text[start.end() :]
            if is_inside and (end := _DATA_ENDS.search(text)):
                is_over, text = True, text[: end.start()]
        if is_inside:
            _check_plain(text)
            yield text


def _check_plain(text: bytes) -> None:
    if b"!" in text and b"<!" in text:
        raise ExportRefused(
            "unreadable_workbook",
            "A sheet holds comments or raw sections, which spreadsheet programs do "
            "not write. Save it again in a spreadsheet program.",
        )


def _measure_ods(blocks: _Counted) -> tuple[int, int]:
    """Give the rows and columns of an ODS, repeats counted, empty ends left out."""
    rows, pending, columns, rest = 0, 0, 0, b""
    for block in blocks:
        *pieces, rest = (rest + block).split(b"<table:table-row")
        if len(rest) > _LONGEST_ROW:
            raise _too_large("A row is longer than 32 MiB")
        for piece in pieces:
            repeat = _first_number(_ROWS_REPEATED, piece)
            width = _ods_width(piece)
            pending += repeat
            if width:
                rows, pending = rows + pending, 0
                columns = max(columns, width)
    width = _ods_width(rest)
    if width:
        rows += pending + _first_number(_ROWS_REPEATED, rest)
    return rows, max(columns, width)


def _ods_width(row: bytes) -> int:
    """Count a row's cells up to the last with a value, repeats counted."""
    last = max(row.rfind(b"office:value"), row.rfind(b"<text:"))
    if last < 0:
        return 0
    upto = row[: row.find(b">", last) + 1]
    cells = upto.count(b"table-cell")
    return cells + sum(map(_as_number, _COLUMNS_REPEATED.findall(upto)))


def _first_number(pattern: re.Pattern[bytes], text: bytes) -> int:
    found = pattern.search(text)
    return _as_number(found[1]) if found else 1


def _as_number(digits: bytes) -> int:
    """Read a number; one of more than ten digits is far beyond any sheet anyway."""
    return int(digits.lstrip(b"0")[:10] or 0)


def _column_number(letters: bytes) -> int:
    """Count columns up to the one named: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters[:6].upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large(found: str) -> ExportRefused:
    return ExportRefused(
        "sheet_too_large",
        f"{found}; that is more than is read. Delete empty rows and columns behind "
        "the table and save again.",
    )
