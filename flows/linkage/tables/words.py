"""The words of a column map: fields, kinds, and what else each is called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flows.contracts import read_yaml
from flows.onboarding.names import list_synonyms, normalise

WORDS = Path(__file__).with_name("words.yml")


@dataclass(frozen=True)
class Column:
    """One or several columns of the table that fill one field.

    Attributes:
        headings: the columns; the first speaks first, the rest are alternatives. For
            a date in parts: year, month and day.
        format: how a date is written, in the signs of ``strptime``, if it is told.
        in_parts: the headings are year, month and day of one date.
    """

    headings: tuple[str, ...]
    format: str = ""
    in_parts: bool = False


@dataclass(frozen=True)
class Other:
    """A column that no field is made for, and what kind of thing it holds."""

    heading: str
    kind: str


@lru_cache
def load_words() -> dict[str, Any]:
    """Load what fields and kinds are called."""
    return read_yaml(WORDS)


@lru_cache
def name_fields() -> dict[str, str]:
    """Give field by every name it is known by, normalised; its own name comes first."""
    fields = load_words()["fields"]
    names = {normalise(name): name for name in fields}
    for name, synonyms in fields.items():
        for synonym in synonyms:
            names.setdefault(normalise(synonym), name)
    for name, synonym in list_synonyms():
        known = "sex" if name == "sex_type" else name
        if known in fields:
            names.setdefault(normalise(synonym), known)
    return names


def find_kind(word: str) -> str:
    """Give the kind that a word is a name of, or nothing."""
    kinds = load_words()["kinds"]
    for kind, synonyms in kinds.items():
        if normalise(word) in {normalise(name) for name in (kind, *synonyms)}:
            return str(kind)
    return ""
