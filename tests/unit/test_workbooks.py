"""Workbooks: cells as a person sees them, and what could harm is not opened."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import ExportRefused
from flows.reading.workbook import list_sheets, open_workbook
from tests.unit.made_files import (
    HEADINGS,
    make_ods,
    make_sheet,
    make_xls,
    make_xlsx,
    ods_cell,
    ods_row,
    replace_part,
)


def read(content: bytes, sheet: str | None = None, header_row: int = 1):
    opened = open_workbook(io.BytesIO(content), sheet, header_row)
    rows = [tuple(r.values()) for batch in opened.batches for r in batch.to_pylist()]
    assert opened.rows == len(rows)
    return opened, rows


def refuse(content: bytes, sheet: str | None = None) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, sheet)
    return refusal.value


def test_cells_are_the_text_a_person_sees():
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        page = book.add_worksheet("Contacts")
        form = {name: book.add_format({"num_format": name}) for name in ("yyyy-mm-dd", "hh:mm", "[h]:mm", "0%")}  # fmt: skip
        page.write_row(0, 0, ["value"])
        page.write(1, 0, 9990000001)
        page.write(2, 0, "0007")
        page.write(3, 0, dt.datetime(2020, 1, 2), form["yyyy-mm-dd"])
        page.write(4, 0, dt.datetime(2020, 1, 2, 3, 4), form["yyyy-mm-dd"])
        page.write(5, 0, 0.5, form["hh:mm"])
        page.write(6, 0, 1.5, form["[h]:mm"])
        page.write(7, 0, 0.25, form["0%"])
        page.write(8, 0, True)
        page.write_formula(9, 0, '="a"&"b"', None, "ab")
        page.write(10, 0, 0.1 + 0.2)
        page.write(11, 0, 0.0000001)
    _, rows = read(data.getvalue())

    assert [row[0] for row in rows] == [
        "9990000001", "0007", "2020-01-02", "2020-01-02T03:04:00", "12:00:00",
        "36:00:00", "0.25", "true", "ab", "0.3", "0.0000001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([1, 2.5, ""], ["1", "2.5", ""]),
        ([True, 1, 0], ["true", "1", "0"]),
        (["x", 5, "y"], ["x", "5", "y"]),
        ([9990000001] * 3, ["9990000001"] * 3),
    ],
)
def test_a_column_of_one_kind_reads_as_one_of_mixed_kinds(cells, texts):
    _, rows = read(make_xlsx([["a", "b"]] + [[cell, "x"] for cell in cells]))

    assert [row[0] for row in rows] == texts


def test_headings_below_a_title_and_empty_rows_keep_the_row_of_the_sheet():
    content = make_xlsx([["title"], [], HEADINGS, ["1", "Fern"], [], [" "], ["2"]])

    opened, rows = read(content, "contacts", 3)

    assert (opened.header, opened.line) == (HEADINGS, 3)
    assert rows == [("1", "Fern", "", 4), ("2", "", "", 7)]


def test_more_rows_than_a_batch_come_in_several_and_keep_their_order():
    content = make_xlsx([["id"]] + [[n] for n in range(60_001)])
    opened = open_workbook(io.BytesIO(content), None, 1)

    sizes, last = [], ""
    for batch in opened.batches:
        sizes.append(batch.num_rows)
        last = batch["c0"][-1].as_py()
    assert sizes == [50_000, 10_001]
    assert (last, opened.rows) == ("60000", 60_001)


def test_notes_right_of_the_table_and_numbers_too_long_are_remarked_on_once():
    rows = [["id"], [1, "note"], [12345678901234567890], [2, "note"]]
    opened, _ = read(make_xlsx(rows))

    assert [(f.line, f.column, f.rule) for f in opened.faults] == [
        (3, "id", "long_number"),
        (2, "", "beyond_header"),
    ]


def test_old_and_open_workbooks_read_alike():
    rows = [HEADINGS, ["9990000001", "Fern", "2020-01-02"]]
    ods = make_ods("".join(ods_row("".join(map(ods_cell, row))) for row in rows))

    assert read(make_xls(rows))[1] == read(ods)[1] == read(make_xlsx(rows))[1]


def test_sheets_are_named_and_the_right_one_must_be_asked_for():
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        for name in ("Read me", "Contacts"):
            book.add_worksheet(name).write_row(0, 0, HEADINGS)
    content = data.getvalue()

    assert list_sheets(io.BytesIO(content)) == ["Read me", "Contacts"]
    assert read(content, "CONTACTS")[0].header == HEADINGS
    assert refuse(content).rule == "no_such_sheet"


@pytest.mark.parametrize("content", [make_xlsx([]), make_xlsx([["", " "], ["x"]])])
def test_a_sheet_without_headings_is_refused(content):
    assert refuse(content).rule == "wrong_header"


ENTITY = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
USES = '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
REPEATED = 'table:number-columns-repeated="16384"'


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "unreadable_workbook"),
        (b"PK\x03\x04 not really", "unreadable_workbook"),
        (make_sheet(USES, ENTITY), "unreadable_workbook"),
        (make_sheet("<row><!-- <row> --><c/></row>"), "unreadable_workbook"),
        (make_ods(ods_row(ods_cell("&x;")), ENTITY), "unreadable_workbook"),
        # One cell far away, said in each way XML allows.
        (make_sheet('<row><c r="A1"/></row><row><c r="XFD1048576"/></row>'), "sheet_too_large"),
        (make_sheet("<row r = '1'><c\nr = 'xfd0001048576'/></row>"), "sheet_too_large"),
        (make_sheet(f'<row r="1">{"<c/>" * 400}</row><row r="900000"><c/></row>'), "sheet_too_large"),
        (make_sheet(f'<x:row r="1">{"<x:c/>" * 400}</x:row><x:row r="900000"><x:c/></x:row>'), "sheet_too_large"),
        (make_sheet('<row><c r="A4000000000"/></row>'), "sheet_too_large"),
        (make_ods(ods_row(ods_cell("x", REPEATED), 'table:number-rows-repeated="1000000"')), "sheet_too_large"),
        (make_ods(ods_row("", 'table:number-rows-repeated="1000000"') + ods_row(ods_cell("x", REPEATED))), "sheet_too_large"),
        # An old workbook whose cell would end our process, were it opened here.
        (make_xls([HEADINGS], last=(65_535, 65_535)), "unreadable_workbook"),
        (make_sheet("<row/>" * 20_000_000), "unpacks_too_large"),
    ],
)  # fmt: skip
def test_workbooks_that_could_harm_are_refused(content, rule):
    assert refuse(content).rule == rule


def test_a_wide_sheet_is_no_bomb():
    wide = make_xlsx([[f"h{n}" for n in range(300)], list(range(300))])

    assert read(wide)[1][0][:-1] == tuple(str(n) for n in range(300))


def test_the_empty_ends_of_an_open_sheet_are_no_bomb():
    filler = f"<table:table-cell {REPEATED}/>"
    end = ods_row(filler, 'table:number-rows-repeated="1048574"')
    content = make_ods(ods_row(ods_cell("id") + filler) + ods_row(ods_cell("1")) + end)

    assert read(content)[1] == [("1", 2)]


def test_a_part_that_lies_about_its_size_is_counted_as_it_is():
    content = bytearray(make_sheet("<row/>" * 20_000_000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        sizes = [e.file_size for e in archive.infolist() if e.file_size > 1_000_000]
    true, said = struct.pack("<I", sizes[0]), struct.pack("<I", 100)

    assert refuse(bytes(content).replace(true, said)).rule in (
        "unpacks_too_large",
        "unreadable_workbook",
    )


SPACE = 'xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
LOCKED = f"<m:manifest {SPACE}><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"


@pytest.mark.parametrize(
    "content",
    [
        # A locked XLSX is a compound file that holds a stream of this name.
        make_xls([HEADINGS], stream="EncryptedPackage"),
        make_xls([HEADINGS], lock=b"\x2f\x00\x06\x00\x00\x00abcd"),
        replace_part(make_ods("<broken"), "META-INF/manifest.xml", LOCKED.encode()),
    ],
)
def test_a_workbook_locked_with_a_password_is_refused_in_those_words(content):
    refusal = refuse(content)

    assert refusal.rule == "password_protected"
    assert "Save it without one" in str(refusal)


VALID = {
    "xlsx": make_xlsx([HEADINGS, ["1", "Fern", 5], ["2", "Moss", True]]),
    "xls": make_xls([HEADINGS, ["1", "Fern", "x"]]),
    "ods": make_ods(ods_row("".join(map(ods_cell, HEADINGS))) + ods_row(ods_cell("1"))),
}


DAMAGE = st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), max_size=4)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@settings(max_examples=200, deadline=None)
@given(DAMAGE)
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(kind, damage):
    damage_and_read(VALID[kind], damage)


# Each opens a process of its own: fewer are drawn.
@settings(max_examples=40, deadline=None)
@given(DAMAGE)
def test_a_damaged_old_workbook_is_read_or_refused_and_nothing_else(damage):
    damage_and_read(VALID["xls"], damage)


def damage_and_read(valid: bytes, damage: list[tuple[int, int]]) -> None:
    content = bytearray(valid)
    for place, byte in damage:
        content[place % len(content)] = byte
    try:
        read(bytes(content))
    except ExportRefused as refusal:
        assert len(str(refusal)) > 20
