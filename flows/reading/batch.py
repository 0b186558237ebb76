"""Batches of text columns, and numbers written as a person would write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.faults import Fault
from flows.reading.opened import Opened

BATCH_ROWS = 50_000
# From here on a double cannot hold every whole number: digits of an id are lost.
LARGEST_EXACT = 2**53
_DIGITS_OF_DOUBLE = 15


def text_batch(
    columns: Sequence[pa.Array | Sequence[str]], lines: pa.Array | Sequence[int]
) -> pa.RecordBatch:
    """Give columns the names ``c0``, ``c1`` ... and put ``_line`` beside them.

    Args:
        columns: the texts of each column, by place.
        lines: where each row stands, counted from 1.
    """
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, pa.string())
        for column in columns
    ]
    place = lines if isinstance(lines, pa.Array) else pa.array(lines, pa.int64())
    names = [f"c{place}" for place in range(len(arrays))]
    return pa.record_batch([*arrays, place], names=[*names, "_line"])


def join_slices(slices: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Join slices of rows, as they come, into batches of about 50,000."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for piece in slices:
        waiting.append(piece)
        rows += piece.num_rows
        if rows >= BATCH_ROWS:
            yield pa.concat_batches(waiting)
            waiting, rows = [], 0
    if rows:
        yield pa.concat_batches(waiting)


def find_long(numbers: pa.Array, limit: int) -> int | None:
    """Find the first number that has more digits than its source can hold.

    Args:
        numbers: float64.
        limit: from here on whole numbers are no longer exact.

    Returns:
        its place, counted from 0, or None.
    """
    largest = pc.max(pc.abs(numbers)).as_py()
    if largest is None or largest < limit:
        return None
    is_long = pc.and_(pc.is_finite(numbers), pc.greater_equal(pc.abs(numbers), limit))
    place = int(pc.index(is_long, True).as_py())
    return place if place >= 0 else None


def remark_once(opened: Opened, line: int, column: str, rule: str) -> None:
    """Add a remark where a column is not yet remarked on for the same reason."""
    if not any((f.column, f.rule) == (column, rule) for f in opened.faults):
        opened.faults.append(Fault(line, column, rule, "warning"))


def write_numbers(numbers: pa.Array, digits: int = _DIGITS_OF_DOUBLE) -> pa.Array:
    """Write doubles as plain decimals: ``9990000001``, ``0.3``, never ``1e-05``.

    Args:
        numbers: float64; not-a-number counts as missing.
        digits: how many digits the source's kind of number holds.

    Returns:
        texts, null where there was no number.
    """
    known = pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    whole = pc.and_(
        pc.equal(pc.floor(known), known), pc.less(pc.abs(known), LARGEST_EXACT)
    )
    nothing = pa.scalar(None, pa.float64())
    exact = pc.if_else(whole, known, nothing).cast(pa.int64()).cast(pa.string())
    if exact.null_count == known.null_count:
        return exact
    rest = pc.if_else(whole, nothing, known).dictionary_encode()
    written = [_plain(value, digits) for value in rest.dictionary.to_pylist()]
    return pc.coalesce(exact, pa.array(written, pa.string()).take(rest.indices))


def _plain(value: float, digits: int) -> str:
    if value.is_integer():
        return str(int(value))
    text = format(value, f".{digits}g")
    return format(Decimal(text), "f") if "e" in text else text
