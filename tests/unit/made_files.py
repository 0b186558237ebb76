"""Small files of every kind, made for tests; every person in them is invented."""

from __future__ import annotations

import io
import struct
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

HEADINGS = ["id", "name", "date"]
MAIN = "http" + "://schemas.openxmlformats.org/spreadsheetml/2006/main"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def make_xlsx(rows: list[list[object]], sheet: str = "Contacts") -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    return data.getvalue()


def replace_part(content: bytes, part: str, new: bytes) -> bytes:
    """Give a zip with one of its parts written anew."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in old.namelist():
            archive.writestr(name, new if name == part else old.read(name))
    return data.getvalue()


def make_sheet(rows: str, before: str = "") -> bytes:
    """Give a workbook whose sheet holds the XML given, as a hostile one might."""
    sheet = (
        f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    )
    return replace_part(
        make_xlsx([HEADINGS]), "xl/worksheets/sheet1.xml", sheet.encode()
    )


def make_ods(rows: str, before: str = "") -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"{before}<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Contacts">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return make_zip(
        {"mimetype": ODS.encode(), "META-INF/manifest.xml": b"<manifest/>", "content.xml": content.encode()}
    )  # fmt: skip


def ods_cell(text: str, also: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {also}><text:p>{text}</text:p></table:table-cell>'


def ods_row(cells: str, also: str = "") -> str:
    return f"<table:table-row {also}>{cells}</table:table-row>"


def make_xls(
    rows: list[list[str]],
    *,
    stream: str = "Workbook",
    lock: bytes = b"",
    last: tuple[int, int] | None = None,
) -> bytes:
    """Write texts as a BIFF8 sheet in a compound file, as old spreadsheets did."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xDBB, 0x7CC, 0, 6))

    cells = b""
    for place, row in enumerate(rows):
        for column, text in enumerate(row):
            body = struct.pack("<HHHHB", place, column, 0, len(text), 0) + text.encode()
            cells += record(0x204, body)
    if last:
        cells += record(0x203, struct.pack("<HHHd", *last, 0, 1.0))
    name = b"Contacts"
    head = begin(5) + lock
    bound = struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name
    offset = len(head) + len(record(0x85, bound)) + 4
    bound = struct.pack("<I", offset) + bound[4:]
    data = head + record(0x85, bound) + record(0x0A, b"")
    data += begin(0x10) + cells + record(0x0A, b"")
    full = -(-max(len(data), 4096) // 512) * 512
    return _compound(data.ljust(full, b"\x00"), stream)


def _compound(stream: bytes, called: str) -> bytes:
    sectors = len(stream) // 512
    # Sector 0 is the table of sectors, 1 the folder, the stream stands from 2 on.
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)  # fmt: skip
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        label = name.encode("utf-16-le") + b"\x00\x00" if name else b""
        return label.ljust(64, b"\x00") + struct.pack(
            "<HBBIII16xI8x8xIQ", len(label), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, 0, start, size
        )  # fmt: skip

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    folder += entry(called, 2, 0xFFFFFFFF, 2, len(stream))
    folder += entry("", 0, 0xFFFFFFFF, 0, 0) * 2
    return header + table + folder + stream


def make_zip(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def make_parquet(columns: dict[str, object], **options: object) -> bytes:
    data = io.BytesIO()
    pq.write_table(pa.table(columns), data, **options)
    return data.getvalue()
