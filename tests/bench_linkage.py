"""Measure linkage against plain Splink over the same invented people, back to back.

Each side runs in a process of its own and reads the same file without the truth. Seconds
depend on the machine and on what else it does; the ratio of two runs taken one after the
other is what can be compared, so ``--repeat`` takes turns and shows the median. Use:
``python -m tests.bench_linkage --records 1000000``; ``--night`` adds one night's records.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.judged_people import (
    apart,
    judge,
    prepare,
    prepare_night,
    share_of_kept_ids,
)

COMMONGROUND = Path(sys.executable).parent / "commonground"
MAP = Path(__file__).with_name("made_people_map.yml")
PLAIN = f"{sys.executable} -m tests.plain_splink"
RUN = f"{COMMONGROUND} link run --input {{input}} --columns {{columns}} --out {{out}}"
TRAIN = (
    f"{COMMONGROUND} link train --input {{input}} --columns {{columns}} --out {{out}}"
)
SIDES = ("plain", "ours")


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one run took: seconds on the clock, of all processors, and megabytes."""

    wall: float
    cpu: float
    peak: float


@dataclasses.dataclass
class Bench:
    """A folder with people, and how each side links them.

    Attributes:
        folder: holds ``people`` and ``truth``, and after a night ``people_night``.
        ours: the command line of ours, with places for input, columns and out.
        ours_at_night: the same for the night; there may be ``{previous}``, what ours
            wrote before, and ``{changes}``, the records of that night alone.
        costs: by run and side, a cost for each repeat.
        judged: by run and side, the quality.
    """

    folder: Path
    ours: str = RUN
    ours_at_night: str = RUN
    costs: dict[str, dict[str, list[Cost]]] = dataclasses.field(default_factory=dict)
    judged: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)

    def path(self, name: str) -> Path:
        """A file of the bench."""
        return self.folder / f"{name}.parquet"

    def train(self, saved_model: bool) -> None:
        """Fit the models beforehand, which is not timed."""
        people, model = self.path("people"), self.folder / "plain.json"
        run(f"{PLAIN} train {people} {model}", self.folder)
        if saved_model:
            own = self.folder / "ours.json"
            run(TRAIN.format(input=people, columns=MAP, out=own), self.folder)
            self.ours += f" --model {own}"
            self.ours_at_night += f" --model {own}"

    def measure(self, name: str, people: str, ours: str, repeats: int) -> None:
        """Let both sides link the same people in turns."""
        costs = self.costs.setdefault(name, {side: [] for side in SIDES})
        for turn in range(repeats):
            for side in SIDES:
                sys.stderr.write(f"{name}: {side}, {turn + 1} of {repeats} ...\n")
                out = self.path(f"{side}_{name}")
                out.unlink(missing_ok=True)
                plain = f"{PLAIN} link {{input}} {self.folder / 'plain.json'} {{out}}"
                command = (plain if side == "plain" else ours).format(
                    input=self.path(people),
                    columns=MAP,
                    out=out,
                    previous=self.path("ours_whole"),
                    changes=self.path("changes"),
                )
                costs[side].append(run(command, self.folder))

    def judge(self, name: str, truth: str) -> None:
        """Compare what each side put together with the truth."""
        self.judged[name] = {
            side: apart(judge, self.path(f"{side}_{name}"), self.path(truth))
            for side in SIDES
        }


def run(command: str, folder: Path) -> Cost:
    """Run a command in a process of its own; what it says goes to a log."""
    log = folder / "log.txt"
    began = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(shlex.split(command), stdout=said, stderr=said)
        # The usage of this child and of those that it waited for.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(
            f"{command} failed:\n{log.read_text(errors='replace')[-3000:]}"
        )
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def summarise(bench: Bench) -> dict[str, Any]:
    """Medians, ratios of medians (above 1: ours is quicker or smaller), and quality."""
    summary: dict[str, Any] = {}
    for name, sides in bench.costs.items():
        medians = {
            side: {
                field.name: statistics.median(
                    getattr(cost, field.name) for cost in costs
                )
                for field in dataclasses.fields(Cost)
            }
            for side, costs in sides.items()
        }
        ratios = {
            what: value / medians["ours"][what]
            for what, value in medians["plain"].items()
        }
        summary[name] = {"ratios": ratios} | {
            side: medians[side] | bench.judged[name][side] for side in SIDES
        }
    return summary


def show(summary: dict[str, Any], heading: str) -> None:
    """Show each run as a table."""
    titles = {"wall": "wall s", "cpu": "CPU s", "peak": "peak MB"}
    for name, run_of in summary.items():
        table = Table("", "plain Splink", "ours", "plain / ours", title=f"{name} run")
        for what in run_of["ours"]:
            plain, ours = run_of["plain"][what], run_of["ours"][what]
            ratio = run_of["ratios"].get(what)
            table.add_row(
                titles.get(what, what.replace("_", " ")),
                _spell(what, plain),
                _spell(what, ours),
                f"{ratio:.2f}" if ratio else "",
            )
        Console().print(table)
    Console().print(heading)


def _spell(what: str, value: float) -> str:
    if isinstance(value, int) or what == "peak":
        return f"{value:,.0f}"
    return f"{value:.2f}" if what in ("wall", "cpu") else f"{value:.4f}"


def main() -> None:
    """Invent people, let both sides link them, and show what it cost and came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1, help="turns of each side")
    parser.add_argument("--night", action="store_true", help="and one night upon it")
    parser.add_argument("--saved-model", action="store_true", help="train ours before")
    parser.add_argument("--ours", default=RUN, help="command line to be measured")
    parser.add_argument("--ours-at-night", help="{previous} and {changes} may be in it")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder), options.ours, options.ours_at_night or options.ours)
        apart(prepare, bench.folder, options.records, options.seed)
        bench.train(options.saved_model)
        bench.measure("whole", "people", bench.ours, options.repeat)
        bench.judge("whole", "truth")
        if options.night:
            apart(prepare_night, bench.folder)
            bench.measure("night", "people_night", bench.ours_at_night, options.repeat)
            bench.judge("night", "truth_night")
            for side in SIDES:
                files = (bench.path(f"{side}_{name}") for name in ("whole", "night"))
                kept = apart(share_of_kept_ids, *files)
                bench.judged["night"][side]["person_ids_kept"] = kept
        summary = summarise(bench)
    start = "as ours does" if options.saved_model else "ours fits its own and is timed"
    heading = f"{options.records:,} records. Plain Splink starts from a saved model; "
    show(summary, heading + start + ".")
    if options.json:
        figures = {"records": options.records, "seed": options.seed, **summary}
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
