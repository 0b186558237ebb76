"""A person keeps their id from night to night; no id is ever used twice."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

NAMESPACE = "6f1c2a1e-6a52-4c0c-9d7a-2f7f0a1f6b52"


@dataclass(frozen=True)
class Change:
    """A person id that some records left: where they went, and why."""

    old_person_id: str
    new_person_id: str | None
    reason: str


@dataclass(frozen=True)
class Naming:
    """Which group got which id, and what that changed."""

    person_ids: dict[int, str]
    changes: list[Change]


def name_groups(
    groups: dict[int, list[str]],
    previous: dict[str, str],
    first_seen: dict[str, int],
    is_used: Callable[[str], bool],
) -> Naming:
    """Give each group a person id, keeping those of last time where possible.

    The group that holds most of an old person's records keeps the id; of two ids with
    as many records the older stays. Each old id is kept once. New ids are random in
    effect but follow from the group's smallest record id, which is random itself, so
    equal input gives equal ids.

    Args:
        groups: record ids by label, each list sorted.
        previous: person id by record id, as last published.
        first_seen: run in which each of these person ids was first seen.
        is_used: says whether anybody ever had an id.

    Returns:
        Ids by label, and the changes: ``merge`` where an old id is gone into another,
        ``split`` where some records left an id that lives on, ``retired`` where no
        record of an old id is left.
    """
    overlaps = _count_overlaps(groups, previous)
    kept: dict[int, str] = {}
    taken: set[str] = set()
    for label, old, _ in sorted(
        overlaps, key=lambda o: (-o[2], first_seen.get(o[1], 0), o[1], groups[o[0]][0])
    ):
        if label not in kept and old not in taken:
            kept[label] = old
            taken.add(old)
    for label, records in groups.items():
        if label not in kept:
            kept[label] = _mint(records[0], is_used)
    return Naming(kept, _list_changes(overlaps, kept, taken, set(previous.values())))


def _count_overlaps(
    groups: dict[int, list[str]], previous: dict[str, str]
) -> list[tuple[int, str, int]]:
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for label, records in groups.items():
        for record in records:
            if record in previous:
                counts[label, previous[record]] += 1
    return [(label, old, count) for (label, old), count in counts.items()]


def _mint(record: str, is_used: Callable[[str], bool]) -> str:
    """Make an id nobody has had: a person who split off again is somebody new."""
    turn = 0
    while True:
        made = hashlib.md5(
            f"{NAMESPACE}|{record}|{turn}".encode(), usedforsecurity=False
        )
        minted = str(uuid.UUID(made.hexdigest()))
        if not is_used(minted):
            return minted
        turn += 1


def _list_changes(
    overlaps: list[tuple[int, str, int]],
    kept: dict[int, str],
    taken: set[str],
    previous: set[str],
) -> list[Change]:
    moved = {
        Change(old, kept[label], "split" if old in taken else "merge")
        for label, old, _ in overlaps
        if kept[label] != old
    }
    left = {old for _, old, _ in overlaps}
    gone = {Change(old, None, "retired") for old in previous - left}
    return sorted(
        moved | gone,
        key=lambda c: (c.old_person_id, c.new_person_id or "", c.reason),
    )
