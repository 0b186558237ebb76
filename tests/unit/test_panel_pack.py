"""The case panel pack: whose story a panel is told, how, and what it must not learn."""

from __future__ import annotations

import csv
import re
import stat

import duckdb
import pytest
from typer.testing import CliRunner

from flows.audit import read_audit
from flows.cli import app
from flows.documents.cases import Case, Event, Touchpoint
from flows.documents.panel import FINDINGS, PAGE, load_panel_policy, make_pack
from flows.documents.picture import draw_case
from flows.errors import ActRefused, SettingsError
from flows.layouts import load_layout
from flows.link import link
from flows.vault import open_vault
from tests.conftest import Road, make_provider
from tests.linkage_records import NOW, fill_vault, read_people, spell_id
from tests.made_warehouse import run_sql
from tests.read_pages import check_page

WHY = "the panel of June"
CRISIS = "2026-03-31"
MART = """
    create table missed_opportunities (
        crisis_id varchar, person_id varchar, crisis_type varchar,
        crisis_sector varchar, crisis_provider varchar, area_code varchar,
        crisis_date date, touchpoint_id varchar, touchpoint_type varchar,
        touchpoint_sector varchar, touchpoint_provider varchar, touchpoint_date date,
        days_before integer, is_help_given boolean, unit_cost_pence bigint
    );
    create table people (person_id varchar, age_band varchar, area_code varchar);
    create table person_timeline (
        event_id varchar, person_id varchar, event_type varchar, sector varchar,
        provider varchar, words varchar, event_date date
    )
"""


class Made:
    """A place of linked people, and a warehouse in which a test puts their crises."""

    def __init__(self, place, keys) -> None:
        self.place, self.keys = place, keys
        self.folder = place.root / "pack"
        self._numbered, self._waiting = 0, list[str]()
        run_sql(place, keys, MART)

    def people(self, *persons: str, area: str = "QX1", age: str = "25-34") -> None:
        for person in persons:
            self._insert("people", person, age, area)

    def crisis(
        self,
        person: str,
        missed: int,
        helped: int = 0,
        kind: str = "custody_reception",
        area: str = "QX1",
        first: int = 112,
    ) -> str:
        """A crisis with so many touchpoints, the first so many days before, daily."""
        self._numbered += 1
        crisis = f"crisis-{self._numbered:03}"
        for number in range(missed + helped):
            self._insert(
                "missed_opportunities",
                *(crisis, person, kind, "offending", "hmp_larkmoor", area, CRISIS),
                *(f"{crisis}-{number}", "assessment", "drugs", "millbrook_recovery"),
                *("2025-12-09", first - number, number >= missed, 4200),
            )
        if not missed + helped:
            self._insert(
                "missed_opportunities",
                *(crisis, person, kind, "offending", "hmp_larkmoor", area, CRISIS),
                *([None] * 8),
            )
        self._insert(
            "person_timeline",
            *(crisis, person, "crisis", "offending", "hmp_larkmoor"),
            *("Crisis: Received into custody", CRISIS),
        )
        return crisis

    def pack(self, cases: int = 12, **more):
        self.fill()
        return make_pack(self.place, self.keys, cases, self.folder, WHY, **more)

    def fill(self) -> None:
        """Put what was said so far into the warehouse."""
        if self._waiting:
            run_sql(self.place, self.keys, "; ".join(self._waiting))
            self._waiting.clear()

    def chosen(self, cases: int = 12) -> set[str]:
        """The crises of a pack, as the vault keeps them."""
        pack = self.pack(cases)
        with open_vault(self.place, self.keys, read_only=True) as vault:
            rows = vault.execute(
                "select case_id, crisis_id from vault.panel_cases"
            ).fetchall()
        kept = dict(rows)
        return {kept[case_id] for case_id in pack.case_ids}

    def page(self):
        return check_page((self.folder / PAGE).read_text(encoding="utf-8"))

    def _insert(self, table: str, *values: object) -> None:
        listed = ", ".join("null" if value is None else repr(value) for value in values)
        self._waiting.append(f"insert into {table} values ({listed})")


@pytest.fixture
def made(place, keys) -> Made:
    fill_vault(place, keys, [{"record": "a1", "forename": "Ottolina"}])
    link(place, keys, "n1", NOW)
    return Made(place, keys)


def test_those_with_most_missed_opportunities_are_chosen(made):
    made.crisis("p1", missed=2, helped=6)
    most = made.crisis("p2", missed=5)
    more = made.crisis("p3", missed=3)

    assert made.chosen(2) == {most, more}


def test_a_person_is_one_case_by_the_crisis_with_most_missed(made):
    made.crisis("p1", missed=4)
    most = made.crisis("p1", missed=5, kind="eviction")

    assert made.chosen() == {most}


def test_every_place_and_kind_of_crisis_gets_a_case_before_any_gets_a_second(made):
    """Six people in one stratum, two in another, one in a third; five cases.

    Each gets one: 3 left 2. The next goes to 6 / 1 = 6 against 2 / 1 = 2, and the last
    to 6 / 2 = 3 against 2.
    """
    large = [made.crisis(f"p{n}", missed=9 - n) for n in range(6)]
    middle = [made.crisis(f"q{n}", missed=2, kind="eviction") for n in range(2)]
    small = made.crisis("r1", missed=1, area="QX2")

    assert made.chosen(5) == {*large[:3], middle[0], small}


def test_of_more_strata_than_cases_the_largest_are_looked_at(made):
    made.crisis("p1", missed=9, area="QX3")
    two = [made.crisis(f"q{n}", missed=1 + n, area="QX2") for n in range(2)]

    assert made.chosen(1) == {two[1]}


def test_the_same_warehouse_gives_the_same_cases_under_new_ids(made):
    for n in range(9):
        made.crisis(f"p{n}", missed=2, area=f"QX{n % 3}")
    first = made.chosen(4)
    ids = set(re.findall(r"PC-\w{7}", (made.folder / PAGE).read_text()))
    made.folder = made.place.root / "again"

    assert made.chosen(4) == first
    again = set(re.findall(r"PC-\w{7}", (made.folder / PAGE).read_text()))
    # The example of an id on the cover is in both.
    assert ids & again == {"PC-XXXXXXX"}


def household(made: Made, *records: str, key: str = "H1") -> None:
    folder = made.place.landed / "homelessness" / "cases"
    folder.mkdir(parents=True, exist_ok=True)
    values = ", ".join(f"('{spell_id(r)}', '{key}')" for r in records)
    duckdb.sql(
        f"copy (select * from (values {values}) as t(record_id, household_id)) "
        f"to '{folder}/{key}.parquet' (format parquet)"
    )


def test_two_people_of_one_household_are_one_case(place, keys):
    rows = [
        {"record": f"a{n}", "forename": name, "surname": name * 2}
        for n, name in enumerate(("Ottolina", "Wumbold", "Zebedora"))
    ]
    fill_vault(place, keys, rows)
    link(place, keys, "n1", NOW)
    made, people = Made(place, keys), read_people(place)
    household(made, "a0", "a1")
    most = made.crisis(people["a0"], missed=5)
    made.crisis(people["a1"], missed=4)
    alone = made.crisis(people["a2"], missed=1)

    assert made.chosen() == {most, alone}


def set_health(made: Made, person: str, health: str) -> None:
    path = made.place.linked / "current" / "person_health.parquet"
    duckdb.sql(
        f"copy (select '{person}' as person_id, '{health}' as health) "
        f"to '{path}' (format parquet)"
    )


def test_a_disputed_person_is_no_case_and_one_in_doubt_is_told_as_such(made):
    first, second = made.crisis("p1", missed=9), made.crisis("p2", missed=1)
    set_health(made, "p1", "disputed")
    assert made.chosen() == {second}
    assert "not sure of these records" not in made.page().text

    made.folder = made.place.root / "again"
    set_health(made, "p1", "needs_attention")
    assert made.chosen() == {first, second}
    assert made.page().text.count("not sure of these records") == 1


def test_a_page_tells_days_and_systems_and_no_date_name_or_id(made):
    made.people(*(f"x{n}" for n in range(9)), "p1")
    made.crisis("p1", missed=2, helped=1)
    made.pack()
    page = made.page()
    content = (made.folder / PAGE).read_text()

    assert "Received into custody" in page.text
    assert "Area: QX1. Age: 25-34. 3 touchpoints" in page.text
    assert "1 112 days before Drugs and alcohol Assessed no" in page.text
    assert "3 110 days before Drugs and alcohol Assessed yes" in page.text
    assert "Confidential" in page.text
    assert "where could this have been avoided?" in page.text
    case = content[content.index("<section>") :]
    for word in ("2026", "2025", "March", "p1", "crisis-001", "millbrook", "larkmoor"):
        assert word not in case, word


@pytest.mark.parametrize(
    ("others", "told"),
    [
        # nine of the area: neither it nor, of nine in the place, the age is shown
        ([("QX1", "25-34", 8)], "Area: not shown. Age: not shown."),
        ([("QX1", "25-34", 8), ("QX2", "25-34", 1)], "Area: not shown. Age: 25-34."),
        ([("QX1", "35-44", 9)], "Area: QX1. Age: not shown."),
        ([("QX1", "25-34", 9)], "Area: QX1. Age: 25-34."),
    ],
)
def test_an_area_or_age_that_fewer_than_ten_share_is_not_shown(made, others, told):
    made.people("p1")
    for area, age, count in others:
        made.people(*(f"{area}{age}{n}" for n in range(count)), area=area, age=age)
    made.crisis("p1", missed=1)
    made.pack()

    assert told in made.page().text


def test_each_case_is_a_page_with_a_picture_that_is_told_in_words_too(made):
    made.crisis("p1", missed=2)
    made.crisis("p2", missed=1, helped=1)
    made.pack()
    page = made.page()

    told = [svg["aria-label"] for svg in page.attributes("svg") if "width" not in svg]
    told = sorted(words for words in told if words and words.startswith("Timeline"))
    assert told == [
        "Timeline of the 365 days before the crisis: 2 touchpoints, "
        f"{missed} of them without recorded help, and 0 other events."
        for missed in (1, 2)
    ]
    assert len(page.attributes("section")) == 2
    assert "section { break-before: page" in (made.folder / PAGE).read_text()


def test_marks_that_would_cover_each_other_are_stacked():
    policy = load_panel_policy()
    days = (112, 111, 30)
    case = Case(
        "c", "p", "Recalled", "", "", False,
        tuple(Touchpoint(d, "drugs", "triage", False) for d in days),
        (Event(365, "benefits", "contact"), Event(0, "offending", "crisis")),
    )  # fmt: skip
    picture = draw_case(case, policy)

    lanes = {lane["name"]: lane for lane in picture.lanes}
    assert list(lanes) == [*policy.sectors.values(), "Benefits"]
    first, second, third = lanes["Drugs and alcohol"]["marks"]
    assert (first["number"], second["number"], third["number"]) == (1, 2, 3)
    assert first["y"] < second["y"]
    assert third["y"] == first["y"]
    assert lanes["Benefits"]["events"][0]["x"] == picture.left
    assert lanes["Offending"]["events"][0]["x"] == picture.crisis_x
    bottom = max(lane["top"] + lane["height"] for lane in picture.lanes)
    assert all(
        lane["top"] < mark["y"] < lane["top"] + lane["height"]
        for lane in picture.lanes
        for mark in lane["marks"]
    )
    assert bottom < picture.height


def test_what_a_panel_writes_into_the_form_is_taken_by_ingest(made, tmp_path):
    made.crisis("p1", missed=1)
    made.crisis("p2", missed=1)
    pack = made.pack()
    text = pack.findings.read_bytes().decode()
    rows = list(csv.DictReader(text.splitlines()))
    layout = load_layout("panel_findings").files["panel_findings"]
    assert list(rows[0]) == layout.headers
    assert [row["Panel Case"] for row in rows] == list(pack.case_ids)

    filled = rows[0] | {
        "Panel Date": "05/05/2026",
        "System": "Drugs and alcohol",
        "Kind of Failure": "Bounced referral",
        "Avoidable": "Partly",
    }
    lines = [",".join(layout.headers), ",".join(filled.values())]
    panel = make_provider("place_panel", "drugs", "panel_findings")
    road = Road(made.place, made.keys, {"place_panel": panel})
    name = FINDINGS.replace("template", "2026-05-31")
    road.drop("place_panel", name, "\n".join(lines) + "\n")
    (result,) = road.run()

    assert (result.state, result.landed, result.warned) == ("landed", 1, 0)
    found = road.landed(
        "partnership", "panel_findings", "system_type, failure_type, avoidable_type"
    )
    assert found == [("drugs", "bounced_referral", "partly")]


def test_whose_a_case_is_the_vault_alone_keeps_and_the_audit_log_who_asked(made):
    made.crisis("p1", missed=1)
    pack = made.pack(as_name="Ann")

    with open_vault(made.place, made.keys, read_only=True) as vault:
        kept = vault.execute(
            "select case_id, person_id, crisis_id from vault.panel_cases"
        ).fetchall()
    assert kept == [(pack.case_ids[0], "p1", "crisis-001")]
    (entry,) = read_audit(made.place, 5)
    assert (entry["act"], entry["subjects"]) == ("panel pack", [pack.case_ids[0]])
    assert (entry["as"], entry["reason"]) == ("Ann", WHY)
    for path in (pack.page, pack.findings):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700


def test_without_a_mart_or_anything_missed_it_says_so_and_keeps_nothing(made):
    made.crisis("p1", missed=0)
    made.crisis("p2", missed=0, helped=3)
    with pytest.raises(ActRefused, match="no crisis with an earlier touchpoint"):
        made.pack()
    run_sql(made.place, made.keys, "alter table missed_opportunities drop days_before")
    with pytest.raises(ActRefused, match="lacks days_before"):
        made.pack()
    run_sql(made.place, made.keys, "drop table missed_opportunities")
    with pytest.raises(ActRefused, match="has no mart missed_opportunities"):
        made.pack()
    made.place.warehouse.unlink()
    with pytest.raises(ActRefused, match="no warehouse"):
        made.pack()

    assert not made.folder.exists()
    assert read_audit(made.place, 5) == []


def test_without_the_vaults_key_or_into_an_open_folder_nothing_is_made(made):
    made.crisis("p1", missed=1)
    bare = made.keys.without_identity()
    with pytest.raises(SettingsError, match="master key"):
        make_pack(made.place, bare, 3, made.folder, WHY)
    with pytest.raises(ActRefused, match="where others read"):
        make_pack(made.place, made.keys, 3, made.place.published / "pack", WHY)
    made.folder.mkdir()
    (made.folder / "another").touch()
    with pytest.raises(ActRefused, match="files in it"):
        made.pack()

    assert read_audit(made.place, 5) == []


def test_the_command_says_where_the_pack_is_and_that_there_were_no_more(made):
    made.crisis("p1", missed=1)
    made.fill()
    options = ["--reason", WHY, "--data", str(made.place.root)]
    done = CliRunner().invoke(app, ["panel", "--out", str(made.folder), *options])

    assert done.exit_code == 0, done.output
    assert "Cases: 1 of 12; no more fit." in done.stdout
    assert str(made.folder / FINDINGS) in done.stdout
    assert "not to be published" in done.stdout
