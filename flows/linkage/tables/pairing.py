"""Which records of a table are compared: rules chosen from a pool, under a budget."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
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
_MOST_PAIRS, _FEWEST_PER_RECORD = 1_200_000, 11
# A value held by more records than this is no evidence.
_LARGEST_BLOCK = 300
# A column of fewer values brings too many records together.
_FINE_VALUES = 50
# Once so many rules on end bring too many pairs, coarser ones would, too.
_MOST_REFUSED = 4
Rule = tuple[str, ...]


@dataclass(frozen=True)
class Blocking:
    """How the records that are compared are found.

    Attributes:
        rules: each the list columns whose values two records must share; none: every
            two records are compared.
        rules_left_out: how many others would have brought too many pairs.
        values_left_out: how many values too many records hold.
    """

    rules: list[Rule]
    rules_left_out: int = 0
    values_left_out: int = 0

    def name_rules(self) -> list[str]:
        """The rules in words, in the order in which pairs are told of them."""
        return [" and ".join(keys) for keys in self.rules] or ["everyone"]


def pair_records(
    connection: duckdb.DuckDBPyConnection, standard: Standard, scope: str
) -> Blocking:
    """Make ``found_pairs`` (l, r, rule): what is compared, once; and ``rule_names``.

    Rules are chosen from ``blocking.yml`` for the columns that hold something.

    Args:
        connection: holds ``standard``, ``key_lists`` and ``records``.
        standard: what its columns are.
        scope: condition on two rows of ``records``, ``a`` and ``b``.
    """
    records = count_rows(connection, "standard")
    if records * (records - 1) // 2 <= _COMPARE_ALL:
        blocking = Blocking([])
        found = (
            "select a.n as l, b.n as r, 0 as rule from standard as a, standard as b "
            "where b.n > a.n"
        )
    else:
        blocking = _choose_rules(connection, standard, records)
        joined = " union all ".join(
            f"select one.n as l, two.n as r, {place} as rule from keys_{place} as one "
            f"inner join keys_{place} as two using (key) where two.n > one.n"
            for place in range(len(blocking.rules))
        )
        found = f"select l, r, min(rule) as rule from ({joined}) group by l, r"
        if not blocking.rules:
            found = "select n as l, n as r, 0 as rule from standard where false"
    names = ", ".join(
        f"({place}, '{name}')" for place, name in enumerate(blocking.name_rules())
    )
    connection.execute(
        "create or replace table rule_names as "
        f"select * from (values {names}) as t(rule, rule_name)"
    )
    connection.execute(
        f"create or replace table found_pairs as select l, r, rule::utinyint as rule "
        f"from ({found}) inner join records as a on a.n = l "
        f"inner join records as b on b.n = r where {scope}"
    )
    for place in range(len(blocking.rules)):
        connection.execute(f"drop table keys_{place}")
    return blocking


def _choose_rules(
    connection: duckdb.DuckDBPyConnection, standard: Standard, records: int
) -> Blocking:
    """Take rules while the pairs that they bring fit the budget; keep their keys."""
    budget = min(
        _PAIRS_PER_RECORD * records, max(_MOST_PAIRS, _FEWEST_PER_RECORD * records)
    )
    chosen: list[Rule] = []
    total = rules_left_out = values_left_out = refused = 0
    for keys in _list_candidates(connection, standard):
        table = f"keys_{len(chosen)}"
        pairs, crowds = _find_keys(connection, keys, table)
        # No rule takes most of the budget from those that come after it.
        is_too_much = 2 * pairs > budget or total + pairs > budget
        if pairs and not is_too_much:
            total, values_left_out = total + pairs, values_left_out + crowds
            chosen.append(keys)
            refused = 0
            continue
        connection.execute(f"drop table {table}")
        if is_too_much or crowds:
            rules_left_out, refused = rules_left_out + 1, refused + 1
        if refused == _MOST_REFUSED:
            break
    return Blocking(chosen, rules_left_out, values_left_out)


def _find_keys(
    connection: duckdb.DuckDBPyConnection, keys: Rule, table: str
) -> tuple[int, int]:
    """Make a table (key, n) of what several records share, but not too many.

    Returns:
        The pairs that they bring, and how many values too many records hold.
    """
    connection.execute(f"create or replace table every_key as {_list_keys(keys)}")
    connection.execute(
        "create or replace table shared_keys as select key, count(*) as size "
        "from every_key group by key having size > 1"
    )
    pairs, crowds = connection.execute(
        f"""
        select
            coalesce(sum(pairs) filter (where not is_crowd), 0)::bigint,
            count(*) filter (where is_crowd),
        from (
            select size * (size - 1) // 2 as pairs, size > {_LARGEST_BLOCK} as is_crowd
            from shared_keys
        )
        """
    ).fetchall()[0]
    connection.execute(
        f"create or replace table {table} as select key, n from every_key semi join "
        f"(from shared_keys where size <= {_LARGEST_BLOCK}) as few using (key)"
    )
    return pairs, crowds


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


def _list_keys(keys: Rule) -> str:
    """SQL of one row per record and combination of values, hashed to 64 bits."""
    lists = "".join(
        f", unnest(key_lists.{key}) as list_{place}(key_{place})"
        for place, key in enumerate(keys)
    )
    names = ", ".join(f"key_{place}" for place in range(len(keys)))
    return f"select hash({names}) as key, key_lists.n from key_lists{lists}"
