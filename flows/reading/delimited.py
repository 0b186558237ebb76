"""Delimited text: find every record's line before anything is parsed.

Parsers swallow lines after a quote that is never closed, and count wrong lines wrongly.
So the bytes are audited first, with array arithmetic: which lines make a record, how
many fields each has. Only records that are sound are parsed, and their number must
come out again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from flows.errors import ExportRefused
from flows.reading.faults import Fault
from flows.reading.text import to_utf8

Numbers = npt.NDArray[np.int64]

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_QUOTE = ord('"')
_LONGEST_HEADER = 1_000_000
_LONGEST_RECORD_LINES = 200


@dataclass(frozen=True)
class Records:
    """Where each record of a text begins and ends.

    Attributes:
        start: byte offsets of the first byte of each record.
        end: byte offsets after the last byte, without the line end.
        line: line number of the first line of each record, counted from 1.
        fields: number of fields of each record.
        blank: records that hold nothing but delimiters and spaces.
    """

    start: Numbers
    end: Numbers
    line: Numbers
    fields: Numbers
    blank: npt.NDArray[np.bool_]


def read_delimited(
    content: bytes, headings: Sequence[str], encoding: str | None, header_row: int
) -> tuple[list[str], pa.Table, list[Fault], int, str]:
    """Read delimited text.

    Returns:
        headings found, all columns as text (by place, then ``_line``), faults,
        number of lines that should be rows, and how it was read.

    Raises:
        ExportRefused: see :func:`flows.reading.read_export`.
    """
    text, how, faults = to_utf8(content, encoding)
    delimiter, header = find_header(text, headings, header_row)
    records, unclosed = find_records(text, delimiter)
    after = records.line > header_row
    rows = after & ~records.blank
    sound = rows & (records.fields == len(header))
    faults += [
        Fault(int(line), "", "unclosed_quote", "quarantine") for line in unclosed
    ]
    wrong = rows & ~sound
    faults += [
        Fault(line, "", "field_count", "quarantine", f"{n} fields, not {len(header)}")
        for line, n in zip(
            records.line[wrong].tolist(), records.fields[wrong].tolist(), strict=True
        )
    ]
    table = _parse(text, records, sound, delimiter, len(header))
    total = int(rows.sum()) + len(unclosed)
    return header, table, faults, total, f"{how}, {_DELIMITERS[delimiter]}-delimited"


def find_header(
    text: bytes, headings: Sequence[str], header_row: int
) -> tuple[str, list[str]]:
    """Find the delimiter that gives the most of the expected headings.

    Raises:
        ExportRefused: no header line, or one longer than a million bytes.
    """
    lines = text.split(b"\n", header_row)
    if len(lines) < header_row or not lines[header_row - 1].strip():
        raise ExportRefused(
            "wrong_header", "No header line was found.", line=header_row
        )
    line = lines[header_row - 1]
    if len(line) > _LONGEST_HEADER:
        raise ExportRefused(
            "wrong_header",
            f"The header line has {len(line)} bytes; at most {_LONGEST_HEADER}.",
            line=header_row,
        )
    wanted = {name.casefold() for name in headings}

    def split(delimiter: str) -> list[str]:
        return next(csv.reader(io.StringIO(line.decode()), delimiter=delimiter))

    def found(delimiter: str) -> int:
        return len({name.strip().casefold() for name in split(delimiter)} & wanted)

    delimiter = max(_DELIMITERS, key=found)
    return delimiter, split(delimiter)


def find_records(text: bytes, delimiter: str) -> tuple[Records, list[int]]:
    """Find the records of a text, and the lines whose quote is never closed.

    A line with an odd number of quotes opens a field that goes on over the line end;
    the next such line closes it. Where no line within reach closes it with the same
    number of fields as the header, the quote was never closed: that line alone is a
    fault, and reading goes on at the next.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    if len(data) and (not len(ends) or ends[-1] != len(data) - 1):
        ends = np.append(ends, len(data))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    quotes = np.concatenate([[0], np.cumsum(data == _QUOTE, dtype=np.int64)])
    inside = (quotes[:-1] & 1).astype(bool)
    odd = np.flatnonzero((quotes[ends] - quotes[starts]) & 1)
    if not len(odd):
        outside = np.flatnonzero((data == ord(delimiter)) & ~inside)
        return _measure(data, starts, ends, np.arange(len(ends)), outside), []
    return _resolve_quotes(data, starts, ends, odd, delimiter)


def _resolve_quotes(
    data: npt.NDArray[np.uint8],
    starts: Numbers,
    ends: Numbers,
    odd: Numbers,
    delimiter: str,
) -> tuple[Records, list[int]]:
    """Join lines into records where quotes close; list the lines where they do not."""
    text = data.tobytes()
    expected = _count_fields(text, int(starts[0]), int(ends[0]), delimiter)
    first = np.ones(len(ends), dtype=bool)
    last = np.arange(len(ends))
    unclosed: list[int] = []
    place = 0
    while place < len(odd):
        begin = int(odd[place])
        close = int(odd[place + 1]) if place + 1 < len(odd) else -1
        near = 0 < close - begin <= _LONGEST_RECORD_LINES
        if near and expected == _count_fields(
            text, int(starts[begin]), int(ends[close]), delimiter
        ):
            first[begin + 1 : close + 1] = False
            last[begin] = close
            place += 2
        else:
            unclosed.append(begin + 1)
            first[begin] = False
            place += 1
    heads = np.flatnonzero(first)
    begins, finishes = starts[heads], ends[last[heads]]
    # Within a kept record quotes are balanced, so parity is counted per record.
    quote = (data == _QUOTE).astype(np.int64)
    running = np.concatenate([[0], np.cumsum(quote)])
    owner = np.searchsorted(begins, np.arange(len(data)), side="right") - 1
    base = running[begins][np.clip(owner, 0, None)]
    inside = ((running[:-1] - base) & 1).astype(bool)
    outside = np.flatnonzero((data == ord(delimiter)) & ~inside)
    return _measure(data, begins, finishes, heads, outside), unclosed


def _measure(
    data: npt.NDArray[np.uint8],
    starts: Numbers,
    ends: Numbers,
    lines: Numbers,
    delimiters: Numbers,
) -> Records:
    fields = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts) + 1
    filler = (data == ord(" ")) | (data == _QUOTE) | (data == ord("\n"))
    filler[delimiters] = True
    running = np.concatenate([[0], np.cumsum(~filler, dtype=np.int64)])
    blank = running[ends] == running[starts]
    return Records(starts, ends, lines + 1, fields, blank)


def _count_fields(text: bytes, start: int, end: int, delimiter: str) -> int:
    record = text[start:end].decode(errors="replace")
    return len(next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter)))


def _parse(
    text: bytes,
    records: Records,
    keep: npt.NDArray[np.bool_],
    delimiter: str,
    width: int,
) -> pa.Table:
    """Parse the records that are sound; as many must come out as went in."""
    names = [f"c{place}" for place in range(width)]
    lines = pa.array(records.line[keep])
    if not keep.any():
        empty = {name: pa.array([], pa.string()) for name in names}
        return pa.table(empty | {"_line": lines})
    parsed = pa_csv.read_csv(
        io.BytesIO(_select(text, records, keep)),
        read_options=pa_csv.ReadOptions(column_names=names, block_size=1 << 24),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            strings_can_be_null=False,
        ),
    )
    if parsed.num_rows != len(lines):
        raise ExportRefused(
            "rows_do_not_balance",
            f"{len(lines)} records were found and {parsed.num_rows} parsed. The "
            "quoting of this file is not regular: export it again, every text quoted.",
        )
    return parsed.append_column("_line", lines)


def _select(text: bytes, records: Records, keep: npt.NDArray[np.bool_]) -> bytes:
    """Cut out the bytes of the kept records, one line end after each."""
    step = np.zeros(len(text) + 2, dtype=np.int8)
    np.add.at(step, records.start[keep], 1)
    np.add.at(step, records.end[keep] + 1, -1)
    chosen = np.cumsum(step[: len(text)], dtype=np.int8).astype(bool)
    cut = np.frombuffer(text, dtype=np.uint8)[chosen].tobytes()
    return cut if cut.endswith(b"\n") else cut + b"\n"
