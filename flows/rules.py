"""Every rule an export is judged by, in one list: what is found and what to do.

Four lists are one here: the rules of reading (any file), the check catalogue (files of
some layouts), what refuses a whole file, and what holds one for an operator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from flows.checks import Check, load_catalogues
from flows.errors import MappingError
from flows.layouts import load_layout
from flows.reading.refusals import HOLDS, REFUSALS
from flows.reading.rules import RULES, Rule

Kind = Literal["conformance", "completeness", "plausibility"]
Effect = Literal["quarantine", "warning", "either", "dates", "refused", "held"]

EFFECTS: dict[Effect, str] = {
    "quarantine": "row left out",
    "warning": "remark",
    "either": "row left out where the value is required, else a remark",
    "dates": "row left out; a remark at a date of birth or one that does not land",
    "refused": "file refused",
    "held": "export held",
}

READING, REFUSED, HELD = "Reading", "Refusing a file", "Holding an export"

_ABOUT = {
    READING: "Asked of every file, whatever its layout.",
    REFUSED: "The whole file is not read; nothing of it lands.",
    HELD: "The file waits until an operator releases or rejects it.",
}

_LEAVES_OUT = frozenset({
    "unclosed_quote", "stray_quote", "field_count", "repeated_element",
    "not_json", "line_too_long", "repeated_name", "list_in_row", "key_missing",
    "duplicate_key", "required_missing",
})  # fmt: skip
_REMARKS = frozenset({
    "beyond_header", "long_number", "date_format", "excel_serial",
    "partial_date", "impossible_birth_date", "identifier_check",
    "nhs_number_check", "not_a_postcode", "not_utf8", "files_missing",
    "correction_not_needed",
})  # fmt: skip
_COMPLETENESS = frozenset({
    "key_missing", "required_missing", "placeholder", "partial_date",
    "empty_file", "files_missing",
})  # fmt: skip
_PLAUSIBILITY = frozenset({
    "impossible_birth_date", "out_of_range", "volume_outside_range",
    "too_many_quarantined", "many_withdrawn", "older_than_last",
    "impossible_export_date",
})  # fmt: skip


@dataclass(frozen=True)
class ListedRule:
    """One rule of the list.

    Attributes:
        rule: its stable id.
        group: the theme it is listed under.
        kind: conformance, completeness or plausibility.
        effect: what happens to the row or file it finds.
        means: what was found, in words for the provider.
        guidance: what the provider can do.
        families: layouts (roots of versions) it is asked of; empty means every file.
        needs: file -> the fields it reads; empty where it reads no others.
    """

    rule: str
    group: str
    kind: Kind
    effect: Effect
    means: str
    guidance: str
    families: tuple[str, ...] = ()
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()


def find_rule(rule: str) -> ListedRule:
    """Give the words of a rule by its id, whichever list it is in.

    Raises:
        MappingError: no list has such a rule.
    """
    try:
        return _by_id()[rule]
    except KeyError:
        raise MappingError(
            f"No rule {rule!r} in any list. `commonground rules` shows them all."
        ) from None


def is_known(rule: str) -> bool:
    """Tell whether some list has a rule of this id; one of old may be gone."""
    return rule in _by_id()


def list_rules(layouts: Iterable[str] | None = None) -> list[ListedRule]:
    """List the rules: those of reading, the catalogue by theme, refusals, holds.

    Args:
        layouts: leave out catalogue rules that none of these layouts can be asked.

    Raises:
        MappingError: no such layout.
    """
    asked = None if layouts is None else list(layouts)
    return [
        rule
        for rule in _by_id().values()
        if asked is None or any(_can_ask(rule, layout) for layout in asked)
    ]


def list_markdown(rules: Iterable[ListedRule]) -> str:
    """Write rules as Markdown, one table per theme."""
    parts = [_TOP]
    for (group, families), found in group_rules(rules).items():
        named = ", ".join(f"`{name}`" for name in families)
        about = _ABOUT.get(group) or f"Asked of exports in the layouts {named}."
        parts.append(f"\n## {group}\n\n{about}\n\n{_HEAD}")
        parts += [_row(rule) for rule in found]
    return "".join(parts)


def group_rules(
    rules: Iterable[ListedRule],
) -> dict[tuple[str, tuple[str, ...]], list[ListedRule]]:
    """Group rules by theme and the layouts it is for, in the order of the list."""
    groups: dict[tuple[str, tuple[str, ...]], list[ListedRule]] = {}
    for rule in rules:
        groups.setdefault((rule.group, rule.families), []).append(rule)
    return groups


_TOP = """\
# The rules

What every export is judged by. Written by `commonground rules --markdown`; change the
rules, not this page. A rule's id is stable: it stands in receipts beside each row.
"""

_HEAD = """\
| Rule | What happens | Kind | What is found | What to do |
|---|---|---|---|---|
"""


def _row(rule: ListedRule) -> str:
    cells = (EFFECTS[rule.effect], rule.kind, rule.means, rule.guidance)
    told = " | ".join(cell.replace("|", "\\|") for cell in cells)
    return f"| `{rule.rule}` | {told} |\n"


def _can_ask(rule: ListedRule, layout: str) -> bool:
    if not rule.families:
        return True
    loaded = load_layout(layout)
    return loaded.family in rule.families and all(
        file in loaded.files and set(fields) <= loaded.files[file].fields
        for file, fields in rule.needs
    )


@lru_cache
def _by_id() -> dict[str, ListedRule]:
    listed = [_core(name, rule) for name, rule in RULES.items()]
    for catalogue in load_catalogues():
        listed += [
            _checked(name, catalogue.checks, catalogue.families, check)
            for name, check in catalogue.rules.items()
        ]
    listed += [_of_file(n, rule, REFUSED, "refused") for n, rule in REFUSALS.items()]
    listed += [_of_file(n, rule, HELD, "held") for n, rule in HOLDS.items()]
    by_id = {rule.rule: rule for rule in listed}
    if len(by_id) < len(listed):
        names = [rule.rule for rule in listed]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise MappingError(f"Rules of one name in two lists: {twice}. Rename one.")
    return by_id


def _core(name: str, rule: Rule) -> ListedRule:
    effect: Effect = "either"
    if name in _LEAVES_OUT:
        effect = "quarantine"
    elif name in _REMARKS:
        effect = "warning"
    elif name == "not_a_date":
        effect = "dates"
    return ListedRule(name, READING, _kind(name), effect, rule.means, rule.guidance)


def _of_file(name: str, rule: Rule, group: str, effect: Effect) -> ListedRule:
    return ListedRule(name, group, _kind(name), effect, rule.means, rule.guidance)


def _checked(
    name: str, theme: str, families: tuple[str, ...], check: Check
) -> ListedRule:
    return ListedRule(
        name,
        f"Checks of {theme.replace('_', ' ')}",
        check.kind,
        check.severity,
        check.means,
        check.guidance,
        families,
        tuple(check.needs.items()),
    )


def _kind(name: str) -> Kind:
    if name in _COMPLETENESS:
        return "completeness"
    return "plausibility" if name in _PLAUSIBILITY else "conformance"
