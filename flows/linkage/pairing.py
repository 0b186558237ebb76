"""Which records are compared: shared numbers, and blocking rules under a budget."""

from __future__ import annotations

import duckdb

from flows.errors import LinkageError
from flows.linkage.policy import FOLDER, BlockingRule, Policy


def find_certain_pairs(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``certain_pairs``: records that share a number, certain where names agree.

    Args:
        connection: holds ``standard`` and ``identifiers``.
        policy: the matching policy.
    """
    connection.execute((FOLDER / "agreement.sql").read_text(encoding="utf-8"))
    statements = (FOLDER / "identifiers.sql").read_text(encoding="utf-8")
    connection.execute(
        statements.replace(
            "$largest_identifier_group", str(policy.largest_identifier_group)
        )
    )


def pair_records(connection: duckdb.DuckDBPyConnection, policy: Policy) -> int:
    """Make ``pairs``: every two records that a rule brings together, once.

    Args:
        connection: holds ``standard`` and ``certain_pairs``.
        policy: blocking rules and budget.

    Returns:
        How many values were left out because too many records hold them.

    Raises:
        LinkageError: more pairs than the budget; nothing is scored.
    """
    rules = " union all ".join(
        _list_keys(number, rule) for number, rule in enumerate(policy.blocking)
    )
    connection.execute(f"create or replace table block_keys as {rules}")
    connection.execute(
        """
        create or replace table blocks as
        select rule, key, count(*) as size
        from block_keys
        group by rule, key
        having count(*) > 1
        """
    )
    _check_budget(connection, policy)
    connection.execute(
        f"""
        create or replace table pairs as
        with usable as (
            select * from block_keys
            semi join (from blocks where size <= {policy.largest_block})
                using (rule, key)
        ),

        found as (
            select a.n as l, b.n as r, min(a.rule) as rule
            from usable as a
            inner join usable as b
                on b.rule = a.rule and b.key = a.key and b.n > a.n
            group by a.n, b.n
        )

        select
            coalesce(found.l, certain_pairs.l) as l,
            coalesce(found.r, certain_pairs.r) as r,
            found.rule,
            if(certain_pairs.is_certain, certain_pairs.match_rule, null) as certain_by,
        from found
        full outer join certain_pairs
            on certain_pairs.l = found.l and certain_pairs.r = found.r
        order by l, r
        """
    )
    return _count(
        connection, f"select count(*) from blocks where size > {policy.largest_block}"
    )


def _list_keys(number: int, rule: BlockingRule) -> str:
    """One row per record and combination of values, hashed to 64 bits."""
    names = [f"key_{place}" for place in range(len(rule.keys))]
    lists = "".join(
        f", unnest(standard.{key}) as list_{name}({name})"
        for key, name in zip(rule.keys, names, strict=True)
    )
    return (
        f"select distinct {number}::utinyint as rule, "
        f"hash(concat_ws('|', {', '.join(names)})) as key, standard.n "
        f"from standard{lists}"
    )


def _check_budget(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    counts = connection.execute(
        f"""
        select rule, sum(size * (size - 1) // 2)::bigint, max(size)
        from blocks
        where size <= {policy.largest_block}
        group by rule
        order by 2 desc, 1
        """
    ).fetchall()
    records = _count(connection, "select count(*) from standard")
    budget = policy.pair_budget(records)
    total = sum(pairs for _, pairs, _ in counts)
    if total <= budget:
        return
    number, pairs, largest = counts[0]
    rule = policy.blocking[number]
    raise LinkageError(
        f"The blocking rules would compare {total:,} pairs of {records:,} records; the "
        f"budget is {budget:,}. Most, {pairs:,}, come from rule {rule.rule}: one value "
        f"of {rule.value} is held by {largest:,} records. Look for a placeholder that "
        "a provider sends there and list it under 'blanks' of its layout, or raise "
        "pairs_per_record in flows/linkage/policy.yml."
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
