"""The audit log: what was changed, cut or taken out is found; nothing is lost."""

from __future__ import annotations

import json
import stat

import pytest

from flows.audit import START, append_entry, read_audit, verify_audit
from flows.errors import ActRefused
from flows.paths import Place


def write(place: Place, *reasons: str) -> None:
    for number, reason in enumerate(reasons):
        append_entry(place, "release export", [f"export-{number}"], reason)


def lines(place: Place) -> list[str]:
    return place.audit.read_text().splitlines()


def tamper(place: Place, changed: list[str]) -> None:
    place.audit.write_text("".join(f"{line}\n" for line in changed))


def test_a_changed_word_is_found_and_its_line_named(place):
    write(place, "first reason", "second reason", "third reason")
    found = lines(place)
    tamper(place, [found[0], found[1].replace("second", "better"), found[2]])

    verified = verify_audit(place)

    assert (verified.bad_line, verified.entries) == (2, 1)
    assert "changed" in verified.words


def test_a_changed_entry_with_a_new_hash_breaks_the_next_line(place):
    import hashlib

    write(place, "first reason", "second reason")
    entry = json.loads(lines(place)[0])
    entry["reason"] = "another reason"
    del entry["sha256"]
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    entry["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    forged = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    tamper(place, [forged, lines(place)[1]])

    assert verify_audit(place).bad_line == 2


@pytest.mark.parametrize(
    ("order", "bad"),
    [((0, 2), 2), ((1, 2), 1), ((1, 0, 2), 1), ((0, 0, 1, 2), 2)],
    ids=["taken out", "first taken out", "moved", "given twice"],
)
def test_a_line_taken_out_moved_or_doubled_is_found(place, order, bad):
    write(place, "first reason", "second reason", "third reason")
    found = lines(place)
    tamper(place, [found[number] for number in order])

    assert verify_audit(place).bad_line == bad


def test_a_torn_last_line_is_reported_and_kept_and_the_next_entry_vouches_for_it(place):
    write(place, "first reason", "second reason")
    whole = place.audit.read_bytes()
    place.audit.write_bytes(whole[:-40])

    torn = verify_audit(place)
    write(place, "third reason")
    after = verify_audit(place)

    assert (torn.bad_line, torn.entries) == (2, 1)
    assert (after.bad_line, after.torn, after.entries) == (None, (2,), 2)
    assert whole[:-40] in place.audit.read_bytes()
    assert [e["reason"] for e in read_audit(place, 9)] == [
        "first reason",
        "third reason",
    ]


def test_a_torn_line_that_is_changed_afterwards_is_found(place):
    write(place, "first reason", "second reason")
    place.audit.write_bytes(place.audit.read_bytes()[:-40])
    write(place, "third reason")
    found = lines(place)
    tamper(place, [found[0], found[1][:-3], found[2]])

    assert verify_audit(place).bad_line == 2


def test_an_entry_without_its_line_end_is_whole_and_the_next_has_a_line_of_its_own(
    place,
):
    write(place, "first reason")
    place.audit.write_bytes(place.audit.read_bytes()[:-1])
    write(place, "second reason")

    verified = verify_audit(place)

    assert (verified.bad_line, verified.torn, verified.entries) == (None, (), 2)


@pytest.mark.parametrize(
    "reason", ["", "    ", "ok", "a\x1b[31mred", "half \udcff word"]
)
def test_an_act_without_a_proper_reason_is_refused_and_nothing_is_written(
    place, reason
):
    with pytest.raises(ActRefused):
        append_entry(place, "reject export", ["x"], reason)

    assert not place.audit.exists()


def test_who_when_what_and_why_are_written_for_the_owner_alone(place):
    entry = append_entry(place, "reject export", ["x"], "über – 理由", "Wren Tolliver")

    (read,) = read_audit(place, 1)
    assert read == entry
    assert (read["as"], read["act"], read["previous"]) == (
        "Wren Tolliver",
        "reject export",
        START,
    )
    assert read["user"]
    assert read["time"].endswith("+00:00")
    assert stat.S_IMODE(place.audit.stat().st_mode) == 0o600


def test_entries_written_at_the_same_time_make_one_chain(place):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: write(place, f"reason {n}"), range(40)))

    assert (verify_audit(place).bad_line, verify_audit(place).entries) == (None, 40)


def test_an_empty_log_is_whole(place):
    assert verify_audit(place).bad_line is None
    assert read_audit(place, 5) == []
