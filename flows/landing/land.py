"""Landing one judged export: random ids, facts as Parquet, identities in the vault.

Everything the vault learns of an export it learns in one transaction, which ends with
the ledger saying ``landed``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from flows.contracts import load_identity
from flows.duck import quote_text
from flows.errors import PipelineError
from flows.ids import id_sql
from flows.landing.facts import Export, Landing, record_join, write_facts
from flows.landing.ledger import enter_landing, tell_landing
from flows.landing.reconcile import compare, enter_rows, gone_sql
from flows.mappings import Mapping
from flows.reading.fields import contract_columns
from flows.reading.judgement import Judgement


def land(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    judgement: Judgement,
    folder: Path,
    not_run: list[tuple[str, str]],
    tell: Callable[[Landing], None],
) -> Landing:
    """Land what a judgement left sound.

    Args:
        vault: a connection with the vault attached for writing, holding the tables of
            the judgement.
        export: the export.
        judgement: its rows and faults, settled.
        folder: where files are written aside.
        not_run: (rule, why) of each rule that could not be asked.
        tell: writes the receipt aside, before the ledger is final: whatever a kill
            leaves, a landed export has its receipt.

    Raises:
        PipelineError: rows in are not the sum of landed, quarantined and unchanged.
    """
    mapping = judgement.mapping
    vault.execute("begin")
    try:
        compare(vault, export, mapping, judgement.table)
        keys = _mint_ids(vault, export, mapping)
        landed, unchanged = _count(vault, judgement)
        for dataset in mapping.file.lands:
            write_facts(vault, export, mapping, dataset, keys, folder)
        _vault_identities(vault, export, mapping, keys)
        # Withdrawals are told by the ledger's stamps, this export's own among them.
        enter_landing(vault, export, judgement, landed, unchanged, not_run)
        withdrawn = enter_rows(vault, export, mapping, judgement, folder)
        landing = Landing(landed, unchanged, withdrawn)
        tell_landing(vault, export, landing, folder)
        tell(landing)
        vault.execute("commit")
    except BaseException:
        vault.execute("rollback")
        raise
    return landing


def foresee(
    vault: duckdb.DuckDBPyConnection, export: Export, judgement: Judgement
) -> tuple[Landing, int]:
    """Tell what would land, stay and be withdrawn, and how many rows are live now.

    Raises:
        PipelineError: rows in are not the sum of landed, quarantined and unchanged.
    """
    compare(vault, export, judgement.mapping, judgement.table)
    landed, unchanged = _count(vault, judgement)
    counted = vault.execute(
        f"""
        select
            (select count(*) from known where is_live),
            (select count(*) from ({gone_sql(export, judgement)}))
        """
    ).fetchone()
    live, withdrawn = counted or (0, 0)
    return Landing(landed, unchanged, withdrawn), live


def _mint_ids(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> dict[str, str]:
    """Give the SQL of the id that stands for each source key of a row.

    A person record gets a random id, once and for ever. What is no person (a case, a
    contact, a worker) gets one made of its key and the vault's own random salt: the
    same key always gives the same id, and without the vault nobody can tell of which.
    """
    columns = contract_columns(mapping)
    named = {name for name, c in columns.items() if c.type in ("record", "key")}
    # A file that only says who somebody is lands in no dataset, yet names a record.
    named = (named | {"record_id"}) & mapping.file.fields
    provider = export.provider.provider
    own = quote_text(provider)
    keys = {
        name: (
            f"case when taken.{name} is not null "
            f"then {id_sql(provider, name, f'taken.{name}')} end"
        )
        for name in sorted(named - {"record_id"})
    }
    if "record_id" in named:
        keys["record_id"] = "records.id"
        vault.execute(
            f"""
            insert into vault.keys
            select {own}, 'record', source_key, uuid()
            from (
                select distinct record_id as source_key from taken
                where not _is_deleted and record_id is not null
            )
            where source_key not in (
                select source_key from vault.keys
                where provider = {own} and kind = 'record'
            )
            """
        )
    return keys


def _count(vault: duckdb.DuckDBPyConnection, judgement: Judgement) -> tuple[int, int]:
    """Count rows that land and rows that do not change.

    Raises:
        PipelineError: rows do not balance.
    """
    counted = vault.execute(
        "select (select count(*) from taken), (select count(*) from sound)"
    ).fetchone()
    landed, sound = counted or (0, 0)
    if judgement.rows != sound + judgement.quarantined:
        raise PipelineError(
            f"Rows do not balance: {judgement.rows} in, {landed} landed, "
            f"{judgement.quarantined} quarantined, {sound - landed} unchanged. Nothing "
            "was landed."
        )
    return landed, sound - landed


def _vault_identities(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    keys: dict[str, str],
) -> None:
    held = [name for name in load_identity() if name in mapping.file.fields]
    if not held or "record_id" not in keys:
        return
    fields = [*held, *(["sex_type"] if "sex_type" in mapping.file.fields else [])]
    alias = "true" if mapping.file.identity == "alias" else "taken._is_alias"
    abode = "taken._has_no_fixed_abode" if "postcode" in held else "null::boolean"
    vault.execute(
        "delete from vault.identities where row_id in (select _row_id from taken)"
    )
    vault.execute(
        f"""
        insert into vault.identities by name
        select
            taken._row_id as row_id, {keys["record_id"]} as record_id,
            {quote_text(export.provider.provider)} as provider,
            {quote_text(export.provider.sector)} as sector,
            case when {alias} then 'alias' else 'main' end as kind,
            {", ".join(f"taken.{field}" for field in fields)},
            {abode} as has_no_fixed_abode,
            {quote_text(export.export_id)} as export_id,
            date '{export.export_date.isoformat()}' as export_date,
            timestamp '{export.received_at.isoformat(sep=" ")}' as received_at,
            true as is_live
        from taken
        {record_join(keys, export)}
        where not taken._is_deleted and taken.record_id is not null
        """
    )
