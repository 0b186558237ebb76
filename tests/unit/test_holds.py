"""Holds: what is suspicious waits for a person, and nothing of it lands meanwhile."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from flows.exports import release_export
from flows.landing.facts import Export
from flows.landing.held import list_held
from flows.landing.hold_rules import HOLD_RULES
from flows.landing.holds import ReadCounts, find_hold_after_reading
from flows.landing.whose import find_other_name
from flows.mappings import find_mappings, load_providers
from flows.paths import PROJECT
from flows.vault import open_vault
from tests.conftest import Road, make_provider
from tests.unit.test_ingest import COUNCIL, HEADER, placements, send, stay


def stays(count: int, first: int = 1) -> list[str]:
    return [stay(number) for number in range(first, first + count)]


def send_month(road: Road, count: int, month: int):
    """The rows of a month; a blank line more each month keeps the file a new one."""
    name, content = placements(*stays(count), day=f"2025-{month:02}-28")
    road.drop(COUNCIL, name, content + "\n" * month)
    (result,) = road.run()
    return result


def expect(place, keys, history: tuple[int, ...], rows: int, live: int = 0, **changes):
    """What holds an export of so many rows after a history of landed ones."""
    provider = make_provider(COUNCIL, "homelessness", "homelessness_cases", **changes)
    name = "fernshire_council_placements_2026-01-31.csv"
    made = (dt.date(2026, 1, 31), dt.datetime(2026, 2, 1))
    with open_vault(place, keys) as vault:
        for month, count in enumerate(history, start=1):
            vault.execute(
                """
                insert into vault.exports by name select
                    'landed' as state, ? as provider, 'placements' as file_kind,
                    ? as rows_in, ?::date as export_date
                """,
                [COUNCIL, count, f"2025-{month:02}-28"],
            )
        mapping = find_mappings(provider, name)[0]
        counts = ReadCounts(rows=rows, quarantined=0, live=live, withdrawn=0)
        export = Export("x", provider, name, *made)
        return find_hold_after_reading(vault, export, mapping, counts)


def held_id(road: Road) -> str:
    with road.vault() as vault:
        (waiting,) = list_held(vault)
    return waiting.export_id


def state(road: Road) -> list[tuple]:
    with road.vault() as vault:
        return vault.execute(
            "select state, hold_rule, decision from vault.exports order by received_at"
        ).fetchall()


def council(place, keys, **changes) -> Road:
    provider = make_provider(COUNCIL, "homelessness", "homelessness_cases", **changes)
    return Road(place, keys, {COUNCIL: provider})


def test_a_held_export_waits_over_three_runs_sealed_and_nothing_of_it_lands(
    place, keys
):
    road = council(place, keys, agreement=None)

    first = send(road, stay(1))
    later = [road.run(), road.run()]

    assert (first.state, first.rules) == ("held", {"agreement_missing": 1})
    assert later == [[], []]
    assert state(road) == [("held", "agreement_missing", None)]
    assert road.landed("homelessness", "placements") == []
    assert len(list(place.received.glob("*/*.sealed"))) == 1
    with road.vault() as vault:
        assert vault.execute("select count(*) from vault.rows").fetchone() == (0,)
    held = [e for e in road.events.seen if e["event"] == "export.held"]
    assert [e["rule"] for e in held] == ["agreement_missing"]


def test_a_release_passes_one_rule_and_the_next_rule_still_holds(place, keys):
    road = council(place, keys)
    send_month(road, 60, 1)
    assert send_month(road, 15, 2).rules == {"volume_outside_range": 1}
    held = held_id(road)

    release_export(place, keys, held, "the council closed a hostel")
    (second,) = road.run()
    release_export(place, keys, held, "checked with the council by telephone")
    (third,) = road.run()

    assert second.rules == {"many_withdrawn": 1}
    assert "45 of 60 live rows" in second.words
    assert (third.state, third.withdrawn, third.unchanged) == ("landed", 45, 15)
    assert state(road)[-1] == ("landed", "many_withdrawn", "released")


def test_a_file_that_waited_while_its_correction_landed_does_not_take_it_back(
    place, keys
):
    road = council(place, keys, hold_over_withdrawn=1.0)
    send_month(road, 60, 1)
    assert send_month(road, 15, 2).state == "held"
    waiting = held_id(road)
    name, content = placements(*stays(58), day="2025-02-28")
    road.drop(COUNCIL, name, content)
    assert [result.landed for result in road.run()] == [0]

    release_export(place, keys, waiting, "sent in haste, but released all the same")

    (result,) = road.run()
    assert result.rules == {"older_than_last": 1}


@pytest.mark.parametrize(
    ("history", "rows", "fits"),
    [
        # a full file of headings alone is never expected while rows are live
        ((3,), 0, False),
        # one or two exports: half to double of the newest, wider for a small service
        ((200,), 90, False),
        ((200,), 450, False),
        ((200,), 120, True),
        ((3,), 1, True),
        # three alike: 3 times a tenth, on a log scale
        ((200, 200, 200), 140, False),
        ((200, 200, 200), 275, False),
        ((200, 200, 200), 155, True),
        ((200, 200, 200), 265, True),
        # a provider that varies is allowed what it varies by
        ((100, 150, 200, 120, 180), 260, True),
        # one odd export does not widen the range
        ((200, 200, 380, 200, 200), 320, False),
    ],
)
def test_the_range_of_rows_is_learned_from_the_providers_own_history(
    place, keys, history, rows, fits
):
    hold = expect(place, keys, history, rows, live=rows or 3)

    assert (hold is None) == fits, hold
    assert fits or hold.rule == "volume_outside_range"


def test_a_released_change_of_level_is_asked_about_once(place, keys):
    road = council(place, keys, hold_over_withdrawn=1.0)
    for month in (1, 2, 3):
        send_month(road, 60, month)
    assert send_month(road, 25, 4).rules == {"volume_outside_range": 1}
    held = held_id(road)
    release_export(place, keys, held, "half the service went to another provider")
    assert [result.state for result in road.run()] == ["landed"]

    after = send_month(road, 26, 5)

    assert after.state == "landed"


def test_the_history_of_another_kind_or_provider_is_not_taken(road):
    send_month(road, 60, 1)
    needs = "Case Reference,Applicant ID,Support Need,Date Recorded\nC1,A1,Debt,\n"
    road.drop(COUNCIL, "fernshire_council_support_needs_2025-06-30.csv", needs)

    (result,) = road.run()

    assert result.landed == 1


def test_a_first_delta_of_many_years_does_not_hold_the_second(place, keys):
    assert expect(place, keys, (20_000,), 3, live=20_000, exports="delta") is None
    assert expect(place, keys, (30,), 0, live=20_000, exports="delta") is None


def test_too_many_quarantined_rows_hold_the_export_and_the_receipt_names_them(road):
    bad = [stay(number, "31/02/2026") for number in range(21, 27)]

    result = send(road, *stays(20), *bad)

    assert result.rules == {"too_many_quarantined": 1}
    assert "6 of 26 rows" in result.words
    assert "20%" in result.words
    (receipt,) = road.place.outbox.glob("*/*.csv")
    assert receipt.read_text().count("not_a_date") == 6
    assert road.landed("homelessness", "placements") == []


@pytest.mark.parametrize(
    ("limit", "sound", "bad"), [(0.2, 20, 5), (0.5, 8, 7), (0.2, 4, 5)]
)
def test_a_share_within_the_limit_or_of_few_rows_holds_nothing(
    place, keys, limit, sound, bad
):
    road = council(place, keys, hold_over_quarantined=limit)
    wrong = [stay(number, "never") for number in range(50, 50 + bad)]

    assert send(road, *stays(sound), *wrong).quarantined == bad


def test_rows_the_source_deleted_count_as_withdrawn(road):
    header = "ALIAS_ID,OFFENDER_ID,FIRST_NAME,SECOND_NAME,SURNAME,DATE_OF_BIRTH_DATE,GENDER_ID,SOFT_DELETED\n"
    for day, deleted in (("2026-05-31", 0), ("2026-06-30", 1)):
        lines = [
            f"{n},{n},Fern,,Mossop,04-MAR-85,M,{deleted if n < 9 else 0}"
            for n in range(20)
        ]
        content = header + "\n".join(lines)
        road.drop(
            "fernshire_probation", f"fernshire_probation_alias_{day}.csv", content
        )
        (result,) = road.run()

    assert result.rules == {"many_withdrawn": 1}
    assert "9 of 20" in result.words


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("lantern_outreach_placements_2026-06-30.csv", True),
        ("2026-06-30 Lantern Outreach_placements_.csv", True),
        ("x-HMP.Larkmoor-x_placements_2026-06-30.csv", True),
        ("lanternoutreach_placements_2026-06-30.csv", False),
        ("lantern_placements_2026-06-30.csv", False),
        ("outreach_lantern_placements_2026-06-30.csv", False),
        ("fernshire_council_placements_2026-06-30.csv", False),
    ],
)
def test_a_name_of_another_provider_as_whole_words_holds_the_file(road, name, held):
    road.drop(COUNCIL, name, HEADER + stay(1))

    (result,) = road.run()

    assert (result.rules == {"names_another_provider": 1}) == held
    assert (result.landed == 1) != held


@pytest.mark.parametrize(
    ("own", "other", "held"),
    [
        ("fernshire_council", "fernshire", False),
        ("fernshire", "fernshire_council", True),
    ],
)
def test_a_name_within_our_own_is_ours_and_one_around_it_is_not(own, other, held):
    providers = {
        name: make_provider(name, "homelessness", "homelessness_cases")
        for name in (own, other)
    }
    day = dt.date(2026, 6, 30)
    file_name = "fernshire_council_cases_2026-06-30.csv"
    export = Export("x", providers[own], file_name, day, dt.datetime(2026, 7, 1))

    assert (find_other_name(export, providers) is not None) == held


def test_no_shipped_providers_own_name_holds_its_own_files():
    providers = load_providers()

    for provider in providers.values():
        for name in (provider.provider, provider.name):
            day = dt.date(2026, 6, 30)
            file = f"{name}_clients_2026-06-30.csv"
            export = Export("x", provider, file, day, dt.datetime(2026, 7, 1))
            assert find_other_name(export, providers) is None


def ndtms(agency: str, clients: int = 3) -> str:
    from flows.layouts import load_layout

    headings = load_layout("ndtms_cds_h").files["core_data_set"].headers
    rows = []
    for number in range(clients):
        filled = {
            "CLIENTID": f"T{number}",
            "EPISODID": f"E{number}",
            "REFLD": "01/02/2026",
            "CONSENT": "Y",
            "AGNCY": agency if number else "qxa02",
        }
        rows.append(",".join(filled.get(heading, "NA") for heading in headings))
    return "\n".join([",".join(headings), *rows])


@pytest.mark.parametrize(
    ("agency", "held"), [("QXA01", True), ("QXA02", False), ("NA", False)]
)
def test_rows_with_another_agencys_code_hold_the_file_and_the_code_is_not_repeated(
    road, agency, held
):
    name = "tern_alcohol_service_cds-h_2026-06-30.csv"
    road.drop("tern_alcohol_service", name, ndtms(agency))

    (result,) = road.run()

    assert (result.rules == {"names_another_provider": 1}) == held, result.words
    if held:
        assert "1 of its 2 codes" in result.words
        assert agency not in result.words


def test_a_held_export_of_a_day_does_not_stop_the_others(road):
    road.drop(COUNCIL, "lantern_outreach_placements_2026-06-30.csv", HEADER + stay(1))
    road.drop(COUNCIL, *placements(stay(2)))

    results = road.run()

    assert sorted(result.state for result in results) == ["held", "landed"]


def test_a_run_killed_while_holding_is_finished_by_the_next(road, monkeypatch):
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.ingest.promote", die)
    name = "lantern_outreach_placements_2026-06-30.csv"
    road.drop(COUNCIL, name, HEADER + stay(1))
    with pytest.raises(KeyboardInterrupt):
        road.run()
    monkeypatch.undo()

    assert road.run() == []

    assert state(road) == [("held", "names_another_provider", None)]
    assert len(list((road.place.landed / "_exports").glob("*-*.parquet"))) == 1


def test_words_of_a_hold_repeat_no_value_of_a_row(road):
    wrong_day = "31/02/2026 Ottershaw"
    wrong = [stay(number, wrong_day) for number in range(20)]

    result = send(road, *wrong)

    written = [p.read_text() for p in road.place.root.rglob("*.csv")]
    written += [result.words, (road.place.logs / "events.jsonl").read_text()]
    assert result.state == "held"
    assert not any("Ottershaw" in text for text in written)


def test_every_rule_that_holds_is_explained_with_what_releasing_does():
    names = ("holds", "whose", "volume")
    text = "".join((PROJECT / f"flows/landing/{n}.py").read_text() for n in names)
    told = set(re.findall(r'Hold\(\s*"([a-z_]+)"', text))
    told |= set(re.findall(r'^RULE = "([a-z_]+)"', text, re.MULTILINE))

    assert told == set(HOLD_RULES)
    for rule in HOLD_RULES.values():
        assert rule.means
        assert len(rule.if_released) > 20
