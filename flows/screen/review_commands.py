"""Commands for clerical review: are two person records one person, as people say."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flows.screen import reviews
from flows.screen.commands import DataOption, explained, find_place
from flows.screen.export_commands import AsOption, ReasonOption

review_app = typer.Typer(
    invoke_without_command=True,
    help="Clerical review: say whether two person records are one person.",
)

RecordArgument = Annotated[
    str, typer.Argument(help="A person record's id, or how it begins (8 or more).")
]


@review_app.callback()
@explained
def review(
    context: typer.Context,
    web: Annotated[
        bool, typer.Option("--web", help="In a browser, on this machine alone.")
    ] = False,
    port: Annotated[
        int, typer.Option(help="Port of the page; 0 takes a free one.")
    ] = 0,
    limit: Annotated[
        int, typer.Option(min=1, help="How many questions at most.")
    ] = 100,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Be asked about two records at a time; answer each with one key."""
    from flows.errors import SettingsError

    if command := context.invoked_subcommand:
        if web or as_name or data:
            raise SettingsError(
                f"Options of {command} come after it: commonground review {command} ..."
            )
        return
    from flows.keys import load_keys
    from flows.reviewing.sitting import begin_sitting

    if not web and not sys.stdout.isatty():
        raise SettingsError(
            "The review screen needs a terminal. "
            "In a browser: commonground review --web"
        )
    place = find_place(data)
    sitting = begin_sitting(place, load_keys(place), as_name, limit)
    if web:
        from flows.reviewing.web import serve_page

        serve_page(sitting, port, reviews.page)
    else:
        from flows.reviewing.terminal import run_screen

        if code := run_screen(sitting):
            raise typer.Exit(code)
    reviews.sitting_over(sitting.answered)


@review_app.command("link")
@explained
def review_link(
    record: RecordArgument,
    other: RecordArgument,
    reason: ReasonOption,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Say that two records are one person; the next run joins them."""
    from flows.decisions import decide
    from flows.keys import load_keys

    place = find_place(data)
    keys = load_keys(place)
    reviews.decided(decide(place, keys, record, other, "link", reason, as_name))


@review_app.command("unlink")
@explained
def review_unlink(
    record: RecordArgument,
    other: RecordArgument,
    reason: ReasonOption,
    whole_person: Annotated[
        bool,
        typer.Option(
            "--whole-person",
            help="Keep RECORD apart from every record of the person OTHER is in.",
        ),
    ] = False,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Say that two records are two people; the next run parts them."""
    from flows.decisions import decide
    from flows.keys import load_keys

    place = find_place(data)
    keys, scope = load_keys(place), "person" if whole_person else "pair"
    reviews.decided(
        decide(place, keys, record, other, "unlink", reason, as_name, scope=scope)
    )


@review_app.command("undo")
@explained
def review_undo(
    decision: Annotated[
        str, typer.Argument(help="The decision's id, or how it begins (8 or more).")
    ],
    reason: ReasonOption,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Undo a decision: it stays written down, and no longer holds."""
    from flows.decisions import undo
    from flows.keys import load_keys

    place = find_place(data)
    reviews.decided(undo(place, load_keys(place), decision, reason, as_name))


@review_app.command("list")
@explained
def review_list(
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    data: DataOption = None,
) -> None:
    """List decisions, the newest first, undone ones among them."""
    from flows.decisions import list_decisions
    from flows.keys import load_keys

    place = find_place(data)
    reviews.decisions(list_decisions(place, load_keys(place), limit))


@review_app.command("agreement")
@explained
def review_agreement(data: DataOption = None) -> None:
    """Say how often reviewers agree, and how often links are right."""
    from flows.keys import load_keys
    from flows.reviewing.agreement import read_agreement

    place = find_place(data)
    reviews.agreement(*read_agreement(place, load_keys(place)))
