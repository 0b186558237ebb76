"""DuckDB connections: encrypted files and spill, and the sandbox for provider files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import duckdb_extension_httpfs

# Secure encryption writes need OpenSSL, which DuckDB 1.5 carries in httpfs. The signed
# extension comes from the package index, so nothing is downloaded at run time.
_HTTPFS = (
    Path(duckdb_extension_httpfs.__file__).parent
    / "extensions"
    / f"v{duckdb.__version__}"
    / "httpfs.duckdb_extension"
)


def connect(
    spill: Path | None = None, database: str = ":memory:"
) -> duckdb.DuckDBPyConnection:
    """Open DuckDB with encryption ready and nothing fetched from outside.

    Args:
        spill: folder for temporary files; they are encrypted.
        database: a database file, or a named in-memory database.
    """
    connection = duckdb.connect(
        database,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute(f"load {quote_text(str(_HTTPFS))}")
    connection.execute("set temp_file_encryption = true")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    if spill is not None:
        connection.execute(f"set temp_directory = {quote_text(str(spill))}")
    return connection


def attach_encrypted(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    key: bytes,
    *,
    read_only: bool = False,
) -> None:
    """Attach an encrypted database file, making it if it does not exist.

    Args:
        connection: a connection from :func:`connect`.
        path: the database file.
        name: the catalogue name it gets.
        key: 32 bytes; DuckDB is given its hexadecimal form.
        read_only: refuse writes.
    """
    options = f"encryption_key '{key.hex()}'" + (", read_only" if read_only else "")
    connection.execute(f"attach {quote_text(str(path))} as {name} ({options})")


def close_sandbox(connection: duckdb.DuckDBPyConnection, allowed: list[Path]) -> None:
    """Shut a connection in: only the given folders, no other file, no way back.

    Args:
        connection: already holds whatever it needs attached.
        allowed: folders it may still read and write.
    """
    folders = ", ".join(quote_text(f"{path}/") for path in allowed)
    connection.execute(f"set allowed_directories = [{folders}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def quote_text(text: str) -> str:
    """Quote a string for SQL."""
    return "'" + text.replace("'", "''") + "'"


def quote_name(name: str) -> str:
    """Quote an identifier for SQL; a header is data, so inner quotes are doubled."""
    return '"' + name.replace('"', '""') + '"'
