"""My record: what a person is told of themselves, and what they must never be told."""

from __future__ import annotations

import stat

import duckdb
import pytest
from typer.testing import CliRunner

from flows.audit import read_audit, verify_audit
from flows.cli import app
from flows.contracts import GROUPS, list_datasets, load_contract
from flows.decisions import decide
from flows.documents.facts import find_parent, is_about_people
from flows.documents.record import load_titles, make_record
from flows.errors import ActRefused, MappingError, RunInProgress, SettingsError
from flows.link import link
from flows.locks import writer_lock
from tests.conftest import Road
from tests.linkage_records import NOW, fill_vault, read_people, spell_id
from tests.made_warehouse import run_sql
from tests.read_pages import check_page

WHY = "asked at the desk, passport seen"
COUNCIL, TRUST = "fernshire_council", "fernshire_mental_health"

CASES = (
    "Case Reference,Applicant ID,Household ID,Forename,Middle Name,Surname,Date of Birth,"
    "Sex,Ethnicity,NI Number,NHS Number,Last Settled Postcode,Case Worker,"
    "Application Date,Referred By,Accommodation at Application,Decision Date,Decision,"
    "Duty End Date,Duty End Reason,Notes\n"
)
ANNA = {
    "forename": "Ottolina",
    "surname": "Sprocket",
    "birth_date": "1984-03-09",
    "sex_type": "female",
    "postcode": "QX1 2AB",
}
# Born a year later, and no address: perhaps Ottolina, perhaps her cousin.
PERHAPS = {**ANNA, "birth_date": "1985-03-09", "postcode": None}
RECOVERY = {"provider": "millbrook_recovery"}


def case(
    key: str, who: str, name: str, born: str, number: str, postcode: str = "QX1 2AB"
) -> str:
    return (
        f"{key},{who},HH-SECRET,{name},,Sprocket,{born},F,White British,,{number},"
        f"{postcode},W-Grizzlewick,05/01/2026,Self,Private rented,07/01/2026,Relief duty,,,x\n"
    )


MINE = ("A1", "Ottolina", "09/03/1984", "9990000018")
OTHER = case("C9", "A9", "Wumbold", "02/02/1950", "9990000026", "QX7 7ZZ")


@pytest.fixture
def whole(road: Road) -> Road:
    """Ottolina is known to the council and, by her number, to the trust; so is Wumbold."""
    council = road.providers[COUNCIL]
    layouts = (*council.layouts, "goals", "strengths", "feedback")
    road.providers[COUNCIL] = council.model_copy(update={"layouts": layouts})
    road.drop(COUNCIL, "x_cases_2026-05-31.csv", CASES + case("C1", *MINE) + OTHER)
    road.drop(
        COUNCIL,
        "x_goals_2026-05-31.csv",
        "Goal ID,Client ID,Date Set,In Own Words,Goal,Date Reviewed,Person Says,"
        "Service Says\nG1,A1,02/03/2026,Yes,My own front door,02/05/2026,Not met,Met\n",
    )
    road.drop(
        COUNCIL,
        "x_strengths_2026-05-31.csv",
        "Client ID,Strength,Date Recorded,Note\nA1,Helping others,2026-05-01,zz\n",
    )
    send_to_trust(
        road,
        "mhs001mpi",
        LocalPatientID="M1",
        NHSNumber="9990000018",
        PersonBirthDate="1984-03-09",
        Gender="2",
    )
    send_to_trust(
        road,
        "mhs101referral",
        ServiceRequestID="R1",
        LocalPatientID="M1",
        ReferralRequestReceivedDate="2026-02-03",
    )
    send_to_trust(
        road,
        "mhs201carecontact",
        CareContactID="K1",
        ServiceRequestID="R1",
        CareContDate="2026-02-14",
        AttendStatus="5",
    )
    run(road, "n1")
    return road


def send_to_trust(road: Road, kind: str, **values: str) -> None:
    from flows.layouts import load_layout

    layout = road.providers[TRUST].layouts[0]
    headers = load_layout(layout).files[kind].headers
    assert set(values) <= set(headers)
    line = ",".join(values.get(header, "") for header in headers)
    road.drop(TRUST, f"{kind}_2026-05-31.csv", f"{','.join(headers)}\n{line}\n")


def run(road: Road, night: str) -> None:
    results = road.run()
    assert {result.state for result in results} == {"landed"}, results
    link(road.place, road.keys, night, NOW)


def read(road: Road, asked: str = f"{COUNCIL}:A1", **more):
    out = road.place.root / "mine.html"
    make_record(road.place, road.keys, asked, out, WHY, replace=True, **more)
    return check_page(out.read_text(encoding="utf-8"))


def test_everything_is_told_in_words_strengths_and_goals_first(whole):
    text = read(whole).text

    for told in (
        "Ottolina Sprocket, this is everything",
        "Kind of strength: helping others",
        "What the person says became of the goal: not met",
        "What the service says became of the goal: met",
        "date of birth 9 March 1984",
        "NHS number 9990000018",
        "QX1 2AB",
        "Their number for you: A1",
        "Their number for you: M1",
        "Where the household slept when it applied: private rented",
        "What the council decided: relief duty",
        "Day the referral was received: 3 February 2026",
    ):
        assert told in text, told
    order = [
        "Your strengths and your goals",
        "Who knows you",
        "What they say",
        "Who may see it",
        "What was put right",
        "How to have something put right",
    ]
    places = [text.index(heading) for heading in order]
    assert places == sorted(places)


def test_a_contact_that_names_its_referral_alone_is_still_theirs(whole):
    assert "Day of the contact: 14 February 2026" in read(whole).text


def test_nobody_else_is_in_it(whole):
    page = whole.place.root / "mine.html"
    read(whole)
    content = page.read_text()

    for other in ("Wumbold", "9990000026", "QX7 7ZZ", "A9", "Grizzlewick", "SECRET"):
        assert other not in content, other
    ids = whole.landed(
        "homelessness", "cases", "worker_id, household_id, case_id, record_id"
    )
    assert len(ids) == 2
    for row in ids:
        for random_id in row:
            assert random_id not in content


def test_the_person_id_gives_the_same_page_as_a_providers_key(whole):
    by_key = read(whole).text
    ids = whole.landed("homelessness", "cases", "record_id")
    person = read_people(whole.place)[ids[0][0]]

    assert read(whole, person).text == by_key
    assert read(whole, person[:8].upper()).text == by_key


def test_earlier_values_stand_beside_the_present_ones(whole):
    moved = case("C2", *MINE, postcode="QX3 4CD")
    whole.drop(COUNCIL, "x_cases_2026-06-30.csv", CASES + moved + OTHER)
    run(whole, "n2")

    assert "postcode QX3 4CD QX1 2AB" in read(whole).text


def test_what_a_service_took_back_is_told_as_taken_back(whole):
    second = case("C2", *MINE)
    whole.drop(
        COUNCIL, "x_cases_2026-06-10.csv", CASES + case("C1", *MINE) + second + OTHER
    )
    run(whole, "n2")
    whole.drop(COUNCIL, "x_cases_2026-06-30.csv", CASES + second + OTHER)
    run(whole, "n3")

    text = read(whole).text
    assert text.count("The service took this back on 30 June 2026") == 1
    assert "1 was taken back" in text


def test_recipients_are_told_by_name_purpose_and_what_they_get(whole):
    text = read(whole).text

    assert "Homeless Link Report on who homelessness services reach" in text
    assert "Collective Voice" not in text
    assert "No other body" not in text


def test_figures_are_told_as_the_marts_describe_them(whole):
    ids = whole.landed("homelessness", "cases", "record_id")
    person = read_people(whole.place)[ids[0][0]]
    assert "What was worked out from it Nothing yet." in read(whole).text
    for statement in (
        "create table people (person_id varchar, complexity_score integer)",
        f"insert into people values ('{person}', 7), ('somebody else', 3)",
        "comment on column people.complexity_score is 'Points of the score'",
        "create table person_timeline (event_id varchar, person_id varchar, "
        "event_type varchar, words varchar, event_date date)",
        f"insert into person_timeline values ('e', '{person}', 'crisis', "
        "'Crisis: Recalled', date '2026-03-01')",
    ):
        run_sql(whole.place, whole.keys, statement)

    text = read(whole).text
    assert "Points of the score 7" in text
    assert "Crisis: Recalled 1 March 2026" in text


def test_the_page_is_for_its_maker_alone_and_the_audit_log_says_whose_it_is(whole):
    read(whole, as_name="Ann")
    (entry,) = read_audit(whole.place, 10)
    record = whole.landed("homelessness", "cases", "record_id")[0][0]

    path = whole.place.root / "mine.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert entry["act"] == "person record"
    assert entry["subjects"] == [read_people(whole.place)[record], record]
    assert (entry["as"], entry["reason"]) == ("Ann", WHY)
    assert verify_audit(whole.place).bad_line is None
    assert "A1" not in str(entry)
    assert not list(path.parent.glob("*.part"))


def test_without_a_reason_or_the_vaults_key_nothing_is_written(whole):
    out = whole.place.root / "mine.html"
    args = (whole.place, whole.keys, f"{COUNCIL}:A1", out)
    with pytest.raises(ActRefused, match="reason"):
        make_record(*args, " a ")
    with pytest.raises(SettingsError, match="needs the master key"):
        make_record(args[0], whole.keys.without_identity(), *args[2:], WHY)
    with writer_lock(whole.place), pytest.raises(RunInProgress):
        make_record(*args, WHY)

    assert not out.exists()
    assert read_audit(whole.place, 10) == []


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        (f"{COUNCIL}:A404", ActRefused, "never received, or it was erased"),
        ("nobody:A1", MappingError, "No provider 'nobody'"),
        ("00000000", ActRefused, "No person id begins"),
        ("0000", ActRefused, "at least 8"),
    ],
)
def test_an_unknown_id_is_told_as_such(whole, asked, error, words):
    with pytest.raises(error, match=words) as told:
        read(whole, asked)

    assert "A404" not in str(told.value)
    assert read_audit(whole.place, 10) == []


@pytest.mark.parametrize("folder", ["landing", "outbox", "04_published", "logs"])
def test_a_page_is_never_written_where_others_read(whole, folder):
    out = whole.place.root / folder / "mine.html"
    with pytest.raises(ActRefused, match="where others read"):
        make_record(whole.place, whole.keys, f"{COUNCIL}:A1", out, WHY)


def test_a_page_that_is_there_stays_unless_it_may_be_replaced(whole):
    out = whole.place.root / "mine.html"
    out.write_text("another's")
    with pytest.raises(ActRefused, match="--replace"):
        make_record(whole.place, whole.keys, f"{COUNCIL}:A1", out, WHY)

    assert out.read_text() == "another's"


class Linked:
    """A vault that is filled and linked, and whose people ask for their record."""

    def __init__(self, place, keys) -> None:
        self.place, self.keys = place, keys

    def link(self, night: str, *rows) -> None:
        fill_vault(self.place, self.keys, list(rows))
        link(self.place, self.keys, night, NOW)

    def person(self, record: str) -> str:
        return read_people(self.place)[record]

    def read(self, asked: str, **more):
        out = self.place.root / "mine.html"
        made = make_record(self.place, self.keys, asked, out, WHY, replace=True, **more)
        return made, check_page(out.read_text()).text


@pytest.fixture
def linked(place, keys) -> Linked:
    return Linked(place, keys)


@pytest.fixture
def doubted(linked) -> Linked:
    """Two records that are surely Ottolina's, and one that is hers only perhaps."""
    linked.link(
        "n1",
        {"record": "a1", **ANNA},
        {"record": "a2", **ANNA},
        {"record": "b1", **PERHAPS, **RECOVERY},
    )
    assert len(set(read_people(linked.place).values())) == 1
    return linked


def test_a_doubtful_record_is_left_out_and_only_counted(doubted):
    made, text = doubted.read(doubted.person("a1"))

    assert made.left_out == {"Millbrook Recovery": 1}
    assert "Millbrook Recovery: 1 record" in text
    assert "We are not sure of everything" in text
    assert "this is what Commonground surely holds" in text
    assert "9 March 1985" not in text
    assert "key b1" not in text
    assert "it was worked out with the records that may be somebody else's" in text


def test_asked_for_by_the_doubtful_record_it_is_the_others_that_are_left_out(doubted):
    made, text = doubted.read("millbrook_recovery:key b1")

    assert made.left_out == {"Fernshire Council Housing Options": 2}
    assert "9 March 1985" in text
    assert "9 March 1984" not in text


def test_with_doubtful_they_stand_apart_at_the_end_and_the_audit_log_says_so(doubted):
    made, text = doubted.read(doubted.person("a1"), with_doubtful=True)

    assert (made.left_out, made.shown_doubtful) == ({}, 1)
    start = text.index("Records that may be somebody else's They are linked")
    assert start < text.index("9 March 1985")
    assert start > text.index("How to have something put right")
    (entry,) = read_audit(doubted.place, 10)
    assert entry["act"] == "person record with doubtful records"


def test_records_that_people_parted_since_are_left_out_until_they_are_linked_anew(
    doubted,
):
    decide(doubted.place, doubted.keys, spell_id("a1"), spell_id("a2"), "unlink", WHY)

    with pytest.raises(ActRefused, match="commonground run"):
        doubted.read(doubted.person("a1"))
    made, text = doubted.read("fernshire_council:key a1")
    assert made.records == 1
    assert "key a2" not in text
    assert "somebody looked at the records" in text or "kept apart" in text


def test_a_record_with_another_number_is_left_out_though_people_joined_them(linked):
    far = {**ANNA, "forename": "Wumbold", "surname": "Gribbet"}
    linked.link(
        "n1",
        {"record": "a1", **ANNA, "nhs_number": "999 000 0018"},
        {"record": "a2", **ANNA, "nhs_number": "9990000018"},
        {"record": "a3", **ANNA},
        {"record": "c1", **far, **RECOVERY, "nhs_number": "9990000026"},
    )
    decide(linked.place, linked.keys, spell_id("a1"), spell_id("c1"), "link", WHY)
    link(linked.place, linked.keys, "n2", NOW)
    assert len(set(read_people(linked.place).values())) == 1

    made, text = linked.read(linked.person("a1"))
    assert made.records == 2
    assert made.left_out == {
        "Fernshire Council Housing Options": 1,
        "Millbrook Recovery": 1,
    }
    assert "they hold two NHS numbers" in text
    assert "Wumbold" not in text
    made, text = linked.read("millbrook_recovery:key c1")
    assert made.left_out == {"Fernshire Council Housing Options": 3}
    assert "9990000018" not in text


def test_a_disputed_person_is_told_that_people_disagree(linked):
    linked.link("n1", {"record": "a1", **ANNA})
    health = linked.place.linked / "current" / "person_health.parquet"
    disputed = duckdb.sql(
        f"select * replace ('disputed' as health, ['decisions_disagree'] as reasons) "
        f"from '{health}'"
    ).fetch_arrow_table()
    duckdb.sql("from disputed").write_parquet(str(health))

    assert (
        "people who looked at these records disagree"
        in linked.read(linked.person("a1"))[1]
    )
    assert len(disputed) == 1


def test_an_id_that_was_merged_is_followed_and_told(linked):
    number = {"nhs_number": "9990000018"}
    linked.link(
        "n1",
        {"record": "a1", **ANNA},
        {"record": "c1", **RECOVERY, "sex_type": "female"},
    )
    old = {linked.person("a1"), linked.person("c1")}
    assert len(old) == 2
    linked.link(
        "n2",
        {"record": "a1", **ANNA, **number},
        {"record": "c1", **ANNA, **number, **RECOVERY},
    )
    now = linked.person("a1")
    (gone,) = old - {now}

    made, text = linked.read(gone)
    assert made.person_id == now
    assert f"under an earlier number, {gone}. It was joined to {now}" in text
    assert "records kept under another number were joined to yours" in text


def test_an_erased_person_is_told_as_erased(linked):
    linked.link(
        "n1", {"record": "a1", **ANNA}, {"record": "c1", **PERHAPS, "surname": "Zz"}
    )
    erased = linked.person("a1")
    linked.link("n2", {"record": "c1", **PERHAPS, "surname": "Zz"})

    with pytest.raises(ActRefused, match="was erased on 01 July 2026"):
        linked.read(erased)
    with pytest.raises(ActRefused, match="or it was erased"):
        linked.read("fernshire_council:key a1")
    assert not (linked.place.root / "mine.html").exists()


def test_before_anyone_is_linked_there_is_no_record(linked):
    fill_vault(linked.place, linked.keys, [{"record": "a1", **ANNA}])

    with pytest.raises(ActRefused, match="linked yet"):
        linked.read("fernshire_council:key a1")


def test_markup_in_a_name_is_shown_and_does_nothing(linked):
    linked.link("n1", {"record": "a1", **ANNA, "surname": "<script>Sprocket"})

    assert "<script>Sprocket" in linked.read("fernshire_council:key a1")[1]


@pytest.mark.parametrize("group", GROUPS)
def test_every_dataset_about_people_has_a_title_and_no_other_has(group):
    named = {
        name for name in load_contract(group).datasets if is_about_people(group, name)
    }

    assert set(load_titles().model_dump()[group]) == named


def test_every_dataset_without_a_person_record_finds_one_or_is_of_nobody():
    of_nobody = {
        name for group, name, _ in list_datasets() if not is_about_people(group, name)
    }

    assert of_nobody == {"projects", "panel_findings"}
    assert find_parent("mental_health", "activity_scores") == (
        "care_activities",
        "activity_id",
    )


def test_the_command_says_where_the_page_is_and_what_was_left_out(doubted):
    out = doubted.place.root / "mine.html"
    options = ["--reason", WHY, "--data", str(doubted.place.root)]
    asked = ["person", "record", doubted.person("a1"), "--out", str(out), *options]
    done = CliRunner().invoke(app, asked)

    assert done.exit_code == 0, done.output
    assert str(out) in done.stdout
    assert "Left out, for it is not sure whose: 1 of Millbrook Recovery" in done.stdout
    assert "Sprocket" not in done.output
    assert CliRunner().invoke(app, asked).exit_code == ActRefused.exit_code
