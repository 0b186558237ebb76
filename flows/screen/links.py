"""What the link commands show: counts and remarks, no value from a row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from flows.screen.plain import printable

if TYPE_CHECKING:
    from flows.linkage.tables.run import Linked

_out = Console()


def progress(words: str) -> None:
    """Tell what is being done."""
    _out.print(f"  {printable(words)} ...", style="dim", highlight=False)


def told(linked: Linked, out: Path) -> None:
    """Say what linking a table came to."""
    _compared(linked)
    _out.print(f"Weighed with {printable(linked.model)}.")
    _pairs(linked)
    _out.print(
        f"[bold]People[/]: {linked.records:,} records are {linked.persons:,} people; "
        f"{linked.linked_records:,} records share a person with another, the largest "
        f"person has {linked.largest:,}."
    )
    _out.print(f"Written: {printable(str(out))} ({linked.seconds} s)")


def trained(linked: Linked, out: Path) -> None:
    """Say what a model was fitted from."""
    _compared(linked)
    _pairs(linked)
    _out.print(f"Written: {printable(str(out))} ({linked.seconds} s)")


def _compared(linked: Linked) -> None:
    listed = ", ".join(
        heading if name.startswith("x_") else f"{heading or 'names'} as {name}"
        for name, heading in linked.compared.items()
    )
    guessed = " (guessed from the headings)" if linked.is_guessed else ""
    _out.print(f"Compared{guessed}: {printable(listed)}")
    if linked.ignored:
        _out.print(f"Not used: {printable(', '.join(linked.ignored))}")
    one = ", one to one" if linked.one_to_one else ""
    _out.print(f"Linked {linked.link} {linked.sources:,} source(s){one}.")
    for remark in linked.remarks:
        _out.print(f"[yellow]Note[/]: {printable(remark)}")


def _pairs(linked: Linked) -> None:
    if linked.random_pairs:
        _out.print(
            f"Fitted without labels from {linked.same_pairs:,} pairs taken for one "
            f"person and {linked.random_pairs:,} random pairs."
        )
    _out.print(
        f"{linked.pairs:,} pairs compared by {linked.rules:,} blocking rules; "
        f"{linked.rules_left_out:,} rules would have brought too many pairs, and "
        f"{linked.values_left_out:,} values are held by too many records."
    )
