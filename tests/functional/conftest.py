"""One place of 300 people, made and run once; each test that changes it has a copy."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.keys import make_demo_key
from flows.paths import Place
from flows.synth import make_place
from tests.conftest import COMMONGROUND

PEOPLE = 300
SEED = 4


def run_command(
    *arguments: str | Path, code: int | None = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator would, in a process of its own."""
    held = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("PREFECT", "COMMONGROUND"))
    }
    done = subprocess.run(
        [COMMONGROUND, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=held | {"COLUMNS": "200", "NO_COLOR": "1"} | environment,
        check=False,
    )
    if code is not None:
        assert done.returncode == code, done.stdout + done.stderr
    return done


def new_place(root: Path) -> Place:
    place = Place(root)
    place.prepare()
    make_demo_key(place)
    return place


def copy_place(place: Place, root: Path) -> Place:
    shutil.copytree(place.root, root, symlinks=True)
    return Place(root)


def read_events(place: Place) -> list[dict]:
    path = place.logs / "events.jsonl"
    if not path.exists():
        return []
    # A killed process may leave half a line, which the next run writes behind.
    events = []
    for line in path.read_text().splitlines():
        if line.startswith("{") and line.endswith("}"):
            events.append(json.loads(line))
    return events


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Path:
    """A folder that every test process of this session sees."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@contextmanager
def made_once(folder: Path) -> Iterator[bool]:
    """Tell the first process to come to make something; the others wait for it."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not folder.exists()


@pytest.fixture(scope="session")
def landing(shared) -> Path:
    """What the providers of the invented place exported, not yet taken in."""
    out = shared / "exports"
    with made_once(out) as first:
        if first:
            make_place(PEOPLE, SEED, out)
    return out


@pytest.fixture(scope="session")
def finished(shared, landing) -> Place:
    """The invented place after one whole run; it must not be changed."""
    root = shared / "finished"
    with made_once(root) as first:
        if first:
            place = new_place(root)
            shutil.copytree(landing / "landing", place.landing, dirs_exist_ok=True)
            done = run_command("run", "--data", place.root)
            (place.root / "first_run.txt").write_text(done.stdout)
    return Place(root)


@pytest.fixture
def ask(finished) -> Callable[[str], list[list[str]]]:
    """Ask the finished place's release in SQL, through the command line."""

    def _ask(sql: str, place: Place = finished) -> list[list[str]]:
        done = run_command("query", sql, "--csv", "--data", place.root)
        return [line.split(",") for line in done.stdout.splitlines()[1:]]

    return _ask
