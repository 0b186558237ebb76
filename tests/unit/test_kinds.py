"""Kinds of file: told by name and content; JSON lines and Parquet as text."""

from __future__ import annotations

import datetime as dt
import decimal
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import ExportRefused
from flows.reading.json_lines import open_json_lines
from flows.reading.kinds import sniff_kind
from flows.reading.parquet import open_parquet
from tests.unit.made_files import make_ods, make_parquet, make_xls, make_xlsx, make_zip


def read(opened):
    rows = [tuple(r.values()) for batch in opened.batches for r in batch.to_pylist()]
    lost = {f.line for f in opened.faults if f.severity == "quarantine"}
    assert opened.rows == len(rows) + len(lost)
    return rows


def read_json(content: bytes):
    opened = open_json_lines(io.BytesIO(content))
    return opened, read(opened)


def read_parquet(content: bytes):
    opened = open_parquet(io.BytesIO(content))
    return opened, read(opened)


XLSX, ODS, XLS = make_xlsx([["id"]]), make_ods(""), make_xls([["id"]])
PARQUET = make_parquet({"id": ["1"]})


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.csv", b"id,name\n", "delimited"),
        ("A.TXT", "id\tname".encode("utf-16"), "delimited"),
        ("a.csv", b"<18,18 to 25,>25\n", "delimited"),
        ("a.csv", b"{a},b\n", "delimited"),
        ("a.csv", b"PAR1,PAR2\n", "delimited"),
        ("a.xlsx", XLSX, "workbook"),
        ("a.xlsx", make_zip({"customXml/item1.xml": b""}), "workbook"),
        ("a.ods", ODS, "workbook"),
        ("a.xls", XLS, "workbook"),
        ("a.xml", b"\xef\xbb\xbf <?xml version='1.0'?>", "xml"),
        ("a.xml", "<Cases>".encode("utf-16"), "xml"),
        ("a.jsonl", b'{"id": 1}', "json_lines"),
        ("a.json", b'\xef\xbb\xbf{ "id": 1}', "json_lines"),
        ("a.parquet", PARQUET, "parquet"),
        ("a.zip", make_zip({"a.csv": b""}), "archive"),
    ],
)
def test_a_file_is_what_its_name_and_its_content_say(name, head, kind):
    found = sniff_kind(name, head[:512])

    assert found.name == kind
    assert name[-3:].lower() in found.how


@pytest.mark.parametrize(
    ("name", "head", "words"),
    [
        ("a.csv", XLSX, "a workbook"),
        ("a.csv", make_zip({"b.csv": b""}), "a zip"),
        ("a.csv", XLS, "an old workbook"),
        ("a.csv", b"<!DOCTYPE html><html>", "a web page"),
        ("a.xls", b"<html><table>", "a web page"),
        ("a.xls", b"id,name\n", "that of text"),
        ("a.xls", XLSX, "a workbook"),
        ("a.xlsx", XLS, "locked with a password"),
        ("a.zip", XLSX, "a workbook"),
        ("a.zip", b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        ("a.csv", b"\x1f\x8b\x08", "a gzip archive"),
        ("a.txt", bytes(257) + b"ustar", "a tar archive"),
        ("a.csv", b"%PDF-1.7", "a PDF"),
        ("a.json", b'[{"id": 1}]', "one JSON list"),
        ("a.json", b"id,name", "that of text"),
        ("a.jsonl", PARQUET, "Parquet"),
        ("a.parquet", b"PARE....", "encrypted Parquet"),
        ("a.xml", b'{"id": 1}', "JSON"),
        ("a.docx", b"", ".docx are not read"),
        ("a", b"", "nothing are not read"),
    ],
)
def test_a_file_that_is_not_what_it_is_named_is_refused_in_words(name, head, words):
    with pytest.raises(ExportRefused, match=words) as refusal:
        sniff_kind(name, head[:512])

    assert refusal.value.rule == "unknown_kind"


def test_json_names_of_every_line_are_headings_and_numbers_keep_their_digits():
    opened, rows = read_json(
        b'\xef\xbb\xbf{"id": 99900000010000000000123, "at": {"town": "Quay", "n": 1.50}}\r\n'
        b'\n{"id": "7", "open": true, "note": null, "at": {}}\n{"late": -1e3}'
    )

    assert opened.header == ["id", "at.town", "at.n", "open", "note", "late"]
    assert rows == [
        ("99900000010000000000123", "Quay", "1.50", "", "", "", 1),
        ("7", "", "", "true", "", "", 3),
        ("", "", "", "", "", "-1e3", 4),
    ]


@pytest.mark.parametrize(
    ("line", "rule", "column"),
    [
        (b"Fern", "not_json", ""),
        (b'{"id": 1', "not_json", ""),
        (b'{"id": NaN}', "not_json", ""),
        (b'{"id": Infinity}', "not_json", ""),
        (b'["id", 1]', "not_json", ""),
        (b"17", "not_json", ""),
        (b'{"id": "\xff"}', "not_json", ""),
        (b'{"id": "\\ud800"}', "not_json", ""),
        (b'{"id": 1}{"id": 2}', "not_json", ""),
        (b"[" * 100_000, "not_json", ""),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "not_json", ""),
        (b'{"a":' * 90_000 + b"1" + b"}" * 90_000, "not_json", ""),
        (b'{"id": 1, "id": 2}', "repeated_name", "id"),
        (b'{"a": {"b": 1}, "a.b": 2}', "repeated_name", "a.b"),
        (b'{"id": 1, "needs": ["x"]}', "list_in_row", "needs"),
        (b'{"id": "' + b"x" * 5_000_000 + b'"}', "line_too_long", ""),
    ],
    ids=range(16),
)
def test_a_json_line_that_is_no_row_costs_itself_alone(line, rule, column):
    opened, rows = read_json(b'{"id": 1}\n' + line + b'\n{"id": 2}\n')

    assert [row[0] for row in rows] == ["1", "2"]
    assert [(f.line, f.rule, f.column) for f in opened.faults] == [(2, rule, column)]
    assert opened.header == ["id"]


def test_json_in_another_encoding_or_with_values_for_names_is_refused():
    names = b"".join(b'{"n%d": 1}\n' % n for n in range(6_000))
    for content, rule in (
        ('{"id": 1}'.encode("utf-16"), "wrong_encoding"),
        (names, "wrong_header"),
    ):
        with pytest.raises(ExportRefused) as refusal:
            read_json(content)
        assert refusal.value.rule == rule


def test_parquet_columns_are_the_text_another_kind_of_file_would_hold():
    london = pa.timestamp("us", tz="Europe/London")
    moment = dt.datetime(2020, 7, 2, 3, 4, 5, 6)
    opened, rows = read_parquet(
        make_parquet(
            {
                "id": [9990000001.0, None],
                "rate": pa.array([0.1, 1e-7], pa.float32()),
                "born": [dt.date(1980, 1, 2), None],
                "day": [dt.datetime(2020, 1, 2), moment],
                "zone": pa.array([moment, None], london),
                "open": [True, None],
                "cost": [decimal.Decimal("1.50"), None],
                "code": pa.array(["A", None]).dictionary_encode(),
                "time": [dt.time(1, 2), None],
                "none": pa.nulls(2),
            }
        )
    )

    assert rows == [
        ("9990000001", "0.1", "1980-01-02", "2020-01-02", "2020-07-02T04:04:05", "true", "1.50", "A", "01:02:00", None, 1),
        (None, "0.0000001", None, "2020-07-02T03:04:05", None, None, None, None, None, None, 2),
    ]  # fmt: skip
    assert opened.header[0] == "id"


def test_parquet_ids_too_long_for_a_double_are_remarked_on():
    opened, _ = read_parquet(make_parquet({"id": [1.0, 2.0**53, float("inf")]}))

    assert [(f.line, f.column, f.rule) for f in opened.faults] == [
        (2, "id", "long_number")
    ]


def test_parquet_comes_in_batches_of_bounded_size():
    content = make_parquet({"id": list(range(120_000))}, row_group_size=7_000)
    opened = open_parquet(io.BytesIO(content))
    batches = list(opened.batches)

    assert max(batch.num_rows for batch in batches) <= 50_000
    assert batches[-1]["_line"][-1].as_py() == opened.rows == 120_000


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        (b"", "unreadable_parquet", "cannot be read"),
        (b"PAR1 not really PAR1", "unreadable_parquet", "cannot be read"),
        (PARQUET[:-20], "unreadable_parquet", "cannot be read"),
        (make_parquet({"ok": [1], "needs": [["a"]], "raw": [b"x"]}), "unreadable_parquet", "'needs', 'raw'"),
        (make_parquet({f"c{n}": [1] for n in range(5_001)}), "unpacks_too_large", "5001 columns"),
        (make_parquet({"id": ["x" * 40_000_000] * 2}, compression="zstd", use_dictionary=False), "unpacks_too_large", "row groups"),
    ],
    ids=range(6),
)  # fmt: skip
def test_parquet_that_cannot_be_read_is_refused(content, rule, words):
    with pytest.raises(ExportRefused, match=words) as refusal:
        read_parquet(content)

    assert refusal.value.rule == rule


VALID = {
    "json": (read_json, b'{"id": 1, "at": {"town": "Quay"}}\n{"id": 2, "open": true}\n'),
    "parquet": (read_parquet, make_parquet({"id": [1, 2], "name": ["Fern", None], "born": [1.5, None]})),
}  # fmt: skip


@pytest.mark.parametrize("kind", VALID)
@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), max_size=4))
def test_damage_ends_in_rows_or_a_refusal_and_nothing_else(kind, damage):
    reader, valid = VALID[kind]
    content = bytearray(valid)
    for place, byte in damage:
        content[place % len(content)] = byte
    try:
        reader(bytes(content))
    except ExportRefused as refusal:
        assert len(str(refusal)) > 20
