"""A night that looks at what changed gives the people that a full run gives."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.decisions import decide, list_decisions, undo
from flows.errors import ActRefused
from flows.keys import load_keys, make_demo_key
from flows.link import link
from flows.linkage.store import FILES, read_summary
from flows.paths import Place
from tests.linkage_records import NOW, fill_vault, spell_id

FORENAMES = ["Ottolina", "Ferrolander", "Bramwin", "Thistander", "Otto", "Becky", "B"]
SURNAMES = ["Sprocket", "Gribbet", "Gribbett", "Quibbet-Sprocket", "Twizzen"]
BIRTHS = ["1984-03-09", "1984-09-03", "1971-10-30", "1984-01-01", "1958-03-09"]
PLACES = ["QX1 2AB", "QX1 2CD", "QX4 5DE", "ZZ99 3VZ"]
NUMBERS = ["9990000018", "9990000026", "9990000034"]
PROVIDERS = ["fernshire_council", "millbrook_recovery", "hmp_larkmoor"]

maybe = lambda values: st.one_of(st.none(), st.sampled_from(values))  # noqa: E731
said = st.fixed_dictionaries(
    {
        "forename": maybe(FORENAMES),
        "surname": maybe(SURNAMES),
        "birth_date": maybe(BIRTHS),
        "postcode": maybe(PLACES),
        "nhs_number": st.one_of(st.none(), st.none(), st.sampled_from(NUMBERS)),
        "sex_type": st.sampled_from(["female", "male", None]),
        "is_live": st.sampled_from([True, True, True, True, False]),
    }
)
records = st.integers(0, 14).map("r{:02}".format)
acts = st.one_of(
    st.tuples(st.just("say"), records, said),
    st.tuples(st.just("say"), records, said),
    st.tuples(st.just("erase"), records, st.none()),
    st.tuples(st.just("link"), records, records),
    st.tuples(st.just("unlink"), records, records),
    st.tuples(st.just("undo"), st.integers(0, 3), st.none()),
)
nights = st.lists(st.lists(acts, min_size=1, max_size=8), min_size=2, max_size=4)


@settings(
    max_examples=int(os.environ.get("COMMONGROUND_EXAMPLES", "3")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(first=st.lists(said, min_size=8, max_size=15), nights=nights)
def test_a_night_gives_what_a_full_run_gives(
    first: list[dict[str, Any]], nights: list[list[tuple[Any, ...]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "data")
        place.prepare()
        make_demo_key(place)
        keys = load_keys(place)
        held = {f"r{n:02}": row for n, row in enumerate(first)}
        _fill(place, held)
        link(place, keys, "run-0", NOW)
        for number, night in enumerate(nights, start=1):
            for act in night:
                _do(place, held, *act)
            twin = Place(Path(folder) / f"twin-{number}")
            shutil.copytree(place.root, twin.root, symlinks=True)

            link(place, keys, f"run-{number}", NOW)
            link(twin, keys, f"run-{number}", NOW, whole=True)

            summary = read_summary(place)
            assert summary["run_id"] == "run-0" or not summary["is_afresh"]
            for name in FILES:
                assert _read(place, name) == _read(twin, name), name


def _do(place: Place, held: dict[str, dict[str, Any]], act: str, *on: Any) -> None:
    keys = load_keys(place)
    if act == "say":
        held[on[0]] = on[1]
    elif act == "erase":
        held.pop(on[0], None)
    elif act == "undo":
        standing = list_decisions(place, keys)
        if on[0] < len(standing):
            try:
                undo(place, keys, standing[on[0]].decision_id, "it was wrong")
            except ActRefused:
                return
    else:
        try:
            decide(place, keys, spell_id(on[0]), spell_id(on[1]), act, "seen both")
        except ActRefused:
            return
    _fill(place, held)


def _fill(place: Place, held: dict[str, dict[str, Any]]) -> None:
    rows = [
        {"record": name, "provider": PROVIDERS[int(name[1:]) % 3], **row}
        for name, row in sorted(held.items())
    ]
    fill_vault(place, load_keys(place), rows)


def _read(place: Place, name: str) -> list[tuple[Any, ...]]:
    path = place.linked / "current" / f"{name}.parquet"
    return duckdb.sql(f"from '{path}' order by all").fetchall()
