"""Join records to groups, best pair of groups first, by the weight between all of them.

A chain of doubtful links joins people who have nothing else in common. So two groups
are joined only while the mean match weight over every pair of records between them is
high enough: average linkage. Sokal and Michener (1958) give the method.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable


def agglomerate(
    weights: Iterable[tuple[int, int, float]],
    conflicts: set[tuple[int, int]],
    least_mean: float,
    unknown: float,
) -> dict[int, int]:
    """Group the records of one component.

    Args:
        weights: record, record and match weight of the pairs that were weighed.
        conflicts: pairs of records that are never put together.
        least_mean: mean weight between two groups from which they are joined.
        unknown: weight of a pair that was not weighed.

    Returns:
        The smallest record of its group, by record.
    """
    groups = _Groups(weights, conflicts, unknown)
    heap = [
        (-mean, left, right)
        for left in groups.near
        for right in groups.near[left]
        if left < right and (mean := groups.mean(left, right)) >= least_mean
    ]
    heapq.heapify(heap)
    while heap:
        negative, left, right = heapq.heappop(heap)
        if not groups.may_join(left, right) or groups.mean(left, right) != -negative:
            continue
        groups.join(left, right)
        for other in groups.near[left]:
            mean = groups.mean(left, other)
            if mean >= least_mean:
                heapq.heappush(heap, (-mean, min(left, other), max(left, other)))
    return {
        record: min(records)
        for records in groups.members.values()
        for record in records
    }


class _Groups:
    """Groups of records, each named by one of them, and the weights between them."""

    def __init__(
        self,
        weights: Iterable[tuple[int, int, float]],
        conflicts: set[tuple[int, int]],
        unknown: float,
    ) -> None:
        self.unknown = unknown
        # Group -> other group -> sum of the known weights between, and how many.
        self.near: dict[int, dict[int, tuple[float, int]]] = {}
        for left, right, weight in weights:
            self.near.setdefault(left, {})[right] = (weight, 1)
            self.near.setdefault(right, {})[left] = (weight, 1)
        self.members = {record: [record] for record in self.near}
        self.enemies: dict[int, set[int]] = {record: set() for record in self.near}
        for left, right in conflicts:
            if left in self.near and right in self.near:
                self.enemies[left].add(right)
                self.enemies[right].add(left)

    def may_join(self, left: int, right: int) -> bool:
        """Are both still groups, and without a conflict between them?"""
        return (
            left in self.near
            and right in self.near[left]
            and right not in self.enemies[left]
        )

    def mean(self, left: int, right: int) -> float:
        """Mean weight of all pairs of records between two groups."""
        total, known = self.near[left][right]
        pairs = len(self.members[left]) * len(self.members[right])
        return (total + self.unknown * (pairs - known)) / pairs

    def join(self, left: int, right: int) -> None:
        """Fold the right group into the left one."""
        gone = self.near.pop(right)
        self.near[left].pop(right)
        for other, (total, known) in gone.items():
            if other == left:
                continue
            self.near[other].pop(right)
            before, count = self.near[left].get(other, (0.0, 0))
            joined = (before + total, count + known)
            self.near[left][other] = self.near[other][left] = joined
        for enemy in self.enemies.pop(right):
            self.enemies[enemy].discard(right)
            self.enemies[enemy].add(left)
            self.enemies[left].add(enemy)
        self.members[left] += self.members.pop(right)
