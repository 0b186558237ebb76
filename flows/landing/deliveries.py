"""A delivery: what one provider sent of one day, looked at together."""

from __future__ import annotations

import duckdb

from flows.checks import list_checks, run_checks
from flows.duck import quote_name
from flows.landing.facts import Export
from flows.layouts import load_layout
from flows.provider_files import OWN
from flows.reading.faults import Fault
from flows.reading.judgement import Judgement


def check_delivery(
    connection: duckdb.DuckDBPyConnection, judged: list[tuple[Export, Judgement]]
) -> dict[str, list[tuple[str, str]]]:
    """Ask the check catalogue of the files of one delivery; add what it finds.

    Where a delivery holds two files of one kind (a correction beside what it corrects),
    the later one is looked at.

    Args:
        connection: holds the tables of the judgements.
        judged: every file that could be read, oldest first.

    Returns:
        table of a judgement -> (rule, why) of each rule about it that could not be
        asked.
    """
    by_family: dict[str, dict[str, Judgement]] = {}
    days = {}
    for export, judgement in judged:
        mapping = judgement.mapping
        by_family.setdefault(mapping.family, {})[mapping.file_kind] = judgement
        days[mapping.family] = export.export_date
    not_run: dict[str, list[tuple[str, str]]] = {}
    for family, files in by_family.items():
        layout = _choose_version(files)
        for kind, judgement in files.items():
            _show(connection, kind, judgement)
        tables = {k: set(j.mapping.file.fields) for k, j in files.items()}
        faults = {kind: judgement.faults_table for kind, judgement in files.items()}
        unasked = run_checks(connection, layout, tables, days[family], faults)
        _tell_missing(files)
        rules = list_checks(layout)
        for rule, why in unasked:
            if about := files.get(rules[rule].file):
                not_run.setdefault(about.table, []).append((rule, why))
        for kind in files:
            connection.execute(f"drop view {quote_name(kind)}")
    return not_run


def _choose_version(files: dict[str, Judgement]) -> str:
    """Choose the version a delivery is: the one told by the headings of some file.

    A file that looks the same in several versions is read as the one the provider
    declares, whatever the others are.
    """
    told = [j for j in files.values() if j.told_by.startswith("told by its headings")]
    return (told or list(files.values()))[0].mapping.layout


def _tell_missing(files: dict[str, Judgement]) -> None:
    """Remark on files a full delivery must hold and this one lacks."""
    mapping = next(iter(files.values())).mapping
    if mapping.provider.exports != "full" or mapping.layout == OWN:
        return
    absent = [k for k in load_layout(mapping.layout).expects if k not in files]
    if absent:
        detail = f"missing {', '.join(absent)}"
        for judgement in files.values():
            judgement.add([Fault(0, "", "files_missing", "warning", detail)])


def _show(
    connection: duckdb.DuckDBPyConnection, kind: str, judgement: Judgement
) -> None:
    """Show the rows of a file under its own name: readable, and not deleted."""
    fields = ", ".join(
        quote_name(name) for name in sorted(judgement.mapping.file.fields)
    )
    connection.execute(
        f"create or replace temp view {quote_name(kind)} as "
        f"select _line as line, {fields} from {judgement.table} "
        "where not _is_deleted and not _has_no_key"
    )
