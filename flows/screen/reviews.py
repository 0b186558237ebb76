"""What the command line shows of decisions on links and of reviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from flows.screen.plain import printable

if TYPE_CHECKING:
    from flows.decisions import Decision
    from flows.reviewing.agreement import Agreement, Precision

_out = Console()
_SAID = {"link": "one person", "unlink": "two people", "not_sure": "not sure"}


def page(address: str) -> None:
    """Say where the page is; its address is a secret while it answers."""
    _out.print(
        f"Open in a browser of this machine: {address}\n"
        "It shows names. Give the address to nobody; Ctrl+C ends it.",
        soft_wrap=True,
        highlight=False,
    )


def sitting_over(answered: int) -> None:
    """Say what a sitting came to."""
    _out.print(f"{answered:,} answers kept. The next run obeys: commonground run")


def decided(decision: Decision) -> None:
    """Say what was decided or undone, and what comes next."""
    if decision.undone_at is None:
        what = f"Decision {decision.decision_id}: {_SAID[decision.verdict]}."
    else:
        what = f"Decision {decision.decision_id} is undone."
    _out.print(f"{what} The next run obeys. Now: commonground run", soft_wrap=True)


def decisions(found: list[Decision]) -> None:
    """Show decisions, the newest first."""
    table = Table()
    for heading in ("Decision", "When (UTC)", "Who", "Records", "Said", "Why"):
        table.add_column(heading, no_wrap=heading in ("Decision", "Records"))
    for one in found:
        said = _SAID[one.verdict] + ("" if one.scope == "pair" else " (whole person)")
        undone = "" if one.undone_at is None else f"; undone by {one.undone_by}"
        table.add_row(
            one.decision_id[:8],
            f"{one.decided_at:%Y-%m-%d %H:%M}",
            printable(one.decided_by),
            f"{one.record_l[:8]} {one.record_r[:8]}",
            printable(said + undone),
            printable(one.undone_reason or one.reason),
        )
    _out.print(table)


def agreement(agreed: Agreement, precisions: list[Precision]) -> None:
    """Show how reviewers agree and how often links are right, or that it is too few."""
    if agreed.kappa is not None:
        kappa = f"Cohen's kappa {agreed.kappa:.2f}"
    else:
        kappa = "Cohen's kappa not available: too few answers, or all alike"
    if agreed.pairs:
        share = f"{agreed.agreed / agreed.pairs:.0%}, {kappa}"
        _out.print(
            f"Two reviewers answered {agreed.pairs:,} pairs and agreed on "
            f"{agreed.agreed:,}: {share}.",
            soft_wrap=True,
        )
    else:
        _out.print("No pair was answered by two reviewers yet.")
    for left, right in agreed.differing:
        _out.print(f"  they differ on {left} {right}", soft_wrap=True)
    table = Table(
        "Weight", "Links", "One person", "Two people", "Not sure", "Precision"
    )
    for one in precisions:
        counts = (one.linked, one.right, one.wrong, one.not_sure)
        table.add_row(one.band, *(f"{n:,}" for n in counts), _share(one))
    _out.print(table)


def _share(one: Precision) -> str:
    if one.share is None:
        return "too few answers"
    return f"{one.share:.1%} ({one.low:.1%} to {one.high:.1%})"
