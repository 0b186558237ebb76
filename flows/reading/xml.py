"""XML: one row per record element, its fields by their paths below the record.

The parser is defusedxml's: a document type, an entity or an outside reference refuses
the file. The file is read twice: once to learn which paths it has and that it is whole,
once to give the rows; nothing is kept of a record once its row is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO
from xml.sax import SAXException

import pyarrow as pa
from defusedxml.expatreader import DefusedExpatParser

from flows.errors import ExportRefused
from flows.reading.batch import join_slices, text_batch
from flows.reading.faults import Fault
from flows.reading.opened import Opened
from flows.reading.xml_records import Record, RecordReader

_BLOCK = 1 << 16
# An unfinished tag or comment is kept whole by the parser, and read again each time.
_LONGEST_TOKEN = 1 << 20
_SLICE_ROWS = 2_000


def open_xml(file: BinaryIO, record: str, headings: Sequence[str]) -> Opened:
    """Open an XML file whose rows are the elements of one name.

    A heading is a path below the record (``Applicant/Forename``), an attribute
    (``@id``, ``Applicant/@id``), or a field that stands before the record in an element
    around it (``../CaseReference``). Of what stands outside the records only expected
    fields are read; how many others there are is said.

    Args:
        file: seekable.
        record: the local name of the record element; namespaces do not matter.
        headings: the paths the layout has.

    Raises:
        ExportRefused: not well-formed to its end, a document type or an entity, no
            such record, nested or long beyond what any layout has.
    """
    reader = RecordReader(record, headings)
    lines: set[int] = set()
    count = 0
    for found in _read_records(file, reader):
        lines.add(found.line)
        count += 1
    if not count:
        raise ExportRefused(
            "wrong_header",
            f"The file holds no element {record!r}, which the layout reads as a row.",
        )
    by_line = len(lines) == count
    header = [name for name in headings if name in reader.paths]
    header += [name for name in reader.paths if name not in set(headings)]
    how = f"XML, one row per {record!r}, counted by "
    how += "line of the file" if by_line else "record, as several stand in one line"
    if reader.outside:
        how += f"; {len(reader.outside)} fields outside the records are not read"
    opened = Opened(header, 0, how, iter(()))
    again = _read_records(file, RecordReader(record, headings))
    opened.batches = join_slices(_give_slices(again, opened, by_line=by_line))
    return opened


def _give_slices(
    records: Iterator[Record], opened: Opened, *, by_line: bool
) -> Iterator[pa.RecordBatch]:
    rows: list[list[str]] = []
    lines: list[int] = []
    for ordinal, record in enumerate(records, start=1):
        line = record.line if by_line else ordinal
        opened.rows += 1
        if record.repeated:
            opened.faults.append(
                Fault(line, record.repeated, "repeated_element", "quarantine")
            )
            continue
        rows.append([record.values.get(name, "") for name in opened.header])
        lines.append(line)
        if len(rows) == _SLICE_ROWS:
            yield text_batch(list(zip(*rows, strict=True)), lines)
            rows, lines = [], []
    if rows:
        yield text_batch(list(zip(*rows, strict=True)), lines)


def _read_records(file: BinaryIO, reader: RecordReader) -> Iterator[Record]:
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(reader)
    reader.find_line = parser.getLineNumber
    file.seek(0)
    unfinished = 0
    while block := file.read(_BLOCK):
        before = reader.events
        with _refuse_damaged(parser):
            parser.feed(block)
        unfinished = unfinished + len(block) if reader.events == before else 0
        if unfinished > _LONGEST_TOKEN:
            raise ExportRefused(
                "unreadable_xml",
                f"A tag or comment is longer than {_LONGEST_TOKEN} bytes.",
                line=parser.getLineNumber(),
            )
        yield from reader.take()
    with _refuse_damaged(parser):
        parser.close()
    yield from reader.take()


@contextmanager
def _refuse_damaged(parser: DefusedExpatParser) -> Iterator[None]:
    """Refuse what is not XML; the parser's own words may hold a value and are not kept.

    defusedxml's refusals are ValueErrors; an unknown encoding is a LookupError.
    """
    try:
        yield
    except (SAXException, ValueError, LookupError) as error:
        raise ExportRefused(
            "unreadable_xml",
            "The file is not well-formed XML from here on, or holds a document type "
            "or an entity. What follows cannot be known: export it again.",
            line=parser.getLineNumber(),
        ) from error
