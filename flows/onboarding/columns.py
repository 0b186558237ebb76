"""One column against one field: does its shape agree, which value map reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flows.layouts import PRESENCE
from flows.onboarding.names import Candidate, field_kind, list_value_maps, spell_values
from flows.onboarding.profile import Profile
from flows.onboarding.shapes import list_rivals

IDENTIFIER_SHAPES: dict[str, tuple[str, ...]] = {
    "nhs_number": ("NHS number",),
    "postcode": ("postcode", "postcode sector"),
    "nino": ("National Insurance number",),
    "pnc_number": ("PNC number",),
    "cro_number": ("CRO number",),
    "noms_number": ("prison number",),
    "crn": ("probation case number",),
    "social_security_number": ("US social security number",),
}
_KIND_SHAPES: dict[str, tuple[str, ...]] = {
    "name": ("words",),
    "initial": ("one letter", "words"),
    "integer": ("whole number",),
    "decimal": ("decimal number", "whole number"),
    "code": ("short code",),
}
_AGREES, _FEW_ROWS = 0.8, 5
_FREE, _ADDRESS = 0.3, 0.5


@dataclass(frozen=True)
class ListReading:
    """How a column of a closed list is read.

    Attributes:
        values: the map, as a target writes it.
        label: what the map is called.
        unknown_values: different values that no map knows.
        unknown_rows: rows that hold them.
    """

    values: str | dict[str, str]
    label: str
    unknown_values: int
    unknown_rows: int


def find_private(profile: Profile) -> str:
    """Say why a column is left out whatever it is called; empty if it is not."""
    if profile.shapes.get("free text", 0) >= _FREE:
        return f"free text: {profile.shapes['free text']:.0%} long with spaces"
    for shape in ("e-mail address", "telephone number"):
        if profile.shapes.get(shape, 0) >= _ADDRESS:
            return f"{shape}: {profile.shapes[shape]:.0%}"
    return ""


def find_disagreement(
    sector: str, field: str, profile: Profile, formats: tuple[str, ...]
) -> str:
    """Say how a column's shape disagrees with a field; empty if it does not.

    Args:
        sector: the provider's sector.
        field: the field its name suggests.
        profile: what the column looks like.
        formats: date formats that will be read; every known one if empty.
    """
    if not profile.looked:
        return ""
    if private := find_private(profile):
        return private
    kind = field_kind(sector, field)
    if kind in ("date", "birth_date"):
        allowed = list(formats or profile.date_formats)
        share, wanted = profile.share_of_dates(allowed), "a date that is read"
    else:
        shapes = IDENTIFIER_SHAPES.get(field) or _KIND_SHAPES.get(kind, ())
        wanted = " or ".join(shapes)
        share = max((profile.shapes[s] for s in shapes), default=1.0)
    return "" if share >= _AGREES else f"{wanted} in {share:.0%} of its values"


def find_identifier(profile: Profile) -> str:
    """Tell the identity field whose shape a column has; empty if it has none."""
    if profile.looked < _FEW_ROWS:
        return ""
    for field, shapes in IDENTIFIER_SHAPES.items():
        if profile.shapes[shapes[0]] >= 0.9:
            return field
    return ""


def read_list(
    sector: str, field: str, profile: Profile, known: Candidate, *, is_fixed: bool
) -> ListReading:
    """Choose the value map that knows the most rows of a column.

    Args:
        sector: the provider's sector.
        field: the field it fills.
        profile: what the column looks like.
        known: how the layout that has this heading reads it.
        is_fixed: that layout is the one the file is of: its map is the only one.
    """
    own = known.target.values if known.target else None
    if own == PRESENCE:
        return ListReading(PRESENCE, "whether anything is written", 0, 0)
    if is_fixed and not own and field_kind(sector, field) == "flag":
        own = "flag"
    best = ListReading({}, "no value map", profile.distinct, profile.filled)
    rank = (-1, False, 0)
    for place, (name, values, label) in enumerate(list_value_maps(sector)):
        if name != field or (is_fixed and values != own):
            continue
        found, rows, _ = profile.listed.get(place, (0, 0, 0))
        worth = (rows, values == own, len(spell_values(sector, field, values)))
        if worth > rank:
            rank = worth
            left = (profile.distinct - found, profile.filled - rows)
            best = ListReading(values, label, *left)
    return best


def find_list(sector: str, allowed: set[str], profile: Profile) -> str:
    """Tell the field whose value map knows nearly every row; empty if none does.

    Only words tell: digits, letters, yes and no may stand in any column.
    """
    maps = list_value_maps(sector)
    best = (0, "")
    for place, (_, rows, words) in profile.listed.items():
        field, values, _ = maps[place]
        telling = words > 1 and values != "flag" and rows >= 0.95 * profile.filled
        if telling and field in allowed:
            best = max(best, (rows, field))
    return best[1]


def find_date_doubt(profile: Profile, proven: set[str]) -> str:
    """Say what is not certain about a column's date format; empty if nothing is.

    Args:
        profile: a column of dates.
        proven: formats that other columns of the file prove.
    """
    if not profile.date_formats:
        return ""
    share = profile.share_of_dates(profile.date_formats)
    for form in profile.date_formats:
        for rival in list_rivals(form):
            if profile.dates[form] == profile.dates[rival] and form not in proven:
                return (
                    f"Is {form} right? No day after the 12th was seen, so it could as "
                    f"well be {rival}."
                )
    if profile.shapes["any date"] - share > 1e-9:
        rivals = [r for f in profile.date_formats for r in list_rivals(f)]
        return f"Some dates fit only {' or '.join(rivals)}: which are right?"
    if share > max(profile.share_of_dates([f]) for f in profile.date_formats):
        listed = ", ".join(profile.date_formats)
        return f"Dates are written in several ways ({listed}): is that right?"
    return ""


def prove_formats(profiles: list[Profile]) -> set[str]:
    """Give the date formats that some column proves: its rivals do not fit."""
    return {
        form
        for profile in profiles
        for form in profile.date_formats
        if all(profile.dates[r] < profile.dates[form] for r in list_rivals(form))
    }


def write_target(
    field: str, values: str | dict[str, str], known: Candidate | None
) -> str | dict[str, Any]:
    """Give a column's entry as a layout writes it."""
    entry: dict[str, Any] = {"to": field}
    if values and values != "flag":
        entry["values"] = values
    if known and known.target and known.target.others:
        entry["others"] = known.target.others
    if known and known.target and known.target.blanks:
        entry["blanks"] = list(known.target.blanks)
    return field if len(entry) == 1 else entry
