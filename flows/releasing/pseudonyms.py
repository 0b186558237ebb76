"""Keyed pseudonyms: an id leaves only as something no other recipient can match.

The input is always a random id, never an identifier: an unkeyed hash of an NHS number
is broken in minutes. The HMAC is made in Python, because an SQL expression would show
the key in every query plan.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from uuid import UUID

import pyarrow as pa

from flows.duck import quote_name
from flows.keys import Keys

if TYPE_CHECKING:
    import duckdb

KEY_VERSION = 1
_BATCH = 100_000


def derive_key(keys: Keys, recipient: str, agreement: str) -> bytes:
    """Derive the pseudonym key of one recipient under one agreement.

    Two recipients cannot join their extracts, and a recipient cannot join what it got
    under an agreement that has ended with what it gets under the next.
    """
    return keys.for_facts(f"pseudonym|{recipient}|{agreement}|v{KEY_VERSION}")


def make_pseudonym(key: bytes, value: str) -> str:
    """Give the pseudonym of one id: half its HMAC-SHA256, in the form of a UUID."""
    return str(UUID(hex=_hash(key, value)))


def load_pseudonyms(
    connection: duckdb.DuckDBPyConnection, table: str, query: str, key: bytes
) -> None:
    """Make a temporary table ``(id, pseudonym)`` for every id a query gives.

    Args:
        connection: temporary tables live and die with it, in memory or encrypted spill.
        table: name of the temporary table; replaced if it exists.
        query: gives distinct ids in one column; reads no temporary table.
        key: from :func:`derive_key`.
    """
    connection.execute(
        f"create or replace temp table {quote_name(table)} "
        "(id varchar, pseudonym varchar)"
    )
    reader = connection.cursor().execute(query).to_arrow_reader(_BATCH)
    for batch in reader:
        ids = batch.column(0).to_pylist()
        hashed = pa.table({"id": ids, "half": [_hash(key, value) for value in ids]})
        connection.register("hashed", hashed)
        connection.execute(
            f"insert into {quote_name(table)} "
            "select id, half::uuid::varchar from hashed"
        )
        connection.unregister("hashed")


def _hash(key: bytes, value: str) -> str:
    return hmac.digest(key, value.encode(), hashlib.sha256)[:16].hex()
