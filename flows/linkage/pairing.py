"""Which records are compared: shared numbers, and blocking rules under a budget."""

from __future__ import annotations

import duckdb

from flows.errors import LinkageError
from flows.linkage.policy import BlockingRule, Policy
from flows.linkage.steps import count_rows, list_texts, run_step


def make_keys(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``block_keys``: hashes of the values that bring records together.

    Rules come numbered: first one for each kind of number, then the blocking rules.

    Args:
        connection: holds ``standard`` and ``identifiers``.
        policy: blocking rules and kinds of number.
    """
    kinds = ", ".join(
        f"('{kind}', {number}::utinyint)" for number, kind in enumerate(policy.numbers)
    )
    rules = "".join(
        " union all " + _list_keys(number, rule, policy.list_kinds(rule.rule))
        for number, rule in enumerate(policy.blocking, start=len(policy.numbers))
    )
    connection.execute(
        "create or replace table block_keys as "
        "select rule, hash(identifier) as key, n from identifiers "
        f"inner join (values {kinds}) as kinds(kind, rule) using (kind){rules}"
    )


def measure_crowds(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``crowded``: keys that too many records hold to be evidence.

    Args:
        connection: holds ``block_keys`` of every record.
        policy: how many are too many.
    """
    connection.execute(
        f"""
        create or replace table crowded as
        select rule, key
        from block_keys
        group by rule, key
        having count(*) > {_limit(policy)}
        order by rule, key
        """
    )


def pair_records(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``pairs``: every two records that a rule brings together, once.

    Both records hold a key that is not crowded, and at least one of them is new or
    changed, so its keys are in ``block_keys``; the other's may be in ``kept_keys``.

    Args:
        connection: holds ``block_keys``, ``kept_keys`` and ``crowded``.
        policy: blocking rules and budget.

    Raises:
        LinkageError: more pairs than the budget; nothing is scored.
    """
    connection.execute(
        """
        create or replace table usable as
        select * from block_keys anti join crowded using (rule, key);
        create or replace table met as
        select kept_keys.* from kept_keys semi join usable using (rule, key);
        create or replace table blocks as
        select rule, key, sum(fresh)::bigint as fresh, sum(old)::bigint as old
        from (
            select rule, key, 1 as fresh, 0 as old from usable
            union all
            select rule, key, 0, 1 from met
        )
        group by rule, key
        having count(*) > 1
        """
    )
    _check_budget(connection, policy)
    # Of a pair brought together by a number and by other values, the number is told.
    connection.execute(
        """
        create or replace table pairs as
        select l, r, min(rule) as rule
        from (
            select a.n as l, b.n as r, rule
            from usable as a
            inner join usable as b using (rule, key)
            where a.n < b.n
            union all
            select least(a.n, b.n), greatest(a.n, b.n), rule
            from usable as a
            inner join met as b using (rule, key)
        )
        group by l, r
        """
    )


def find_outgrown(connection: duckdb.DuckDBPyConnection, policy: Policy) -> bool:
    """Has a value become so common that the yardstick must be taken again?

    Args:
        connection: holds ``blocks`` of :func:`pair_records`.
        policy: how many records are too many for a key.
    """
    limit = f"{policy.crowd_factor} * {_limit(policy, by_rule=False)}"
    return count_rows(connection, f"blocks where fresh + old > {limit}") > 0


def find_certain_pairs(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``certain_pairs``: pairs that share a number, certain where names agree.

    Args:
        connection: holds ``pairs``, ``standard`` and ``identifiers``.
        policy: kinds of number.
    """
    run_step(connection, "identifiers", number_rules=len(policy.numbers))


def _limit(policy: Policy, *, by_rule: bool = True) -> str:
    """SQL of how many records may hold a key of ``rule``."""
    rules = enumerate(policy.blocking, start=len(policy.numbers))
    own = "".join(
        f" when {number} then {min(rule.largest, policy.largest_block)}"
        for number, rule in rules
        if rule.largest and by_rule
    )
    numbers = (
        f"if(rule < {len(policy.numbers)}, "
        f"{policy.largest_identifier_group}, {policy.largest_block})"
    )
    return f"(case rule{own} else {numbers} end)" if own else numbers


def _list_keys(number: int, rule: BlockingRule, kinds: tuple[str, ...]) -> str:
    """One row per record of some kinds and combination of values, hashed to 64 bits."""
    names = [f"key_{place}" for place in range(len(rule.keys))]
    lists = "".join(
        f", unnest(standard.{key}) as list_{name}({name})"
        for key, name in zip(rule.keys, names, strict=True)
    )
    return (
        f"select distinct {number}::utinyint as rule, "
        f"hash(concat_ws('|', {', '.join(names)})) as key, standard.n "
        f"from standard{lists} where standard.evidence in ({list_texts(kinds)})"
    )


def _check_budget(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    counts = connection.execute(
        """
        select
            rule,
            sum(fresh * (fresh - 1) // 2 + fresh * old)::bigint,
            max(fresh + old),
        from blocks
        group by rule
        order by 2 desc, 1
        """
    ).fetchall()
    records = count_rows(connection, "standard")
    budget = policy.pair_budget(records)
    total = sum(pairs for _, pairs, _ in counts)
    if total <= budget:
        return
    number, pairs, largest = counts[0]
    name, value = policy.describe_rule(number)
    raise LinkageError(
        f"The blocking rules would compare {total:,} pairs of {records:,} records; the "
        f"budget is {budget:,}. Most, {pairs:,}, come from rule {name}: one value "
        f"of {value} is held by {largest:,} records. Look for a placeholder that "
        "a provider sends there and list it under 'blanks' of its layout, or raise "
        "pairs_per_record in flows/linkage/policy.yml."
    )
