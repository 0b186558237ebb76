"""The vault: who person records are, which rows are live, what became of each export.

Only ingest, link, a reviewer, an access request and a panel pack open it. Its
``exports`` table is the ledger: an export has landed when, and only when, this table
says so, and a held one waits there for an operator.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from flows.contracts import load_identity
from flows.duck import attach_encrypted, close_sandbox, connect, quote_text
from flows.errors import SettingsError
from flows.keys import Keys
from flows.paths import Place

IDENTITY_COLUMNS: dict[str, str] = {
    "row_id": "UUID",
    "record_id": "UUID",
    "provider": "VARCHAR",
    "sector": "VARCHAR",
    "kind": "VARCHAR",
    **{
        name: "DATE" if field.type == "birth_date" else "VARCHAR"
        for name, field in load_identity().items()
    },
    "sex_type": "VARCHAR",
    "has_no_fixed_abode": "BOOLEAN",
    "export_id": "VARCHAR",
    "export_date": "DATE",
    "received_at": "TIMESTAMP",
    "is_live": "BOOLEAN",
}

INGEST_MEMORY = "1GB"
"""What DuckDB may use while exports are read, before it spills (encrypted) to disk."""

# DuckDB would look for what keys have in common, at three times the cost: it is little.
_KEY = "VARCHAR USING COMPRESSION zstd"

_TABLES: dict[str, dict[str, str]] = {
    "identities": IDENTITY_COLUMNS,
    "keys": {
        **dict.fromkeys(("provider", "kind"), "VARCHAR"),
        "source_key": _KEY,
        "id": "UUID",
    },
    "rows": {
        **dict.fromkeys(("provider", "file_kind"), "VARCHAR"),
        "row_key": _KEY,
        "export_id": "VARCHAR",
        "row_id": "UUID",
        "row_hash": "UBIGINT",
        "seen": "BIGINT",
        "withdrawn": "BIGINT",
        "scope": "DATE",
        "is_deleted": "BOOLEAN",
        "is_live": "BOOLEAN",
    },
    "spared": {"row_id": "UUID", "stamp": "BIGINT"},
    "secrets": dict.fromkeys(("name", "content"), "VARCHAR"),
    "exports": {
        "export_id": "VARCHAR",
        "provider": "VARCHAR",
        "sector": "VARCHAR",
        "file_name": "VARCHAR",
        "sha256": "VARCHAR",
        "size_bytes": "BIGINT",
        "received_at": "TIMESTAMP",
        "export_date": "DATE",
        "layout": "VARCHAR",
        "file_kind": "VARCHAR",
        "state": "VARCHAR",
        "rule": "VARCHAR",
        "words": "VARCHAR",
        **dict.fromkeys(
            ("read_as", "told_by", "fingerprint", "sheet", "repeats"), "VARCHAR"
        ),
        "stamp": "BIGINT",
        "withdraws": "BOOLEAN",
        "period_from": "DATE",
        "period_to": "DATE",
        "rows_in": "BIGINT",
        "rows_landed": "BIGINT",
        "rows_quarantined": "BIGINT",
        "rows_unchanged": "BIGINT",
        "rows_withdrawn": "BIGINT",
        "rows_warned": "BIGINT",
        "hold_rule": "VARCHAR",
        "hold_words": "VARCHAR",
        "released_rules": "VARCHAR[]",
        "decision": "VARCHAR",
        "decided_by": "VARCHAR",
        "decided_at": "TIMESTAMP",
        "decision_reason": "VARCHAR",
    },
    "disputes": {
        "export_id": "VARCHAR",
        "provider": "VARCHAR",
        "rule": "VARCHAR",
        "row_count": "BIGINT",
        "reason": "VARCHAR",
        "raised_by": "VARCHAR",
        "raised_at": "TIMESTAMP",
        "verdict": "VARCHAR",
        "decided_by": "VARCHAR",
        "decided_at": "TIMESTAMP",
    },
    "link_decisions": {
        **dict.fromkeys(("decision_id", "record_l", "record_r"), "UUID"),
        **dict.fromkeys(
            ("verdict", "scope", "reason", "source", "decided_by"), "VARCHAR"
        ),
        "decided_at": "TIMESTAMP",
        **dict.fromkeys(("undone_by", "undone_reason"), "VARCHAR"),
        "undone_at": "TIMESTAMP",
    },
    "panel_cases": {
        **dict.fromkeys(("case_id", "person_id", "crisis_id"), "VARCHAR"),
        "made_at": "TIMESTAMP",
    },
    "fault_counts": {
        "export_id": "VARCHAR",
        "provider": "VARCHAR",
        "file_kind": "VARCHAR",
        "rule": "VARCHAR",
        "column_name": "VARCHAR",
        "severity": "VARCHAR",
        "faults": "BIGINT",
    },
}


@contextmanager
def open_vault(
    place: Place, keys: Keys, *, read_only: bool = False, memory: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the vault as ``vault`` in a connection of its own, and close it again.

    The connection is shut in: it may read and write ``02_landed`` and nothing else.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        read_only: refuse writes; the vault must exist.
        memory: how much DuckDB may use before it spills to disk (encrypted).

    Raises:
        SettingsError: no identity key, or a key that does not open this vault.
    """
    spill = place.root / ".spill"
    connection = connect(spill=spill)
    try:
        if memory:
            connection.execute(f"set memory_limit = {quote_text(memory)}")
        try:
            attach_encrypted(
                connection,
                place.vault,
                "vault",
                keys.for_identity("vault"),
                read_only=read_only,
            )
        except duckdb.Error as error:
            raise SettingsError(
                f"The vault {place.vault} does not open with this key, or another "
                "process holds it. Use the key it was made with."
            ) from error
        if not read_only:
            _make_tables(connection)
            _give_salt(connection)
        # From here on names and values of provider files enter SQL: no file but ours.
        close_sandbox(connection, [place.landed, spill])
        yield connection
    finally:
        connection.close()


def _make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what a new vault lacks, and the columns an older one was made without.

    Raises:
        SettingsError: the vault was made before it kept when a row was last seen.
    """
    found = connection.execute(
        """
        select table_name, column_name from duckdb_columns()
        where database_name = 'vault'
        """
    ).fetchall()
    for table, columns in _TABLES.items():
        has = {column for name, column in found if name == table}
        if not has:
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create table vault.{table} ({listed})")
            continue
        if table == "rows" and "seen" not in has:
            raise SettingsError(
                "This vault was made by an earlier Commonground, which did not keep "
                "when a row was last seen. Begin a new data folder and put the "
                "providers' newest exports into its landing."
            )
        for name in [name for name in columns if name not in has]:
            connection.execute(
                f"alter table vault.{table} add column {name} {columns[name]}"
            )


def _give_salt(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the connection make ids with the vault's own salt, made once and random."""
    connection.execute(
        "insert into vault.secrets select 'id_salt', ? "
        "where not exists (from vault.secrets where name = 'id_salt')",
        [secrets.token_hex(32)],
    )
    connection.execute(
        "set variable id_salt = "
        "(select content from vault.secrets where name = 'id_salt')"
    )
