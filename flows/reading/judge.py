"""Judge every row of a reading: typed fields for those that may land, faults for all.

A reading becomes two DuckDB tables: one with a row per line that could be read, its
fields typed; one with a row per fault. Neither is ever held in Python.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from flows.duck import quote_text
from flows.errors import ExportRefused
from flows.mappings import Mapping
from flows.reading.exports import Reading
from flows.reading.faults import Fault
from flows.reading.fields import Fields, describe_fields, list_sources
from flows.reading.texts import corrections_sql, texts_sql

_BATCH = 50_000


@dataclass(frozen=True)
class RuleCount:
    """How often one rule was broken in one column of an export."""

    rule: str
    column: str
    severity: str
    faults: int


@dataclass
class Judgement:
    """What was found in an export, row by row.

    Attributes:
        table: the table of its rows: ``_line``, ``_row_key``, ``_row_id``,
            ``_row_hash``, ``_is_sound``, ``_is_deleted``, ``_is_alias`` and one column
            per field.
        mapping: how it was read.
        rows: lines that should be rows.
        how: how it was read, in words.
        told_by: how the layout's version was told, in words.
    """

    connection: duckdb.DuckDBPyConnection
    table: str
    mapping: Mapping
    rows: int
    how: str
    told_by: str
    counts: list[RuleCount] = field(default_factory=list)
    quarantined: int = 0
    warned: int = 0

    @property
    def faults_table(self) -> str:
        """The table of its faults: line, column, rule, severity, detail."""
        return f"{self.table}_faults"

    @property
    def out_table(self) -> str:
        """The table of the lines that do not land."""
        return f"{self.table}_out"

    @property
    def rules(self) -> Counter[str]:
        """Rule -> faults that kept rows out."""
        return self._count("quarantine")

    @property
    def remarks(self) -> Counter[str]:
        """Rule -> remarks."""
        return self._count("warning")

    def add(self, faults: list[Fault]) -> None:
        """Add faults found by looking at several files together."""
        _insert_faults(self.connection, self.faults_table, faults)

    def settle(self) -> None:
        """Count everything, once every fault is known."""
        self.connection.execute(
            f"""
            create or replace temp table {self.out_table} as
            select distinct line from {self.faults_table}
            where severity = 'quarantine' and line > 0
            """
        )
        self.counts = [
            RuleCount(*row)
            for row in self.connection.execute(
                f"""
                select rule, "column", severity, count(*) from {self.faults_table}
                group by all order by all
                """
            ).fetchall()
        ]
        found = self.connection.execute(
            f"""
            select
                (select count(*) from {self.out_table}),
                (
                    select count(distinct line) from {self.faults_table}
                    where severity = 'warning' and "column" <> '' and line > 0
                    and line not in (select line from {self.out_table})
                )
            """
        ).fetchone()
        self.quarantined, self.warned = found or (0, 0)

    def list_faults(
        self, most: int | None = None, most_remarks: int | None = None
    ) -> Iterator[tuple[int, str, str, str, str, str]]:
        """Give every fault by line: line, row key, column, rule, severity, detail.

        The connection must not be asked anything else until the last was given.

        Args:
            most: give only the first so many of each rule, column and severity.
            most_remarks: the same, of remarks alone.
        """
        limit = most or most_remarks
        kept = "f.severity = 'quarantine' or " if most is None else ""
        first = f"""
            qualify {kept} row_number() over (
                partition by f.rule, f."column", f.severity order by f.line
            ) <= {limit}
        """
        cursor = self.connection.execute(
            f"""
            select f.line, coalesce(r._row_key, ''), f."column", f.rule, f.severity,
                f.detail
            from (from {self.faults_table} as f {first if limit else ""}) as f
            left join {self.table} as r on r._line = f.line
            order by f.line, f."column", f.rule
            """
        )
        while batch := cursor.fetchmany(_BATCH):
            yield from batch

    def list_codes(self) -> frozenset[str]:
        """Give the codes that say whose file it is, as they stand in it."""
        blanks = [blank.upper() for blank in self.mapping.blanks]
        rows = self.connection.execute(
            f"select distinct _whose from {self.table} where _whose is not null"
        ).fetchall()
        return frozenset(code for (code,) in rows if code.upper() not in blanks)

    def first_lines(self, most: int) -> dict[tuple[str, str], list[int]]:
        """Give the first lines each rule was broken in: (rule, column) -> lines."""
        rows = self.connection.execute(
            f"""
            select rule, "column", min(line, {most}) from {self.faults_table}
            group by rule, "column"
            """
        ).fetchall()
        return {(rule, column): lines for rule, column, lines in rows}

    def drop(self) -> None:
        """Take its tables away."""
        for table in (self.table, self.faults_table, self.out_table):
            self.connection.execute(f"drop table if exists {table}")

    def _count(self, severity: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for count in self.counts:
            if count.severity == severity:
                found[count.rule] += count.faults
        return found


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
    connection.execute(
        f"create or replace temp table {faults} "
        '(line bigint, "column" varchar, rule varchar, severity varchar, '
        "detail varchar)"
    )
    _insert_faults(connection, faults, opened.faults)
    _insert_coded(connection, table, faults, found)
    _insert_repeated(connection, table, faults, mapping)
    _insert_faults(
        connection, faults, _unneeded_corrections(connection, mapping, table)
    )
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
            yield from reading.opened.batches
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


def _staged_sql(reading: Reading, found: Fields) -> str:
    mapping = reading.mapping
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
            md5(coalesce(getvariable('id_salt'), '') || chr(31)
                || {quote_text(mapping.file_kind)} || chr(31) || _row_key)::uuid
                as _row_id,
            -- a row its source deleted is sound whatever it holds
            not _has_no_key and (_is_deleted or not ({held})) as _is_sound
        from filled
    """


def _insert_faults(
    connection: duckdb.DuckDBPyConnection, table: str, faults: list[Fault]
) -> None:
    """Enter faults found in Python; there may be as many as there are lines."""
    for start in range(0, len(faults), _BATCH):
        part = faults[start : start + _BATCH]
        names = ("line", "column", "rule", "severity", "detail")
        columns = {name: [getattr(f, name) for f in part] for name in names}
        types = [pa.int64(), *[pa.string()] * 4]
        arrays = [
            pa.array(values, kind)
            for values, kind in zip(columns.values(), types, strict=True)
        ]
        connection.register("found", pa.table(arrays, names=list(names)))
        connection.execute(f"insert into {table} from found")
        connection.unregister("found")


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
