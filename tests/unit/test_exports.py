"""What an operator decides about exports: written down first, done once, told in words."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
import pytest
from typer.testing import CliRunner

from flows import exports
from flows.audit import read_audit, verify_audit
from flows.cli import app
from flows.disputes import (
    FalseFlags,
    count_false_flags,
    decide_dispute,
    dispute_rule,
)
from flows.errors import ActRefused, RunInProgress
from flows.exports import list_exports, reject_export, release_export, show_export
from flows.fingerprints import describe_inputs
from flows.landing.held import list_held
from flows.locks import writer_lock
from flows.screen import acts
from flows.vault import open_vault
from tests.conftest import Road
from tests.unit.test_ingest import COUNCIL, HEADER, receipt, send, stay

REASON = "asked the council, Ottershaw says so"
FOREIGN = "lantern_outreach_placements_2026-06-30.csv"


def hold(road: Road) -> str:
    road.drop(COUNCIL, FOREIGN, HEADER + stay(1))
    assert [result.state for result in road.run()] == ["held"]
    with road.vault() as vault:
        (waiting,) = list_held(vault)
    return waiting.export_id


def test_a_kill_between_audit_and_ledger_leaves_an_entry_and_no_effect(
    road, monkeypatch
):
    held = hold(road)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    for act in (release_export, reject_export):
        monkeypatch.setattr(exports, "_enter_decision", die)
        with pytest.raises(KeyboardInterrupt):
            act(road.place, road.keys, held, REASON)
        monkeypatch.undo()
        found = show_export(road.place, road.keys, held)
        assert (found.state, found.decision) == ("held", None)
        assert not found.released_rules

    release_export(road.place, road.keys, held, REASON)

    assert [e["act"] for e in read_audit(road.place, 9)] == [
        "release export",
        "reject export",
        "release export",
    ]
    assert verify_audit(road.place).bad_line is None
    assert [result.state for result in road.run()] == ["landed"]


def test_an_act_that_cannot_be_written_down_is_not_done(road):
    held = hold(road)
    road.place.audit.mkdir()

    with pytest.raises(OSError, match=r"audit\.jsonl"):
        release_export(road.place, road.keys, held, REASON)

    road.place.audit.rmdir()
    assert show_export(road.place, road.keys, held).state == "held"


def test_a_rejected_export_lands_nothing_and_its_receipt_says_why(road):
    held = hold(road)

    rejected = reject_export(road.place, road.keys, held, REASON, "Wren Tolliver")

    assert road.run() == []
    assert (rejected.state, rejected.decision) == ("refused", "rejected")
    assert rejected.rule == "names_another_provider"
    assert rejected.decided_by.startswith("Wren Tolliver (")
    assert road.landed("homelessness", "placements") == []
    assert [r["rule"] for r in receipt(road)] == ["names_another_provider"]
    (path,) = (road.place.landed / "_exports").glob(f"{held}.parquet")
    assert duckdb.sql(f"select state from '{path}'").fetchall() == [("refused",)]
    assert not any((road.place.landed / ".pending").iterdir())
    assert (road.place.received / COUNCIL / f"{held}.sealed").exists()


def test_a_decision_on_a_held_export_asks_for_a_new_release(road):
    held, day = hold(road), dt.date(2026, 6, 30)
    before = describe_inputs(road.place, road.keys, day)

    reject_export(road.place, road.keys, held, REASON)

    assert describe_inputs(road.place, road.keys, day) != before


def test_a_rejected_file_that_is_sent_again_is_held_again(road):
    reject_export(road.place, road.keys, hold(road), REASON)

    road.drop(COUNCIL, FOREIGN, HEADER + stay(1))

    assert [result.state for result in road.run()] == ["held"]


def test_a_kill_before_the_files_of_a_rejection_are_moved_is_finished_by_the_next_run(
    road, monkeypatch
):
    held = hold(road)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exports, "promote", die)
    with pytest.raises(KeyboardInterrupt):
        reject_export(road.place, road.keys, held, REASON)
    monkeypatch.undo()

    assert road.run() == []

    assert show_export(road.place, road.keys, held).decision == "rejected"
    assert [r["rule"] for r in receipt(road)] == ["names_another_provider"]


def test_a_reason_is_in_the_audit_log_and_in_the_vault_and_nowhere_else(road):
    held = hold(road)
    release_export(road.place, road.keys, held, REASON)
    road.run()

    with_reason = [
        path.relative_to(road.place.root).as_posix()
        for path in road.place.root.rglob("*")
        if path.is_file() and b"Ottershaw" in path.read_bytes()
    ]

    assert with_reason == ["logs/audit.jsonl"]
    assert show_export(road.place, road.keys, held).decision_reason == REASON
    events = [
        json.loads(line)
        for line in (road.place.logs / "events.jsonl").read_text().splitlines()
    ]
    (released,) = [e for e in events if e["event"] == "export.released"]
    assert released["export_id"] == held


@pytest.mark.parametrize("act", [release_export, reject_export])
def test_only_a_held_export_can_be_decided_on(road, act):
    send(road, stay(1))
    (landed,) = list_exports(road.place, road.keys)

    with pytest.raises(ActRefused, match="is landed, not held"):
        act(road.place, road.keys, landed.export_id, REASON)

    assert not road.place.audit.exists()


@pytest.mark.parametrize("export_id", ["", "abc", "ffff-not-an-id", "%", "'; drop"])
def test_an_unknown_or_too_short_id_is_refused_in_words(road, export_id):
    hold(road)

    with pytest.raises(ActRefused, match=r"characters|begin with"):
        show_export(road.place, road.keys, export_id)


def test_the_first_characters_of_an_id_are_enough_if_no_other_begins_so(road):
    held = hold(road)
    assert show_export(road.place, road.keys, held[:6].upper()).export_id == held
    with open_vault(road.place, road.keys) as vault:
        vault.execute(
            "insert into vault.exports by name "
            "select * replace (left(export_id, 8) || '-other' as export_id) "
            "from vault.exports"
        )

    with pytest.raises(ActRefused, match="2 exports begin with"):
        show_export(road.place, road.keys, held[:6])


def test_no_act_without_a_reason_nor_while_a_run_is_under_way(road):
    held = hold(road)

    with pytest.raises(ActRefused, match="reason"):
        release_export(road.place, road.keys, held, " ok ")
    with writer_lock(road.place), pytest.raises(RunInProgress):
        release_export(road.place, road.keys, held, REASON)

    assert show_export(road.place, road.keys, held).state == "held"
    assert not road.place.audit.exists()


def test_a_folder_in_which_nothing_was_received_says_so(place, keys):
    with pytest.raises(ActRefused, match="Nothing was ever received"):
        list_exports(place, keys)


def test_exports_are_listed_newest_first_by_provider_and_state(road):
    send(road, stay(1))
    held = hold(road)
    args = (road.place, road.keys)

    assert [e.state for e in list_exports(*args)] == ["held", "landed"]
    assert [e.export_id for e in list_exports(*args, state="held")] == [held]
    assert list_exports(*args, provider="nobody") == []
    assert len(list_exports(*args, limit=1)) == 1
    with pytest.raises(ActRefused, match="No state 'lost'"):
        list_exports(*args, state="lost")


def test_a_vault_made_before_exports_could_be_held_gets_the_columns_and_keeps_its_rows(
    road,
):
    send(road, stay(1))
    with open_vault(road.place, road.keys) as vault:
        for column in ("hold_rule", "released_rules", "decision"):
            vault.execute(f"alter table vault.exports drop column {column}")
        vault.execute("drop table vault.disputes")

    (found,) = list_exports(road.place, road.keys)

    assert (found.state, found.rows_landed, found.hold_rule) == ("landed", 1, None)
    with road.vault() as vault:
        assert vault.execute("select count(*) from vault.disputes").fetchone() == (0,)


def flag(road: Road, rule: str = "unknown_code", faults: int = 8) -> str:
    send(road, stay(1))
    (export,) = list_exports(road.place, road.keys)
    with open_vault(road.place, road.keys) as vault:
        vault.execute(
            "insert into vault.fault_counts values (?, ?, 'placements', ?, 'c', ?, ?)",
            [export.export_id, COUNCIL, rule, "warning", faults],
        )
    return export.export_id


def rate_of(road: Road, rule: str) -> FalseFlags:
    (found,) = [r for r in count_false_flags(road.place, road.keys) if r.rule == rule]
    return found


def test_the_false_flag_rate_is_upheld_rows_over_flagged_rows(road):
    export = flag(road)
    args = (road.place, road.keys, export, "unknown_code")
    dispute_rule(*args, 2, "the code is in their list")
    open_rate = rate_of(road, "unknown_code")

    decided = decide_dispute(*args, "upheld", "the list of 2026 has it")
    dispute_rule(*args, 5, "and these as well")
    decide_dispute(*args, "dismissed", "these are typing errors")
    rate = rate_of(road, "unknown_code")

    assert (open_rate.disputed, open_rate.rate) == (2, 0.0)
    assert decided.verdict == "upheld"
    assert (rate.flagged, rate.disputed, rate.upheld, rate.rate) == (8, 0, 2, 0.25)
    acts = [entry["act"] for entry in read_audit(road.place, 9)]
    assert acts == ["dispute rule", "decide dispute"] * 2


def test_a_rule_that_flagged_nothing_has_no_rate(road):
    with open_vault(road.place, road.keys) as vault:
        vault.execute(
            "insert into vault.disputes by name "
            "select 'x' as export_id, 'not_a_date' as rule, 3 as row_count"
        )

    (rate,) = count_false_flags(road.place, road.keys)

    assert (rate.flagged, rate.disputed, rate.rate) == (0, 3, None)


@pytest.mark.parametrize(("rule", "rows"), [("unknown_code", 9), ("not_a_date", 1)])
def test_more_rows_than_were_flagged_cannot_be_disputed(road, rule, rows):
    export = flag(road)

    with pytest.raises(ActRefused, match="cannot be disputed"):
        dispute_rule(road.place, road.keys, export, rule, rows, REASON)


def test_rows_upheld_before_cannot_be_disputed_again(road):
    args = (road.place, road.keys, flag(road), "unknown_code")
    dispute_rule(*args, 7, REASON)
    with pytest.raises(ActRefused, match="is open"):
        dispute_rule(*args, 1, REASON)
    decide_dispute(*args, "upheld", REASON)

    with pytest.raises(ActRefused, match="has 1 faults"):
        dispute_rule(*args, 2, REASON)
    with pytest.raises(ActRefused, match="No dispute"):
        decide_dispute(*args, "upheld", REASON)
    with pytest.raises(ActRefused, match="upheld or dismissed"):
        decide_dispute(*args, "perhaps", REASON)


def test_a_decision_is_of_its_day(road):
    before = dt.datetime.now(dt.UTC).replace(tzinfo=None)

    released = release_export(road.place, road.keys, hold(road), REASON)

    assert before <= released.decided_at <= before + dt.timedelta(minutes=5)
    assert (released.state, released.released_rules) == (
        "received",
        ["names_another_provider"],
    )


@pytest.fixture
def command(road, monkeypatch):
    """The command line in this process, which Prefect's settings must not stay in."""
    monkeypatch.setattr("flows.screen.commands.prepare_environment", lambda _: None)
    monkeypatch.setattr("flows.screen.acts._out.width", 200)

    def run(*arguments: str, code: int = 0) -> str:
        asked = [*arguments, "--data", str(road.place.root)]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_an_operator_sees_decides_and_proves_on_the_command_line(road, command):
    held = hold(road)

    assert "names_another_provider" in command("exports", "list")
    shown = command("exports", "show", held[:8])
    assert f"commonground exports release {held[:8]} --reason" in shown
    assert "Nothing of it ever lands" in shown
    why = ("--reason", REASON, "--as", "Wren Tolliver")
    command("exports", "release", "ffffffff", *why, code=11)
    assert "commonground run" in command("exports", "release", held, *why)
    assert REASON in command("exports", "show", held)
    assert "Wren Tolliver" in command("audit", "show")
    assert "1 entries" in command("audit", "verify")
    road.place.audit.write_text(road.place.audit.read_text().replace("asked", "axed"))
    assert "line 1" in command("audit", "verify", code=12)


def test_disputes_are_raised_decided_and_listed_on_the_command_line(road, command):
    export = flag(road)
    args = (export[:8], "unknown_code")

    command("exports", "dispute", *args, "--rows", "2", "--reason", REASON)
    command("exports", "decide", *args, "upheld", "--reason", REASON)
    listed = command("exports", "disputes")

    assert "25.0%" in listed
    assert "upheld" in listed


def test_a_run_tells_of_every_held_export_and_what_to_type_next(road, capsys):
    held = hold(road)

    with road.vault() as vault:
        acts.held(list_held(vault), " --data place")

    told = capsys.readouterr().out
    assert FOREIGN in told
    assert f"commonground exports show {held} --data place" in told
