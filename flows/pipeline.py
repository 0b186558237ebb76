"""READ FIRST: the nightly run as one Prefect flow, one line per stage.

receive -> ingest -> link -> transform -> gate -> publish. Each stage is a plain
function in the module of its name; here stands in which order, with which keys, and
what is told of it. A run with nothing new ends early and leaves the release alone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.errors import GateFailed, PipelineError, SettingsError
from flows.events import EventLog
from flows.fingerprints import describe_inputs, find_as_of
from flows.ingest import ExportResult, ingest
from flows.keys import Keys, load_keys
from flows.locks import writer_lock
from flows.mappings import Provider, load_providers
from flows.paths import Place
from flows.receive import receive
from flows.settings import providers_folder, shows_faults
from flows.vault import open_vault

if TYPE_CHECKING:
    from flows.gate import GateResult
    from flows.link import LinkResult
    from flows.releasing.manifest import Release

LISTENER: ContextVar[Callable[[dict[str, object]], None] | None] = ContextVar(
    "listener", default=None
)
STAGES = ("receive", "ingest", "link", "transform", "gate", "publish")


@dataclass
class Run:
    """One run: where, with what, and what came of it so far."""

    place: Place
    keys: Keys
    providers: dict[str, Provider]
    events: EventLog
    run_id: str
    exports: list[ExportResult] = field(default_factory=list)
    links: LinkResult | None = None
    gates: list[GateResult] = field(default_factory=list)
    release: Release | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Tell of a stage's begin and end, and keep row values out of its errors.

        Raises:
            PipelineError: the stage's own, or a plain one in place of a library's.
        """
        self.events.emit("stage.started", stage=name)
        began = perf_counter()
        try:
            yield
        except PipelineError:
            raise
        except Exception as error:
            if shows_faults():
                raise
            # A database's own message may quote a value from a row; ours may not.
            raise PipelineError(
                f"Stage {name} failed with {type(error).__name__}. Nothing was "
                "released. To see the whole fault, where personal data may be "
                "shown: COMMONGROUND_SHOW_FAULTS=1"
            ) from None
        self.seconds[name] = round(perf_counter() - began, 2)
        self.events.emit("stage.finished", stage=name, seconds=self.seconds[name])


@flow(name="nightly", log_prints=False)
async def nightly(
    data: str, start_at: str = "receive", quiet_seconds: float = 1.0
) -> Run:
    """Take in what has landed, link people, build marts, check them, release them.

    Args:
        data: the data folder.
        start_at: first stage to run; from ``transform`` on, no identity key is needed.
        quiet_seconds: how long a file must stand still before it counts as whole.

    Raises:
        PipelineError: what stopped the run; the last good release stands.
    """
    place = Place(Path(data))
    place.prepare()
    with writer_lock(place):
        run = open_run(place, needs_identity=start_at != "transform")
        try:
            if start_at == "receive":
                take_in(run, quiet_seconds)
            if start_at in ("receive", "ingest"):
                read_exports(run)
            if not keep_current(run):
                if start_at != "transform":
                    check_landing(run)
                    link_people(run)
                run.keys = run.keys.without_identity()
                as_of = find_as_of(run.place)
                build_marts(run, as_of)
                check_gates(run)
                publish_release(run, as_of)
        except GateFailed as failure:
            run.events.emit("release.withheld", reason=type(failure).__name__)
            raise
        except PipelineError as error:
            run.events.emit("run.failed", reason=type(error).__name__)
            raise
        run.events.emit("run.finished")
        return run


def open_run(place: Place, *, needs_identity: bool) -> Run:
    """Check keys and provider files, and begin a run.

    Raises:
        SettingsError: a key is missing.
        MappingError: a provider file is wrong.
    """
    keys = load_keys(place)
    if needs_identity and keys.identity is None:
        raise SettingsError(
            "This process holds the facts key alone, which opens nothing before "
            "linking. Give the master key, or start with: run --from transform"
        )
    now = dt.datetime.now(dt.UTC)
    run_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    events = EventLog(place, run_id, listen=LISTENER.get())
    events.emit("run.started")
    return Run(place, keys, load_providers(providers_folder()), events, run_id)


@task(name="receive", cache_policy=NO_CACHE)
def take_in(run: Run, quiet_seconds: float) -> None:
    """Landing to received."""
    with run.stage("receive"), open_vault(run.place, run.keys) as vault:
        args = (run.place, run.keys, vault, run.providers, run.events)
        receive(*args, quiet_seconds)


@task(name="ingest", cache_policy=NO_CACHE)
def read_exports(run: Run) -> None:
    """Received to landed."""
    with run.stage("ingest"), open_vault(run.place, run.keys) as vault:
        run.exports = ingest(run.place, run.keys, vault, run.providers, run.events)


def keep_current(run: Run) -> bool:
    """Tell whether publishing would only repeat the current release."""
    from flows.publish import find_unchanged

    inputs = describe_inputs(run.place, run.keys, find_as_of(run.place))
    run.release = find_unchanged(run.place, list(run.providers.values()), inputs)
    if run.release is None:
        return False
    for name in STAGES[2:]:
        run.events.emit("stage.skipped", stage=name)
    run.events.emit("release.unchanged", release_id=run.release.release_id)
    return True


@task(name="gate landed", cache_policy=NO_CACHE)
def check_landing(run: Run) -> None:
    """What landed, before anyone is linked by it; a critical failure stops here."""
    from flows.gate import check_landed, stop_if_critical

    with run.stage("gate landed"):
        _tell_gates(run, check_landed(run.place))
        stop_if_critical(run.gates)


@task(name="link", cache_policy=NO_CACHE)
def link_people(run: Run) -> None:
    """Landed to linked."""
    from flows.link import link

    with run.stage("link"):
        run.links = link(run.place, run.keys, run.run_id)
    run.events.emit("links.changed", persons=run.links.persons)


@task(name="transform", cache_policy=NO_CACHE)
def build_marts(run: Run, as_of: dt.date) -> None:
    """Staging, intermediate and marts, by dbt in the encrypted warehouse."""
    from flows.transform import ExpectedProvider, transform

    expected = [
        ExpectedProvider(p.provider, p.name, p.sector, p.cadence)
        for p in run.providers.values()
    ]
    with run.stage("transform"):
        transform(run.place, run.keys, expected, as_of)


@task(name="gate", cache_policy=NO_CACHE)
def check_gates(run: Run) -> None:
    """Every gate again, on what will be released; a critical failure stops here."""
    from flows.gate import check_landed, check_linked, check_published, stop_if_critical

    with run.stage("gate"):
        if not run.gates:
            _tell_gates(run, check_landed(run.place))
        _tell_gates(run, check_linked(run.place))
        _tell_gates(run, check_published(run.place, run.keys))
        stop_if_critical(run.gates)


@task(name="publish", cache_policy=NO_CACHE)
def publish_release(run: Run, as_of: dt.date) -> None:
    """A release built aside, checked, and made current in one step."""
    from flows.publish import publish

    with run.stage("publish"):
        run.release = publish(
            run.place,
            run.keys,
            list(run.providers.values()),
            run.run_id,
            as_of,
            run.gates,
            describe_inputs(run.place, run.keys, as_of),
        )
    run.events.emit("release.published", release_id=run.release.release_id)


def _tell_gates(run: Run, results: list[GateResult]) -> None:
    run.gates += results
    for result in results:
        if result.status in ("failed", "errored"):
            kind = "gate.failed" if result.severity == "critical" else "gate.warned"
            run.events.emit(kind, table=result.table, expectation=result.expectation)
