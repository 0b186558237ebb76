"""The vault: who person records are, which rows are live, what became of each export.

Only ingest, link, a reviewer and an access request open it. Its ``exports`` table is
the ledger: an export has landed when, and only when, this table says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from flows.contracts import load_identity
from flows.duck import attach_encrypted, close_sandbox, connect
from flows.errors import SettingsError
from flows.keys import Keys
from flows.paths import Place

IDENTITY_COLUMNS: dict[str, str] = {
    "row_id": "VARCHAR",
    "record_id": "VARCHAR",
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

_TABLES = {
    "identities": ", ".join(f"{n} {kind}" for n, kind in IDENTITY_COLUMNS.items()),
    "keys": "provider VARCHAR, kind VARCHAR, source_key VARCHAR, id VARCHAR",
    "rows": """
        provider VARCHAR, file_kind VARCHAR, row_key VARCHAR, row_id VARCHAR,
        row_hash VARCHAR, export_id VARCHAR, is_live BOOLEAN
    """,
    "exports": """
        export_id VARCHAR, provider VARCHAR, sector VARCHAR, file_name VARCHAR,
        sha256 VARCHAR, size_bytes BIGINT, received_at TIMESTAMP, export_date DATE,
        layout VARCHAR, file_kind VARCHAR, state VARCHAR, rule VARCHAR, words VARCHAR,
        read_as VARCHAR, rows_in BIGINT, rows_landed BIGINT, rows_quarantined BIGINT,
        rows_unchanged BIGINT, rows_withdrawn BIGINT, rows_warned BIGINT
    """,
}


@contextmanager
def open_vault(
    place: Place, keys: Keys, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the vault as ``vault`` in a connection of its own, and close it again.

    The connection is shut in: it may read and write ``02_landed`` and nothing else.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        read_only: refuse writes; the vault must exist.

    Raises:
        SettingsError: no identity key, or a key that does not open this vault.
    """
    spill = place.root / ".spill"
    connection = connect(spill=spill)
    try:
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
            for name, columns in _TABLES.items():
                connection.execute(
                    f"create table if not exists vault.{name} ({columns})"
                )
        # From here on names and values of provider files enter SQL: no file but ours.
        close_sandbox(connection, [place.landed, spill])
        yield connection
    finally:
        connection.close()
