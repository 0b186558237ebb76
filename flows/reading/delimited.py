"""Delimited text: find every record's line before anything is parsed.

Parsers swallow lines after a quote that is never closed, and count wrong lines wrongly.
So the bytes are audited first: which lines make a record, how many fields each has.
Only records that are sound are parsed, and their number must come out again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from flows.errors import ExportRefused
from flows.reading.faults import Fault
from flows.reading.records import Records, find_records
from flows.reading.text import to_utf8

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_LONGEST_HEADER = 1_000_000


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
    sound = rows & (records.fields == len(header)) & ~records.stray
    faults += [
        Fault(int(line), "", "unclosed_quote", "quarantine") for line in unclosed
    ]
    faults += [
        Fault(line, "", "stray_quote", "quarantine")
        for line in records.line[rows & records.stray].tolist()
    ]
    wrong = rows & ~sound & ~records.stray
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
        try:
            return next(csv.reader(io.StringIO(line.decode()), delimiter=delimiter))
        except csv.Error:
            return []

    def found(delimiter: str) -> int:
        return len({name.strip().casefold() for name in split(delimiter)} & wanted)

    delimiter = max(_DELIMITERS, key=found)
    if not split(delimiter):
        raise ExportRefused(
            "wrong_header", "The header line cannot be read.", line=header_row
        )
    return delimiter, split(delimiter)


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
    try:
        parsed = _parse_sound(text, records, keep, delimiter, names)
    except pa.ArrowInvalid as error:
        raise ExportRefused(
            "rows_do_not_balance",
            "The quoting of this file is not regular: export it again, every text "
            "quoted.",
        ) from error
    if parsed.num_rows != len(lines):
        raise ExportRefused(
            "rows_do_not_balance",
            f"{len(lines)} records were found and {parsed.num_rows} parsed. The "
            "quoting of this file is not regular: export it again, every text quoted.",
        )
    return parsed.append_column("_line", lines)


def _parse_sound(
    text: bytes,
    records: Records,
    keep: npt.NDArray[np.bool_],
    delimiter: str,
    names: list[str],
) -> pa.Table:
    return pa_csv.read_csv(
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


def _select(text: bytes, records: Records, keep: npt.NDArray[np.bool_]) -> bytes:
    """Cut out the bytes of the kept records, one line end after each."""
    step = np.zeros(len(text) + 2, dtype=np.int8)
    np.add.at(step, records.start[keep], 1)
    np.add.at(step, records.end[keep] + 1, -1)
    chosen = np.cumsum(step[: len(text)], dtype=np.int8).astype(bool)
    cut = np.frombuffer(text, dtype=np.uint8)[chosen].tobytes()
    return cut if cut.endswith(b"\n") else cut + b"\n"
