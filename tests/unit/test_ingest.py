"""Ingest: nothing lost, nothing guessed, nothing taken twice, nothing half done."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

from flows.errors import PipelineError, RunInProgress
from flows.locks import writer_lock
from flows.vault import open_vault
from tests.conftest import Road, make_provider

HEADER = (
    "Placement ID,Case Reference,Applicant ID,Accommodation Type,Start Date,End Date,"
    "Reason Left,Property Address\n"
)
COUNCIL = "fernshire_council"


def placements(*lines: str, day: str = "2026-06-30") -> tuple[str, str]:
    return f"fernshire_council_placements_{day}.csv", HEADER + "\n".join(lines) + "\n"


def stay(number: int, start: str = "01/02/2026", kind: str = "Hostel") -> str:
    return f"P{number},C{number},A{number},{kind},{start},,,1 Invented Row"


def send(road: Road, *lines: str, day: str = "2026-06-30"):
    road.drop(COUNCIL, *placements(*lines, day=day))
    (result,) = road.run()
    return result


def receipt(road: Road) -> list[dict[str, str]]:
    found = []
    for path in sorted(road.place.outbox.glob("*/*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as file:
            found += list(csv.DictReader(file))
    return found


def test_sound_rows_land_as_typed_facts_without_identifiers(road):
    result = send(road, stay(1), stay(2, "2026-02-03", "Bed and Breakfast"))

    assert (result.rows_in, result.landed, result.quarantined) == (2, 2, 0)
    found = road.landed(
        "homelessness", "placements", "placement_type, start_date::varchar"
    )
    assert found == [("hostel", "2026-02-01"), ("bed_and_breakfast", "2026-02-03")]
    record = road.landed("homelessness", "placements", "record_id, placement_id")[0]
    assert "A1" not in record
    assert [len(value) for value in record] == [36, 32]


def test_a_bad_row_is_quarantined_with_line_column_rule_and_remedy(road):
    result = send(
        road, stay(1), stay(2, "31/02/2026"), stay(3, ""), stay(4, kind="Tent")
    )

    assert (result.landed, result.quarantined, result.warned) == (2, 2, 1)
    assert [
        (r["line"], r["column"], r["rule"], r["what happened"]) for r in receipt(road)
    ] == [
        ("3", "Start Date", "not_a_date", "left out"),
        ("4", "Start Date", "required_missing", "left out"),
        ("5", "Accommodation Type", "unknown_code", "remark"),
    ]
    assert all(r["what to do"] for r in receipt(road))


def test_no_value_of_a_row_is_in_a_receipt_or_an_event(road):
    send(road, stay(1, "31/02/2026", "Tentworth"))

    written = [p.read_text() for p in road.place.outbox.rglob("*.csv")]
    written.append((road.place.logs / "events.jsonl").read_text())
    assert written[0]
    for value in ("31/02/2026", "Tentworth", "Invented Row"):
        assert not any(value in text for text in written)


def test_a_row_given_twice_lands_once(road):
    result = send(road, stay(1), stay(1, "05/02/2026"), stay(2))

    assert (result.rows_in, result.landed, result.quarantined) == (3, 2, 1)
    assert result.rules["duplicate_key"] == 1


def test_the_same_file_twice_changes_nothing(road, monkeypatch):
    send(road, stay(1))
    road.drop(COUNCIL, *placements(stay(1)))
    # It is known before it would be sealed a second time.
    monkeypatch.setattr("flows.landing.door.seal_file", None)

    assert road.run() == []
    assert len(road.landed("homelessness", "placements")) == 1
    assert [e["event"] for e in road.events.seen].count("export.duplicate") == 1
    assert list((road.place.landing / COUNCIL).iterdir()) == []


def test_a_later_full_export_lands_what_changed_and_withdraws_what_is_gone(road):
    send(road, stay(1), stay(2), stay(3))

    result = send(road, stay(1), stay(2, "09/02/2026"), stay(4), day="2026-07-31")

    assert (result.landed, result.unchanged, result.withdrawn) == (2, 1, 1)
    assert result.rows_in == 3
    with road.vault() as vault:
        live = vault.execute(
            "select row_key from vault.rows where is_live order by 1"
        ).fetchall()
    assert live == [("P1",), ("P2",), ("P4",)]


def test_a_row_that_could_not_be_read_is_not_taken_for_withdrawn(road):
    send(road, stay(1), stay(2))

    result = send(road, stay(1), '"P2,C2,A2,Hostel', day="2026-07-31")

    assert (result.quarantined, result.withdrawn) == (1, 0)


def test_a_row_that_comes_back_lands_again(road):
    send(road, stay(1), stay(2))
    send(road, stay(1), day="2026-07-31")

    result = send(road, stay(1), stay(2), stay(3), day="2026-08-31")

    assert (result.landed, result.unchanged) == (2, 1)


def test_spaces_around_a_value_change_nothing_whatever_spaces_they_are(road):
    send(road, stay(1))

    spaced = stay(1).replace(",", "\u00a0 ,\t")

    result = send(road, spaced, day="2026-07-31")
    assert (result.unchanged, result.landed, result.quarantined) == (1, 0, 0)
    result = send(road, stay(1).replace(",", " , "), day="2026-08-31")
    assert (result.unchanged, result.landed, result.quarantined) == (1, 0, 0)


def test_an_older_export_than_the_last_is_held(road):
    send(road, stay(1), day="2026-07-31")

    result = send(road, stay(1), stay(2), day="2026-06-30")

    assert (result.state, result.rows_in) == ("held", 0)
    assert "2026-07-31" in result.words


def test_ids_stay_the_same_from_one_export_to_the_next(road):
    send(road, stay(1))
    send(road, stay(1, "02/02/2026"), day="2026-07-31")

    ids = road.landed("homelessness", "placements", "record_id, placement_id, _row_id")
    assert len(ids) == 2
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        (
            HEADER.replace("Start Date", "Started"),
            "wrong_header",
            "missing 'Start Date'",
        ),
        ("", "empty_file", "Export it again"),
        (HEADER + "\x00", "nul_byte", "NUL"),
    ],
)
def test_a_refused_file_names_line_and_remedy_and_the_others_go_on(
    road, content, rule, words
):
    road.drop(COUNCIL, "fernshire_council_placements_2026-06-30.csv", content)
    road.drop(
        COUNCIL,
        "fernshire_council_support_needs_2026-06-30.csv",
        "Case Reference,Applicant ID,Support Need,Date Recorded\nC1,A1,Debt,\n",
    )

    results = {r.file_name.split("_")[2]: r for r in road.run()}

    assert results["placements"].state == "refused"
    assert rule in results["placements"].rules
    assert words in results["placements"].words
    assert results["support"].landed == 1


def test_a_file_of_no_known_name_is_refused_and_the_names_are_listed(road):
    road.drop(COUNCIL, "holiday.csv", "a,b\n1,2\n")

    (result,) = road.run()

    assert result.state == "refused"
    assert "*_placements_*.csv" in result.words


def test_a_file_in_an_unknown_providers_folder_is_left_where_it_is(road):
    road.drop("nobody", "x.csv", "a\n1\n")

    assert road.run() == []
    assert (road.place.landing / "nobody" / "x.csv").exists()
    assert "no provider" in json.dumps(road.events.seen)


def test_links_and_files_still_being_written_are_left_alone(road, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER)
    folder = road.place.landing / COUNCIL
    folder.mkdir()
    (folder / "fernshire_council_placements_2026-06-30.csv").symlink_to(secret)
    (folder / "fernshire_council_cases_2026-06-30.csv.part").write_text("half")

    assert road.run() == []
    assert len(list(folder.iterdir())) == 2


def test_a_lapsed_agreement_holds_the_export(place, keys):
    lapsed = {
        "id": "DSA-9",
        "starts": "2020-01-01",
        "ends": "2021-01-01",
        "recipients": (),
    }
    provider = make_provider(
        COUNCIL, "homelessness", "homelessness_cases", agreement=lapsed
    )
    road = Road(place, keys, {COUNCIL: provider})

    result = send(road, stay(1))

    assert result.state == "held"
    assert "DSA-9" in result.words
    assert road.landed("homelessness", "placements") == []


def test_a_known_fault_is_put_right_and_told_when_it_is_gone(place, keys):
    correction = {
        "file": "placements",
        "column": "Accommodation Type",
        "found": "Hostle",
        "meant": "Hostel",
        "reason": "a typing error in the provider's own list",
    }
    provider = make_provider(
        COUNCIL, "homelessness", "homelessness_cases", corrections=(correction,)
    )
    road = Road(place, keys, {COUNCIL: provider})

    first = send(road, stay(1, kind="Hostle"))
    second = send(road, stay(1), day="2026-07-31")

    assert first.remarks == {}
    assert second.remarks == {"correction_not_needed": 1}
    assert set(road.landed("homelessness", "placements", "placement_type")) == {
        ("hostel",)
    }


def test_a_run_killed_before_the_ledger_was_written_starts_that_export_again(
    road, monkeypatch
):
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.landing.land.tell_landing", die)
    with pytest.raises(KeyboardInterrupt):
        send(road, stay(1))
    monkeypatch.undo()

    (result,) = road.run()

    assert result.landed == 1
    assert len(road.landed("homelessness", "placements")) == 1


def test_a_run_killed_after_the_ledger_was_written_is_finished_by_the_next(
    road, monkeypatch
):
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.ingest.promote", die)
    with pytest.raises(KeyboardInterrupt):
        send(road, stay(1), stay(2, "never"))
    monkeypatch.undo()
    assert road.landed("homelessness", "placements") == []

    assert road.run() == []

    assert len(road.landed("homelessness", "placements")) == 1
    assert [r["rule"] for r in receipt(road)] == ["not_a_date"]
    assert not any((road.place.landed / ".pending").iterdir())


def test_rows_that_do_not_balance_stop_the_run_and_land_nothing(road, monkeypatch):
    import flows.ingest

    real = flows.ingest.judge

    def one_too_many(*arguments):
        judgement = real(*arguments)
        judgement.rows += 1
        return judgement

    monkeypatch.setattr(flows.ingest, "judge", one_too_many)
    with pytest.raises(PipelineError, match="do not balance"):
        send(road, stay(1))
    monkeypatch.undo()

    assert road.landed("homelessness", "placements") == []


def test_two_runs_at_once_are_not_possible(place):
    with writer_lock(place), pytest.raises(RunInProgress), writer_lock(place):
        pass


def test_a_zip_is_unpacked_and_each_file_is_an_export(road, tmp_path):
    folder = tmp_path / "zipped"
    folder.mkdir()
    name, content = placements(stay(1))
    (folder / name).write_text(content)
    packed = shutil.make_archive(str(tmp_path / "all"), "zip", folder)
    with open(packed, "rb") as file:  # noqa: PTH123
        road.drop(COUNCIL, "all.zip", file.read())

    (result,) = road.run()

    assert (result.file_name, result.landed) == (name, 1)


def test_the_vault_does_not_open_with_another_key(road, place, tmp_path):
    from flows.errors import SettingsError
    from flows.keys import Keys

    send(road, stay(1))

    other = Keys(facts=b"1" * 32, identity=b"2" * 32)
    with pytest.raises(SettingsError, match="does not open"), open_vault(place, other):
        pass


def test_names_and_numbers_go_to_the_vault_and_nowhere_else(road):
    header = (
        "Contact ID,Client ID,First Name,Last Name,Also Known As,DOB,Gender,Ethnicity,"
        "Worker,Contact Date,Contact Type,Area,Notes"
    )
    provider = make_provider(
        "fernshire_nights",
        "homelessness",
        "outreach_contacts",
        files={"contacts": ("*_contacts_*.csv",)},
    )
    road.providers["fernshire_nights"] = provider
    line = (
        "K1,77,Bramblewick,Ottershaw,,1985-03-04,F,,Wim,2026-01-05,Bedded down,North,x"
    )
    lines = ["title", "", header, line]
    road.drop("fernshire_nights", "n_contacts_2026-06-30.csv", "\n".join(lines))

    (result,) = road.run()

    assert result.landed == 1
    with road.vault() as vault:
        found = vault.execute(
            "select forename, surname, birth_date::varchar, sex_type from vault.identities"
        ).fetchall()
    assert found == [("Bramblewick", "Ottershaw", "1985-03-04", "female")]
    files = [p for p in road.place.root.rglob("*") if p.is_file()]
    assert not [p for p in files if b"Ottershaw" in p.read_bytes()]
