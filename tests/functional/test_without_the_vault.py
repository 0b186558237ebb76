"""Who people are stays with ingest, link and review: the rest runs where no vault is."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from flows.cli import app
from flows.keys import load_keys
from flows.link import link
from flows.paths import Place
from tests.functional.conftest import copy_place, read_events, run_command
from tests.unit.test_ingest import send, stay

RECORD = [str(uuid.UUID(int=n)) for n in (1, 2)]
WHY = ("--reason", "asked without the vault")
ALL = ("--data", "{data}")
WORKING = {
    "run": ("--from", "transform", *ALL),
    "query": ("select count(*) from people", *ALL),
    "release list": ALL,
    "release show": ALL,
    "release verify": ALL,
    "exports list": ALL,
    "exports show": ("{export}", *ALL),
    "audit show": ALL,
    "audit verify": ALL,
    "providers": ALL,
    "providers list": ALL,
    "providers show": ("fernshire_council",),
    "rules": (),
}
REFUSED = {
    "run": ALL,
    "exports release": ("{export}", *WHY, *ALL),
    "exports reject": ("{export}", *WHY, *ALL),
    "exports dispute": ("{export}", "not_a_date", "--rows", "1", *WHY, *ALL),
    "exports decide": ("{export}", "not_a_date", "upheld", *WHY, *ALL),
    "exports disputes": ALL,
    "review": ("--web", *ALL),
    "review link": (*RECORD, *WHY, *ALL),
    "review unlink": (*RECORD, *WHY, *ALL),
    "review undo": (RECORD[0], *WHY, *ALL),
    "review list": ALL,
    "review agreement": ALL,
    "link evaluate": ALL,
    "link charts": ALL,
    "panel": ("--out", "{data}/pack", *WHY, *ALL),
    "person record": ("fernshire_council:A1", "--out", "{data}/page", *WHY, *ALL),
}
# They look at a file or a folder, or ask for a second release or linked run.
ELSEWHERE = {
    "demo", "synth", "serve", "check", "providers new", "release rollback",
    "link run", "link train", "link compare",
}  # fmt: skip


class Withheld(NamedTuple):
    """A place without its vault, one of its exports, and what holds the key."""

    place: Place
    export: str
    keys: dict[str, str]


def withhold(place: Place, folder: Path, *, keeps_key: bool) -> Withheld:
    """A place without its vault and originals; perhaps with the facts key alone."""
    facts = load_keys(place).facts.hex()
    shutil.move(place.vault, folder / "elsewhere.duckdb")
    shutil.rmtree(place.received)
    export = next(e for e in read_events(place) if e["event"] == "export.landed")
    if not keeps_key:
        place.demo_key.unlink()
    keys = {} if keeps_key else {"COMMONGROUND_FACTS_KEY": facts}
    return Withheld(place, export["export_id"], keys)


def ask(withheld: Withheld, command: str, options: tuple[str, ...], code: int = 0):
    words = {"data": withheld.place.root, "export": withheld.export}
    given = [option.format(**words) for option in options]
    return run_command(*command.split(), *given, code=code, **withheld.keys)


def commands(of: typer.Typer, before: str = "") -> set[str]:
    names = {c.name or c.callback.__name__ for c in of.registered_commands}
    found = {f"{before}{name}" for name in names}
    for group in of.registered_groups:
        if group.typer_instance.info.invoke_without_command is True:
            found.add(f"{before}{group.name}")
        found |= commands(group.typer_instance, f"{before}{group.name} ")
    return found


def test_it_is_known_of_every_command_whether_it_needs_the_vault():
    assert commands(app) == set(WORKING) | set(REFUSED) | ELSEWHERE


def test_what_comes_after_linking_works_and_makes_no_vault(finished, tmp_path):
    place = copy_place(finished, tmp_path / "copy")
    withheld = withhold(place, tmp_path, keeps_key=False)
    people = ask(withheld, "query", WORKING["query"]).stdout
    place.warehouse.unlink()
    shutil.rmtree(place.published)
    shutil.rmtree(place.logs / "gates")
    receipts = {path: path.read_bytes() for path in place.outbox.rglob("*.html")}

    said = {name: ask(withheld, name, WORKING[name]).stdout for name in WORKING}

    assert "Release 2026-06-30.1 (new)" in said["run"]
    assert said["query"] == people
    assert "millbrook_recovery" in said["exports list"]
    assert "landed" in said["exports show"]
    assert "not at hand" in said["exports show"]
    assert len(list((place.logs / "gates").iterdir())) == 3
    assert receipts
    assert all(path.read_bytes() == was for path, was in receipts.items())
    assert not place.vault.exists()


@pytest.mark.parametrize("keeps_key", [True, False])
def test_what_needs_the_vault_says_so_and_makes_none(road, tmp_path, keeps_key):
    landed = send(road, stay(1))
    assert landed.state == "landed"
    link(road.place, road.keys, "night-1")
    withheld = withhold(road.place, tmp_path, keeps_key=keeps_key)
    starts = [("run", ("--from", stage, *ALL)) for stage in ("ingest", "link")]

    for command, options in [*REFUSED.items(), *starts]:
        done = ask(withheld, command, options, code=3)

        said = " ".join(done.stderr.split())
        # A run without the master key says that first.
        told = "facts key alone" in said or "is not here" in said
        assert told, (command, said)
        assert "Traceback" not in said
    assert not withheld.place.vault.exists()
