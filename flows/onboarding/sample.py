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
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from flows.errors import ExportRefused
from flows.onboarding.names import normalise
from flows.reading.archive import is_named_archive, open_archive
from flows.reading.exports import open_export, tell_kind
from flows.reading.opened import Opened
from flows.reading.text import find_encoding, read_text
from flows.reading.workbook import list_sheets, peek_rows

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


def open_samples(path: Path, ask: Ask) -> tuple[list[Sample], list[str]]:
    """Open a file, or every file of a zip whose kind is read.

    Returns:
        the samples, and the names of files left out because their kind is not read.

    Raises:
        ExportRefused: no such file, nothing in it is of a kind that is read, a file
            that cannot be read, or no line is one of headings.
    """
    if not path.is_file():
        raise ExportRefused("no_file", f"There is no file {path}.")
    with path.open("rb") as file:
        if not is_named_archive(path.name):
            return [_open(path.name, file, ask)], []
        return _open_members(file, path.name, ask)


def _open_members(
    file: BinaryIO, archive: str, ask: Ask
) -> tuple[list[Sample], list[str]]:
    samples, unread = [], []
    for name, member, _ in open_archive(file, archive):
        try:
            samples.append(_open(name, io.BytesIO(member.read()), ask))
        except ExportRefused as refusal:
            if refusal.rule != "unknown_kind":
                raise
            unread.append(name)
    if not samples:
        raise ExportRefused(
            "unknown_kind",
            f"None of the {len(unread)} files in {archive} is of a kind that is read. "
            "Pack CSV, XLSX, ODS, XML, JSON lines or Parquet files.",
        )
    return samples, unread


def _open(name: str, file: BinaryIO, ask: Ask) -> Sample:
    kind = tell_kind(file, name)
    if kind == "workbook":
        return _open_workbook(name, file, ask)
    if kind != "delimited":
        opened = open_export(file, name, [])
        return _make_sample(name, None, opened, opened.how)
    head = b""
    for piece in read_text(file, find_encoding(file, None)):
        head += piece
        if len(head) > _HEAD_BYTES:
            break
    if not head.strip():
        raise ExportRefused("empty_file", f"{name} is empty. Export it again.")
    delimiter, words = _find_delimiter(head)
    row, cells = _find_headings(_split_lines(head, delimiter), ask)
    opened = open_export(file, name, cells, header_row=row)
    return _make_sample(name, None, opened, f"{opened.how} ({words})")


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


def _open_workbook(name: str, file: BinaryIO, ask: Ask) -> Sample:
    sheets = list_sheets(file)
    sheet = _choose_sheet(sheets, ask)
    lines = peek_rows(file, sheet, _HEADING_LINES)
    row, _ = _find_headings(iter(lines), ask)
    opened = open_export(file, name, [], sheet=sheet, header_row=row)
    only = None if len(sheets) == 1 else sheet
    return _make_sample(name, only, opened, opened.how)


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


def _make_sample(name: str, sheet: str | None, opened: Opened, how: str) -> Sample:
    """Read the first rows; of the others only how many there are."""
    width = len(opened.header)
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(width)])
    kept: list[pa.RecordBatch] = []
    for batch in opened.batches:
        if sum(part.num_rows for part in kept) < MOST_ROWS:
            kept.append(batch.select(schema.names))
    rows = pa.Table.from_batches(kept, schema).slice(0, MOST_ROWS)
    headings = tuple(heading.strip() for heading in opened.header)
    return Sample(name, sheet, headings, opened.line, rows, opened.rows, how)
