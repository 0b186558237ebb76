"""Delimited text: find every record's line before anything is parsed, piece by piece.

Parsers swallow lines after a quote that is never closed, and count wrong lines wrongly.
So the bytes are audited first: which lines make a record, how many fields each has.
Only records that are sound are parsed, and their number must come out again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from flows.errors import ExportRefused
from flows.reading.faults import Fault
from flows.reading.opened import Opened
from flows.reading.records import Flags, Records, find_records
from flows.reading.text import find_encoding, read_text

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_LONGEST_HEADER = 1_000_000
_LONGEST_LINE = 1 << 24
_MOST_COLUMNS = 10_000
# What one thread (the cores are DuckDB's) parses at a time: it fits the cache.
_BLOCK, _LARGEST_BLOCK = 1 << 20, 1 << 22


def open_delimited(
    file: BinaryIO, headings: Sequence[str], encoding: str | None, header_row: int
) -> Opened:
    """Open delimited text whose headings are known; they tell the delimiter.

    Args:
        file: open for reading, seekable.
        headings: headings it may have.
        encoding: what the provider declared; otherwise told from the bytes.
        header_row: the line that holds the headings, counted from 1.

    Raises:
        ExportRefused: an encoding it does not have, no header line; and while the
            batches are read: NUL bytes, a line of more than 16 MiB, quoting in which
            records cannot be told apart.
    """
    found = find_encoding(file, encoding)
    pieces = _Pieces(read_text(file, found))
    for line in range(1, header_row):
        pieces.take_line(line)
    text = pieces.take_line(header_row)
    delimiter, header = find_header(text, headings, header_row)
    how = f"{found.how}, {DELIMITERS[delimiter]}-delimited"
    opened = Opened(header, header_row, how, iter(()), list(found.faults))
    opened.has_odd_spaces = found.has_odd_spaces
    opened.batches = _read_batches(opened, pieces, delimiter, header_row)
    return opened


def find_header(
    text: bytes, headings: Sequence[str], header_row: int
) -> tuple[str, list[str]]:
    """Find the delimiter that gives the most of the expected headings.

    Where it gives none of them, the one that gives the most fields is taken.

    Raises:
        ExportRefused: no header line, or one longer than a million bytes.
    """
    if not text.strip():
        raise ExportRefused(
            "wrong_header", "No header line was found.", line=header_row
        )
    if len(text) > _LONGEST_HEADER:
        raise ExportRefused(
            "wrong_header",
            f"The header line has {len(text)} bytes; at most {_LONGEST_HEADER}.",
            line=header_row,
        )
    wanted = {name.casefold() for name in headings}

    def split(delimiter: str) -> list[str]:
        try:
            return next(csv.reader(io.StringIO(text.decode()), delimiter=delimiter))
        except csv.Error:
            return []

    def rank(delimiter: str) -> tuple[int, int]:
        names = split(delimiter)
        return len({name.strip().casefold() for name in names} & wanted), len(names)

    delimiter = max(DELIMITERS, key=rank)
    header = split(delimiter)
    if not header or len(header) > _MOST_COLUMNS:
        raise ExportRefused(
            "wrong_header",
            f"The header line cannot be read, or has more than {_MOST_COLUMNS:,} "
            "columns.",
            line=header_row,
        )
    return delimiter, header


class _Pieces:
    """Text that comes in pieces: one line at a time, or all that are whole."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._waiting, self.is_at_end = pieces, b"", False

    def take_line(self, line: int) -> bytes:
        """Take one line; empty at the end of the text."""
        while b"\n" not in self._waiting and self._grow(line):
            pass
        taken, _, self._waiting = self._waiting.partition(b"\n")
        return taken

    def take_lines(self, line: int) -> bytes:
        """Take every whole line that is there, at least one; empty at the end."""
        self._grow(line)
        while b"\n" not in self._waiting and self._grow(line):
            pass
        cut = self._waiting.rfind(b"\n") + 1
        if self.is_at_end:
            cut = len(self._waiting)
        taken, self._waiting = self._waiting[:cut], self._waiting[cut:]
        return taken

    def give_back(self, text: bytes) -> None:
        """Put back what belongs to a record that goes on."""
        self._waiting = text + self._waiting

    def _grow(self, line: int) -> bool:
        piece = next(self._pieces, None)
        self.is_at_end = piece is None
        self._waiting += piece or b""
        if len(self._waiting) > _LONGEST_LINE and b"\n" not in self._waiting:
            raise ExportRefused(
                "line_without_end",
                f"A line of more than {_LONGEST_LINE:,} bytes is no row. Look for line "
                "ends that are missing, and export again.",
                line=line,
            )
        return piece is not None


def _read_batches(
    opened: Opened, pieces: _Pieces, delimiter: str, header_row: int
) -> Iterator[pa.RecordBatch]:
    width, before = len(opened.header), header_row
    while text := pieces.take_lines(before + 1):
        found = find_records(text, delimiter, width, is_last=pieces.is_at_end)
        rows = ~found.blank
        sound = rows & (found.fields == width) & ~found.stray
        _note_faults(opened, found, rows & ~sound, before, width)
        opened.rows += int(rows.sum()) + len(found.unclosed)
        if sound.any():
            lines = found.line[sound] + before + 1
            yield from _parse(text, found, sound, delimiter, lines, width)
        if found.used < len(text):
            pieces.give_back(text[found.used :])
        before += found.lines


def _note_faults(
    opened: Opened, found: Records, wrong: Flags, before: int, width: int
) -> None:
    opened.faults += [
        Fault(line + before + 1, "", "unclosed_quote", "quarantine")
        for line in found.unclosed
    ]
    for place in np.flatnonzero(wrong).tolist():
        line = int(found.line[place]) + before + 1
        if found.stray[place]:
            opened.faults.append(Fault(line, "", "stray_quote", "quarantine"))
        else:
            detail = f"{int(found.fields[place])} fields, not {width}"
            opened.faults.append(Fault(line, "", "field_count", "quarantine", detail))


def _parse(
    text: bytes,
    found: Records,
    keep: Flags,
    delimiter: str,
    lines: np.ndarray,
    width: int,
) -> Iterator[pa.RecordBatch]:
    """Parse the records that are sound; as many must come out as went in."""
    try:
        parsed = _parse_sound(text, found, keep, delimiter, width)
    except pa.ArrowInvalid as error:
        raise ExportRefused("rows_do_not_balance", _IRREGULAR) from error
    if parsed.num_rows != len(lines):
        raise ExportRefused(
            "rows_do_not_balance",
            f"{len(lines)} records were found and {parsed.num_rows} parsed. "
            f"{_IRREGULAR}",
        )
    # Handed over as it lies in memory: a conversion would load pandas for it.
    numbers = pa.Array.from_buffers(
        pa.int64(), len(lines), [None, pa.py_buffer(np.ascontiguousarray(lines))]
    )
    yield from parsed.append_column("_line", numbers).to_batches()


_IRREGULAR = (
    "The quoting of this file is not regular: export it again, every text quoted."
)


def _parse_sound(
    text: bytes, found: Records, keep: Flags, delimiter: str, width: int
) -> pa.Table:
    names = [f"c{place}" for place in range(width)]
    has_breaks = len(found.start) + len(found.unclosed) < found.lines
    longest = int((found.end - found.start).max()) + 1
    options = pa_csv.ReadOptions(column_names=names, use_threads=False)
    options.block_size = min(max(_BLOCK, longest), _LARGEST_BLOCK)
    return pa_csv.read_csv(
        pa.BufferReader(_select(text, found, keep)),
        read_options=options,
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=has_breaks, ignore_empty_lines=False
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            strings_can_be_null=False,
        ),
    )


def _select(text: bytes, found: Records, keep: Flags) -> bytes:
    """Cut out the bytes of the kept records, each with its line end."""
    if keep.all() and not found.unclosed and found.used == len(text):
        return text
    kept = np.flatnonzero(keep)
    # Neighbours that are both kept are cut out together.
    breaks = np.flatnonzero(found.start[kept[1:]] != found.end[kept[:-1]] + 1) + 1
    firsts = np.concatenate([[0], breaks])
    lasts = np.concatenate([breaks - 1, [len(kept) - 1]])
    runs = zip(
        found.start[kept[firsts]].tolist(),
        (found.end[kept[lasts]] + 1).tolist(),
        strict=True,
    )
    cut = b"".join(text[start:end] for start, end in runs)
    return cut if cut.endswith(b"\n") else cut + b"\n"
