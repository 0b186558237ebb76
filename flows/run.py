"""One run: where, with which keys, what came of it; and is there anything to do."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from flows.errors import PipelineError, SettingsError
from flows.events import EventLog
from flows.fingerprints import describe_inputs, find_as_of
from flows.keys import Keys, load_keys
from flows.landing.held import HeldExport, list_held
from flows.landing.results import ExportResult
from flows.landing.told import check_vault_is_here
from flows.mappings import Provider, load_providers
from flows.paths import Place
from flows.settings import providers_folder, shows_faults
from flows.vault import open_vault

if TYPE_CHECKING:
    from flows.gating.results import GateResult
    from flows.link import LinkResult
    from flows.releasing.manifest import Release

LISTENER: ContextVar[Callable[[dict[str, object]], None] | None] = ContextVar(
    "listener", default=None
)
STAGES = ("receive", "ingest", "link", "transform", "gate", "publish")


@dataclass
class Run:
    """One run: where, with what, and what came of it so far.

    Attributes:
        held: every export that waits for an operator, whichever run held it.
    """

    place: Place
    keys: Keys
    providers: dict[str, Provider]
    events: EventLog
    run_id: str
    exports: list[ExportResult] = field(default_factory=list)
    held: list[HeldExport] = field(default_factory=list)
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

    def tell_gates(self, results: list[GateResult]) -> None:
        """Keep what gates found, and tell of every expectation that does not hold."""
        self.gates += results
        for result in results:
            if result.status in ("failed", "errored"):
                kind = "gate.failed" if result.severity == "critical" else "gate.warned"
                facts = {"table": result.table, "expectation": result.expectation}
                self.events.emit(kind, **facts)


def open_run(place: Place, *, needs_identity: bool) -> Run:
    """Check keys and provider files, and begin a run.

    Raises:
        SettingsError: a key is missing, or the vault is not where it was.
        MappingError: a provider file is wrong.
    """
    keys = load_keys(place)
    if needs_identity and keys.identity is None:
        raise SettingsError(
            "This process holds the facts key alone, which opens nothing before "
            "linking. Give the master key, or start with: run --from transform"
        )
    if needs_identity:
        check_vault_is_here(place)
    now = dt.datetime.now(dt.UTC)
    run_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    events = EventLog(place, run_id, listen=LISTENER.get())
    return Run(place, keys, load_providers(providers_folder()), events, run_id)


def is_current(run: Run) -> bool:
    """Tell whether publishing would only repeat the current release."""
    from flows.publish import find_unchanged

    inputs = describe_inputs(run.place, run.keys, find_as_of(run.place))
    run.release = find_unchanged(run.place, list(run.providers.values()), inputs)
    return run.release is not None


def tell_unchanged(run: Run) -> None:
    """Tell that the current release stands and which stages had nothing to do."""
    for name in STAGES[2:]:
        run.events.emit("stage.skipped", stage=name)
    release = run.release.release_id if run.release else None
    run.events.emit("release.unchanged", release_id=release)


def has_work(run: Run) -> bool:
    """Tell whether a file waits in landing, or an export that a killed run left.

    Also notes which exports wait for an operator: these are no work.
    """
    if any(path.is_file() for path in run.place.landing.glob("*/*")):
        return True
    if any((run.place.landed / ".pending").glob("*")) or not run.place.vault.exists():
        return True
    # For writing: a vault made earlier may lack a column that is asked for.
    with open_vault(run.place, run.keys) as vault:
        run.held = list_held(vault)
        waiting = vault.execute(
            "select count(*) from vault.exports where state = 'received'"
        ).fetchone()
    return waiting != (0,)
