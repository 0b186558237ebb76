"""Measure each stage over an invented place, as ratios to a plain baseline in one run.

Seconds depend on the machine and on what else it does; the ratio of two figures taken in
the same run is what can be compared. Use: ``make bench``, or ``bench.py --people 100000``.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from flows.duck import connect, quote_text
from flows.events import EventLog
from flows.fingerprints import describe_inputs, find_as_of
from flows.gate import check_landed, check_linked, check_published
from flows.ingest import ingest
from flows.keys import load_keys, make_demo_key
from flows.link import link
from flows.mappings import load_providers
from flows.paths import Place
from flows.publish import publish
from flows.reading.text import find_encoding, read_text
from flows.receive import receive
from flows.synth import make_place
from flows.transform import ExpectedProvider, transform
from flows.vault import open_vault


class Bench:
    """A place, and the seconds each step over it took."""

    def __init__(self, place: Place, people: int) -> None:
        """Make an invented place ready to be run."""
        self.place, self.people = place, people
        place.prepare()
        make_demo_key(place)
        self.keys = load_keys(place)
        self.providers = load_providers()
        self.events = EventLog(place, "bench")
        self.seconds: dict[str, float] = {}
        self.results: dict[str, object] = {}

    def measure(self, name: str, work: Callable[[], object]) -> None:
        """Run one step and note its seconds."""
        sys.stderr.write(f"{name} ...\n")
        began = time.perf_counter()
        self.results[name] = work()
        self.seconds[name] = time.perf_counter() - began

    def take_in(self, step: str) -> object:
        """Receive, or ingest."""
        with open_vault(self.place, self.keys) as vault:
            if step == "receive":
                args = (self.place, self.keys, vault, self.providers, self.events)
                return receive(*args, quiet_seconds=0)
            args = (self.place, self.keys, vault, self.providers, self.events)
            return ingest(*args)

    def copy_plainly(self) -> None:
        """Baseline of ingest: every CSV to Parquet as text, nothing checked."""
        with tempfile.TemporaryDirectory() as folder, connect() as connection:
            for place, path in enumerate(sorted(self.place.landing.rglob("*.csv"))):
                plain = Path(folder, f"{place}.csv")
                with path.open("rb") as file:
                    text = read_text(file, find_encoding(file, None))
                    plain.write_bytes(b"".join(text))
                connection.execute(
                    f"copy (from read_csv({quote_text(str(plain))}, all_varchar = true))"
                    f" to '{folder}/{place}.parquet' (format parquet)"
                )

    def sort_events(self) -> None:
        """Baseline of transform: sort and aggregate the events once."""
        path = (self.place.published / "current" / "commonground.duckdb").resolve()
        with connect() as connection:
            connection.execute(f"attach {quote_text(str(path))} as release (read_only)")
            connection.execute(
                "create table sorted as from release.main.person_timeline "
                "order by person_id, event_date"
            )
            connection.execute(
                "create table counted as select person_id, count(*), max(event_date) "
                "from release.main.person_timeline group by person_id"
            )

    def build(self) -> object:
        """Transform."""
        expected = [
            ExpectedProvider(p.provider, p.name, p.sector, p.cadence)
            for p in self.providers.values()
        ]
        as_of = find_as_of(self.place)
        return transform(self.place, self.keys.without_identity(), expected, as_of)

    def gate(self) -> object:
        """Every gate."""
        keys = self.keys.without_identity()
        found = check_landed(self.place) + check_linked(self.place)
        return found + check_published(self.place, keys)

    def release(self) -> object:
        """Publish."""
        as_of = find_as_of(self.place)
        keys = self.keys.without_identity()
        inputs = describe_inputs(self.place, keys, as_of)
        gates = self.results["gate"]
        providers = list(self.providers.values())
        return publish(self.place, keys, providers, "bench", as_of, gates, inputs)

    def run(self) -> None:
        """Every step, in the order of the road."""
        place = self.place
        self.measure("synth", lambda: make_place(self.people, 1, place.root))
        self.measure("plain copy to Parquet", self.copy_plainly)
        self.measure("receive", lambda: self.take_in("receive"))
        self.measure("ingest", lambda: self.take_in("ingest"))
        self.measure("link", lambda: link(place, self.keys, "bench"))
        self.measure("link again", lambda: link(place, self.keys, "bench-again"))
        self.measure("transform", self.build)
        self.measure("gate", self.gate)
        self.measure("publish", self.release)
        self.measure("sort and aggregate events", self.sort_events)

    def show(self) -> None:
        """Show seconds, and ratios to the baselines of the same run."""
        ratios = {
            "ingest": ("plain copy to Parquet", "the same CSV files, unchecked"),
            "transform": ("sort and aggregate events", "one sort of its events"),
            "link again": ("link", "the first linking"),
        }
        table = Table("Step", "Seconds", "Ratio", "To what", title="Bench")
        for name, seconds in self.seconds.items():
            base, words = ratios.get(name, ("", ""))
            ratio = f"{seconds / self.seconds[base]:.2f}" if base else ""
            table.add_row(name, f"{seconds:.2f}", ratio, words)
        console = Console()
        console.print(table)
        rows = sum(result.rows_in for result in self.results["ingest"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        console.print(f"{self.people:,} people, {rows:,} rows, peak {peak:,.0f} MB")


def main() -> None:
    """Make a place in a folder of its own, measure, and take it away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    people = parser.parse_args().people
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        bench = Bench(Place(folder / "data"), people)
        bench.run()
        bench.show()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
