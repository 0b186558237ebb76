"""What tests share: a data folder with a key, and small exports of invented people."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from flows.events import EventLog
from flows.ingest import ingest
from flows.keys import Keys, load_keys, make_demo_key
from flows.landing.results import ExportResult
from flows.mappings import load_providers
from flows.paths import Place
from flows.provider_files import Agreement, Provider
from flows.receive import receive
from flows.vault import open_vault

if TYPE_CHECKING:
    from tests.planted import PlantedPlace

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
COMMONGROUND = Path(sys.executable).parent / "commonground"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes never name a test: an archive holds the time it was made, and two
    workers that collect at different seconds would not find the same tests."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty data folder with a key of its own."""
    place = Place(tmp_path / "data")
    place.prepare()
    make_demo_key(place)
    return place


@pytest.fixture
def keys(place: Place) -> Keys:
    return load_keys(place)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real layouts and public test data; a bare checkout does not have them."""
    if not SAMPLES.is_dir():
        pytest.skip("the shared sample data are not beside this checkout")
    return SAMPLES


def make_provider(name: str, sector: str, layout: str, **changes: object) -> Provider:
    """A provider that is not one of the shipped ones."""
    agreement = Agreement(
        id="DSA-TEST",
        starts=dt.date(2020, 1, 1),
        ends=dt.date(2099, 1, 1),
        recipients=("making_every_adult_matter",),
    )
    content: dict[str, object] = {
        "provider": name,
        "name": name.replace("_", " ").title(),
        "sector": sector,
        "layouts": (layout,),
        "agreement": agreement,
        "cadence": "monthly",
        "exports": "full",
    }
    return Provider.model_validate(content | changes)


class Road:
    """Receive and ingest over one data folder, as a test would say it."""

    def __init__(
        self, place: Place, keys: Keys, providers: dict[str, Provider]
    ) -> None:
        self.place, self.keys, self.providers = place, keys, providers
        self.events = EventLog(place, "test-run")

    def drop(self, provider: str, name: str, content: str | bytes) -> None:
        folder = self.place.landing / provider
        folder.mkdir(exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)

    def run(self) -> list[ExportResult]:
        args = (self.place, self.keys)
        with open_vault(*args) as vault:
            rest = (vault, self.providers, self.events)
            return receive(*args, *rest, quiet_seconds=0) + ingest(*args, *rest)

    @contextmanager
    def vault(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with open_vault(self.place, self.keys, read_only=True) as vault:
            yield vault

    def landed(self, sector: str, dataset: str, columns: str = "*") -> list[tuple]:
        path = self.place.landed / sector / dataset / "*.parquet"
        return duckdb.sql(
            f"select {columns} from '{path}' order by _received_at, _line_number"
        ).fetchall()


@pytest.fixture
def road(place: Place, keys: Keys) -> Road:
    return Road(place, keys, load_providers())


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> PlantedPlace:
    """About 2,000 invented people, received, ingested and linked; not to be changed.

    Each reading of it is built when a test first asks for it.
    """
    # It brings dbt along, which most tests do without.
    from tests.planted import plant_place

    return plant_place(tmp_path_factory.mktemp("planted"), people=2_000, seed=12)
