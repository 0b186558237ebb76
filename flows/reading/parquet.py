"""Parquet: typed columns written as the text other kinds of file would hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import types

from flows.errors import ExportRefused
from flows.reading.batch import (
    BATCH_ROWS,
    LARGEST_EXACT,
    find_long,
    remark_once,
    text_batch,
    write_numbers,
)
from flows.reading.opened import Opened

_MOST_ROWS = 50_000_000
_MOST_COLUMNS = 5_000
_MOST_ROW_GROUPS = 10_000
_LARGEST_ROW_GROUP = 2 * 1024**3
_LARGEST_RATIO = 200
_DIGITS_OF_SINGLE = 7
_AS_WRITTEN = (
    types.is_string, types.is_large_string, types.is_string_view, types.is_null,
    types.is_integer, types.is_boolean, types.is_date, types.is_decimal,
    types.is_time,
)  # fmt: skip


def open_parquet(file: BinaryIO) -> Opened:
    """Open a Parquet file; a row's place, counted from 1, is its ``_line``.

    Args:
        file: seekable.

    Raises:
        ExportRefused: not Parquet, encrypted, damaged, columns that hold lists or
            bytes, far more rows than fit its size.
    """
    size = file.seek(0, 2)
    file.seek(0)
    with _refuse_damaged():
        parquet = pq.ParquetFile(file)
        schema = parquet.schema_arrow
        _check_size(parquet.metadata, size)
    if unread := [field.name for field in schema if not _can_write(field.type)]:
        shown = ", ".join(repr(name[:60]) for name in unread[:12])
        raise ExportRefused(
            "unreadable_parquet",
            f"Columns that hold lists, structures or bytes are not read: {shown}. "
            "Write them as plain columns.",
        )
    opened = Opened(schema.names, 0, "Parquet, rows counted from 1", iter(()))
    opened.batches = _give_batches(parquet, opened)
    return opened


def _check_size(metadata: pq.FileMetaData, size: int) -> None:
    groups = metadata.num_row_groups
    found = (metadata.num_rows, metadata.num_columns, groups)
    if any(
        count > most
        for count, most in zip(
            found, (_MOST_ROWS, _MOST_COLUMNS, _MOST_ROW_GROUPS), strict=True
        )
    ):
        raise ExportRefused(
            "unpacks_too_large",
            "The file claims {} rows, {} columns, {} row groups; that is more than "
            "is read. Send it in parts.".format(*found),
        )
    sizes = [metadata.row_group(place).total_byte_size for place in range(groups)]
    if sum(sizes) > max(size, 1 << 16) * _LARGEST_RATIO or any(
        unpacked > _LARGEST_ROW_GROUP for unpacked in sizes
    ):
        raise ExportRefused(
            "unpacks_too_large",
            f"The file of {size} bytes would unpack to {sum(sizes)}. Write it in "
            "smaller row groups.",
        )


def _can_write(kind: pa.DataType) -> bool:
    if types.is_dictionary(kind):
        kind = kind.value_type
    others = types.is_floating(kind) or types.is_timestamp(kind)
    return others or any(is_kind(kind) for is_kind in _AS_WRITTEN)


def _give_batches(parquet: pq.ParquetFile, opened: Opened) -> Iterator[pa.RecordBatch]:
    first = 1
    with _refuse_damaged():
        for batch in parquet.iter_batches(batch_size=BATCH_ROWS):
            texts = []
            for place, column in enumerate(batch.columns):
                heading = opened.header[place]
                texts.append(_write_column(column, heading, first, opened))
            opened.rows += batch.num_rows
            lines = pa.array(range(first, first + batch.num_rows), pa.int64())
            first += batch.num_rows
            written = text_batch(texts, lines)
            # Parquet does not check that its texts are UTF-8; what reads them does.
            written.validate(full=True)
            yield written


def _write_column(
    column: pa.Array, heading: str, first: int, opened: Opened
) -> pa.Array:
    kind = column.type
    if types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if types.is_floating(kind):
        numbers = column.cast(pa.float64())
        long = find_long(numbers, LARGEST_EXACT)
        if long is not None:
            remark_once(opened, first + long, heading, "long_number")
        if types.is_float64(kind):
            return write_numbers(numbers)
        return write_numbers(numbers, _DIGITS_OF_SINGLE)
    if types.is_timestamp(kind):
        return _write_moments(column)
    texts = column.cast(pa.string())
    if types.is_time(kind):
        return pc.replace_substring_regex(texts, r"\.0+$", "")
    return texts


def _write_moments(moments: pa.Array) -> pa.Array:
    """Write moments as the provider's clock showed them; a midnight is a day."""
    if moments.type.tz is not None:
        moments = pc.local_timestamp(moments)
    days = moments.cast(pa.date32(), safe=False)
    is_day = pc.equal(days.cast(moments.type), moments)
    seconds = pc.floor_temporal(moments, unit="second").cast(pa.timestamp("s"))
    written = pc.replace_substring(seconds.cast(pa.string()), " ", "T")
    return pc.if_else(is_day, days.cast(pa.string()), written)


@contextmanager
def _refuse_damaged() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, EOFError, ValueError, OverflowError) as error:
        raise ExportRefused(
            "unreadable_parquet",
            "The Parquet file cannot be read: it is damaged, encrypted or cut short. "
            "Write it again.",
        ) from error
