"""Write who is one person, and the pairs behind it: aside first, then renamed."""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.duck import quote_text
from flows.errors import LinkageError
from flows.linkage.tables.asked import Linked

_SUFFIXES = (".parquet", ".csv")


def check_target(
    target: Path,
    inputs: list[Path],
    replace_files: bool,
    suffixes: tuple[str, ...] = _SUFFIXES,
) -> None:
    """Refuse a file that cannot or should not be written, before any work is done.

    Raises:
        LinkageError: it is an input, is there already, or its kind is not written.
    """
    if target.suffix.lower() not in suffixes:
        raise LinkageError(
            f"{target}: the file to write must end in {' or '.join(suffixes)}."
        )
    if any(target.resolve() == one.resolve() for one in inputs):
        raise LinkageError(f"{target} is an input; it is never written over.")
    if not target.parent.is_dir():
        raise LinkageError(f"There is no folder {target.parent} to write into.")
    if target.is_dir() or (target.exists() and not replace_files):
        raise LinkageError(
            f"{target} is there already. Name another file, or say --replace."
        )


def write_links(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Write source, record_id and person_id of every record, in the order of the input.

    A person's id is that of its first record: source and record_id, or the record_id
    alone where all records are from one source.
    """
    _write(
        connection,
        """
        select
            given.source,
            given.record as record_id,
            if(
                (select count(distinct source) from given) > 1,
                first.source || ':' || first.record,
                first.record
            ) as person_id,
        from given
        inner join groups using (n)
        inner join given as first on first.n = groups.label
        order by given.n
        """,
        out,
    )


def write_edges(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Write the pairs that weigh more than nothing: both records, weight and rule."""
    _write(
        connection,
        """
        select
            a.source as source_l,
            a.record as record_id_l,
            b.source as source_r,
            b.record as record_id_r,
            round(edges.match_weight, 4) as match_weight,
            round(1 / (1 + pow(2, -edges.match_weight)), 6) as match_probability,
            rule_names.rule_name as match_rule,
            edges.is_certain,
            one.label = two.label as is_one_person,
        from edges
        inner join given as a on a.n = edges.l
        inner join given as b on b.n = edges.r
        inner join groups as one on one.n = edges.l
        inner join groups as two on two.n = edges.r
        inner join rule_names using (rule)
        where edges.is_certain or edges.match_weight >= 0
        order by edges.l, edges.r
        """,
        out,
    )


def _write(connection: duckdb.DuckDBPyConnection, query: str, out: Path) -> None:
    aside = out.with_name(f".{out.name}.part")
    kind = "format csv, header" if out.suffix.lower() == ".csv" else "format parquet"
    try:
        connection.execute(f"copy ({query}) to {quote_text(str(aside))} ({kind})")
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)


def count_result(connection: duckdb.DuckDBPyConnection, linked: Linked) -> None:
    """Count what came of it, from ``groups``, ``pairs`` and ``edges``."""
    row = connection.execute(
        """
        with sizes as (select label, count(*) as size from groups group by label)
        select
            sum(size)::bigint, count(*), (sum(size) filter (where size > 1))::bigint,
            max(size), (select count(*) from pairs), (select count(*) from edges),
        from sizes
        """
    ).fetchall()[0]
    linked.records, linked.persons = row[0], row[1]
    linked.linked_records, linked.largest = row[2] or 0, row[3]
    linked.pairs, linked.edges = row[4], row[5]
