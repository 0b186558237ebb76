"""Rebuild suspect groups, strongest edge first, never joining what conflicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

Numbers = dict[str, set[str]]
Pairs = Iterable[tuple[int, int]]


class Edge(NamedTuple):
    """Two records, their match weight, and whether a number or a person is certain."""

    l: int  # noqa: E741 - Splink's names for the two sides
    r: int
    weight: float
    is_certain: bool
    is_decided: bool = False


@dataclass(frozen=True)
class Rules:
    """What keeps two groups apart.

    Attributes:
        margin: weights less than this apart are as good as each other.
        reissued: kinds of number that a person may hold two of if another is shared.
        sparse_records: groups of more records than this are asked for more than one
            bridge.
        sparse_density: share of the pairs between two such groups that need an edge.
    """

    margin: float
    reissued: frozenset[str] = frozenset()
    sparse_records: int = 2
    sparse_density: float = 0.0


@dataclass
class _Group:
    """Records taken for one person so far, and what they may not be joined with."""

    label: int
    members: set[int]
    numbers: Numbers
    enemies: set[int]
    parted: set[int]
    edges: list[Edge] = field(default_factory=list)


def regroup(
    edges: Iterable[Edge],
    numbers: dict[int, Numbers],
    conflicts: Pairs,
    rules: Rules,
    parted: Pairs = (),
) -> tuple[dict[int, int], list[Edge]]:
    """Group records again, refusing merges that cannot be right.

    Refused: two groups with a pair between them that a person has parted, whatever
    speaks for it; two groups that hold different numbers of one kind; two groups with
    a conflicting pair of records between them (a shared number outranks this, and
    different reissued numbers); two large groups with hardly an edge between them; and
    a merge as good as another one that it would rule out, because then it is chance
    which of two people a record goes to. What a person has linked is refused for the
    first reason alone.

    Args:
        edges: every link of the components to rebuild; the weight of a decided one is
            its rank among them, the newest highest.
        numbers: guarded numbers by record and kind.
        conflicts: pairs of records that cannot be one person.
        rules: what keeps groups apart.
        parted: pairs of records that a person has said are two people.

    Returns:
        The label (smallest record) of each record, and the edges that were refused.
    """
    ordered = sorted(
        edges,
        key=lambda e: (not e.is_decided, not e.is_certain, -e.weight, e.l, e.r),
    )
    groups = _start_groups(ordered, numbers, _pair_up(conflicts), _pair_up(parted))
    refused = []
    for edge in ordered:
        left, right = groups[edge.l], groups[edge.r]
        if left is right:
            continue
        if (
            _conflict(left, right, edge, rules)
            or _is_sparse(edge, left, right, groups, rules)
            or _is_ambiguous(edge, left, right, groups, rules)
        ):
            refused.append(edge)
            # What was refused once is not let in by a weaker edge.
            left.enemies |= right.members
            right.enemies |= left.members
            continue
        _merge(left, right, groups)
    return {record: group.label for record, group in groups.items()}, refused


def _pair_up(pairs: Pairs) -> dict[int, set[int]]:
    sides: dict[int, set[int]] = defaultdict(set)
    for left, right in pairs:
        sides[left].add(right)
        sides[right].add(left)
    return sides


def _start_groups(
    edges: list[Edge],
    numbers: dict[int, Numbers],
    enemies: dict[int, set[int]],
    parted: dict[int, set[int]],
) -> dict[int, _Group]:
    groups: dict[int, _Group] = {}
    for edge in edges:
        for record in (edge.l, edge.r):
            if record not in groups:
                held = {k: set(v) for k, v in numbers.get(record, {}).items()}
                apart = set(parted.get(record, ()))
                against = set(enemies.get(record, ()))
                groups[record] = _Group(record, {record}, held, against, apart)
            groups[record].edges.append(edge)
    return groups


def _conflict(left: _Group, right: _Group, edge: Edge, rules: Rules) -> bool:
    if not left.parted.isdisjoint(right.members):
        return True
    if edge.is_decided:
        return False
    for kind, held in left.numbers.items():
        if edge.is_certain and kind in rules.reissued:
            continue
        if kind in right.numbers and held.isdisjoint(right.numbers[kind]):
            return True
    return not edge.is_certain and not left.enemies.isdisjoint(right.members)


def _is_sparse(
    edge: Edge,
    left: _Group,
    right: _Group,
    groups: dict[int, _Group],
    rules: Rules,
) -> bool:
    """Are two large groups held together by few of the edges they could have?"""
    smaller, larger = sorted((left, right), key=lambda group: len(group.members))
    if (
        edge.is_decided
        or edge.is_certain
        or len(smaller.members) <= rules.sparse_records
    ):
        return False
    between = sum(
        groups[other.r if groups[other.l] is smaller else other.l] is larger
        for other in smaller.edges
    )
    possible = len(smaller.members) * len(larger.members)
    return between < rules.sparse_density * possible


def _is_ambiguous(
    edge: Edge,
    left: _Group,
    right: _Group,
    groups: dict[int, _Group],
    rules: Rules,
) -> bool:
    """Would another edge, as good as this one, join either group to a rival?"""
    if edge.is_certain or edge.is_decided:
        return False
    for group, chosen in ((left, right), (right, left)):
        for other in group.edges:
            if other.weight <= edge.weight - rules.margin:
                continue
            rival = groups[other.r if groups[other.l] is group else other.l]
            if rival is group or rival is chosen:
                continue
            if _conflict(rival, chosen, edge, rules) and not _conflict(
                rival, group, edge, rules
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
    left.parted |= right.parted
    left.edges += right.edges
    for kind, held in right.numbers.items():
        left.numbers.setdefault(kind, set()).update(held)
    for record in right.members:
        groups[record] = left
