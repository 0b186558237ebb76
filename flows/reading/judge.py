"""Judge every row of a reading: typed fields for those that may land, faults for all.

A reading becomes two DuckDB tables: one with a row per line that could be read, its
fields typed; one with a row per fault. Neither is ever held in Python.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import duckdb
import pyarrow as pa

from flows.duck import quote_text
from flows.errors import ExportRefused
from flows.ids import id_sql
from flows.mappings import Mapping
from flows.reading.exports import Reading
from flows.reading.faults import Fault
from flows.reading.fields import Fields, describe_fields, list_sources
from flows.reading.judgement import Judgement, insert_faults, make_faults_table
from flows.reading.texts import corrections_sql, texts_sql

_AHEAD = 64 << 20
_LONGEST_WAIT = 1.0


def judge(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    export_date: dt.date,
    table: str = "judged",
) -> Judgement:
    """Read every row, type every value and find every fault.

    Row ids are made of the row's key and the variable ``id_salt`` of the connection,
    which is the vault's; without it (in a check) they are made of the key alone.

    Args:
        connection: where the tables are made.
        reading: the file, opened as one version of a layout.
        export_date: the day the export was made.
        table: name of the table of its rows.

    Raises:
        ExportRefused: what shows only while rows are read: NUL bytes, a line without
            end, quoting in which records cannot be told apart.
    """
    mapping, opened = reading.mapping, reading.opened
    sources = list_sources(mapping)
    found = describe_fields(mapping, sources, export_date)
    _stage(connection, reading, found, table)
    judgement = Judgement(
        connection, table, mapping, opened.rows, opened.how, reading.told_by
    )
    faults = judgement.faults_table
    make_faults_table(connection, faults)
    insert_faults(connection, faults, opened.faults)
    _insert_coded(connection, table, faults, found)
    _insert_repeated(connection, table, faults, mapping)
    insert_faults(connection, faults, _unneeded_corrections(connection, mapping, table))
    return judgement


def _stage(
    connection: duckdb.DuckDBPyConnection, reading: Reading, found: Fields, table: str
) -> None:
    refusals: list[ExportRefused] = []
    schema = pa.schema(
        [(f"c{n}", pa.string()) for n in range(len(reading.opened.header))]
        + [("_line", pa.int64())]
    )

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from keep_step(reading.opened.batches)
        except ExportRefused as refusal:
            # DuckDB would wrap it in an error of its own.
            refusals.append(refusal)

    stream = pa.RecordBatchReader.from_batches(schema, batches())
    connection.register("reading", stream)
    try:
        connection.execute(
            f"create or replace temp table {table} as {_staged_sql(reading, found)}"
        )
    finally:
        connection.unregister("reading")
    if refusals:
        connection.execute(f"drop table {table}")
        raise refusals[0]


def keep_step(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read no further ahead of DuckDB than a few batches.

    DuckDB asks through Arrow's scanner, which would read up to a gigabyte ahead. What
    DuckDB has done with is given back to Arrow's pool, so the pool tells how far it is.
    """
    pool = pa.default_memory_pool()
    before = pool.bytes_allocated()
    for batch in batches:
        until = time.monotonic() + _LONGEST_WAIT
        while pool.bytes_allocated() - before > _AHEAD and time.monotonic() < until:
            time.sleep(0.002)
        yield batch


def _staged_sql(reading: Reading, found: Fields) -> str:
    mapping = reading.mapping
    row_id = id_sql(mapping.provider.provider, mapping.file_kind, "_row_key")
    flags = "_row_key, _row_hash, _is_deleted, _is_alias, _is_blank, _whose"
    reads = "".join(f", {sql} as {name}" for name, sql in found.reads.items())
    values = "".join(f", {sql} as {name}" for name, sql in found.values.items())
    fields = ", ".join(f'{sql} as "{name}"' for name, sql in found.fields.items())
    words = ", ".join(f"{sql} as _faults{n}" for n, sql in enumerate(found.words))
    held = " or ".join(
        f"(_faults{n} & {mask}) <> 0" for n, mask in enumerate(found.masks) if mask
    )
    texts = texts_sql(
        mapping, reading.places, has_odd_spaces=reading.opened.has_odd_spaces
    )
    return f"""
        with texts as ({texts}),
        opened as (select *{reads} from texts),
        valued as (select *{values} from opened),
        filled as (
            select _line, {flags}, _has_no_key, {fields}, {words}
            {corrections_sql(mapping)}
            from valued
        )
        select
            * exclude (_is_blank),
            {row_id}::uuid as _row_id,
            -- a row its source deleted is sound whatever it holds
            not _has_no_key and (_is_deleted or not ({held})) as _is_sound
        from filled
    """


def _insert_coded(
    connection: duckdb.DuckDBPyConnection, table: str, faults: str, found: Fields
) -> None:
    """Unfold the bits of faulty rows into a row per fault."""
    for word in range(len(found.masks)):
        first = word * 60
        codes = ", ".join(
            f"({1 << n}::ubigint, {quote_text(c.heading)}, '{c.rule}', '{c.severity}')"
            for n, c in enumerate(found.codes[first : first + 60])
        )
        connection.execute(
            f"""
            insert into {faults}
            select rows._line, codes.heading, codes.rule, codes.severity, ''
            from (
                select _line, _is_sound, _faults{word} as bits from {table}
                where _faults{word} <> 0
            ) as rows
            join (values {codes}) as codes (bit, heading, rule, severity)
                on (rows.bits & codes.bit) <> 0
            where not (rows._is_sound and codes.severity = 'quarantine')
            """
        )


def _insert_repeated(
    connection: duckdb.DuckDBPyConnection, table: str, faults: str, mapping: Mapping
) -> None:
    """Find keys given twice: the first line counts, the others stay out.

    Only keys whose 64-bit hash comes twice are compared in full.
    """
    heading = quote_text(", ".join(mapping.file.row_key))
    connection.execute(
        f"""
        insert into {faults}
        select _line, {heading}, 'duplicate_key', 'quarantine', ''
        from (
            select _line, row_number() over (partition by _row_id order by _line) as n
            from {table}
            where not _has_no_key and hash(_row_id) in (
                select hash(_row_id) from {table} where not _has_no_key
                group by 1 having count(*) > 1
            )
        )
        where n > 1
        """
    )


def _unneeded_corrections(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, table: str
) -> list[Fault]:
    """Remark on corrections that matched no row: a correction outlives no fault."""
    faults = []
    for number, correction in enumerate(mapping.provider.corrections):
        if correction.file == mapping.file_kind:
            used = connection.execute(
                f"select count(*) from {table} where _corrected{number}"
            ).fetchone()
            if used == (0,):
                rule = "correction_not_needed"
                faults.append(Fault(0, correction.column, rule, "warning"))
    return faults
