"""Commands for exports: what became of them, and what a person decides about them."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.screen import acts
from flows.screen.commands import DataOption, explained, find_place

exports_app = typer.Typer(
    no_args_is_help=True,
    help="Exports: what became of each; release or reject what is held.",
)

IdArgument = Annotated[str, typer.Argument(help="The export's id, or how it begins.")]
RuleArgument = Annotated[str, typer.Argument(help="The rule, as the receipt names it.")]
ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why, in your words; kept in the audit log.")
]
AsOption = Annotated[
    str | None,
    typer.Option("--as", help="Your name, where several people share this user."),
]


@exports_app.command("list")
@explained
def exports_list(
    provider: Annotated[str | None, typer.Option(help="Only this provider's.")] = None,
    state: Annotated[
        str | None, typer.Option(help="received, landed, held or refused.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    data: DataOption = None,
) -> None:
    """List exports, the newest first, with their state and why."""
    from flows.exports import list_exports
    from flows.keys import load_keys

    place = find_place(data)
    acts.exports(list_exports(place, load_keys(place), provider, state, limit))


@exports_app.command("show")
@explained
def exports_show(export: IdArgument, data: DataOption = None) -> None:
    """Show all that is known of an export; if it is held, what each choice would do."""
    from flows.exports import show_export
    from flows.keys import load_keys

    place = find_place(data)
    acts.export_whole(show_export(place, load_keys(place), export))


@exports_app.command("release")
@explained
def exports_release(
    export: IdArgument,
    reason: ReasonOption,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Let the next run take a held export past the rule it is held for."""
    from flows.exports import release_export
    from flows.keys import load_keys

    place = find_place(data)
    keys = load_keys(place)
    acts.export_decided(release_export(place, keys, export, reason, as_name))


@exports_app.command("reject")
@explained
def exports_reject(
    export: IdArgument,
    reason: ReasonOption,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Refuse a held export for good: nothing of it lands."""
    from flows.exports import reject_export
    from flows.keys import load_keys

    place = find_place(data)
    keys = load_keys(place)
    acts.export_decided(reject_export(place, keys, export, reason, as_name))


@exports_app.command("dispute")
@explained
def exports_dispute(
    export: IdArgument,
    rule: RuleArgument,
    rows: Annotated[int, typer.Option(min=1, help="How many rows are disputed.")],
    reason: ReasonOption,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Record that a provider says rows of an export were flagged wrongly."""
    from flows.disputes import dispute_rule
    from flows.keys import load_keys

    place = find_place(data)
    keys = load_keys(place)
    acts.dispute_told(
        dispute_rule(place, keys, export, rule, rows, reason, as_name=as_name)
    )


@exports_app.command("decide")
@explained
def exports_decide(
    export: IdArgument,
    rule: RuleArgument,
    verdict: Annotated[str, typer.Argument(help="upheld (we erred) or dismissed.")],
    reason: ReasonOption,
    as_name: AsOption = None,
    data: DataOption = None,
) -> None:
    """Decide the open dispute about a rule in an export."""
    from flows.disputes import decide_dispute
    from flows.keys import load_keys

    place = find_place(data)
    keys = load_keys(place)
    acts.dispute_told(
        decide_dispute(place, keys, export, rule, verdict, reason, as_name=as_name)
    )


@exports_app.command("disputes")
@explained
def exports_disputes(data: DataOption = None) -> None:
    """List disputes, and how often each rule flagged wrongly."""
    from flows.disputes import count_false_flags, list_disputes
    from flows.keys import load_keys

    place = find_place(data)
    keys = load_keys(place)
    acts.disputes(list_disputes(place, keys), count_false_flags(place, keys))
