"""What the command line shows of how well a place was linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from flows.screen import judged
from flows.screen.plain import printable

if TYPE_CHECKING:
    from flows.judging.place import Figure, PlaceJudged

_out = Console()
_RECORDS = {
    "linked": "Known to\nothers",
    "unlinkable": "Cannot be\nlinked",
    "number_conflict": "Two\nnumbers",
    "number_apart": "Number\nin two",
    "id_changed": "Id\nchanged",
}
_PAIRS = {
    "nhs_forename": "Forename",
    "nhs_surname": "Surname",
    "nhs_birth_date": "Birth\ndate",
    "nhs_apart": "In two\npeople",
}
_PROVIDERS = "providers: "


def place_judged(told: PlaceJudged) -> None:
    """Show how well a place was linked, by subgroup."""
    _out.print(
        f"[bold]Linked run {printable(told.run_id)}[/]: {told.records:,} person "
        f"records, {told.people:,} people.",
        soft_wrap=True,
    )
    figures = {(one.figure, one.subgroup): one for one in told.figures}
    groups = list(dict.fromkeys(o.subgroup for o in told.figures if o.figure in _NAMED))
    groups.sort(key=lambda group: group != "all")
    _out.print(
        "\nRecords whose person another provider knows; that nothing can link; people "
        "of two different NHS or PNC numbers; numbers that stand in two people; people "
        "whose id took in or was parted from another in this run:"
    )
    _grid(_RECORDS, [g for g in groups if not g.startswith(_PROVIDERS)], figures)
    _out.print("\nTwo records of one NHS number differ in, or are in two people:")
    _grid(_PAIRS, groups, figures)
    _shared(told)
    _precision(told)
    _changes(told)
    _out.print("By ethnicity: not_available; the vault does not hold it.")
    if told.invented is not None:
        twins = told.invented.twins
        _out.print("\n[bold]Against the truth of this invented place[/]:")
        judged.qualities({"": told.invented.quality})
        judged.subgroups(told.invented.subgroups)
        _out.print(f"Pairs of twins merged: {twins.merged:,} of {twins.pairs:,}.")


_NAMED = {*_RECORDS, *_PAIRS}


def _grid(
    columns: dict[str, str], groups: list[str], figures: dict[tuple[str, str], Figure]
) -> None:
    table = Table("Subgroup")
    shown = [name for name in columns if any((name, g) in figures for g in groups)]
    for name in shown:
        table.add_column(columns[name], justify="right")
    for group in groups:
        cells = [_part(figures.get((name, group))) for name in shown]
        if any(cells):
            table.add_row(printable(group.removeprefix(_PROVIDERS)), *cells)
    _out.print(table)


def _part(one: Figure | None) -> str:
    if one is None or one.share is None:
        return ""
    return f"{one.share:.1%}\n{one.found:,}/{one.counted:,}"


def _shared(told: PlaceJudged) -> None:
    table = Table("Providers")
    for heading in ("Known to both", "Of the first", "Of the second"):
        table.add_column(heading, justify="right")
    for one in told.shared:
        table.add_row(
            printable(f"{one.first} + {one.second}"),
            f"{one.both:,}",
            f"{one.both / one.of_first:.1%}",
            f"{one.both / one.of_second:.1%}",
        )
    _out.print("\nPeople whom two providers know:")
    _out.print(table)


def _precision(told: PlaceJudged) -> None:
    answered = {
        group: one
        for group, one in told.precision.items()
        if one.right + one.wrong + one.not_sure
    }
    if not answered:
        _out.print(
            "\nHow often links are right: no answer on links drawn at random yet. "
            "They are mixed in by: commonground review"
        )
        return
    table = Table("Links with a record of")
    for heading in ("Links", "Right", "Wrong", "Precision (95 %)"):
        table.add_column(heading, justify="right")
    for group, one in answered.items():
        share = "too few answers"
        if one.share is not None:
            share = f"{one.share:.1%} ({one.low:.1%} to {one.high:.1%})"
        counts = (f"{n:,}" for n in (one.linked, one.right, one.wrong))
        table.add_row(printable(group.removeprefix(_PROVIDERS)), *counts, share)
    _out.print("\nHow often links are right, as reviewers say:")
    _out.print(table)


def _changes(told: PlaceJudged) -> None:
    if told.changes is None:
        _out.print("Ids that changed: not_available; this is the first linked run.")
        return
    parts = ", ".join(f"{count:,} by {why}" for why, count in told.changes.items())
    _out.print(f"Ids that changed in this run: {parts or 'none'}.")
