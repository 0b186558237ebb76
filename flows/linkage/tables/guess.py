"""Guess a column map from headings alone, for a table that came without one."""

from __future__ import annotations

from dataclasses import replace

from flows.errors import LinkageError
from flows.linkage.tables.column_map import ColumnMap, gather_parts
from flows.linkage.tables.words import Column, Other, load_words, name_fields
from flows.onboarding.names import normalise


def guess_map(headings: list[str]) -> ColumnMap:
    """Take each heading for the field or kind that it is a name of.

    Raises:
        LinkageError: no heading is a name of a field.
    """
    words = load_words()
    columns: dict[str, Column] = {}
    others = []
    taken = {_first(headings, words[name]) for name in ("record", "source")}
    kinds = {
        normalise(name): kind
        for kind, names in words["guessed"].items()
        for name in names
    }
    for heading in headings:
        ours = name_fields().get(normalise(heading), "")
        if heading in taken:
            continue
        if ours and ours not in columns:
            columns[ours] = Column((heading,))
        elif normalise(heading) in kinds:
            others.append(Other(heading, kinds[normalise(heading)]))
    if not columns:
        raise LinkageError(
            "No heading is the name of a field that linkage knows. Write a column map "
            f"and give it with --columns. Columns: {', '.join(headings)}."
        )
    made = ColumnMap(gather_parts(columns), tuple(others), is_guessed=True)
    return replace(
        made,
        record=_first(headings, words["record"]),
        source=_first(headings, words["source"]),
    )


def _first(headings: list[str], names: list[str]) -> str:
    plain = {normalise(heading): heading for heading in reversed(headings)}
    return next((plain[normalise(n)] for n in names if normalise(n) in plain), "")
