"""What linking remembers from night to night; it rests in the vault.

``link_records`` numbers every record and holds the stamp of what was known of it;
``link_keys`` are hashes of the values that bring records together; ``link_terms`` and
``link_crowded`` say how common a value was when the yardstick was last taken. With them
a night touches only what changed, and weights mean the same from night to night.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb

TABLES: dict[str, str] = {
    "records": (
        "n integer, record_id uuid, stamp ubigint, component integer, evidence varchar"
    ),
    "keys": "rule utinyint, key ubigint, n integer",
    "crowded": "rule utinyint, key ubigint",
    "terms": "field varchar, value varchar, frequency double",
    "rejections": "n integer, reason varchar",
    "rulings": (
        "record_l varchar, record_r varchar, verdict varchar, decided_at timestamp"
    ),
    "notes": "name varchar, content varchar",
}
"""Columns by table; in the vault a table's name begins with ``link_``, in memory with
``known_``."""

_BY_RECORD = ("records", "keys", "rejections")


def recall(connection: duckdb.DuckDBPyConnection, *, forget: bool = False) -> None:
    """Make ``known_<table>`` of each table: views on the vault, or empty tables.

    Args:
        connection: has the vault attached as ``vault``.
        forget: begin as if nothing had ever been linked.
    """
    held = {
        row[0]
        for row in connection.execute(
            "select name from (show all tables) where database = 'vault'"
        ).fetchall()
    }
    for name, columns in TABLES.items():
        if f"link_{name}" in held and not forget:
            source = f"vault.link_{name}"
        else:
            source = f"no_{name}"
            connection.execute(f"create or replace table {source} ({columns})")
        connection.execute(f"create or replace view known_{name} as from {source}")


def read_notes(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Read what was noted of the last linking: its run, method, yardstick."""
    rows = connection.execute("select name, content from known_notes").fetchall()
    return {name: json.loads(content) for name, content in rows}


def remember(
    connection: duckdb.DuckDBPyConnection, notes: dict[str, Any], *, afresh: bool
) -> None:
    """Write ``next_<table>`` into what the vault remembers, as one act.

    Of records, keys and rejections, rows of what is in ``outdated_<table>`` give way
    to the new ones; the other tables are replaced.

    Args:
        connection: has the vault attached, writable.
        notes: what to note of this linking.
        afresh: replace everything.
    """
    connection.execute(
        "create or replace table next_notes (name varchar, content varchar)"
    )
    connection.executemany(
        "insert into next_notes values (?, ?)",
        [[name, json.dumps(content)] for name, content in sorted(notes.items())],
    )
    connection.execute("begin")
    try:
        for name, columns in TABLES.items():
            if afresh:
                connection.execute(f"drop table if exists vault.link_{name}")
            connection.execute(
                f"create table if not exists vault.link_{name} ({columns})"
            )
            which = f"where n in (from outdated_{name})" if name in _BY_RECORD else ""
            connection.execute(f"delete from vault.link_{name} {which}")
            connection.execute(
                f"insert into vault.link_{name} by name from next_{name}"
            )
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
