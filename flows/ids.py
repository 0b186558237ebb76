"""Ids made of a provider's own keys: the same key always gives the same id.

They are made with the vault's random salt, the variable ``id_salt`` of a connection:
without the vault nobody can tell whose they are. Where there is no vault (in a check)
nothing is landed, and they are made of the key alone.
"""

from __future__ import annotations

from flows.duck import quote_text


def id_sql(provider: str, kind: str, key: str) -> str:
    """SQL of the id, 32 hexadecimal digits, of one key of a provider.

    What stands before the key is made once a query, and short enough that a key costs
    one block of MD5.

    Args:
        provider: whose key it is.
        kind: what it is a key of; two kinds may use the same key.
        key: SQL of the key, a text.
    """
    of_what = f"{quote_text(provider)} || chr(31) || {quote_text(kind)}"
    salt = f"md5(coalesce(getvariable('id_salt'), '') || chr(31) || {of_what})"
    return f"md5({salt} || {key})"
