"""Reading: every line of a file is a row or a fault, and how it was read is said."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import ExportRefused
from flows.reading.judge import keep_step
from flows.reading.text import PIECE
from tests.read_files import read_whole

HEADINGS = ["id", "name", "date"]


def read(content: bytes, **options: object):
    return read_whole(content, "export.csv", HEADINGS, **options)


def rows(reading) -> list[tuple]:
    return [tuple(row.values()) for row in reading.columns.to_pylist()]


def test_a_clean_file_keeps_its_line_numbers():
    reading = read(b"id,name,date\n1,Fern,2026-01-02\n2,Moss,\n")

    assert rows(reading) == [("1", "Fern", "2026-01-02", 2), ("2", "Moss", "", 3)]
    assert reading.how == "UTF-8, comma-delimited"
    assert reading.rows == 2


@pytest.mark.parametrize(
    ("content", "how"),
    [
        ("id;name;date\r\n1;Fern;x\r\n".encode("utf-8-sig"), "byte-order mark, semi"),
        (
            "id\tname\tdate\r1\tFern\tx\r".encode("utf-16"),
            "UTF-16, classic Mac line ends, tab",
        ),
        (b"id|name|date\n1|Fern|x", "UTF-8, pipe"),
        (b"DATE,Id,NAME\nx,1,Fern\n", "UTF-8, comma"),
    ],
)
def test_delimiter_encoding_line_ends_and_order_of_columns_do_not_matter(content, how):
    reading = read(content)

    assert rows(reading) == [("1", "Fern", "x", 2)]
    assert how in reading.how


def test_a_windows_file_is_read_and_the_line_is_named():
    reading = read("id,name,date\n1,Fern,x\n2,Zoë,x\n".encode("cp1252"))

    assert rows(reading)[1] == ("2", "Zoë", "x", 3)
    assert [(f.line, f.rule, f.severity) for f in reading.faults] == [
        (3, "not_utf8", "warning")
    ]


def test_an_unclosed_quote_costs_its_own_line_and_no_other():
    reading = read(b'id,name,date\n1,"Fern,x\n2,Moss,y\n3,"Ivy, the",z\n')

    assert [row[0] for row in rows(reading)] == ["2", "3"]
    assert [(f.line, f.rule) for f in reading.faults] == [(2, "unclosed_quote")]
    assert reading.rows == 3


def test_two_unclosed_quotes_in_one_column_do_not_join_two_people():
    text = b'id,name,date\n1,"Fern,x\n2,Moss,y\n3,"Ivy,z\n4,Alder,w\n'

    reading = read(text)

    assert [row[0] for row in rows(reading)] == ["2", "4"]
    assert [(f.line, f.rule) for f in reading.faults] == [
        (2, "unclosed_quote"),
        (4, "unclosed_quote"),
    ]


def test_unclosed_quotes_on_neighbouring_lines_are_two_faults():
    reading = read(b'id,name,date\n1,"Fern,x\n2,"Moss,y\n3,Ivy,z\n')

    assert [row[0] for row in rows(reading)] == ["3"]
    assert len(reading.faults) == 2


def test_a_quote_inside_a_text_that_is_not_quoted_costs_its_line_alone():
    text = b'id,name,date\n1,5",6" ,x\n2,Moss "M",y\n3,"Ivy" the,z\n4,"A ""B"" C",w\n'

    reading = read(text)

    assert [row[:2] for row in rows(reading)] == [("4", 'A "B" C')]
    assert {(f.line, f.rule) for f in reading.faults} == {
        (2, "stray_quote"),
        (3, "stray_quote"),
        (4, "stray_quote"),
    }


def test_a_line_break_inside_quotes_is_one_row():
    reading = read(b'id,name,date\n1,"Fern\nGreen",x\n2,Moss,y\n')

    assert rows(reading) == [("1", "Fern\nGreen", "x", 2), ("2", "Moss", "y", 4)]


def test_a_note_longer_than_what_is_parsed_at_a_time_comes_out_whole():
    note = "Fern\n" * 100 + "F" * (1 << 21)
    lines = f'id,name,date\n1,"{note}",x\n2,{note[-(1 << 20) :]},y\n3,Moss,z\n'

    found = rows(read(lines.encode()))

    assert [row[1] for row in found] == [note, note[-(1 << 20) :], "Moss"]
    assert [row[3] for row in found] == [2, 103, 104]


def test_a_letter_cut_in_two_between_pieces_is_read_as_one_letter():
    # The first piece of a file ends within the é; the next goes on in plain ASCII.
    begin = b"id,name,date\n1,"
    name = "F" * (PIECE - len(begin) - 1) + "é"

    found = read(begin + name.encode() + b",x\n2,Moss,y\n")

    assert rows(found) == [("1", name, "x", 2), ("2", "Moss", "y", 3)]
    assert "UTF-8" in found.how


def test_half_a_letter_at_the_end_of_a_piece_is_not_utf_8():
    begin = b"id,name,date\n1,"
    name = b"F" * (PIECE - len(begin) - 1) + b"\xc3"

    found = read(begin + name + b",x\n2,Moss,y\n")

    assert "Windows-1252" in found.how
    assert rows(found)[0][1].endswith("Ã")


def test_short_and_long_lines_are_faults_and_blank_lines_are_nothing():
    reading = read(b"id,name,date\n1,Fern\n\n,,\n2,Moss,x,y\n3,Ivy,z\n")

    assert [row[0] for row in rows(reading)] == ["3"]
    assert [(f.line, f.rule, f.detail) for f in reading.faults] == [
        (2, "field_count", "2 fields, not 3"),
        (5, "field_count", "4 fields, not 3"),
    ]
    assert reading.rows == 3


def test_wrong_headings_are_refused_with_both_differences():
    with pytest.raises(ExportRefused) as refusal:
        read(b"id,nme,date,date\n1,Fern,x,y\n")

    assert refusal.value.rule == "wrong_header"
    assert refusal.value.line == 1
    for word in ("missing 'name'", "not expected 'nme'", "given twice 'date'"):
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\n\n", "empty_file"),
        (b"id,name,date\n1,Fe\x00rn,x\n", "nul_byte"),
        (b"id,name,date\n1,\x81\x8d,x\n", "wrong_encoding"),
        (b"id" + b",x" * 600_000 + b"\n", "wrong_header"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(content, rule):
    with pytest.raises(ExportRefused) as refusal:
        read(content)

    assert refusal.value.rule == rule


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_crash_and_rows_always_balance(content):
    try:
        reading = read(b"id,name,date\n" + content)
    except ExportRefused:
        return

    lost = {f.line for f in reading.faults if f.severity == "quarantine"}
    assert reading.rows == reading.columns.num_rows + len(lost)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(TEXTS.map(lambda text: f"x{text}"), TEXTS, TEXTS), max_size=8)
)
def test_whatever_a_csv_writer_quotes_comes_back(values):
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(values)

    reading = read(text.getvalue().encode())

    assert [row[:3] for row in rows(reading)] == values


def test_the_five_encodings_of_one_file_give_the_same_records(samples):
    found = []
    for path in sorted((samples / "encodings").glob("*.csv")):
        encoding = "mac_roman" if path.stem == "macRoman" else None
        data = path.read_bytes()
        declared = encoding or ("utf-16" if data[:2] == b"\xff\xfe" else "utf-8-sig")
        text = data.decode("cp1252" if path.stem == "Windows-1252" else declared)
        headings = [h.strip('"') for h in text.splitlines()[0].split(",")]
        reading = read_whole(data, path.name, headings, encoding=encoding)
        found.append(reading.columns.drop_columns("_line").to_pylist())

    assert len(found) == 5
    assert all(records == found[0] for records in found)


def test_an_encoding_is_told_from_the_bytes_or_asked_for_and_never_guessed(samples):
    folder = samples / "encodings"
    first = (folder / "UTF-8.csv").read_text(encoding="utf-8").splitlines()[0]
    headings = [heading.strip('"') for heading in first.split(",")]

    def told(name: str):
        return read_whole((folder / f"{name}.csv").read_bytes(), "x.csv", headings)

    readings = [told(n) for n in ("UTF-8", "UTF-8-bom", "UTF-16LE", "Windows-1252")]

    records = [reading.columns.to_pylist() for reading in readings]
    assert records == [records[0]] * 4
    assert [reading.how.split(",")[0] for reading in readings] == [
        "UTF-8", "UTF-8 with byte-order mark", "UTF-16", "Windows-1252",
    ]  # fmt: skip
    with pytest.raises(ExportRefused, match="declare 'encoding'"):
        told("macRoman")


def test_a_reader_far_ahead_of_duckdb_waits_but_not_for_ever(monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr("flows.reading.judge._AHEAD", 1)
    monkeypatch.setattr("flows.reading.judge._LONGEST_WAIT", 0.01)
    monkeypatch.setattr("flows.reading.judge.time.sleep", waits.append)
    made = (pa.record_batch({"c0": [f"row {n}"] * 1000}) for n in range(3))

    kept = list(keep_step(made))

    assert [batch["c0"][0].as_py() for batch in kept] == ["row 0", "row 1", "row 2"]
    assert waits
