"""XML: records by their paths, and nothing an outsider's file could make us do."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import ExportRefused
from flows.reading.xml import open_xml

HEADINGS = ["@id", "Name/Forename", "Born", "../CaseReference", "../../@period"]
CASES = b"""<?xml version="1.0"?>
<n:Cases xmlns:n="urn:invented" period="Q1">
<Header><Sent>2026-01-01</Sent></Header>
<Case><CaseReference>C1</CaseReference>
  <Person id="1"><Name><Forename> Fern &amp; co </Forename></Name><Born>1980-01-02</Born></Person>
  <n:Person id="2"><Name/><Born/></n:Person>
</Case>
<Case>
  <Person id="3"><Name><Forename><![CDATA[Moss]]></Forename></Name></Person>
</Case>
</n:Cases>
"""


def read(content: bytes, record: str = "Person", headings: list[str] = HEADINGS):
    opened = open_xml(io.BytesIO(content), record, headings)
    rows = [tuple(r.values()) for batch in opened.batches for r in batch.to_pylist()]
    assert opened.rows == len(rows) + len(opened.faults)
    return opened, rows


def refuse(content: bytes, headings: list[str] = HEADINGS) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(content, headings=headings)
    return refusal.value


def test_a_record_has_fields_attributes_and_fields_of_what_is_around_it():
    opened, rows = read(CASES)

    assert opened.header == HEADINGS
    assert rows == [
        ("1", "Fern & co", "1980-01-02", "C1", "Q1", 5),
        ("2", "", "", "C1", "Q1", 6),
        ("3", "Moss", "", "", "Q1", 9),
    ]
    assert opened.how == (
        "XML, one row per 'Person', counted by line of the file; "
        "1 fields outside the records are not read"
    )


def test_a_field_of_one_case_is_never_that_of_the_next():
    _, rows = read(CASES, headings=["@id", "../CaseReference"])

    assert rows[2][:2] == ("3", "")


def test_a_group_before_the_record_can_be_read():
    _, rows = read(CASES, headings=["@id", "../../Header/Sent"])

    assert {row[1] for row in rows} == {"2026-01-01"}


def test_headings_not_met_are_missing_and_others_are_named():
    content = b"<R><Person id='1'><Age>5</Age></Person>\n<Person id='2'><Note x='y'>z</Note></Person></R>"
    opened, _ = read(content, headings=["@id", "Born"])

    assert opened.header == ["@id", "Age", "Note/@x", "Note"]


def test_records_in_one_line_are_counted_instead():
    opened, rows = read(b"<R><Person id='7'/><Person id='8'/></R>", headings=["@id"])

    assert rows == [("7", 1), ("8", 2)]
    assert "counted by record, as several stand in one line" in opened.how


@pytest.mark.parametrize(
    ("content", "column"),
    [
        (b"<R>\n<Person><Born>a</Born><Born>b</Born></Person></R>", "Born"),
        (b"<R>\n<Person><Born>a</Born><Born/></Person></R>", "Born"),
        (b"<R>\n<Person><N><F>a</F></N><N><F>b</F></N></Person></R>", "N/F"),
        (b"<R><CaseReference>a</CaseReference><CaseReference>b</CaseReference>\n<Person/></R>", "../CaseReference"),
    ],
)  # fmt: skip
def test_a_field_that_stands_twice_costs_its_record_and_no_other(content, column):
    opened, rows = read(content.replace(b"</R>", b"\n<P2/></R>"))

    assert [(f.line, f.column, f.rule) for f in opened.faults] == [
        (2, column, "repeated_element")
    ]
    assert (rows, opened.rows) == ([], 1)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_the_encoding_is_the_one_the_file_declares(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><R><Person id="Zoë"/></R>'

    assert read(text.encode(encoding), headings=["@id"])[1] == [("Zoë", 1)]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "content",
    [
        b"<R><Person id='1'/>",
        b"<R><Person id='1'/></R><R/>",
        CASES[:-20],
        CASES.replace(b"C1", b"C\x00"),
        CASES.replace(b"Moss", b"\xff"),
        b"<!DOCTYPE R><R><Person/></R>",
        b'<!DOCTYPE R [<!ENTITY x SYSTEM "file:///etc/hostname">]><R><Person>&x;</Person></R>',
        b'<!DOCTYPE R SYSTEM "outside.dtd"><R><Person/></R>',
        f'<!DOCTYPE R [<!ENTITY l0 "ha">{LAUGHS}]><R><Person>&l9;</Person></R>'.encode(),
        b"<R><Person>&unknown;</Person></R>",
        b'<?xml version="1.0" encoding="utf-7"?><R><Person/></R>',
        b'<?xml version="1.0" encoding="no-such"?><R><Person/></R>',
        b"<R>" + b"<a>" * 100 + b"</a>" * 100 + b"<Person/></R>",
        b"<R><Person>" + b"<a/>" * 20_000 + b"</Person></R>",
        b"<R><Person " + b" ".join(b"a%d='1'" % n for n in range(300)) + b"/></R>",
        b"<R><Person>" + b"x" * 5_000_000 + b"</Person></R>",
        b"<R><Person a='" + b"x" * 5_000_000 + b"'/></R>",
        b"<R><!--" + b"x" * 5_000_000 + b"--><Person/></R>",
        b"<R>" + b"".join(b"<Person><a%d>1</a%d></Person>" % (n, n) for n in range(6_000)) + b"</R>",
    ],
    ids=range(19),
)  # fmt: skip
def test_xml_that_is_not_whole_or_could_harm_is_refused_with_its_line(content):
    refusal = refuse(content)

    assert refusal.rule == "unreadable_xml"
    assert refusal.line


def test_no_value_of_the_file_is_in_a_refusal():
    assert "Fern" not in str(refuse(CASES.replace(b"</Born>", b"</Fern>")))


@pytest.mark.parametrize("content", [b"<R/>", b"<R><Client/></R>"])
def test_a_file_without_the_record_is_refused_by_its_name(content):
    assert "'Person'" in str(refuse(content))
    assert refuse(content).rule == "wrong_header"


def test_memory_does_not_grow_with_the_records():
    record = b"<Person id='1'><Name><Forename>Fern</Forename></Name></Person>\n"

    def peak(count: int) -> int:
        opened = open_xml(
            io.BytesIO(b"<R>" + record * count + b"</R>"), "Person", ["@id"]
        )
        tracemalloc.start()
        sum(batch.num_rows for batch in opened.batches)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < 2 * peak(5_000)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), max_size=4))
def test_damaged_xml_is_read_or_refused_and_nothing_else(damage):
    content = bytearray(CASES)
    for place, byte in damage:
        content[place % len(content)] = byte
    try:
        read(bytes(content))
    except ExportRefused as refusal:
        assert len(str(refusal)) > 20
