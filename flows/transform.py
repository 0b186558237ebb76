"""Transform: landed facts and person links become whole-person marts, by way of dbt.

Nothing here opens the vault: dbt is given the landed folder, the linked folder and the
warehouse's own key, so it runs on a machine that holds neither the vault nor its key.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from flows.contracts import PARTNERSHIP
from flows.duck import attach_encrypted, connect, quote_name
from flows.errors import PipelineError
from flows.gating.suites import list_marts
from flows.keys import Keys
from flows.layouts import list_sector
from flows.paths import Place
from flows.transforming.running import count_done, run_dbt

MARTS = tuple(list_marts())
"""Tables of the warehouse's schema ``main``: each has a suite that gates it."""


@dataclass(frozen=True)
class ExpectedProvider:
    """A provider that an agreement says will send exports.

    Args:
        provider: its word in every path and table.
        name: its name for readers.
        sector: homelessness, drugs, offending or mental_health.
        cadence: how often it sends; one of the seed ``cadences``.
    """

    provider: str
    name: str
    sector: str
    cadence: str


@dataclass(frozen=True)
class TransformResult:
    """What a run of dbt built.

    Args:
        models_built: models built, seeds not counted.
        tests_passed: data tests, and unit tests where the selector has them.
        seconds: wall time, parsing included.
        rows: rows of each mart.
    """

    models_built: int
    tests_passed: int
    seconds: float
    rows: dict[str, int]


def transform(
    place: Place,
    keys: Keys,
    expected: Sequence[ExpectedProvider],
    as_of: date,
    selector: str = "nightly",
) -> TransformResult:
    """Build every mart in the warehouse from what has landed and been linked.

    One call at a time in a process: dbt keeps its connections in a global.

    Args:
        place: its landed and linked folders are read, its warehouse is written.
        keys: the facts branch is enough.
        expected: who should have sent exports, for coverage.
        as_of: the day in view, the newest export's date; rolling years end on it.
        selector: what to build, from ``selectors.yml``.

    Raises:
        PipelineError: nothing is linked yet, or a model or test failed.
    """
    started = time.perf_counter()
    _check_linked(place)
    variables = {
        "as_of": as_of.isoformat(),
        "landed_folder": str(place.landed.resolve()),
        "linked_folder": str((place.linked / "current").resolve()),
        "expected_providers": [asdict(provider) for provider in expected],
        "partnership_layouts": list_sector(PARTNERSHIP),
    }
    runs = run_dbt(place, keys, ["build", "--selector", selector], variables)
    return TransformResult(
        models_built=count_done(runs, {"model"}),
        tests_passed=count_done(runs, {"test", "unit_test"}),
        seconds=time.perf_counter() - started,
        rows=_count_rows(place, keys),
    )


def _check_linked(place: Place) -> None:
    links = place.linked / "current" / "person_links.parquet"
    if not links.exists():
        raise PipelineError(
            f"{links} does not exist, so no record has a person. Expected what the "
            "link stage writes: run link, then transform."
        )


def _count_rows(place: Place, keys: Keys) -> dict[str, int]:
    with connect() as connection:
        attach_encrypted(
            connection,
            place.warehouse,
            "warehouse",
            keys.for_facts("warehouse"),
            read_only=True,
        )
        return {
            mart: connection.execute(
                f"select count(*) from warehouse.main.{quote_name(mart)}"
            ).fetchall()[0][0]
            for mart in MARTS
        }
