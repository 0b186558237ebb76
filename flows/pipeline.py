"""READ FIRST: the nightly run as one Prefect flow, one line per stage.

receive -> ingest -> link -> transform -> gate -> publish. Each stage is a plain
function in the module of its name; here stands in which order, with which keys, and
what is told of it. A run with nothing new ends early and leaves the release alone.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.errors import GateFailed, PipelineError
from flows.fingerprints import describe_inputs, find_as_of
from flows.ingest import ingest
from flows.landing.held import list_held
from flows.locks import writer_lock
from flows.paths import Place
from flows.receive import receive
from flows.run import Run, is_current, open_run, tell_unchanged
from flows.vault import INGEST_MEMORY, open_vault


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
        run.events.emit("run.started")
        try:
            if start_at == "receive":
                take_in(run, quiet_seconds)
            if start_at in ("receive", "ingest"):
                read_exports(run)
            if is_current(run):
                tell_unchanged(run)
            else:
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


@task(name="receive", cache_policy=NO_CACHE)
def take_in(run: Run, quiet_seconds: float) -> None:
    """Landing to received."""
    with run.stage("receive"), open_vault(run.place, run.keys) as vault:
        args = (run.place, run.keys, vault, run.providers, run.events)
        run.exports += receive(*args, quiet_seconds)


@task(name="ingest", cache_policy=NO_CACHE)
def read_exports(run: Run) -> None:
    """Received to landed."""
    memory = INGEST_MEMORY
    with run.stage("ingest"), open_vault(run.place, run.keys, memory=memory) as vault:
        run.exports += ingest(run.place, run.keys, vault, run.providers, run.events)
        run.held = list_held(vault)


@task(name="gate landed", cache_policy=NO_CACHE)
def check_landing(run: Run) -> None:
    """What landed, before anyone is linked by it; a critical failure stops here."""
    from flows.gate import check_landed, stop_if_critical

    with run.stage("gate landed"):
        run.tell_gates(check_landed(run.place))
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
    """Every gate on what will be released; a critical failure stops here."""
    from flows.gate import check_landed, check_linked, check_published, stop_if_critical

    with run.stage("gate"):
        if not run.gates:
            run.tell_gates(check_landed(run.place))
        run.tell_gates(check_linked(run.place))
        run.tell_gates(check_published(run.place, run.keys))
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
