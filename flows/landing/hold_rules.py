"""The rules that hold an export: what each means, and what releasing past it would do.

The words are an operator's. They never hold a value from a row.
"""

from __future__ import annotations

from dataclasses import dataclass

FEWEST_ROWS = 10
"""Shares of fewer rows than this say nothing, so no rule on a share holds them."""


@dataclass(frozen=True)
class Hold:
    """Why an export is held: a rule, and what was found, expected, and to be done."""

    rule: str
    words: str


@dataclass(frozen=True)
class HoldRule:
    """One rule.

    Attributes:
        means: what was found, in words.
        if_released: what the next run does with a released export.
    """

    means: str
    if_released: str


HOLD_RULES: dict[str, HoldRule] = {
    "agreement_missing": HoldRule(
        "The provider has no data-sharing agreement",
        "The export lands although nothing says that it may be shared; no recipient's "
        "extract holds it until an agreement is in the provider file.",
    ),
    "agreement_lapsed": HoldRule(
        "The provider's data-sharing agreement is not in force",
        "The export lands although its agreement is over or not begun; no recipient's "
        "extract holds it until one is in force.",
    ),
    "names_another_provider": HoldRule(
        "The file's name or its own column names another provider",
        "Every row lands as a row of the provider in whose folder it lay.",
    ),
    "older_than_last": HoldRule(
        "A full export of a later day, or one that came later, has landed",
        "The older state takes the place of the newer: rows that are only in the newer "
        "are withdrawn, changed rows change back.",
    ),
    "second_of_its_day": HoldRule(
        "A full export of this kind and day has landed under another name",
        "This file takes the place of the first: rows that are only in the first are "
        "withdrawn.",
    ),
    "volume_outside_range": HoldRule(
        "Far fewer or far more rows than this provider's history says",
        "The export lands and counts as history, so that the next of about this size "
        "is as expected.",
    ),
    "too_many_quarantined": HoldRule(
        "More rows than agreed would be quarantined",
        "The sound rows land; the others are quarantined with their reasons.",
    ),
    "many_withdrawn": HoldRule(
        "A full export would withdraw more live rows than agreed",
        "The export lands and the rows it no longer holds are withdrawn: kept, marked, "
        "and in no figure from then on.",
    ),
}
IF_REJECTED = (
    "Nothing of it ever lands, and rows of earlier exports stay as they are. Its "
    "original stays sealed; the provider's receipt says that it was refused and why. "
    "The provider may send the file again."
)
