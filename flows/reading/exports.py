"""One way in for every kind of file: opened, its version told, its columns placed."""

from __future__ import annotations

from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from flows.errors import ExportRefused
from flows.layouts import FileLayout
from flows.mappings import Mapping
from flows.reading.delimited import open_delimited
from flows.reading.json_lines import open_json_lines
from flows.reading.kinds import HEAD_BYTES, KindName, sniff_kind
from flows.reading.opened import Opened
from flows.reading.parquet import open_parquet
from flows.reading.workbook import open_workbook
from flows.reading.xml import open_xml

_NOTHING = b"\x00\xef\xbb\xbf\xff\xfe \r\n\t"
_NAMED = {"xml": "sent as XML", "archive": "an archive"}


@dataclass(frozen=True)
class Reading:
    """A file opened as one version of a layout, before any of its rows is read.

    Attributes:
        opened: the file, its rows still to come.
        mapping: the version of the layout it was found to be, with the provider's own
            changes.
        places: heading as the layout writes it -> its place in the file, from 0.
        told_by: how the version was told, in words.
    """

    opened: Opened
    mapping: Mapping
    places: Named[str, int]
    told_by: str


def open_export(
    file: BinaryIO,
    file_name: str,
    headings: Sequence[str],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int = 1,
    record: str | None = None,
) -> Opened:
    """Open a file of any kind that is read.

    Args:
        file: open for reading, seekable.
        file_name: only its ending is used.
        headings: headings it may have, of any version.
        encoding: what the provider declared; otherwise told from the bytes.
        sheet: the sheet of a workbook.
        header_row: the row that holds the headings, counted from 1.
        record: in XML, the element that is a row.

    Raises:
        ExportRefused: unknown kind, no content, unreadable.
    """
    kind = tell_kind(file, file_name)
    if kind == "workbook":
        return open_workbook(file, sheet, header_row)
    if kind == "json_lines":
        return _as_sparse(open_json_lines(file))
    if kind == "parquet":
        return open_parquet(file)
    if kind == "xml" and record:
        return _as_sparse(open_xml(file, record, headings))
    if kind == "delimited":
        return open_delimited(file, headings, encoding, header_row)
    raise ExportRefused("unknown_kind", f"No layout of {file_name} is {_NAMED[kind]}.")


def _as_sparse(opened: Opened) -> Opened:
    opened.is_sparse = True
    return opened


def tell_kind(file: BinaryIO, file_name: str) -> KindName:
    """Tell the kind of a file by its name and its first bytes; leaves it at its start.

    Raises:
        ExportRefused: the file is empty, of a kind that is not read, or its content is
            not what its name says.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head.strip(_NOTHING) and not file.read(1 << 16).strip(_NOTHING):
        raise ExportRefused("empty_file", "The file is empty. Export it again.")
    file.seek(0)
    return sniff_kind(file_name, head).name


def open_mapped(
    file: BinaryIO, file_name: str, mappings: Sequence[Mapping], sheet: str | None
) -> Reading:
    """Open a file and tell from its headings which version of its layout it is.

    Where several versions have just these headings, the day the export was made
    decides, which is how ``mappings`` are ordered.

    Args:
        file: open for reading, seekable.
        file_name: only its ending is used.
        mappings: the versions it may be, the likeliest first.
        sheet: the sheet of a workbook, where it is not the layout's own.

    Raises:
        ExportRefused: see :func:`open_export`; headings of no version (the differences
            to the nearest are listed).
    """
    is_xml = tell_kind(file, file_name) == "xml"
    mappings = [m for m in mappings if bool(m.file.record) == is_xml]
    if not mappings:
        raise ExportRefused(
            "unknown_kind",
            f"This table is {'not' if is_xml else 'only'} sent as XML. Export it "
            "again as agreed.",
        )
    first = mappings[0]
    wanted = {name: None for mapping in mappings for name in mapping.file.headers}
    opened = open_export(
        file,
        file_name,
        list(wanted),
        encoding=first.provider.encoding,
        sheet=sheet or first.file.sheet,
        header_row=first.file.header_row,
        record=first.file.record,
    )
    compared = [(_compare(opened, m.file), m) for m in mappings]
    fitting = [mapping for found, mapping in compared if not found.differs]
    if not fitting:
        found, nearest = min(compared, key=lambda pair: pair[0].distance)
        raise _refuse_header(found, nearest, opened.line, several=len(mappings) > 1)
    chosen = fitting[0]
    places = {name.strip().casefold(): n for n, name in enumerate(opened.header)}
    return Reading(
        opened,
        chosen,
        {
            name: places[name.casefold()]
            for name in chosen.file.headers
            if name.casefold() in places
        },
        _tell_version(chosen, fitting, mappings),
    )


@dataclass(frozen=True)
class _Differences:
    """How the headings of a file differ from those of a version."""

    expected: int
    missing: list[str]
    unknown: list[str]
    twice: list[str]

    @property
    def differs(self) -> bool:
        return bool(self.missing or self.unknown or self.twice)

    @property
    def distance(self) -> int:
        return len(self.missing) + len(self.unknown)


def _compare(opened: Opened, file: FileLayout) -> _Differences:
    """Compare headings, whatever the case or the order."""
    found, expected = opened.header, file.headers
    folded = [name.strip().casefold() for name in found]
    known = {name.casefold() for name in expected}
    present = set(folded)
    seen: set[str] = set()
    twice = [
        name.strip()
        for name, low in zip(found, folded, strict=True)
        if low in seen or seen.add(low)  # type: ignore[func-returns-value]
    ]
    return _Differences(
        len(expected),
        [
            name
            for name in (file.row_key if opened.is_sparse else expected)
            if name.casefold() not in present
        ],
        [n.strip() for n, low in zip(found, folded, strict=True) if low not in known],
        twice,
    )


def _tell_version(
    chosen: Mapping, fitting: Sequence[Mapping], mappings: Sequence[Mapping]
) -> str:
    if len(mappings) == 1:
        return "the only version of this layout"
    if len(fitting) == 1:
        return f"told by its headings, of {len(mappings)} versions"
    return f"told by its day: {len(fitting)} versions have these headings"


def _refuse_header(
    found: _Differences, nearest: Mapping, line: int, *, several: bool
) -> ExportRefused:
    of = "the layout's"
    of += f" (nearest version: {nearest.layout})" if several else ""
    if 2 * len(found.missing) > found.expected:
        # What stands here may be a row: its words are not repeated.
        present = found.expected - len(found.missing)
        return ExportRefused(
            "wrong_header",
            f"This line is not {of} header: {present} of {found.expected} headings "
            f"are there; missing {_listed(found.missing)}. Export again with the "
            "agreed headings as the first line.",
            line=line,
        )
    # Many differences may be a row that ran into the line: not repeated then. Such a
    # row adds, even to the narrowest table, all its fields but the one run together.
    most = min(max(3, found.expected // 8), found.expected - 2)
    listed = len(found.unknown) <= most and len(found.missing) <= most
    unknown = f"{len(found.unknown)} (not repeated: they may be a row)"
    unknown = _listed(found.unknown) if listed else unknown
    parts = [
        f"{words} {names}"
        for words, names in (
            ("missing", _listed(found.missing)),
            ("not expected", unknown),
            ("given twice", _listed(found.twice) if listed else ""),
        )
        if names
    ]
    return ExportRefused(
        "wrong_header",
        f"The headings are not {of}: {'; '.join(parts)}. Export with the agreed "
        "columns, or agree a change and put it in the provider file (columns, ignored, "
        "not_collected).",
        line=line,
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name[:60]) for name in names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")
