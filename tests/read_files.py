"""A file of any kind read whole, as a test would say it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from flows.layouts import FileLayout
from flows.mappings import Mapping
from flows.reading.exports import open_mapped
from flows.reading.faults import Fault
from tests.conftest import make_provider


@dataclass(frozen=True)
class Whole:
    """A small file read whole: one column per heading, then ``_line``."""

    columns: pa.Table
    faults: list[Fault]
    rows: int
    how: str


def make_mapping(headings: Sequence[str], **options: object) -> Mapping:
    """A file of just these headings, none of which fills anything."""
    encoding = options.pop("encoding", None)
    provider = make_provider(
        "made", "homelessness", "homelessness_cases", encoding=encoding
    )
    file = FileLayout.model_validate(
        {"match": ["*"], "row_key": [headings[0]], "columns": {}, "ignored": headings}
        | options
    )
    return Mapping(
        provider=provider, layout="made", file_kind="made", dates=(), blanks=(),
        blank_dates=(), file=file, contract_sector="homelessness",
    )  # fmt: skip


def read_whole(
    content: bytes, name: str, headings: Sequence[str], **options: object
) -> Whole:
    mapping = make_mapping(headings, **options)
    reading = open_mapped(io.BytesIO(content), name, [mapping], None)
    batches = list(reading.opened.batches)
    width = len(reading.opened.header)
    schema = pa.schema(
        [(f"c{n}", pa.string()) for n in range(width)] + [("_line", pa.int64())]
    )
    table = pa.Table.from_batches(batches, schema)
    columns = {h: table.column(reading.places[h]) for h in headings}
    opened = reading.opened
    return Whole(
        pa.table(columns | {"_line": table.column("_line")}),
        opened.faults,
        opened.rows,
        opened.how,
    )
