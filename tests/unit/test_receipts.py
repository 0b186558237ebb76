"""Receipts: counts that sum, nothing of a row but its key, and what changed since."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import time
import tracemalloc
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from flows.contracts import load_identity
from flows.duck import connect
from flows.errors import PipelineError
from flows.layouts import list_layouts, load_layout
from flows.receipts import (
    Counts,
    Past,
    Receipt,
    RowFault,
    Why,
    collect_problems,
    spell_row_id,
    write_receipt,
)
from flows.receipts.compare import LONGEST_TREND, list_changes, list_trend
from flows.receipts.csv import make_safe
from flows.receipts.facts import MOST_EXAMPLES
from flows.receipts.history import read_past
from flows.rules import find_rule

JUNE = dt.date(2026, 6, 30)
NOTHING = Counts(rows_in=0, landed=0, unchanged=0, quarantined=0)


def fault(
    line=2,
    row="C1",
    column="Start Date",
    rule="not_a_date",
    severity="quarantine",
    detail="",
):
    return RowFault(line, row, column, rule, severity, detail)


def make(*faults: RowFault, counts: Counts | None = None, **changes) -> Receipt:
    """The receipt of an invented export: by default each fault's row is left out."""
    content = {
        "export_id": "6f1c2b3a-0000-4000-8000-000000000000",
        "provider": "invented_council",
        "provider_name": "Invented Council",
        "file_name": "invented_placements_2026-06-30.csv",
        "size_bytes": 1200,
        "received_at": dt.datetime(2026, 7, 1, 2, 31),
        "export_day": JUNE,
        "state": "landed",
        "kind": "placements",
        "layout": "homelessness_cases",
        "counts": counts or Counts(len(faults) + 3, 2, 1, len(faults)),
        "problems": collect_problems(faults),
        "faults": list(faults),
    }
    return Receipt(**(content | changes))


def page(folder: Path, receipt: Receipt) -> str:
    return write_receipt(folder, receipt).html.read_text(encoding="utf-8")


def sheet(folder: Path, receipt: Receipt) -> list[dict[str, str]]:
    path = write_receipt(folder, receipt).csv
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def program(folder: Path, receipt: Receipt) -> dict:
    return json.loads(write_receipt(folder, receipt).json.read_text(encoding="utf-8"))


def refused(rule: str = "wrong_header", words: str = "Words.", **changes) -> Receipt:
    receipt = make(state="refused", why=Why(rule, words, 1), kind="", **changes)
    return replace(receipt, counts=None)


class Outline(HTMLParser):
    """What a reader that cannot see would meet: tags and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.in_style = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.in_style = tag == "style"

    def handle_data(self, data):
        if not self.in_style:
            self.words.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


# What must never be written


def test_a_receipt_whose_counts_do_not_sum_cannot_be_made():
    with pytest.raises(PipelineError, match="10 rows in, 5 landed, 2 unchanged, 2 qu"):
        Counts(rows_in=10, landed=5, unchanged=2, quarantined=2)


def test_a_receipt_that_lists_other_faults_than_it_counts_is_not_written(tmp_path):
    receipt = make(fault(), fault(3))

    with pytest.raises(PipelineError, match="2 faults were counted and 1 listed"):
        write_receipt(tmp_path, replace(receipt, faults=[fault()]))

    assert list(tmp_path.iterdir()) == []


def test_faults_that_can_be_read_only_once_are_not_taken():
    with pytest.raises(PipelineError, match="read only once"):
        make(fault(), faults=iter([fault()]))


@pytest.mark.parametrize(
    ("state", "why"),
    [("refused", None), ("held", None), ("landed", Why("nul_byte", "W"))],
)
def test_a_reason_belongs_to_refused_and_held_exports_and_to_them_alone(state, why):
    with pytest.raises(PipelineError, match="a reason is given for refused and held"):
        make(state=state, why=why)


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "'; drop table vault.keys; --",
    "a\nb\r\n\tc\x00\u202e\ud800",
    "=HYPERLINK(1)",
)


def full_of(text: str) -> Receipt:
    """A receipt that holds a text wherever a provider's own words can stand."""
    return make(
        fault(row=text, column=text, detail=text),
        fault(3, text, text, "unknown_code", "warning", text),
        fault(4, text, text, "placeholder", "warning"),
        counts=Counts(3, 1, 1, 1, 2),
        file_name=text,
        provider_name=text,
        layout_told=text,
        read_as=text,
        not_asked=(("placement_without_case", text),),
        past=(Past(dt.date(2026, 5, 31), 3, 3, 0, 0, {("duplicate_key", text): 2}),),
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_headings_row_ids_and_names_stay_text_in_the_page(tmp_path, hostile):
    outline = Outline(page(tmp_path, full_of(hostile)))
    harmless = Outline(page(tmp_path, full_of("harmless")))

    assert [tag for tag, _ in outline.tags] == [tag for tag, _ in harmless.tags]
    assert [set(found) for _, found in outline.tags] == [
        set(found) for _, found in harmless.tags
    ]
    assert "49" not in outline.text
    if "<" in hostile:
        assert outline.text.count(hostile) == harmless.text.count("harmless") > 10


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d"])
def test_no_cell_is_run_as_a_formula_by_a_spreadsheet(tmp_path, mark):
    hostile = f"{mark}cmd|' /c calc'!A1"
    words = f"{mark}1+1 is no heading"
    rows = sheet(tmp_path, make(fault(row=hostile, column=hostile, detail=hostile)))
    rows += sheet(tmp_path, refused(words=words))

    for cell in (cell for row in rows for cell in row.values()):
        assert not re.match(r"\s*[=+\-@\uff1d]", cell)
        assert not re.search(r"[;|\t\r\n]\s*[=+\-@\uff1d]", cell)


def test_a_formula_behind_another_separator_is_text_too():
    assert make_safe("C1;=1+1") == "C1;'=1+1"
    assert make_safe("C1 | 2026-01-02") == "C1 | 2026-01-02"
    assert make_safe("C1-2") == "C1-2"


def test_nothing_of_a_row_but_its_key_reaches_any_form(tmp_path):
    """A fault has no place for a value: whatever is written came from these fields."""
    told = {"line", "row_id", "column", "rule", "severity", "detail"}
    assert set(RowFault.__dataclass_fields__) == told

    paths = write_receipt(tmp_path, make(fault(row="C7", column="Start Date")))

    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "C7" in text
        assert "Start Date" in text


def test_no_layout_names_its_rows_by_who_somebody_is():
    """A row's key stands in receipts: it may be the source's number, never a name."""
    who = set(load_identity())
    for layout in list_layouts():
        for kind, file in load_layout(layout).files.items():
            named = {
                target.to
                for key in file.row_key
                for target in file.columns.get(key, ())
            }
            assert not named & who, f"{layout}, {kind}"


# What it says


def test_the_three_forms_say_the_same_and_their_counts_sum(tmp_path):
    faults = [fault(line) for line in (2, 5)]
    faults.append(fault(9, "C9", "Accommodation Type", "unknown_code", "warning"))
    counts = Counts(rows_in=10, landed=5, unchanged=3, quarantined=2, warned=1)
    receipt = make(*faults, counts=counts)

    told = program(tmp_path, receipt)
    rows = sheet(tmp_path, receipt)
    outline = Outline(page(tmp_path, receipt))

    assert told["rows"]["rows_in"] == 10
    assert sum(told["rows"][k] for k in ("landed", "unchanged", "quarantined")) == 10
    assert [(p["rule"], p["count"]) for p in told["problems"]] == [
        ("not_a_date", 2),
        ("unknown_code", 1),
    ]
    assert len(rows) == len(told["faults"]) == 3
    assert [(r["line"], r["row"], r["column"], r["what happened"]) for r in rows] == [
        ("2", "C1", "Start Date", "left out"),
        ("5", "C1", "Start Date", "left out"),
        ("9", "C9", "Accommodation Type", "remark"),
    ]
    assert "8 of 10 rows are in, 2 were left out, 1 carries a remark" in outline.text
    assert (
        "In the file 10 = New or changed 5 + As they were sent before 3" in outline.text
    )


def test_each_problem_comes_with_what_it_means_and_what_to_do(tmp_path):
    rule = find_rule("not_a_date")
    receipt = make(fault())

    for path in write_receipt(tmp_path, receipt):
        text = path.read_text(encoding="utf-8")
        assert rule.means in text
        assert rule.guidance in text
        assert rule.rule in text


def test_a_clean_export_is_told_in_a_line_and_nothing_is_asked_of_anybody(tmp_path):
    outline = Outline(page(tmp_path, make(counts=Counts(4, 1, 3, 0))))

    assert "This export is in. All 4 rows are sound." in outline.text
    for words in ("What to do", "Start here", "left out,", "remark", "withdrawn"):
        assert words not in outline.text
    assert sheet(tmp_path, make(counts=NOTHING)) == []


def test_a_refused_file_is_told_why_where_and_what_next(tmp_path):
    receipt = refused(words="Missing 'Case Reference'.")

    outline = Outline(page(tmp_path, receipt))
    (row,) = sheet(tmp_path, receipt)

    assert "Line 1: Missing 'Case Reference'." in outline.text
    assert "Nothing of it is in" in outline.text
    assert "send the corrected file" in outline.text
    assert (row["line"], row["rule"]) == ("1", "wrong_header")
    assert row["what happened"] == "file refused"
    assert row["what to do"] == find_rule("wrong_header").guidance
    assert program(tmp_path, receipt)["rows"] is None
    assert write_receipt(tmp_path, receipt).html.name.startswith("2026-06-30_file_6f1c")


def test_a_held_export_says_what_would_become_of_its_rows(tmp_path):
    receipt = make(
        fault(),
        counts=Counts(4, 2, 1, 1, 1, 9),
        state="held",
        why=Why("volume_outside_range", "4 rows; before it were 900."),
    )

    outline = Outline(page(tmp_path, receipt))

    assert "What would become of its rows" in outline.text
    assert "9 rows sent before would be withdrawn" in outline.text
    assert "they release it" in outline.text
    assert "are in," not in outline.text
    assert [r["what happened"] for r in sheet(tmp_path, receipt)] == [
        "file held",
        "left out",
    ]


def test_stand_ins_for_not_known_are_counted_by_column_and_not_listed(tmp_path):
    stand_ins = [
        fault(line, f"KEY-{line}", "Forename", "placeholder", "warning")
        for line in (2, 3, 4)
    ]
    outline = Outline(page(tmp_path, make(*stand_ins, counts=Counts(3, 3, 0, 0, 3))))

    assert "Forename 3" in outline.text
    assert "KEY-2" not in outline.text
    assert not outline.all("article")


def test_a_rule_that_could_not_be_asked_is_named_with_its_reason(tmp_path):
    reason = "file cases did not come with this delivery"
    receipt = make(counts=NOTHING, not_asked=(("placement_without_case", reason),))

    outline = Outline(page(tmp_path, receipt))
    (told,) = program(tmp_path, receipt)["not_asked"]

    assert find_rule("placement_without_case").means in outline.text
    assert reason in outline.text
    assert told["why"] == reason


def test_a_remark_on_the_whole_file_names_no_row(tmp_path):
    receipt = make(
        fault(0, "", "Postcode", "correction_not_needed", "warning"), counts=NOTHING
    )

    outline = Outline(page(tmp_path, receipt))

    assert "the file as a whole" in outline.text
    assert "no key could be read" not in outline.text
    assert sheet(tmp_path, receipt)[0]["line"] == ""


def test_the_exports_before_are_read_from_the_ledger_oldest_first():
    with connect() as ledger:
        ledger.execute("attach ':memory:' as vault")
        ledger.execute(
            "create table vault.exports (export_id text, provider text, file_kind text,"
            " state text, export_date date, received_at timestamp, rows_in bigint,"
            " rows_landed bigint, rows_quarantined bigint, rows_warned bigint)"
        )
        ledger.execute(
            "create table vault.fault_counts (export_id text, rule text,"
            " column_name text, severity text, faults bigint)"
        )
        ledger.execute(
            """
            insert into vault.exports
            select
                name, provider, kind, state, day::date, day::timestamp, 10, 8, 2, 1
            from (values
                ('may', 'council', 'cases', 'landed', '2026-05-31'),
                ('april', 'council', 'cases', 'landed', '2026-04-30'),
                ('march', 'council', 'cases', 'held', '2026-03-31'),
                ('this', 'council', 'cases', 'landed', '2026-06-30'),
                ('later', 'council', 'cases', 'landed', '2026-07-31'),
                ('kind', 'council', 'placements', 'landed', '2026-05-31'),
                ('other', 'prison', 'cases', 'landed', '2026-05-31'))
            as made(name, provider, kind, state, day)
            """
        )
        ledger.execute(
            """
            insert into vault.fault_counts values
                ('may', 'not_a_date', 'Start', 'quarantine', 2),
                ('may', 'not_a_date', 'Start', 'warning', 3),
                ('april', 'placement_without_case', '', 'not_asked', 0),
                ('other', 'not_a_date', 'Start', 'quarantine', 9)
            """
        )

        april, may = read_past(ledger, "council", "cases", "this", JUNE)

    assert (april.day.month, may.day.month) == (4, 5)
    assert (may.rows_in, may.landed, may.quarantined, may.warned) == (10, 8, 2, 1)
    assert (may.found, may.not_asked) == ({("not_a_date", "Start"): 5}, frozenset())
    assert april.not_asked == {"placement_without_case"}
    assert april.found == {}


def test_a_key_of_several_columns_is_written_with_bars():
    assert spell_row_id("C12\x1f2026-01-02") == "C12 | 2026-01-02"


def test_the_same_receipt_gives_the_same_bytes(tmp_path):
    receipt = make(fault(), fault(3, "C2", "Age", "not_a_number", "warning"), past=PAST)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()

    one = write_receipt(tmp_path / "one", receipt)
    two = write_receipt(tmp_path / "two", receipt)

    assert [p.name for p in one] == [p.name for p in two]
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]
    assert sorted(p.suffix for p in (tmp_path / "one").iterdir()) == [
        ".csv",
        ".html",
        ".json",
    ]


# What changed since


def exports(*counts: int | None) -> tuple[Past, ...]:
    """One export a month; how often the rule found something, None if not asked."""
    return tuple(
        Past(
            dt.date(2026, month, 28),
            100,
            100 - (count or 0),
            count or 0,
            0,
            {("not_a_date", "Start Date"): count} if count else {},
            frozenset({"not_a_date"}) if count is None else frozenset(),
        )
        for month, count in enumerate(counts, start=1)
    )


PAST = exports(4, 0)


@pytest.mark.parametrize(
    ("before", "now", "kind", "seen_in_month"),
    [
        # Jan ...      now
        ([], 5, None, None),  # the first export of its kind: nothing to compare
        ([0], 5, "new", None),
        ([0, 0], 5, "new", None),
        ([4, 0], 5, "came_back", 1),
        ([4, 0, 0], 5, "came_back", 1),
        ([4, 2, 0], 5, "came_back", 2),
        ([4], 5, "up", 1),
        ([0, 4], 5, "up", 2),
        ([5], 5, "same", 1),
        ([9], 5, "down", 1),
        ([9], 0, "gone", 1),
        ([9, 0], 0, None, None),  # gone already: not told again
        ([0], 0, None, None),
        # A month in which the rule could not be asked says nothing of that month.
        ([4, None], 5, "up", 1),
        ([0, None], 5, "new", None),
        ([4, 0, None], 5, "came_back", 1),
        ([None], 5, "new", None),
    ],
)
def test_a_problem_is_new_back_more_fewer_or_gone(before, now, kind, seen_in_month):
    found = {("not_a_date", "Start Date"): now} if now else {}

    changes = list_changes(found, exports(*before))

    assert [change.kind for change in changes] == ([kind] if kind else [])
    if seen_in_month:
        assert changes[0].seen.month == seen_in_month


def test_a_problem_whose_rule_could_not_be_asked_is_not_called_gone():
    (change,) = list_changes({}, exports(9), not_asked={"not_a_date"})

    assert (change.kind, change.before, change.now) == ("not_asked", 9, 0)


def test_a_problem_of_a_rule_that_is_no_more_is_not_called_gone(tmp_path):
    past = (Past(dt.date(2026, 5, 31), 9, 8, 1, 0, {("rule_of_old", "Age"): 1}),)
    receipt = make(counts=NOTHING, past=past)

    assert [c["kind"] for c in program(tmp_path, receipt)["changes"]] == ["not_asked"]
    assert "rule_of_old (no longer asked)" in Outline(page(tmp_path, receipt)).text


def test_the_same_rule_in_another_column_is_another_problem():
    found = {("not_a_date", "End Date"): 1}

    kinds = {c.column: c.kind for c in list_changes(found, exports(4))}

    assert kinds == {"End Date": "new", "Start Date": "gone"}


def test_what_came_back_is_told_first_with_the_day_it_was_last_seen(tmp_path):
    receipt = make(
        fault(),
        *(fault(n, column="Age", rule="not_a_number") for n in range(3, 9)),
        past=PAST,
    )

    told = program(tmp_path, receipt)["changes"]

    assert [(c["kind"], c["rule"]) for c in told] == [
        ("came_back", "not_a_date"),
        ("new", "not_a_number"),
    ]
    assert "last seen 28 January 2026" in Outline(page(tmp_path, receipt)).text


def test_the_trend_is_the_last_exports_and_ends_with_this_one():
    receipt = make(fault(), past=exports(*range(12)) + exports(*range(8)))

    trend = list_trend(receipt)

    assert len(trend) == LONGEST_TREND
    assert [point.is_now for point in trend] == [False] * 11 + [True]
    assert trend[-1].out == pytest.approx(1 / 4)
    assert list_trend(refused()) == ()


def test_a_trend_of_exports_without_rows_divides_by_nothing(tmp_path):
    empty = Past(dt.date(2026, 5, 31), 0, 0, 0, 0)

    text = Outline(page(tmp_path, make(counts=NOTHING, past=(empty,)))).text

    assert "31 May 2026 0 no rows no rows" in text


@pytest.mark.parametrize(
    ("out", "words"),
    [(1, "under 0.1%"), (20, "0.2%"), (9_999, "99.9%"), (10_000, "100.0%")],
)
def test_a_share_that_is_not_quite_none_or_all_never_looks_like_it(
    tmp_path, out, words
):
    past = (Past(dt.date(2026, 5, 31), 10_000, 10_000 - out, out, 0),)

    assert f"10,000 {words} 0.0%" in Outline(page(tmp_path, make(past=past))).text


# Large and accessible


class ManyFaults:
    """Faults that are nowhere all at once."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __iter__(self):
        for line in range(2, self.number + 2):
            yield fault(line, f"CASE-{line}", "Start Date")


def many(number: int) -> Receipt:
    faults = ManyFaults(number)
    return make(
        counts=Counts(number, 0, 0, number),
        problems=collect_problems(faults),
        faults=faults,
    )


def test_a_hundred_thousand_faults_are_listed_whole_and_shown_in_part(tmp_path):
    started = time.process_time()
    receipt = many(100_000)
    paths = write_receipt(tmp_path, receipt)
    seconds = time.process_time() - started

    (problem,) = receipt.problems
    assert (problem.count, len(problem.examples)) == (100_000, MOST_EXAMPLES)
    text = paths.html.read_text(encoding="utf-8")
    assert len(text) < 100_000
    assert text.count('<td class="line">') == MOST_EXAMPLES
    assert "99,800 rows more are in" in Outline(text).text
    with paths.csv.open(encoding="utf-8-sig") as file:
        assert sum(1 for _ in file) == 100_001
    assert len(json.loads(paths.json.read_text(encoding="utf-8"))["faults"]) == 100_000
    assert seconds < 30


def test_four_times_the_faults_take_no_more_memory(tmp_path):
    peaks = []
    for number in (1_000, 2_000, 8_000):  # the first warms up
        tracemalloc.start()
        write_receipt(tmp_path, many(number))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[2] < 1.25 * peaks[1]


def test_the_page_is_one_that_everybody_can_read(tmp_path):
    faults = [fault(line) for line in range(2, 30)]
    faults.append(fault(40, "C9", "Accommodation Type", "unknown_code", "warning"))
    faults.append(fault(41, "C9", "Forename", "placeholder", "warning"))
    outline = Outline(
        page(
            tmp_path,
            make(
                *faults,
                counts=Counts(40, 6, 6, 28, 2),
                past=PAST,
                not_asked=(("placement_without_case", "no cases"),),
            ),
        )
    )

    assert outline.all("html")[0]["lang"] == "en-GB"
    assert outline.all("title")
    assert len(outline.all("main")) == len(outline.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(
        after - before <= 1 for before, after in zip(levels, levels[1:], strict=False)
    )
    assert all(cell.get("scope") in ("col", "row") for cell in outline.all("th"))
    named = {found["id"] for _, found in outline.tags if found.get("id")}
    for picture in outline.all("svg"):
        assert picture["role"] == "img"
        assert picture.get("aria-label") or picture["aria-labelledby"] in named
    for section in outline.all("section") + outline.all("article"):
        assert section["aria-labelledby"] in named
    ids = [found["id"] for _, found in outline.tags if found.get("id")]
    assert len(ids) == len(set(ids))


def test_the_page_needs_no_network_and_no_script(tmp_path):
    text = page(tmp_path, make(fault(), past=PAST))
    outline = Outline(text)

    assert "://" not in text
    assert "default-src 'none'" in text
    assert not outline.all("script") + outline.all("link") + outline.all("img")
    targets = {found["href"] for found in outline.all("a")}
    beside = {path.name for path in tmp_path.iterdir()}
    assert {t for t in targets if not t.startswith("#")} <= beside
