"""Placeholders: values that systems write where nothing is known, in one table.

A placeholder is nulled at the door, before anybody is linked by it, and counted in the
receipt. The table says of each what it stands for and where it was seen.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from flows.contracts import Strict, parse_model
from flows.errors import MappingError

TABLE = Path(__file__).parent / "providers" / "_placeholders.csv"

Means = Literal["not_known", "no_fixed_abode", "open", "default", "example"]


class Placeholder(Strict):
    """One value that stands for something else.

    Attributes:
        value: as written, compared without case; a last ``*`` is any ending.
        field: an identity field, a kind of it or of a contract's columns (``name``,
            ``date``), a heading, or ``*`` for all that is no key.
        means: ``not_known``; ``no_fixed_abode``, an answer of its own; ``open``, not
            over yet; ``default``, filled in by a system whatever is true; ``example``,
            a number printed in guidance.
        sector: the sector it holds for, or ``*``.
        source: the family of layouts or the provider it holds for, or ``*``.
        evidence: where it was seen.
    """

    value: str = Field(min_length=1)
    field: str = Field(min_length=1)
    means: Means
    sector: str
    source: str
    evidence: str = Field(min_length=5)


@dataclass(frozen=True)
class Context:
    """Where a value stands, as far as that decides how it is read.

    Attributes:
        field: the field it fills.
        heading: the heading it stands under.
        sector: the provider's sector.
        family: the family of the provider's layout.
        provider: who sends it.
    """

    field: str = ""
    heading: str = ""
    sector: str = ""
    family: str = ""
    provider: str = ""


@lru_cache
def load_placeholders() -> tuple[Placeholder, ...]:
    """Load the table of placeholders.

    Raises:
        MappingError: a row breaks the form, or is there twice.
    """
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    found = tuple(parse_model(Placeholder, row, TABLE) for row in rows)
    keys = [(p.value, p.field, p.sector, p.source) for p in found]
    if twice := sorted({key[:2] for key in keys if keys.count(key) > 1}):
        raise MappingError(f"{TABLE}: placeholders listed twice: {twice}")
    return found


@lru_cache
def find_placeholders(kind: str, context: Context) -> tuple[Placeholder, ...]:
    """Find the placeholders a value may be.

    Args:
        kind: the kind of the field, such as ``name``, ``date`` or ``code``.
        context: where the value stands.
    """
    fields = {"*", kind, context.field, context.heading}
    sources = {"*", context.family, context.provider}
    return tuple(
        placeholder
        for placeholder in load_placeholders()
        if placeholder.field in fields
        and placeholder.sector in {"*", context.sector}
        and placeholder.source in sources
    )


def list_not_names() -> tuple[str, ...]:
    """List what stands for a name that is not known, as linkage cleans names.

    The door nulls these as written; cleaning may bring to light more of them, such as
    ``DUPLICATE_UNKNOWN``.
    """
    plain = {
        re.sub(r"[^a-z ]", "", re.sub(r"[\s_/-]+", " ", p.value.lower())).strip()
        for p in load_placeholders()
        if p.field == "name"
    }
    return tuple(sorted(plain - {""}))


def list_not_hashes() -> tuple[str, ...]:
    """List hashes of nothing, in lower case: whoever holds one holds no identifier."""
    return tuple(
        sorted(
            p.value.lower()
            for p in load_placeholders()
            if p.field == "hashed_identifier"
        )
    )
