"""Running the nightly flow from a process of its own, and reading its ledger after."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.duck import connect, quote_text
from flows.errors import SettingsError
from flows.paths import Place

if TYPE_CHECKING:
    from flows.pipeline import Run

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
    """Run the whole road once, in Prefect, in this process.

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
    # Imported late: Prefect reads its settings from the environment on import.
    from flows.pipeline import LISTENER, nightly

    place.prepare()
    token = LISTENER.set(listen)
    try:
        return asyncio.run(
            nightly(str(place.root), start_at=start_at, quiet_seconds=quiet_seconds)
        )
    finally:
        LISTENER.reset(token)


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
