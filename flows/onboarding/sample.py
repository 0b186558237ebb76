"""A sample whose headings nobody has agreed yet, opened with the pipeline's readers.

The one place where onboarding meets the readers. Delimiter, sheet and heading line are
told from the content; what may be a value of a row is never repeated.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from flows.errors import ExportRefused
from flows.onboarding.names import normalise
from flows.reading.archive import unpack
from flows.reading.delimited import read_delimited
from flows.reading.exports import DELIMITED, WORKBOOKS
from flows.reading.text import to_utf8
from flows.reading.workbook import check_unpacked_size, read_workbook

MOST_ROWS = 100_000
_HEAD_BYTES = 500_000
_HEADING_LINES = 20
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


@dataclass(frozen=True)
class Ask:
    """How a sample shall be read.

    Attributes:
        known: every heading of some layout, and every synonym, in normal form.
        sheets: sheets that layouts read, in lower case.
        sheet: the sheet the caller names.
        header_row: the line of the headings, counted from 1, if the caller says so.
    """

    known: frozenset[str]
    sheets: frozenset[str] = frozenset()
    sheet: str | None = None
    header_row: int | None = None


@dataclass(frozen=True)
class Sample:
    """One file (or sheet) of a sample.

    Attributes:
        name: the file's name.
        sheet: the sheet it was read from, if it is a workbook.
        header: its headings, trimmed, in order.
        header_row: the line they stand in.
        rows: at most the first 100,000 rows as text columns ``c0``, ``c1`` ...
        total: lines that should be rows.
        how: how it was read, in words.
    """

    name: str
    sheet: str | None
    header: tuple[str, ...]
    header_row: int
    rows: pa.Table
    total: int
    how: str


def open_samples(path: Path, ask: Ask) -> list[Sample]:
    """Open a file, or every readable file of a zip.

    Raises:
        ExportRefused: no such file, nothing in it can be read, or no line is one of
            headings.
    """
    if not path.is_file():
        raise ExportRefused("no_file", f"There is no file {path}.")
    members = list(unpack(path.name, path.read_bytes()))
    readable = DELIMITED | WORKBOOKS
    found = [(n, c) for n, c in members if PurePath(n).suffix.lower() in readable]
    if not found:
        raise ExportRefused(
            "unknown_kind",
            f"{path.name} holds no file that is read. Kinds that are: "
            f"{', '.join(sorted(readable))}, or a zip of them.",
        )
    return [_open(name, content, ask) for name, content in found]


def _open(name: str, content: bytes, ask: Ask) -> Sample:
    if not content.strip(b"\x00\xef\xbb\xbf \r\n\t"):
        raise ExportRefused("empty_file", f"{name} is empty. Export it again.")
    if PurePath(name).suffix.lower() in WORKBOOKS:
        return _open_workbook(name, content, ask)
    text, _, _ = to_utf8(content, None)
    delimiter, words = _find_delimiter(text)
    row, cells = _find_headings(_split_lines(text, delimiter), ask)
    header, table, _, total, how = read_delimited(content, cells, None, row)
    return _make_sample(name, None, header, row, table, total, f"{how} ({words})")


def _find_delimiter(text: bytes) -> tuple[str, str]:
    """Choose the delimiter under which most lines have the same number of fields."""
    head = text[:_HEAD_BYTES].decode(errors="ignore")
    if len(text) > _HEAD_BYTES:
        head = head.rpartition("\n")[0]
    best = (0.0, 0, "", 0, 0)
    for delimiter in _DELIMITERS:
        widths = _list_widths(head, delimiter)
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        if width > 1:
            share = round(times / len(widths), 2)
            best = max(best, (share, width, delimiter, times, len(widths)))
    share, width, delimiter, times, lines = best
    if not delimiter:
        raise ExportRefused(
            "no_delimiter",
            "Neither comma, semicolon, tab nor pipe divides the lines of this file "
            "into columns. Export it as CSV.",
        )
    return delimiter, f"{times} of the first {lines} lines have {width} fields"


def _list_widths(head: str, delimiter: str) -> list[int]:
    widths = []
    try:
        for row in csv.reader(io.StringIO(head), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) == 200:
                break
    except csv.Error:
        return []
    return widths


def _split_lines(text: bytes, delimiter: str) -> Iterator[list[str]]:
    """Split the first lines into cells, line by line as the pipeline reads headings."""
    for line in text.split(b"\n", _HEADING_LINES)[:_HEADING_LINES]:
        words = line[:1_000_000].decode(errors="replace")
        if words.count('"') % 2:
            yield []
            continue
        try:
            yield next(csv.reader([words], delimiter=delimiter), [])
        except csv.Error:
            yield []


def _open_workbook(name: str, content: bytes, ask: Ask) -> Sample:
    check_unpacked_size(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = _choose_sheet(book.sheet_names, ask)
        cells = book.get_sheet_by_name(sheet).to_python(
            skip_empty_area=False, nrows=_HEADING_LINES
        )
    except (CalamineError, OSError, ValueError) as error:
        raise ExportRefused(
            "unreadable_workbook",
            f"{name} cannot be opened. Save it again as XLSX without a password.",
        ) from error
    row, _ = _find_headings(iter([[str(c) for c in line] for line in cells]), ask)
    header, table, _, total, how = read_workbook(content, sheet, row)
    only = None if len(book.sheet_names) == 1 else sheet
    return _make_sample(name, only, header, row, table, total, how)


def _choose_sheet(names: list[str], ask: Ask) -> str:
    """Take the sheet that was asked for, the only one, or the one a layout reads."""
    if ask.sheet is None and len(names) == 1:
        return names[0]
    wanted = {ask.sheet.casefold()} if ask.sheet else ask.sheets
    found = [name for name in names if name.casefold() in wanted]
    if len(found) == 1:
        return found[0]
    # A sheet may be named after a person: names are not repeated.
    raise ExportRefused(
        "no_such_sheet",
        f"The workbook has {len(names)} sheets, and it is not clear which to read. "
        "Say which: --sheet NAME",
    )


def _find_headings(lines: Iterator[list[str]], ask: Ask) -> tuple[int, list[str]]:
    """Find the line of headings: where most words are known headings.

    One word in five must be known: a row's value may happen to be such a word, and
    then the row's other values would be taken for headings.

    Raises:
        ExportRefused: no line is like that, and the caller names none.
    """
    best, found = 0, (0, [""])
    for number, cells in enumerate(lines, start=1):
        words = [cell.strip() for cell in cells]
        if number == ask.header_row and any(words):
            return number, words
        known = len({normalise(word) for word in words} & ask.known)
        if known > best and 5 * known >= sum(bool(word) for word in words):
            best, found = known, (number, words)
    if ask.header_row is not None or not best:
        # With no heading known, what stands there may be a row: it is not repeated.
        raise ExportRefused(
            "no_headings",
            f"None of the first {_HEADING_LINES} lines is one of headings as layouts "
            "have them. If one is, say which: --header-row N. A file without headings "
            "is not read: export it again with them.",
        )
    return found


def _make_sample(
    name: str,
    sheet: str | None,
    header: list[str],
    row: int,
    table: pa.Table,
    total: int,
    how: str,
) -> Sample:
    headings = tuple(heading.strip() for heading in header)
    rows = table.drop_columns(["_line"]).slice(0, MOST_ROWS)
    return Sample(name, sheet, headings, row, rows, total, how)
