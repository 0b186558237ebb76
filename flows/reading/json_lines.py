"""JSON lines: one object per line, nested names joined with a point.

The file is read twice: once to learn every name it holds, once to give the rows; a name
that only the last line has is a heading all the same. Numbers stay as they are written,
so that a long identifier loses no digit.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from flows.errors import ExportRefused
from flows.reading.batch import join_slices, text_batch
from flows.reading.faults import Fault
from flows.reading.opened import Opened

_LONGEST_LINE = 1 << 20
_DEEPEST = 32
_MOST_HEADINGS = 5_000
_SLICE_ROWS = 5_000


class _BadLine(Exception):
    """A line that cannot be a row: by which rule, in which words."""

    def __init__(self, rule: str, detail: str = "", column: str = "") -> None:
        super().__init__(rule)
        self.rule, self.detail, self.column = rule, detail, column


def open_json_lines(file: BinaryIO) -> Opened:
    """Open a file of JSON objects, one per line.

    Args:
        file: seekable, UTF-8 with or without a byte-order mark.

    Raises:
        ExportRefused: another encoding; more names than any layout has.
    """
    _check_encoding(file)
    header: dict[str, None] = {}
    for _, values in _read_lines(file, []):
        header.update(dict.fromkeys(values))
        if len(header) > _MOST_HEADINGS:
            raise ExportRefused(
                "wrong_header",
                f"The objects hold more than {_MOST_HEADINGS} different names. Names "
                "must be columns, not values.",
            )
    opened = Opened(list(header), 0, "JSON lines, UTF-8", iter(()))
    opened.batches = join_slices(_give_slices(file, opened))
    return opened


def _check_encoding(file: BinaryIO) -> None:
    file.seek(0)
    if file.read(4).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ExportRefused(
            "wrong_encoding", "The file is UTF-16; JSON lines are read as UTF-8."
        )


def _give_slices(file: BinaryIO, opened: Opened) -> Iterator[pa.RecordBatch]:
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, values in _read_lines(file, opened.faults):
        rows.append([values.get(name, "") for name in opened.header])
        lines.append(line)
        if len(rows) == _SLICE_ROWS:
            yield _make_slice(opened, rows, lines)
            rows, lines = [], []
    if rows:
        yield _make_slice(opened, rows, lines)
    opened.rows += len(opened.faults)


def _make_slice(
    opened: Opened, rows: list[list[str]], lines: list[int]
) -> pa.RecordBatch:
    opened.rows += len(rows)
    return text_batch(list(zip(*rows, strict=True)), lines)


def _read_lines(
    file: BinaryIO, faults: list[Fault]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Give line and values of each sound object; add a fault for every other line."""
    file.seek(0)
    decoder = json.JSONDecoder(
        object_pairs_hook=_keep_pairs,
        parse_float=str,
        parse_int=str,
        parse_constant=_refuse_constant,
    )
    line = 0
    while text := file.readline(_LONGEST_LINE):
        line += 1
        if line == 1:
            text = text.removeprefix(codecs.BOM_UTF8)
        try:
            if not text.endswith(b"\n") and _skip_rest(file):
                raise _BadLine("line_too_long")
            if text.strip():
                yield line, _read_object(decoder, text)
        except _BadLine as bad:
            faults.append(Fault(line, bad.column, bad.rule, "quarantine", bad.detail))


def _skip_rest(file: BinaryIO) -> bool:
    """Read on to the end of a line that is too long; tell whether there was any."""
    rest = file.readline(_LONGEST_LINE)
    is_long = bool(rest.strip())
    while rest and not rest.endswith(b"\n"):
        rest = file.readline(_LONGEST_LINE)
        is_long = is_long or bool(rest.strip())
    return is_long


def _read_object(decoder: json.JSONDecoder, text: bytes) -> dict[str, str]:
    try:
        found = decoder.decode(text.decode())
        # Half a character, written as an escape, is no text.
        values = _flatten(found) if isinstance(found, _Pairs) else None
        for value in values.items() if values is not None else ():
            "".join(value).encode()
    except UnicodeError as error:
        raise _BadLine("not_json", "not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _BadLine("not_json") from error
    if values is None:
        raise _BadLine("not_json", "not an object")
    return values


class _Pairs(list[tuple[str, Any]]):
    """The names and values of one object, doubles and all."""


def _keep_pairs(pairs: list[tuple[str, Any]]) -> _Pairs:
    return _Pairs(pairs)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _flatten(pairs: _Pairs) -> dict[str, str]:
    """Join the names of nested objects with a point; every value as text."""
    values: dict[str, str] = {}
    waiting = [("", 1, pairs)]
    while waiting:
        before, depth, inner = waiting.pop()
        if depth > _DEEPEST:
            raise _BadLine("not_json", f"objects nested deeper than {_DEEPEST}")
        for name, value in inner:
            path = f"{before}{name}"
            if isinstance(value, _Pairs):
                waiting.append((f"{path}.", depth + 1, value))
            elif isinstance(value, list):
                raise _BadLine("list_in_row", column=path)
            elif path in values:
                raise _BadLine("repeated_name", column=path)
            else:
                values[path] = _as_text(value)
    return values


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
