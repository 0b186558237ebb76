"""Join records to groups, best pair of groups first, by the weight between all of them.

A chain of doubtful links joins people who have nothing else in common. So two groups
are joined only while the mean match weight over every pair of records between them is
high enough: average linkage. Sokal and Michener (1958) give the method.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

Weights = dict[int, dict[int, tuple[float, int]]]


def agglomerate(
    weights: Iterable[tuple[int, int, float]],
    conflicts: set[tuple[int, int]],
    least_mean: float,
    unknown: float,
) -> dict[int, int]:
    """Group the records of one component.

    Args:
        weights: record, record and match weight of the pairs that were weighed.
        conflicts: pairs of records, the smaller first, that are never put together.
        least_mean: mean weight between two groups from which they are joined.
        unknown: weight of a pair that was not weighed.

    Returns:
        The smallest record of its group, by record.
    """
    near: Weights = {}
    for left, right, weight in weights:
        near.setdefault(left, {})[right] = (weight, 1)
        near.setdefault(right, {})[left] = (weight, 1)
    enemies: dict[int, set[int]] = {record: set() for record in near}
    for left, right in conflicts:
        if left in near and right in near:
            enemies[left].add(right)
            enemies[right].add(left)
    sizes = dict.fromkeys(near, 1)
    label = {record: record for record in near}
    members = {record: [record] for record in near}
    heap = [
        (-weight, left, right)
        for left, others in near.items()
        for right, (weight, _) in others.items()
        if left < right and weight >= least_mean
    ]
    heapq.heapify(heap)
    while heap:
        negative, left, right = heapq.heappop(heap)
        if left not in near or right not in near[left]:
            continue
        mean = _mean(near, sizes, left, right, unknown)
        if -negative != mean or right in enemies[left]:
            continue
        _merge(near, sizes, enemies, members, left, right)
        for other in near[left]:
            mean = _mean(near, sizes, left, other, unknown)
            if mean >= least_mean:
                heapq.heappush(heap, (-mean, min(left, other), max(left, other)))
    for group, records in members.items():
        if group in near:
            for record in records:
                label[record] = min(records)
    return label


def _mean(
    near: Weights, sizes: dict[int, int], left: int, right: int, unknown: float
) -> float:
    total, known = near[left][right]
    pairs = sizes[left] * sizes[right]
    return (total + unknown * (pairs - known)) / pairs


def _merge(
    near: Weights,
    sizes: dict[int, int],
    enemies: dict[int, set[int]],
    members: dict[int, list[int]],
    left: int,
    right: int,
) -> None:
    """Fold the right group into the left one."""
    gone = near.pop(right)
    near[left].pop(right)
    for other, (total, known) in gone.items():
        if other == left:
            continue
        near[other].pop(right)
        before, count = near[left].get(other, (0.0, 0))
        near[left][other] = near[other][left] = (before + total, count + known)
    for enemy in enemies.pop(right):
        enemies[enemy].discard(right)
        enemies[enemy].add(left)
        enemies[left].add(enemy)
    sizes[left] += sizes.pop(right)
    members[left] += members.pop(right)
