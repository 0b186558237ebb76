"""Choose what is compared, and which records are brought together, for one table."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.contracts import read_yaml
from flows.linkage.policy import FOLDER as LINKAGE
from flows.linkage.policy import BlockingRule, Policy
from flows.linkage.tables.standard import Standard

FOLDER = Path(__file__).parent
# Of so few pairs all are compared: no rule can miss any.
_COMPARE_ALL = 600_000
_PAIRS_PER_RECORD = 60
# Pairs that weigh less cannot come above the threshold by another fit of the model.
_KEPT_WEIGHT = -14
_PAIRS_OF_ONE_RULE = 25
_NEEDS = {
    "forename": "forename", "surname": "surname", "initials": "initials",
    "birth_date": "birth_date", "postcode": "postcode_sector", "sex": "sex",
    "middle_name": "middle_name", "nhs_number": "nhs_number",
    "pnc_number": "pnc_numbers",
}  # fmt: skip


@dataclass(frozen=True)
class Method:
    """How one table is linked.

    Attributes:
        comparisons: in the form of ``comparisons.yml``.
        policy: thresholds and guards, with the blocking rules chosen for the table.
        left_out: blocking rules that would have brought too many pairs.
    """

    comparisons: dict[str, Any]
    policy: Policy
    left_out: int


def choose_method(
    connection: duckdb.DuckDBPyConnection, standard: Standard, policy: Policy
) -> Method:
    """Choose comparisons and blocking rules for the columns there are.

    Args:
        connection: holds ``standard``.
        standard: what the standard rows hold.
        policy: thresholds and guards.
    """
    comparisons = choose_comparisons(standard)
    rules, left_out = _choose_rules(connection, standard, policy)
    records = _count(connection, "select count(*) from standard")
    largest = records if rules == [("everyone",)] else policy.largest_block
    blocking = tuple(
        BlockingRule(rule="_".join(keys), keys=keys, value=" and ".join(keys))
        for keys in rules
    )
    chosen = policy.model_copy(
        update={
            "blocking": blocking,
            "largest_block": max(largest, 1),
            "pairs_always_allowed": _COMPARE_ALL,
            "pairs_per_record": 2 * _PAIRS_PER_RECORD,
            "kept_weight": _KEPT_WEIGHT,
        }
    )
    return Method(comparisons, chosen, left_out)


def choose_comparisons(standard: Standard) -> dict[str, Any]:
    """Take the comparisons of the known fields that are filled, and one per other."""
    own = read_yaml(FOLDER / "comparisons.yml")
    chosen: dict[str, Any] = {}
    for name, content in read_yaml(LINKAGE / "comparisons.yml").items():
        if _NEEDS.get(name, name) not in standard.known:
            continue
        levels = list(content["levels"])
        for added in own["inserted"].get(name, []):
            names = [level["level"] for level in levels]
            levels.insert(
                names.index(added["before"]),
                {key: value for key, value in added.items() if key != "before"},
            )
        chosen[name] = {**content, "levels": levels}
    for column, kind in standard.others.items():
        if column in standard.known:
            chosen[column] = _describe_other(column, own["kinds"][kind])
    return chosen


def _describe_other(column: str, levels: list[dict[str, Any]]) -> dict[str, Any]:
    described = []
    for level in levels:
        one = dict(level)
        if "when" in one:
            one["when"] = one["when"].replace("{x}", column)
        if one.pop("frequency", False):
            one["frequency"] = column
        described.append(one)
    return {"null": f"{column}_l is null or {column}_r is null", "levels": described}


def _choose_rules(
    connection: duckdb.DuckDBPyConnection, standard: Standard, policy: Policy
) -> tuple[list[tuple[str, ...]], int]:
    records = _count(connection, "select count(*) from standard")
    if records * (records - 1) // 2 <= _COMPARE_ALL:
        connection.execute(
            "create or replace table standard as select *, ['all'] as everyone "
            "from standard order by n"
        )
        return [("everyone",)], 0
    chosen: list[tuple[str, ...]] = []
    total = left_out = 0
    for keys in _list_candidates(connection, standard):
        pairs = _count_pairs(connection, keys, policy.largest_block)
        if not pairs:
            continue
        is_dear = pairs > _PAIRS_OF_ONE_RULE * records
        if is_dear or total + pairs > _PAIRS_PER_RECORD * records:
            left_out += 1
            continue
        total += pairs
        chosen.append(keys)
    return chosen, left_out


def _list_candidates(
    connection: duckdb.DuckDBPyConnection, standard: Standard
) -> list[tuple[str, ...]]:
    """Spell out the pool of rules for the columns that hold something."""
    filled = [c for c in standard.others if c in standard.known]
    fine = [c for c in filled if _is_fine(connection, c)]
    groups = {"{any}": filled, "{fine}": fine}
    for kind in ("number", "email", "phone"):
        groups[f"{{{kind}}}"] = [c for c in filled if standard.others[c] == kind]
    candidates: dict[tuple[str, ...], None] = {}
    for rule in read_yaml(FOLDER / "blocking.yml")["rules"]:
        options = [
            [f"{column}_all" for column in groups[key]] if key in groups else [key]
            for key in rule
        ]
        for keys in itertools.product(*options):
            is_known = all(
                key in standard.known for key in keys if not key.endswith("_all")
            )
            if is_known and len(set(keys)) == len(keys):
                # initials_all is a known field's own list, not another column's.
                candidates.setdefault(tuple(sorted(keys)), None)
    return list(candidates)


def _is_fine(connection: duckdb.DuckDBPyConnection, column: str) -> bool:
    """A column of many values brings few records together."""
    values = _count(
        connection, f"select approx_count_distinct({column}) from standard"
    )
    return values >= _FINE_VALUES


_FINE_VALUES = 50


def _count_pairs(
    connection: duckdb.DuckDBPyConnection, keys: tuple[str, ...], largest: int
) -> int:
    lists = "".join(
        f", unnest(standard.{key}) as list_{place}(key_{place})"
        for place, key in enumerate(keys)
    )
    names = ", ".join(f"key_{place}" for place in range(len(keys)))
    return _count(
        connection,
        f"""
        select coalesce(sum(size * (size - 1) // 2), 0)::bigint
        from (
            select count(*) as size
            from (select hash(concat_ws('|', {names})) as key from standard{lists})
            group by key
        )
        where size <= {largest}
        """,
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
