"""Which records of a table are compared: rules chosen from a pool, under a budget."""

from __future__ import annotations

import itertools
from pathlib import Path

import duckdb

from flows.contracts import read_yaml
from flows.linkage.steps import count_rows
from flows.linkage.tables.standard import Standard

FOLDER = Path(__file__).parent
# Of so few pairs all are compared: no rule can miss any.
_COMPARE_ALL = 500_000
_PAIRS_PER_RECORD = 60
# Of very many records fewer pairs each: what they share is told by finer rules.
_MOST_PAIRS, _FEWEST_PER_RECORD = 6_000_000, 12
# A value held by more records than this is no evidence.
_LARGEST_BLOCK = 300
# A column of fewer values brings too many records together.
_FINE_VALUES = 50
_ALL_KEYS = ("everyone",)
Rule = tuple[str, ...]


def choose_rules(
    connection: duckdb.DuckDBPyConnection, standard: Standard
) -> tuple[list[Rule], int]:
    """Choose rules from ``blocking.yml`` for the columns that hold something.

    Args:
        connection: holds ``standard``.
        standard: what its columns are.

    Returns:
        The rules, each the list columns whose values two records must share, and how
        many others would have brought too many pairs.
    """
    records = count_rows(connection, "standard")
    if records * (records - 1) // 2 <= _COMPARE_ALL:
        return [_ALL_KEYS], 0
    budget = min(
        _PAIRS_PER_RECORD * records, max(_MOST_PAIRS, _FEWEST_PER_RECORD * records)
    )
    chosen: list[Rule] = []
    total = left_out = 0
    for keys in _list_candidates(connection, standard):
        pairs, crowds = _count_pairs(connection, keys)
        # No rule takes most of the budget from those that come after it.
        if 2 * pairs > budget or total + pairs > budget:
            left_out += 1
        elif pairs:
            total += pairs
            chosen.append(keys)
        elif crowds:
            left_out += 1
    return chosen, left_out


def pair_records(
    connection: duckdb.DuckDBPyConnection, rules: list[Rule], scope: str
) -> int:
    """Make ``pairs`` (l, r, rule): every two records that a rule brings together, once.

    Args:
        connection: holds ``standard`` and ``records``.
        rules: of :func:`choose_rules`.
        scope: condition on two rows of ``records``, ``a`` and ``b``.

    Returns:
        How many values were left out because too many records hold them.
    """
    names = ", ".join(
        f"({place}, '{' and '.join(keys)}')" for place, keys in enumerate(rules)
    )
    if rules == [_ALL_KEYS]:
        found = "select a.n as l, b.n as r, 0 as rule from standard a, standard b"
        found += " where b.n > a.n"
    else:
        listed = " union all ".join(
            f"select {place} as rule, key, n from ({_list_keys(keys)})"
            for place, keys in enumerate(rules)
        )
        connection.execute(
            f"create or replace table block_keys as {listed or _NO_KEYS}"
        )
        connection.execute(
            "create or replace table blocks as select rule, key, count(*) as size "
            "from block_keys group by rule, key having count(*) > 1"
        )
        found = (
            "select one.n as l, two.n as r, min(rule) as rule from block_keys as one "
            "semi join (from blocks where size <= "
            f"{_LARGEST_BLOCK}) as usable using (rule, key) "
            "inner join block_keys as two using (rule, key) where two.n > one.n "
            "group by one.n, two.n"
        )
    connection.execute(
        "create or replace table pairs as select l, r, rule_name as rule "
        f"from ({found}) inner join (values {names or _NO_RULE}) as t(rule, rule_name) "
        "using (rule) inner join records as a on a.n = l "
        f"inner join records as b on b.n = r where {scope} order by l, r"
    )
    if rules == [_ALL_KEYS] or not rules:
        return 0
    return count_rows(connection, f"blocks where size > {_LARGEST_BLOCK}")


_NO_KEYS = "select 0 as rule, 0::ubigint as key, 0 as n where false"
_NO_RULE = "(-1, '')"


def _list_candidates(
    connection: duckdb.DuckDBPyConnection, standard: Standard
) -> list[Rule]:
    """Spell out the pool of rules for the columns that hold something."""
    filled = [c for c in standard.others if c in standard.known]
    fine = [c for c in filled if _count_values(connection, c) >= _FINE_VALUES]
    groups = {"{any}": filled, "{fine}": fine}
    for kind in ("number", "email", "phone"):
        groups[f"{{{kind}}}"] = [c for c in filled if standard.others[c] == kind]
    candidates: dict[Rule, None] = {}
    for rule in read_yaml(FOLDER / "blocking.yml")["rules"]:
        options = [
            [f"{column}_all" for column in groups[key]] if key in groups else [key]
            for key in rule
        ]
        for keys in itertools.product(*options):
            is_known = all(key in standard.known for key in keys)
            if is_known and len(set(keys)) == len(keys):
                candidates.setdefault(tuple(sorted(keys)), None)
    return list(candidates)


def _count_values(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    row = connection.execute(
        f"select approx_count_distinct({column}) from standard"
    ).fetchall()[0]
    return int(row[0])


def _count_pairs(connection: duckdb.DuckDBPyConnection, keys: Rule) -> tuple[int, int]:
    """Count the pairs that a rule brings, and the values that too many records hold."""
    row = connection.execute(
        f"""
        select
            coalesce(sum(size * (size - 1) // 2) filter (where size <= $1), 0)::bigint,
            count(*) filter (where size > $1),
        from (select count(*) as size from ({_list_keys(keys)}) group by key)
        """,
        [_LARGEST_BLOCK],
    ).fetchall()[0]
    return (int(row[0]), int(row[1]))


def _list_keys(keys: Rule) -> str:
    """SQL of one row per record and combination of values, hashed to 64 bits."""
    lists = "".join(
        f", unnest(standard.{key}) as list_{place}(key_{place})"
        for place, key in enumerate(keys)
    )
    names = ", ".join(f"key_{place}" for place in range(len(keys)))
    return (
        f"select distinct hash(concat_ws('|', {names})) as key, standard.n "
        f"from standard{lists}"
    )
