"""The words and codes exports use, from ``words.yml``, as SQL."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from flows.duck import quote_text


def say(column: str, section: str, default: str | None = None) -> str:
    """Return SQL that says a column's value in an export's own words.

    Args:
        column: SQL of a value as lives are kept, such as a source or ending.
        section: part of ``words.yml``.
        default: said of values that the section does not list; otherwise null. A null
            stays null.
    """
    branches = " ".join(
        f"when {quote_text(kept)} then {quote_text(said)}"
        for kept, said in _read_words()[section].items()
    )
    rest = f" else {quote_text(default)}" if default is not None else ""
    return f"case when {column} is not null then case {column} {branches}{rest} end end"


@cache
def _read_words() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("words.yml")
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
