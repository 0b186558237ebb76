"""Rebuild suspect groups, strongest edge first, never joining what conflicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

Numbers = dict[str, set[str]]


class Edge(NamedTuple):
    """Two records, their match weight, and whether a number makes it certain."""

    l: int  # noqa: E741 - Splink's names for the two sides
    r: int
    weight: float
    is_certain: bool


@dataclass
class _Group:
    """Records taken for one person so far, and what they may not be joined with."""

    label: int
    members: set[int]
    numbers: Numbers
    enemies: set[int]
    edges: list[Edge] = field(default_factory=list)


def regroup(
    edges: Iterable[Edge],
    numbers: dict[int, Numbers],
    conflicts: Iterable[tuple[int, int]],
    margin: float,
    reissued: frozenset[str] = frozenset(),
) -> tuple[dict[int, int], int]:
    """Group records again, refusing merges that cannot be right.

    Refused: two groups that hold different numbers of one kind; two groups with a
    conflicting pair of records between them (a shared number outranks this, and
    different reissued numbers); and a merge as good as another one that it would rule
    out, because then it is chance which of two people a record goes to.

    Args:
        edges: every link of the components to rebuild.
        numbers: guarded numbers by record and kind.
        conflicts: pairs of records that cannot be one person.
        margin: weights less than this apart are as good as each other.
        reissued: kinds of number that a person may hold two of if another is shared.

    Returns:
        The label (smallest record) of each record, and how many merges were refused.
    """
    ordered = sorted(edges, key=lambda e: (not e.is_certain, -e.weight, e.l, e.r))
    groups = _start_groups(ordered, numbers, conflicts)
    refused = 0
    for edge in ordered:
        left, right = groups[edge.l], groups[edge.r]
        if left is right:
            continue
        if _conflict(left, right, edge.is_certain, reissued) or _is_ambiguous(
            edge, left, right, groups, margin, reissued
        ):
            refused += 1
            # What was refused once is not let in by a weaker edge.
            left.enemies |= right.members
            right.enemies |= left.members
            continue
        _merge(left, right, groups)
    return {record: group.label for record, group in groups.items()}, refused


def _start_groups(
    edges: list[Edge],
    numbers: dict[int, Numbers],
    conflicts: Iterable[tuple[int, int]],
) -> dict[int, _Group]:
    enemies: dict[int, set[int]] = defaultdict(set)
    for left, right in conflicts:
        enemies[left].add(right)
        enemies[right].add(left)
    groups: dict[int, _Group] = {}
    for edge in edges:
        for record in (edge.l, edge.r):
            if record not in groups:
                held = {k: set(v) for k, v in numbers.get(record, {}).items()}
                groups[record] = _Group(
                    record, {record}, held, set(enemies.get(record, ()))
                )
            groups[record].edges.append(edge)
    return groups


def _conflict(
    left: _Group, right: _Group, is_certain: bool, reissued: frozenset[str]
) -> bool:
    for kind, held in left.numbers.items():
        if is_certain and kind in reissued:
            continue
        if kind in right.numbers and held.isdisjoint(right.numbers[kind]):
            return True
    return not is_certain and not left.enemies.isdisjoint(right.members)


def _is_ambiguous(
    edge: Edge,
    left: _Group,
    right: _Group,
    groups: dict[int, _Group],
    margin: float,
    reissued: frozenset[str],
) -> bool:
    """Would another edge, as good as this one, join either group to a rival?"""
    if edge.is_certain:
        return False
    for group, chosen in ((left, right), (right, left)):
        for other in group.edges:
            if other.weight <= edge.weight - margin:
                continue
            rival = groups[other.r if groups[other.l] is group else other.l]
            if rival is group or rival is chosen:
                continue
            if _conflict(rival, chosen, False, reissued) and not _conflict(
                rival, group, False, reissued
            ):
                group.enemies |= rival.members
                rival.enemies |= group.members
                return True
    return False


def _merge(left: _Group, right: _Group, groups: dict[int, _Group]) -> None:
    """Fold the smaller group into the larger."""
    if len(left.members) < len(right.members):
        left, right = right, left
    left.label = min(left.label, right.label)
    left.members |= right.members
    left.enemies |= right.enemies
    left.edges += right.edges
    for kind, held in right.numbers.items():
        left.numbers.setdefault(kind, set()).update(held)
    for record in right.members:
        groups[record] = left
