"""A provider's own words on a terminal: nothing in them may steer it."""

from __future__ import annotations

from rich.markup import escape


def printable(text: str) -> str:
    """Make a name, a heading or a message harmless: no control signs, no markup."""
    shown = (c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return escape("".join(shown))
