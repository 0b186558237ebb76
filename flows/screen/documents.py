"""What the command line shows of documents that were made on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from flows.screen.plain import printable

if TYPE_CHECKING:
    from flows.documents.panel import Pack
    from flows.documents.record import Made

_out = Console()


def record_made(made: Made) -> None:
    """Say where a record is, what is not in it, and what to mind."""
    _out.print(
        f"The record of person {made.person_id}, {made.records:,} person records: "
        f"{printable(str(made.path))}",
        soft_wrap=True,
        highlight=False,
    )
    for name, count in made.left_out.items():
        _out.print(
            f"[yellow]Left out[/], for it is not sure whose: {count:,} of "
            f"{printable(name)}. If its key is known to be this person's, ask by it, "
            "PROVIDER:KEY, and settle the link: commonground review",
            soft_wrap=True,
        )
    if made.shown_doubtful:
        _out.print(
            f"[yellow]Shown, though not sure[/]: {made.shown_doubtful:,} records, at "
            "the end. Take them off before the page is given to anybody unless each "
            "was checked.",
            soft_wrap=True,
        )
    _out.print(
        "It holds names, addresses and health: give it into the person's own hand, "
        "then delete the file. It is in the audit log that it was made.",
        soft_wrap=True,
    )


def pack_made(pack: Pack) -> None:
    """Say where a pack is, and what to mind."""
    found = len(pack.case_ids)
    few = "" if found == pack.wanted else f" of {pack.wanted:,}; no more fit"
    _out.print(
        f"Cases: {found:,}{few}. {printable(str(pack.page))}\n"
        f"For what the panel finds: {printable(str(pack.findings))}",
        soft_wrap=True,
        highlight=False,
    )
    _out.print(
        "It is confidential and not to be published: print it, collect every copy "
        "after the panel, then delete the folder. It is in the audit log that it was "
        "made.",
        soft_wrap=True,
    )
