"""What the command line shows of exports, decisions, disputes and the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.landing.hold_rules import HOLD_RULES, IF_REJECTED
from flows.screen.plain import printable

if TYPE_CHECKING:
    from flows.audit import Verified
    from flows.disputes import Dispute, FalseFlags
    from flows.landing.held import HeldExport
    from flows.landing.known import ExportFacts

_out = Console()


def exports(found: list[ExportFacts]) -> None:
    """Show exports, the newest received first."""
    table = Table()
    for heading in ("Export", "Provider", "Day", "Kind", "State", "Why"):
        table.add_column(heading, no_wrap=heading != "Why")
    for export in found:
        decided = export.decision if export.state == "refused" else None
        table.add_row(
            export.export_id[:8],
            export.provider,
            str(export.export_date),
            export.file_kind or "not known",
            decided or export.state,
            _rule(export),
        )
    _out.print(table)
    _out.print("More of one: commonground exports show EXPORT")


def export_whole(export: ExportFacts) -> None:
    """Show everything the ledger knows of an export, and what can be done with it."""
    table = Table(show_header=False, box=None)
    for name, value in _describe(export).items():
        if value is not None:
            table.add_row(f"[bold]{name}[/]", printable(str(value)))
    _out.print(table)
    if export.state == "held":
        _choices(export)


def export_decided(export: ExportFacts) -> None:
    """Say what a decision did, and what comes next."""
    if export.decision == "released":
        _out.print(
            f"Export {export.export_id} is released past {export.hold_rule}. The next "
            "run takes it; another rule may still hold it. Now: commonground run",
            soft_wrap=True,
        )
        return
    _out.print(f"Export {export.export_id} is rejected. {IF_REJECTED}", soft_wrap=True)


def held(waiting: list[HeldExport], option: str) -> None:
    """Tell, after a run, which exports wait for an operator and what to type next."""
    for export in waiting:
        command = f"commonground exports show {export.export_id}{option}"
        _out.print(
            f"[yellow]Held[/] {printable(export.file_name)} of {export.provider}: "
            f"{printable(export.words)} To decide: {escape(command)}",
            soft_wrap=True,
        )


def disputes(found: list[Dispute], rates: list[FalseFlags]) -> None:
    """Show disputes, and how often each rule was wrong."""
    table = Table("Export", "Provider", "Rule", "Rows", "Raised by", "Verdict", "Why")
    for dispute in found:
        table.add_row(
            dispute.export_id[:8],
            dispute.provider,
            dispute.rule,
            f"{dispute.row_count:,}",
            escape(dispute.raised_by),
            dispute.verdict or "open",
            escape(dispute.reason),
        )
    _out.print(table)
    flags = Table("Rule", "Flagged", "Open", "Upheld", "False-flag rate")
    for rate in rates:
        shown = "not available" if rate.rate is None else f"{rate.rate:.1%}"
        counts = (f"{n:,}" for n in (rate.flagged, rate.disputed, rate.upheld))
        flags.add_row(rate.rule, *counts, shown)
    _out.print(flags)


def dispute_told(dispute: Dispute) -> None:
    """Say that a dispute is recorded or decided."""
    _out.print(
        f"Dispute about {dispute.rule} in export {dispute.export_id}, "
        f"{dispute.row_count:,} rows: {dispute.verdict or 'open'}.",
        soft_wrap=True,
    )


def audit_entries(entries: list[dict[str, Any]]) -> None:
    """Show who did what, when and why."""
    table = Table("When (UTC)", "Who", "Act", "To what", "Why")
    for entry in entries:
        who = " as ".join(name for name in (entry["user"], entry["as"]) if name)
        subjects = ", ".join(entry["subjects"])
        cells = (entry["time"][:19], who, entry["act"], subjects, entry["reason"])
        table.add_row(*(printable(cell) for cell in cells))
    _out.print(table)


def audit_verified(verified: Verified) -> None:
    """Say what is good of the audit log, and where a crash cut a line short."""
    if verified.bad_line is None:
        _out.print(f"[green]The audit log is whole: {verified.entries:,} entries.[/]")
        _out.print(f"Newest hash: {verified.newest}", soft_wrap=True)
    for line in verified.torn:
        _out.print(f"Line {line} was cut short by a crash; the next vouches for it.")


def _describe(export: ExportFacts) -> dict[str, object]:
    rows = {
        "Rows in": export.rows_in,
        "Rows landed": export.rows_landed,
        "Rows quarantined": export.rows_quarantined,
        "Rows unchanged": export.rows_unchanged,
        "Rows withdrawn": export.rows_withdrawn,
        "Rows with a remark": export.rows_warned,
    }
    return {
        "Export": export.export_id,
        "Provider": f"{export.provider} ({export.sector})",
        "File": _file(export),
        "Received at": f"{export.received_at:%Y-%m-%d %H:%M} UTC",
        "Day of export": export.export_date,
        "Layout and kind": " ".join(filter(None, (export.layout, export.file_kind))),
        "Read as": export.read_as,
        "State": export.state,
        **{name: f"{n:,}" for name, n in rows.items() if n is not None},
        "Refused for": export.rule and f"{export.rule}. {export.words or ''}",
        "Held for": export.hold_rule
        and f"{export.hold_rule}. {export.hold_words or ''}",
        "Released from": ", ".join(export.released_rules or []) or None,
        "Decision": _decision(export),
    }


def _file(export: ExportFacts) -> str:
    if export.file_name is None or export.size_bytes is None:
        return "told by the vault alone, which is not at hand"
    return f"{export.file_name} ({export.size_bytes:,} bytes)"


def _decision(export: ExportFacts) -> str | None:
    if export.decision is None:
        return None
    when = f"{export.decided_at:%Y-%m-%d %H:%M} UTC"
    by, why = export.decided_by, export.decision_reason
    return f"{export.decision} by {by} at {when}: {why}"


def _choices(export: ExportFacts) -> None:
    rule = HOLD_RULES[str(export.hold_rule)]
    short = export.export_id[:8]
    _out.print(f"\n{rule.means}. It waits until you say:", soft_wrap=True)
    for command, effect in (
        ("release", f"{rule.if_released} Another rule may still hold it."),
        ("reject", IF_REJECTED),
    ):
        _out.print(
            f"  commonground exports {command} {short} --reason TEXT\n    {effect}",
            soft_wrap=True,
            markup=False,
            highlight=False,
        )


def _rule(export: ExportFacts) -> str:
    return (export.hold_rule if export.state == "held" else export.rule) or ""
