"""Landing one judged export: surrogate ids, facts as Parquet, identities in the vault.

Everything the vault learns of an export it learns in one transaction, which ends with
the ledger saying ``landed``.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.contracts import load_identity
from flows.duck import quote_text
from flows.errors import PipelineError
from flows.landing.facts import Export, Landing, withdraw, write_facts
from flows.landing.ledger import enter_ledger
from flows.mappings import Mapping
from flows.reading.fields import contract_columns
from flows.reading.judge import Judgement


def land(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    judgement: Judgement,
    folder: Path,
    how: str,
) -> Landing:
    """Land what a judgement left sound; expects its table ``judged``.

    Args:
        vault: a connection with the vault attached for writing.
        export: the export.
        mapping: how it was read.
        judgement: its counts and faults.
        folder: where files are written aside.
        how: how the file was read, in words.

    Raises:
        PipelineError: rows in are not the sum of landed, quarantined and unchanged.
    """
    vault.execute("begin")
    try:
        _mint_ids(vault, export, mapping)
        _plan(vault, export, mapping)
        landing = _count(vault, judgement)
        withdrawn = withdraw(vault, export, mapping, folder, judgement)
        landing = Landing(landing.landed, landing.unchanged, withdrawn)
        for dataset in mapping.file.lands:
            write_facts(vault, export, mapping, dataset, folder)
        _vault_identities(vault, export, mapping)
        _vault_rows(vault, export, mapping)
        enter_ledger(vault, export, mapping, judgement, landing, folder, how)
        vault.execute("commit")
    except BaseException:
        vault.execute("rollback")
        raise
    return landing


def _key_kinds(mapping: Mapping) -> dict[str, str]:
    """Map each field that holds a source's key to the kind of thing it names."""
    columns = contract_columns(mapping)
    keys = {name for name, c in columns.items() if c.type in ("record", "key")}
    # A file that only says who somebody is lands in no dataset, yet names a record.
    named = sorted((keys | {"record_id"}) & mapping.file.fields)
    return {name: name.removesuffix("_id") for name in named}


def _mint_ids(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> None:
    """Give every source key of a sound row a random id, once and for ever."""
    for field, kind in _key_kinds(mapping).items():
        vault.execute(
            f"""
            insert into vault.keys
            select $provider, $kind, source_key, uuid()::varchar
            from (
                select distinct {field} as source_key from judged
                where _is_sound and not _is_deleted and {field} is not null
            )
            where source_key not in (
                select source_key from vault.keys
                where provider = $provider and kind = $kind
            )
            order by source_key
            """,
            {"provider": export.provider.provider, "kind": kind},
        )


def _plan(vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping) -> None:
    """Decide row by row: lands (new, changed or back), unchanged, or deleted."""
    kinds = _key_kinds(mapping)
    joins = "\n".join(
        f"""
        left join vault.keys as {field}_key
            on {field}_key.provider = {quote_text(export.provider.provider)}
            and {field}_key.kind = {quote_text(kind)}
            and {field}_key.source_key = judged.{field}
        """
        for field, kind in kinds.items()
    )
    ids = "".join(f", {field}_key.id as {field}" for field in kinds)
    vault.execute(
        f"""
        create temp table plan as
        select
            judged.* exclude (_faults{"".join(f", {field}" for field in kinds)}),
            coalesce(known.row_id, uuid()::varchar) as _row_id,
            coalesce(
                known.is_live <> judged._is_deleted
                and known.row_hash = judged._row_hash,
                false
            ) as _is_unchanged
            {ids}
        from judged
        left join vault.rows as known
            on known.provider = {quote_text(export.provider.provider)}
            and known.file_kind = {quote_text(mapping.file_kind)}
            and known.row_key = judged._row_key
        {joins}
        where judged._is_sound
        """
    )


def _count(vault: duckdb.DuckDBPyConnection, judgement: Judgement) -> Landing:
    counted = vault.execute(
        """
        select
            count(*) filter (not _is_unchanged),
            count(*) filter (_is_unchanged)
        from plan
        """
    ).fetchone()
    landed, unchanged = counted or (0, 0)
    quarantined = len(judgement.quarantined)
    if judgement.rows != landed + unchanged + quarantined:
        raise PipelineError(
            f"Rows do not balance: {judgement.rows} in, {landed} landed, "
            f"{quarantined} quarantined, {unchanged} unchanged. Nothing was landed."
        )
    return Landing(landed, unchanged, 0)


def _vault_identities(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> None:
    held = [name for name in load_identity() if name in mapping.file.fields]
    if not held:
        return
    extra = ["sex_type"] if "sex_type" in mapping.file.fields else []
    alias = "true" if mapping.file.identity == "alias" else "_is_alias"
    vault.execute(
        "delete from vault.identities where row_id in "
        "(select _row_id from plan where not _is_unchanged)"
    )
    vault.execute(
        f"""
        insert into vault.identities by name
        select
            _row_id as row_id, record_id,
            {quote_text(export.provider.provider)} as provider,
            {quote_text(export.provider.sector)} as sector,
            case when {alias} then 'alias' else 'main' end as kind,
            {", ".join([*held, *extra])},
            {"_has_no_fixed_abode" if "postcode" in held else "null::boolean"}
                as has_no_fixed_abode,
            {quote_text(export.export_id)} as export_id,
            date '{export.export_date.isoformat()}' as export_date,
            timestamp '{export.received_at.isoformat(sep=" ")}' as received_at,
            true as is_live
        from plan
        where not _is_unchanged and not _is_deleted and record_id is not null
        order by _line
        """
    )


def _vault_rows(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> None:
    vault.execute(
        "delete from vault.rows where row_id in "
        "(select _row_id from plan where not _is_unchanged)"
    )
    vault.execute(
        f"""
        insert into vault.rows by name
        select
            {quote_text(export.provider.provider)} as provider,
            {quote_text(mapping.file_kind)} as file_kind,
            _row_key as row_key, _row_id as row_id, _row_hash as row_hash,
            {quote_text(export.export_id)} as export_id,
            not _is_deleted as is_live
        from plan where not _is_unchanged
        order by _line
        """
    )
