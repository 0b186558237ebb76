"""The event vocabulary: every change of state; counts and ids, never row values."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from flows.paths import Place

EVENTS = {
    "run.started": "A run began",
    "stage.started": "A stage of the run began",
    "stage.finished": "A stage of the run ended well",
    "stage.skipped": "A stage had nothing to do: its inputs have not changed",
    "export.received": "A file was taken from landing, sealed and registered",
    "export.duplicate": "A file's content had been taken before; nothing was done",
    "export.landed": "An export's rows landed, were quarantined or were unchanged",
    "export.refused": "An export could not be read as what it should be",
    "export.held": "An export can be read but is suspicious: an operator must decide",
    "export.released": "An operator released a held export: the next run takes it",
    "export.rejected": "An operator rejected a held export: nothing of it lands",
    "export.waiting": "A file is still written, or its provider is unknown or in doubt",
    "links.changed": "People were linked anew",
    "gate.warned": "A warning expectation does not hold",
    "gate.failed": "A critical expectation does not hold: nothing is released",
    "release.published": "A new release was made current",
    "release.unchanged": "Nothing changed: the current release stands",
    "release.withheld": "No release was made; the last good one stands",
    "run.failed": "A run ended with an error",
    "run.finished": "A run ended well",
}


@dataclass
class EventLog:
    """Append events to ``logs/events.jsonl`` and show them to whoever listens.

    Args:
        place: the data folder.
        run_id: the run these events belong to.
        listen: called with each event, for progress on a screen.
    """

    place: Place
    run_id: str
    listen: Callable[[dict[str, object]], None] | None = None
    seen: list[dict[str, object]] = field(default_factory=list)

    def emit(self, event: str, **facts: object) -> None:
        """Record one event.

        Args:
            event: a name of :data:`EVENTS`.
            facts: counts, ids of runs and exports, names of providers and tables.

        Raises:
            KeyError: the event is not in the vocabulary.
        """
        EVENTS[event]
        entry: dict[str, object] = {
            "time": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
            "run_id": self.run_id,
            "event": event,
            **facts,
        }
        self.seen.append(entry)
        with (self.place.logs / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, default=str) + "\n")
        if self.listen is not None:
            self.listen(entry)
