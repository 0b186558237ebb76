"""A question as a terminal shows it: tables that say in words what colour says, too."""

from __future__ import annotations

from itertools import zip_longest

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from flows.reviewing.sides import Side
from flows.reviewing.sitting import Question

_COLOURS = {"same": "green", "partly the same": "yellow", "DIFFERENT": "bold red"}


def draw_question(question: Question) -> RenderableType:
    """Draw two records side by side, the model's reasons, and what services recorded.

    Args:
        question: what is asked; its values are made harmless for a terminal.
    """
    return Group(
        _draw_fields(question),
        Text(),
        _draw_reasons(question),
        Text(),
        _draw_timelines(question),
        Text(),
        _plain(f"left  {question.left.record_id}"),
        _plain(f"right {question.right.record_id}"),
    )


def _draw_fields(question: Question) -> Table:
    table = _table("Two records: one person?")
    for heading in ("", _head(question.left), _head(question.right), "Agree?"):
        table.add_column(_plain(heading), overflow="fold", ratio=2 if heading else 1)
    table.columns[-1].ratio = 1
    for field in question.fields:
        table.add_row(
            _plain(field.name),
            _plain("\n".join(field.left) or "-"),
            _plain("\n".join(field.right) or "-"),
            Text(field.words, style=_COLOURS.get(field.words, "")),
        )
    return table


def _draw_reasons(question: Question) -> Table:
    table = _table("What the model makes of it")
    for heading in ("Compared", "Found", "Bits", "Says one person"):
        table.add_column(heading, justify="right" if heading == "Bits" else "left")
    for reason in question.reasons:
        bits = f"{reason.bits:+.1f}"
        cells = (reason.name, reason.words, bits, reason.strength)
        table.add_row(*(_plain(cell) for cell in cells))
    return table


def _draw_timelines(question: Question) -> Table:
    table = _table("What services recorded")
    table.add_column("Left", overflow="fold", ratio=1)
    table.add_column("Right", overflow="fold", ratio=1)
    for left, right in zip_longest(*question.timelines, fillvalue=""):
        table.add_row(_plain(left), _plain(right))
    if not any(question.timelines):
        table.add_row("nothing dated", "nothing dated")
    return table


def _table(title: str) -> Table:
    return Table(
        title=title, title_justify="left", title_style="bold", expand=True, box=None
    )


def _head(side: Side) -> str:
    return f"{side.provider}\n{side.newest or 'withdrawn'}"


def _plain(words: str) -> Text:
    """Text without markup; a sign that could steer the terminal is replaced."""
    return Text(
        "".join(
            c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}"
            for c in words
        )
    )
