"""What was found in an export, row by row, as two tables that stay in DuckDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from flows.mappings import Mapping
from flows.reading.faults import Fault

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
        insert_faults(self.connection, self.faults_table, faults)

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
        # All are looked at once for the last line that is given, so that only the few
        # before it are put in order.
        first = f"""
            join (
                select rule, "column", severity, list_max(min(line, {limit})) as last
                from {self.faults_table} group by all
            ) as shown using (rule, "column", severity)
            where {kept} f.line <= shown.last
            qualify {kept} row_number() over (
                partition by f.rule, f."column", f.severity order by f.line
            ) <= {limit}
        """
        cursor = self.connection.execute(
            f"""
            select f.line, coalesce(r._row_key, ''), f."column", f.rule, f.severity,
                f.detail
            from (select f.* from {self.faults_table} as f {first if limit else ""})
                as f
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


def make_faults_table(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make a table of faults, with no row yet: one row per rule, line and column."""
    connection.execute(
        f"create or replace temp table {table} "
        '(line bigint, "column" varchar, rule varchar, severity varchar, '
        "detail varchar)"
    )


def insert_faults(
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
