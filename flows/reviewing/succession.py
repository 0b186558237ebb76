"""Which person records are earlier ones of the same provider under another id."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

_PLAIN_KEY = "upper(regexp_replace(keys.source_key, '[^A-Za-z0-9/]', '', 'g'))"

_NAMED = f"""
    select provider, new_record, old_record, 'named_by_provider' as rule
    from (
        select distinct
            said.provider, said.record_id as new_record, known.old_record,
            said.previous_source_key,
        from vault.identities as said
        inner join (
            select keys.provider, {_PLAIN_KEY} as told, keys.id as old_record
            from vault.keys as keys
            where keys.kind = 'record'
            union
            -- A service may name the number that it gave out with its id.
            select provider, unnest([noms_number, crn]), record_id
            from vault.identities
        ) as known
            on known.provider = said.provider
            and known.told = said.previous_source_key
        where said.is_live and known.old_record <> said.record_id
    )
    -- What may mean two records means none.
    qualify count(*) over (partition by new_record, previous_source_key) = 1
"""


def find_successions(vault: duckdb.DuckDBPyConnection, fields: Sequence[str]) -> bool:
    """Make ``successions``: old record, new record (texts) and the rule that says so.

    An old record that might be two new ones is neither.

    Args:
        vault: a connection that has the vault.
        fields: what makes an identity, of the vault's identity columns.

    Returns:
        Whether there is any.
    """
    tables = {
        (table, column)
        for table, column in vault.execute(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = 'vault'"
        ).fetchall()
    }
    parts = []
    if ("identities", "previous_source_key") in tables:
        parts.append(_NAMED)
    if ("link_records", "record_id") in tables:
        parts.append(_same_identity(fields))
    if not parts:
        return False
    vault.execute(
        f"""
        create or replace table successions as
        select
            old_record::varchar as old_record, new_record::varchar as new_record,
            min(rule) as rule,
        from ({" union ".join(f"({part})" for part in parts)})
        group by old_record, new_record
        qualify count(*) over (partition by old_record) = 1
        """
    )
    return bool(vault.execute("select 1 from successions limit 1").fetchall())


def _same_identity(fields: Sequence[str]) -> str:
    """SQL of records that one export lacks and brings under another id.

    The old record has no live row left, the new one was never linked, and nobody else
    of that export has this identity: a full name and a birth date, or a number that
    is one person's alone.
    """
    words = ", ".join(f"coalesce(lower(trim({name}::varchar)), '')" for name in fields)
    return f"""
        with told as (
            select
                provider, record_id, row_id, export_id, is_live,
                md5(concat_ws(chr(31), {words}, coalesce(sex_type, ''))) as identity,
            from vault.identities
            where (
                (forename is not null and surname is not null
                    and birth_date is not null)
                or nhs_number is not null
                or pnc_number is not null
                or hashed_identifier is not null
            )
            -- All others neither went nor came: there is nothing to compare.
            and (
                not is_live
                or record_id not in (select record_id from vault.link_records)
            )
        ),

        lacked as (
            select told.provider, exports.export_id, told.identity, told.record_id
            from told
            inner join vault.rows as rows using (row_id)
            inner join vault.exports as exports
                on exports.stamp = rows.withdrawn
                and exports.provider = told.provider
            where not told.is_live
                and told.record_id not in (
                    select record_id from vault.identities where is_live
                )
        ),

        brought as (
            select provider, export_id, identity, record_id
            from told
            where is_live
                and record_id not in (select record_id from vault.link_records)
        )

        select
            lacked.provider, any_value(brought.record_id) as new_record,
            any_value(lacked.record_id) as old_record, 'same_identity' as rule,
        from lacked
        inner join brought using (provider, export_id, identity)
        group by lacked.provider, export_id, identity
        having count(distinct brought.record_id) = 1
            and count(distinct lacked.record_id) = 1
    """
