"""A file opened for reading: headings known, rows still to come, batch by batch.

Every kind of file (delimited text, workbook, XML, JSON lines, Parquet) is opened into
this one form; what comes after does not know which it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from flows.reading.faults import Fault


@dataclass
class Opened:
    """A file whose headings were found and whose rows are read as they are asked for.

    Attributes:
        header: the headings found, in the order of the file, as written.
        line: the line (or row of the sheet, or 0) the headings stand in.
        how: how the file is read, in words for the provider.
        batches: text columns ``c0``, ``c1`` ... by place and ``_line`` (int64, counted
            from 1), a bounded number of rows at a time; a missing value is an empty
            text or null. May be read once.
        faults: lines that cannot be rows, and remarks; grows while batches are read.
        rows: lines that should be rows; grows while batches are read. At the end it is
            the number of rows given plus the lines with a fault that keeps them out.
        is_sparse: a field no row has is left out of the headings (XML, JSON), so that
            it is missing there says nothing.
        has_odd_spaces: whether texts may begin or end with a space that is not the
            plain one (a tab, a no-break space): looking for them costs time.
    """

    header: list[str]
    line: int
    how: str
    batches: Iterator[pa.RecordBatch]
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    is_sparse: bool = False
    has_odd_spaces: bool = True
