"""Commands that make a document about one person or a few, on request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.screen import documents
from flows.screen.commands import DataOption, explained, find_place
from flows.screen.export_commands import AsOption, ReasonOption

person_app = typer.Typer(
    no_args_is_help=True,
    help="One person, for that person: everything held about them.",
)


@person_app.callback()
def person() -> None:
    """One person, for that person: everything held about them."""


@person_app.command("record")
@explained
def person_record(
    who: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A person id (its first 8 characters or more), or a provider's own "
            "key of the person: PROVIDER:KEY.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="The page to write.", dir_okay=False)],
    reason: ReasonOption,
    with_doubtful: Annotated[
        bool,
        typer.Option(
            "--with-doubtful",
            help="Show records that are only perhaps the person's, too.",
        ),
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a page that is there.")
    ] = False,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Write everything held about one person as a page to print, for that person.

    It needs the vault's key, and it is in the audit log: say in the reason who asked
    and how they showed who they are.
    """
    from flows.documents.record import make_record
    from flows.keys import load_keys

    place = find_place(data)
    documents.record_made(
        make_record(
            place,
            load_keys(place),
            who,
            out,
            reason,
            as_name,
            with_doubtful=with_doubtful,
            replace=replace,
        )
    )


@explained
def panel(
    out: Annotated[Path, typer.Option(help="A new folder for the pack.")],
    reason: ReasonOption,
    cases: Annotated[int, typer.Option(min=1, help="How many cases.")] = 12,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Write a case panel pack: crises, and what systems did in the year before.

    It needs the vault's key, which keeps whose a case is, and it is in the audit log.
    """
    from flows.documents.panel import make_pack
    from flows.keys import load_keys

    place = find_place(data)
    documents.pack_made(make_pack(place, load_keys(place), cases, out, reason, as_name))
