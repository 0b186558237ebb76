"""Commands that look at releases, check them, and go back to an earlier one."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.screen import releases
from flows.screen.commands import DataOption, explained, find_place

release_app = typer.Typer(
    no_args_is_help=True,
    help="Look at releases, check them, go back to an earlier one.",
)


@release_app.command("list")
@explained
def release_list(data: DataOption = None) -> None:
    """List releases, newest first; the current one is marked."""
    from flows.release import list_releases

    releases.listing(find_place(data), list_releases(find_place(data)))


@release_app.command("show")
@explained
def release_show(
    release_id: Annotated[
        str | None, typer.Argument(help="Default: the current release.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Show what a release holds: files, rows, recipients, what was withheld and why."""
    from flows.release import show as read_manifest

    releases.manifest(read_manifest(find_place(data), release_id))


@release_app.command("verify")
@explained
def release_verify(
    release_id: Annotated[
        str | None, typer.Argument(help="Default: the current release.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Hash every file of a release again and compare with its manifest."""
    from flows.release import verify

    verification = verify(find_place(data), release_id)
    releases.verified(verification)
    if not verification.is_whole:
        raise typer.Exit(8)


@release_app.command("rollback")
@explained
def release_rollback(
    release_id: Annotated[
        str | None, typer.Argument(help="Default: the one before the current.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Make an earlier release current again; nothing is deleted."""
    from flows.release import rollback

    releases.rolled_back(rollback(find_place(data), release_id))
