"""Has anything changed that could change who is joined?"""

from __future__ import annotations

import hashlib
import hmac

import duckdb

from flows.linkage.policy import hash_files


def take_fingerprint(connection: duckdb.DuckDBPyConnection, key: bytes) -> str:
    """Fingerprint the vault's records and identities together with the method.

    It is keyed: without the vault's key nobody can test a guess about who is in it.

    Args:
        connection: has the vault attached as ``vault``.
        key: the vault's key.
    """
    row = connection.execute(
        """
        select
            (select md5(
                string_agg(id::varchar || ' ' || provider, '|' order by id, provider)
            )
            from vault.keys where kind = 'record'),
            (select md5(string_agg(md5(identities::varchar), '' order by row_id, kind))
            from vault.identities as identities where is_live)
        """
    ).fetchone()
    content = f"{row}|{hash_files()['method']}"
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()
