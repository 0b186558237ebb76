"""Read the tables somebody brings: Parquet, CSV or JSON lines, every column as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from flows.duck import quote_name, quote_text
from flows.errors import LinkageError
from flows.linkage.steps import count_rows

_CSV = (".csv", ".tsv", ".tab", ".txt", ".psv", ".csv.gz", ".tsv.gz", ".txt.gz")
_JSON = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_PARQUET = (".parquet", ".pq", ".parq")
_LIST_MARK = "|"


@dataclass(frozen=True)
class Input:
    """A table that was read.

    Attributes:
        table: its name in DuckDB; ``place`` is the row's place in the file, from 0.
        source: what its records are said to be from.
        columns: heading as its file has it, trimmed -> the column in DuckDB.
        rows: how many records it holds.
        remarks: what was unusual in reading it, in words.
    """

    table: str
    source: str
    columns: dict[str, str]
    rows: int
    remarks: list[str] = field(default_factory=list)


def read_inputs(
    connection: duckdb.DuckDBPyConnection, paths: list[Path]
) -> list[Input]:
    """Read files into tables of text, rows in order.

    Lists become one text, their parts separated by ``|``.

    Args:
        connection: an in-memory database.
        paths: one or more files.

    Raises:
        LinkageError: a file is missing, of no kind that can be read, damaged or empty.
    """
    if len({path.resolve() for path in paths}) < len(paths):
        raise LinkageError(
            "An input is named twice. To find doubles inside one file, name it once."
        )
    stems = [_name_source(path) for path in paths]
    is_clear = len(set(stems)) == len(stems)
    return [
        _read(connection, path, f"input_{place}", stem if is_clear else str(path))
        for place, (path, stem) in enumerate(zip(paths, stems, strict=True))
    ]


def list_headings(inputs: list[Input]) -> list[str]:
    """List every heading of the inputs once, in order."""
    return list(dict.fromkeys(name for one in inputs for name in one.columns))


def _read(
    connection: duckdb.DuckDBPyConnection, path: Path, table: str, source: str
) -> Input:
    remarks: list[str] = []
    reader = _choose_reader(path)
    try:
        _store(connection, table, reader)
    except duckdb.Error as error:
        if "read_csv" not in reader or not _is_other_encoding(error):
            raise LinkageError(_say_unreadable(path, error)) from None
        remarks.append(f"{path.name} is not UTF-8; it was read as Latin-1.")
        reader = reader.replace("read_csv(", "read_csv(encoding = 'latin-1', ")
        try:
            _store(connection, table, reader)
        except duckdb.Error as again:
            raise LinkageError(_say_unreadable(path, again)) from None
    columns = _as_text(connection, table)
    rows = count_rows(connection, f"{table}_rows")
    if not rows:
        raise LinkageError(f"{path} holds no rows.")
    return Input(table, source, columns, rows, remarks)


def _store(connection: duckdb.DuckDBPyConnection, table: str, reader: str) -> None:
    connection.execute(f"create or replace table {table}_rows as from {reader}")


def drop_inputs(connection: duckdb.DuckDBPyConnection, inputs: list[Input]) -> None:
    """Drop the tables of inputs that have been brought together."""
    for one in inputs:
        connection.execute(f"drop view {one.table}")
        connection.execute(f"drop table {one.table}_rows")


def _choose_reader(path: Path) -> str:
    name, quoted = path.name.lower(), quote_text(str(path))
    if path.is_dir() or any(sign in str(path) for sign in "*?["):
        raise LinkageError(
            f"{path} is not one file. Name each file with an --input of its own."
        )
    if not path.exists():
        raise LinkageError(f"There is no file {path}.")
    if name.endswith(_PARQUET) or _begins_with(path, b"PAR1"):
        return f"read_parquet({quoted})"
    if name.endswith(_JSON):
        return f"read_json_auto({quoted}, maximum_object_size = 16777216)"
    if name.endswith(_CSV):
        return f"read_csv({quoted}, header = true, all_varchar = true)"
    raise LinkageError(
        f"{path.name}: only Parquet ({', '.join(_PARQUET)}), CSV "
        f"({', '.join(_CSV[:4])}) and JSON lines ({', '.join(_JSON[:3])}) are read. "
        "Save a workbook as CSV first."
    )


def _as_text(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Show every column as trimmed text; what is empty is nothing."""
    described = connection.execute(f"describe {table}_rows").fetchall()
    columns: dict[str, str] = {}
    chosen = []
    for place, (heading, kind, *_) in enumerate(described):
        column = quote_name(heading)
        if kind.endswith("[]") and "STRUCT" not in kind:
            column = f"array_to_string({column}, {quote_text(_LIST_MARK)})"
        elif kind in {"DOUBLE", "FLOAT"}:
            # A whole number kept as a decimal because a value is missing: 7.0 is 7.
            column = f"regexp_replace({column}::varchar, '\\.0$', '')"
        chosen.append(f"nullif(trim({column}::varchar), '') as column_{place}")
        plain = heading.strip().lstrip("\ufeff")
        while plain in columns or not plain:
            plain = f"{plain or 'column'}_{place + 1}"
        columns[plain] = f"column_{place}"
    connection.execute(
        f"create or replace view {table} as "
        f"select rowid as place, {', '.join(chosen)} from {table}_rows"
    )
    return columns


def _name_source(path: Path) -> str:
    name = path.name
    for suffix in sorted((*_CSV, *_JSON, *_PARQUET), key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def _begins_with(path: Path, sign: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(sign)) == sign


def _is_other_encoding(error: duckdb.Error) -> bool:
    words = str(error).lower()
    return "utf-8" in words or "unicode" in words or "encod" in words


def _say_unreadable(path: Path, error: duckdb.Error) -> str:
    # DuckDB's own words may quote a line of the file.
    return (
        f"{path} cannot be read as what its name says it is "
        f"({type(error).__name__}). Look for a damaged file, a line with more fields "
        "than headings, or a quotation mark that is never closed."
    )
