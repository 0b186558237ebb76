"""What the command line shows: short lines and tables, no value from a row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.errors import PipelineError
from flows.paths import Place
from flows.screen import acts
from flows.screen.plain import printable
from flows.settings import data_folder

if TYPE_CHECKING:
    from flows.landing.results import ExportResult
    from flows.link import LinkResult
    from flows.run import Run
    from flows.synth import PlaceSummary

_out = Console()
_err = Console(stderr=True)
_DOING = {
    "receive": "taking in what has landed",
    "ingest": "reading exports",
    "gate landed": "checking what landed",
    "link": "linking people",
    "transform": "building the whole-person views",
    "gate": "checking every gate",
    "publish": "publishing",
}


def error(fault: PipelineError) -> None:
    """Say what went wrong, on standard error."""
    words = "\n".join(printable(line) for line in str(fault).split("\n"))
    _err.print(f"[bold red]{type(fault).__name__}[/]: {words}")


def title(words: str) -> None:
    """Show a heading."""
    _out.print(f"[bold]{escape(words)}[/]")


def progress(event: dict[str, object]) -> None:
    """Tell of a run while it goes on."""
    name, stage = event["event"], str(event.get("stage", ""))
    if name == "stage.started":
        _out.print(f"  {_DOING.get(stage, stage)} ...", style="dim")
    elif name == "stage.finished":
        _out.print(f"  [green]done[/] {stage} ({event['seconds']} s)")
    elif name == "stage.skipped":
        _out.print(f"  [dim]nothing new for {stage}[/]")
    elif name == "export.refused" and event.get("rule") != "not_taken":
        _out.print(f"  [red]refused[/] an export of {event['provider']}")
    elif name == "export.held":
        _out.print(f"  [yellow]held[/] an export of {event['provider']}")
    elif name == "export.duplicate":
        _out.print(f"  taken before, left out: a file of {event['provider']}")
    elif name == "export.waiting":
        provider = escape(str(event["provider"]))
        _out.print(
            f"  [yellow]left in landing[/]: a file of {provider} ({event['reason']})"
        )
        if event["reason"] == "open doubts":
            _out.print(f"    settle them: commonground providers show {provider}")


def run_summary(run: Run) -> None:
    """Show what a run took in, linked, checked and released."""
    if run.exports:
        groups: dict[str, list[ExportResult]] = defaultdict(list)
        for export in sorted(run.exports, key=lambda export: export.provider):
            groups[export.provider].append(export)
        _out.print(_exports_table(groups))
        _reasons(groups)
        _refusals(run.exports)
        _out.print(f"Receipts, line by line: {run.place.outbox}/<provider>/")
    acts.held(run.held, _data_option(run.place))
    if run.links is not None:
        _out.print(
            f"[bold]People[/]: {run.links.records:,} person records are "
            f"{run.links.persons:,} people; {run.links.linked_people:,} of them are "
            "known to more than one provider."
        )
        _strengths(run.links)
    if run.gates:
        _gates(run)
    if run.release is not None:
        fresh = "new" if run.release.is_new else "unchanged"
        _out.print(
            f"[bold]Release[/] {run.release.release_id} ({fresh}): "
            f"{run.place.published / 'current'}"
        )


def _strengths(links: LinkResult) -> None:
    """Say of each kind of evidence what share is linked, and what is normal of it."""
    from flows.linkage.policy import load_policy

    for name, kind in load_policy().evidence.items():
        found, counted = links.linked_by.get(name, (0, 0))
        if counted:
            normal = f"; {kind.normal}" if kind.normal else ""
            _out.print(
                f"  Known by {kind.means}: {found:,} of {counted:,} records are linked "
                f"to another provider's ({found / counted:.0%}{normal}).",
                soft_wrap=True,
            )


def _exports_table(groups: Mapping[str, list[ExportResult]]) -> Table:
    table = Table(title="What came in", title_justify="left")
    table.add_column("Provider", no_wrap=True)
    for name in ("Rows in", "Landed", "Quarantined", "Unchanged"):
        table.add_column(name, justify="right", no_wrap=True)
    for provider, group in groups.items():
        figures = (
            sum(e.rows_in for e in group),
            sum(e.landed for e in group),
            sum(e.quarantined for e in group),
            sum(e.unchanged for e in group),
        )
        table.add_row(provider, *(f"{figure:,}" for figure in figures))
    return table


def _reasons(groups: Mapping[str, list[ExportResult]]) -> None:
    """Say per provider why rows were left out, and what else was noticed."""
    for provider, group in groups.items():
        rules: Counter[str] = sum((e.rules for e in group if e.rows_in), Counter())
        remarks: Counter[str] = sum((e.remarks for e in group), Counter())
        withdrawn = sum(e.withdrawn for e in group)
        parts = []
        if rules:
            parts.append(f"quarantined for {_listed(rules)}")
        if remarks:
            parts.append(f"landed with a remark for {_listed(remarks)}")
        if withdrawn:
            parts.append(f"{withdrawn:,} withdrawn")
        if parts:
            _out.print(f"  [bold]{provider}[/]: {'; '.join(parts)}")


def _listed(rules: Counter[str]) -> str:
    named = [f"{rule.replace('_', ' ')} {n:,}" for rule, n in rules.most_common(4)]
    return ", ".join(named) + (" ..." if len(rules) > 4 else "")


def _refusals(exports: list[ExportResult]) -> None:
    for export in exports:
        if export.state == "refused":
            _out.print(
                f"[red]Refused[/] {printable(export.file_name)} of {export.provider}: "
                f"{printable(export.words)}",
                soft_wrap=True,
            )


def _gates(run: Run) -> None:
    states = Counter(result.status for result in run.gates)
    tables = len({result.table for result in run.gates if result.status == "passed"})
    _out.print(
        f"[bold]Gates[/]: {states['passed']} expectations on {tables} tables passed, "
        f"{states['failed'] + states['errored']} did not hold, "
        f"{states['not_applicable']} not applicable."
    )
    for result in run.gates:
        if result.status in ("failed", "errored"):
            found = ", ".join(
                f"{k.replace('_', ' ')} {v:,g}" for k, v in result.observed.items()
            )
            _out.print(
                f"  [yellow]{result.severity}[/] {result.table}: expected "
                f"{escape(result.expected)}. Found {found}. {escape(result.guidance)}"
            )


def what_next(place: Place) -> None:
    """Show three commands to try."""
    option = _data_option(place)
    _out.print("\n[bold]Try next[/]")
    command = ".venv/bin/commonground"
    for line in (
        f'{command} query "select needs_combination, people_count from need_overlaps '
        "where area_code = 'all' and lens_type = 'either' and period_type = "
        f"'last_year' order by all desc\"{option}",
        f"{command} release show{option}",
        f"{command} providers{option}",
    ):
        _out.print(f"  {line}", markup=False, soft_wrap=True, highlight=False)


def _data_option(place: Place) -> str:
    """What a command needs to find this data folder again."""
    return "" if place.root == data_folder() else f" --data {place.root}"


def place_summary(summary: PlaceSummary, out: Path) -> None:
    """Show what an invented place's providers would export."""
    table = Table("File", "Rows", title="Invented exports", title_justify="left")
    for name, rows in sorted(summary.files.items()):
        table.add_row(name, f"{rows:,}")
    _out.print(table)
    _out.print(f"Exports in {out / 'landing'}; who is who in {out / 'truth'}.")
