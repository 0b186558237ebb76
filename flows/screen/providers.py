"""What the command line shows of providers, and of one that is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.mappings import list_layouts_of, list_mappings
from flows.provider_files import Doubt, Provider
from flows.screen.plain import printable

if TYPE_CHECKING:
    from flows.mappings import Mapping as FileMapping
    from flows.onboarding.onboard import Onboarded
    from flows.onboarding.proposal import Proposal
    from flows.running import LastExport

_out = Console()


def listing(known: Mapping[str, Provider], last: Mapping[str, LastExport]) -> None:
    """Show providers and what of theirs has landed."""
    table = Table()
    for heading in ("Provider", "Sector", "Agreement to", "Newest", "Rows"):
        table.add_column(heading, no_wrap=True)
    for name, provider in sorted(known.items(), key=lambda item: item[1].sector):
        found = last.get(name)
        table.add_row(
            name,
            provider.sector,
            f"{provider.agreement.ends}" if provider.agreement else "none: held",
            str(found.newest or "nothing yet") if found else "nothing yet",
            f"{found.rows:,}" if found else "",
        )
    _out.print(table)
    for name, provider in sorted(known.items()):
        sends = [f"{one.layout} ({one.status})" for one in list_layouts_of(provider)]
        open_doubts = f"; [yellow]{len(provider.doubts)} open doubts[/]"
        _out.print(
            f"  [bold]{name}[/] sends {', '.join(sends)}"
            f"{open_doubts if provider.doubts else ''}"
        )


def shown(provider: Provider) -> None:
    """Show what a provider sends, what is taken of it, and what is in doubt."""
    held = "No agreement: its exports are held"
    if agreement := provider.agreement:
        held = f"Agreement {agreement.id}, {agreement.starts} to {agreement.ends}"
    _out.print(
        f"[bold]{escape(provider.name)}[/], {provider.sector}, sends {provider.cadence}"
        f", {provider.exports} exports. {escape(held)}."
    )
    for mapping in list_mappings(provider):
        _file(mapping)
    doubts(provider.doubts)


def onboarded(result: Onboarded) -> None:
    """Show how a sample was read, what is proposed, and what to do next."""
    for proposal in result.proposals:
        _proposal(proposal)
    if result.untaken:
        listed = ", ".join(printable(name) for name in result.untaken)
        _out.print(f"Nothing is taken from {listed}")
    if result.unread:
        listed = ", ".join(printable(name) for name in result.unread)
        _out.print(f"Not looked at, being of a kind that is not read: {listed}")
    doubts(result.provider.doubts)
    _out.print(f"Written: {escape(str(result.path))}", soft_wrap=True)
    _out.print(
        "Settle each doubt: put the file right and delete its entry. Until then no "
        f"file of {result.provider.provider} is read. Then try: commonground check "
        f"FILE --provider {result.provider.provider}"
    )


def doubts(open_doubts: Sequence[Doubt]) -> None:
    """Show every open doubt."""
    if not open_doubts:
        _out.print("[green]No open doubts.[/]")
        return
    table = Table(title=f"{len(open_doubts)} open doubts", title_justify="left")
    for heading in ("File", "Column", "Question", "Proposed", "Evidence"):
        table.add_column(heading, overflow="fold")
    for doubt in open_doubts:
        table.add_row(
            doubt.file,
            printable(doubt.column),
            printable(doubt.question),
            printable(doubt.proposed),
            printable(doubt.evidence),
        )
    _out.print(table)


def _file(mapping: FileMapping) -> None:
    file = mapping.file
    lands = f"lands {', '.join(file.lands)}" if file.lands else "lands nothing"
    _out.print(
        f"\n[bold]{mapping.file_kind}[/] ({mapping.layout}), named "
        f"{escape(', '.join(file.match))}; {lands}"
    )
    table = Table("Column", "Fills")
    for heading, targets in file.columns.items():
        table.add_row(printable(heading), ", ".join(target.to for target in targets))
    _out.print(table)
    if file.ignored:
        listed = ", ".join(printable(heading) for heading in file.ignored)
        _out.print(f"Ignored: {listed}")


def _proposal(proposal: Proposal) -> None:
    sample, match = proposal.sample, proposal.match
    _out.print(
        f"[bold]{printable(sample.name)}[/]: {sample.total:,} rows, read as "
        f"{printable(sample.how)}"
    )
    if match is None:
        reasons = Counter(reason.split(":")[0] for reason in proposal.ignored.values())
        listed = ", ".join(f"{why} {n}" for why, n in reasons.most_common())
        _out.print(
            f"  no shipped layout; {len(proposal.columns)} columns mapped, "
            f"{len(proposal.ignored)} ignored{f' ({listed})' if listed else ''}"
        )
        return
    words = "is" if match.is_exact else "is nearly"
    _out.print(f"  {words} {match.kind} of layout {match.layout}")
    if match.versions:
        _out.print(f"  the same headings: {', '.join(match.versions)}")
    for name, headings in (("lacks", match.missing), ("has beside", match.unknown)):
        if headings:
            listed = ", ".join(printable(heading) for heading in headings)
            _out.print(f"  {name}: {listed}")
