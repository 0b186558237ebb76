"""Judge every row of a reading: typed fields for those that may land, faults for all.

The work is two DuckDB tables. ``texts`` has each source text trimmed, blanks null and
corrections made; ``judged`` has the typed fields beside the list of faults of each row.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from flows.duck import quote_name, quote_text
from flows.mappings import Mapping
from flows.reading.exports import Reading
from flows.reading.faults import Fault
from flows.reading.fields import judged_sql, list_sources
from flows.reading.typed import Source


@dataclass(frozen=True)
class Judgement:
    """What was found in an export, row by row.

    Attributes:
        rows: lines that should be rows.
        faults: every fault and remark, by line.
        quarantined: lines that do not land.
    """

    rows: int
    faults: tuple[Fault, ...]
    quarantined: frozenset[int]

    @property
    def warned(self) -> int:
        """Rows that land with at least one remark."""
        remarks = {f.line for f in self.faults if f.severity == "warning" and f.column}
        return len(remarks - self.quarantined)


def judge(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    mapping: Mapping,
    export_date: dt.date,
) -> Judgement:
    """Type every value of a reading and find every fault.

    Leaves table ``judged`` in the connection: ``_line``, ``_row_key``, ``_row_hash``,
    ``_is_sound``, ``_is_deleted``, ``_is_alias`` and one column per field.

    Args:
        connection: a connection of its own for this export.
        reading: the file as text columns.
        mapping: which column fills which field.
        export_date: the day the export was made.
    """
    sources = list_sources(mapping)
    connection.register("reading", reading.columns)
    connection.execute(f"create temp table texts as {_texts_sql(mapping, sources)}")
    faults = [*reading.faults, *_unneeded_corrections(connection, mapping)]
    connection.unregister("reading")
    connection.execute(judged_sql(mapping, sources, export_date))
    faults += _fetch_faults(connection)
    quarantined = {f.line for f in faults if f.severity == "quarantine"}
    ordered = sorted(faults, key=lambda f: (f.line, f.column, f.rule))
    return Judgement(reading.rows, tuple(ordered), frozenset(quarantined))


def _texts_sql(mapping: Mapping, sources: list[Source]) -> str:
    texts = ", ".join(
        f"{_text_sql(mapping, source)} as {source.text}" for source in sources
    )
    key = ", ".join(
        f"coalesce({_plain(heading)}, '')" for heading in mapping.file.row_key
    )
    every = ", ".join(
        f"coalesce({_plain(name)}, '')" for name in sorted(mapping.file.headings_used)
    )
    required = " or ".join(
        f"{_plain(heading)} is null" for heading in mapping.file.required
    )
    return f"""
        select
            _line,
            concat_ws(chr(31), {key}) as _row_key,
            concat({key}) = '' as _has_no_key,
            md5(concat_ws(chr(31), {quote_text(mapping.fingerprint)}, {every}))
                as _row_hash,
            {_deleted_sql(mapping)} as _is_deleted,
            {_any_sql(mapping.file.alias_when)} as _is_alias,
            {_any_sql(mapping.file.blank_when)} as _is_blank,
            {required or "false"} as _lacks_required,
            {texts}
        from reading
    """


def _text_sql(mapping: Mapping, source: Source) -> str:
    text = _plain(source.heading)
    for correction in mapping.provider.corrections:
        if (correction.file, correction.column) == (mapping.file_kind, source.heading):
            text = (
                f"case when {text} = {quote_text(correction.found)} "
                f"then {quote_text(correction.meant)} else {text} end"
            )
    blanks = (*mapping.blanks, *mapping.blank_dates, *source.target.blanks)
    if blanks:
        listed = ", ".join(quote_text(blank.upper()) for blank in blanks)
        text = f"case when upper({text}) not in ({listed}) then {text} end"
    if source.target.when:
        text = f"case when {_any_sql(source.target.when)} then {text} end"
    return text


def _plain(heading: str) -> str:
    return f"nullif(trim({quote_name(heading)}), '')"


def _any_sql(condition: dict[str, tuple[str, ...]]) -> str:
    """SQL of a condition: each named column holds one of its values."""
    parts = [
        f"coalesce(upper({_plain(heading)}) in "
        f"({', '.join(quote_text(value.upper()) for value in wanted)}), false)"
        for heading, wanted in condition.items()
    ]
    return " and ".join(parts) or "false"


def _deleted_sql(mapping: Mapping) -> str:
    """SQL: the source marks the row as deleted (a flag that is set, or a date)."""
    heading = mapping.file.deleted_when
    if heading is None:
        return "false"
    return f"coalesce(upper({_plain(heading)}) not in ('0', 'N', 'FALSE'), false)"


def _fetch_faults(connection: duckdb.DuckDBPyConnection) -> list[Fault]:
    found = connection.execute(
        """
        select _line, fault.column, fault.rule, fault.severity
        from (select _line, _is_sound, unnest(_faults) as fault from judged)
        -- a row its source deleted is sound whatever it holds
        where not (_is_sound and fault.severity = 'quarantine')
        """
    ).fetchall()
    return [Fault(line, column, rule, sev) for line, column, rule, sev in found]


def _unneeded_corrections(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping
) -> list[Fault]:
    """Remark on corrections that matched no row: a correction outlives no fault."""
    faults = []
    for correction in mapping.provider.corrections:
        if correction.file == mapping.file_kind:
            heading = _plain(correction.column)
            used = connection.execute(
                f"select count(*) from reading where {heading} = ?", [correction.found]
            ).fetchone()
            if used == (0,):
                rule = "correction_not_needed"
                faults.append(Fault(0, correction.column, rule, "warning"))
    return faults
