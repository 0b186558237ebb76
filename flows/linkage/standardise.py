"""From the vault's rows to one standard row per person record, in memory."""

from __future__ import annotations

import duckdb

from flows.duck import quote_text
from flows.linkage.policy import FOLDER, Policy
from flows.placeholders import list_not_names


def standardise_records(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make the tables ``records``, ``identifiers`` and ``standard``.

    ``records`` numbers every person record, also those that nothing is known of;
    ``standard`` has a row for each record with a live row in the vault.

    Args:
        connection: an in-memory database with the vault attached as ``vault``.
        policy: the matching policy.
    """
    names = ", ".join(f"({quote_text(name)})" for name in list_not_names())
    connection.execute(
        f"create or replace table not_names as select * from (values {names}) t(name)"
    )
    connection.execute(
        "create or replace table nicknames as select * from "
        f"read_csv({quote_text(str(FOLDER / 'nicknames.csv'))}, header = true)"
    )
    for step in ("cleaning", "live", "said", "standard"):
        connection.execute((FOLDER / f"{step}.sql").read_text(encoding="utf-8"))
    _mark_rare_names(connection, policy)


def _mark_rare_names(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """A rare full name is worth a pair even without date of birth or postcode."""
    connection.execute(
        f"""
        create or replace table standard as
        with held as (
            select name_key
            from (select unnest(name_keys) as name_key from standard)
            group by name_key
            having count(*) <= {policy.rare_name_holders}
        ),

        rare as (
            select n, list_sort(list(name_key)) as rare_names
            from (select n, unnest(name_keys) as name_key from standard)
            semi join held using (name_key)
            group by n
        )

        select standard.*, coalesce(rare.rare_names, []) as rare_names
        from standard
        left join rare using (n)
        order by n
        """
    )
