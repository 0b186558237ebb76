"""Running the nightly flow from a process of its own, and reading its ledger after."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flows.duck import connect, quote_text
from flows.errors import SettingsError
from flows.locks import writer_lock
from flows.paths import Place
from flows.run import LISTENER, Run, has_work, is_current, open_run, tell_unchanged

STARTS = ("receive", "ingest", "link", "transform")


@dataclass(frozen=True)
class LastExport:
    """The newest state of one provider's exports."""

    provider: str
    files: int
    refused: int
    newest: dt.date | None
    rows: int


def run_nightly(
    place: Place,
    listen: Callable[[dict[str, object]], None],
    start_at: str = "receive",
    quiet_seconds: float = 1.0,
) -> Run:
    """Run the whole road once, in this process; in Prefect if there is anything to do.

    Args:
        place: the data folder.
        listen: called with each event, for progress.
        start_at: first stage, one of :data:`STARTS`.
        quiet_seconds: how long a file must stand still before it counts as whole.

    Raises:
        PipelineError: what stopped the run.
    """
    if start_at not in STARTS:
        raise SettingsError(f"--from is one of {', '.join(STARTS)}; got {start_at!r}.")
    place.prepare()
    token = LISTENER.set(listen)
    try:
        if start_at == "receive" and (idle := _find_nothing_new(place)):
            return idle
        # Imported late: Prefect reads its settings from the environment on import.
        from flows.pipeline import nightly

        return asyncio.run(
            nightly(str(place.root), start_at=start_at, quiet_seconds=quiet_seconds)
        )
    finally:
        LISTENER.reset(token)


def _find_nothing_new(place: Place) -> Run | None:
    """Give an ended run if there is nothing to do, without starting Prefect for it.

    Starting Prefect takes longer than finding out that a night brought nothing.
    """
    if not (place.published / "current").is_symlink():
        return None
    with writer_lock(place):
        run = open_run(place, needs_identity=True)
        if has_work(run) or not is_current(run):
            return None
        run.events.emit("run.started")
        tell_unchanged(run)
        run.events.emit("run.finished")
        return run


def latest_exports(place: Place) -> dict[str, LastExport]:
    """Read what has landed of each provider; empty before the first run."""
    folder = place.landed / "_exports"
    if not folder.exists():
        return {}
    path = quote_text(str(folder / "*.parquet"))
    with connect() as connection:
        rows = connection.execute(
            f"""
            select
                provider,
                count(*) filter (state = 'landed'),
                count(*) filter (state = 'refused'),
                max(export_date) filter (state = 'landed'),
                coalesce(sum(rows_landed), 0)::bigint
            from {path} group by provider
            """
        ).fetchall()
    return {row[0]: LastExport(*row) for row in rows}
