"""Link a table that somebody brings: read, map, pair, fit, weigh, group, write."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.duck import connect, quote_text
from flows.errors import LinkageError
from flows.linkage.policy import load_policy
from flows.linkage.scoring import build_settings
from flows.linkage.steps import run_step
from flows.linkage.tables.asked import Asked, Linked
from flows.linkage.tables.bind import Bound, bind_inputs
from flows.linkage.tables.column_map import ColumnMap, read_link, read_map
from flows.linkage.tables.fit import Fit, fit_table
from flows.linkage.tables.grouping import Rules, group_table
from flows.linkage.tables.guess import guess_map
from flows.linkage.tables.input import drop_inputs, list_headings, read_inputs
from flows.linkage.tables.levels import find_levels, prepare_levels
from flows.linkage.tables.method import Comparisons, choose_comparisons
from flows.linkage.tables.model import read_model, write_model
from flows.linkage.tables.output import (
    check_target,
    count_result,
    write_edges,
    write_links,
)
from flows.linkage.tables.pairing import Blocking, pair_records
from flows.linkage.tables.standard import load_all_words, standardise_table

FOLDER = Path(__file__).parent
THRESHOLD_WEIGHT = 4.25
_SCOPES = {
    "both": "true",
    "within": "a.provider = b.provider",
    "between": "a.provider <> b.provider",
}


@dataclass(frozen=True)
class _Prepared:
    """The table, ready to be weighed: ``levels`` holds what agrees in every pair."""

    comparisons: Comparisons
    base: dict[str, Any]
    blocking: Blocking
    rules: Rules


def link_table(
    asked: Asked,
    out: Path,
    edges: Path | None = None,
    *,
    replace_files: bool = False,
    tell: Callable[[str], None] = lambda words: None,
) -> Linked:
    """Link the records of one or more files and write who is one person.

    Args:
        asked: what to link, and how.
        out: Parquet or CSV to write: source, record_id, person_id; one row a record.
        edges: Parquet or CSV for the pairs that were weighed above zero, or None.
        replace_files: write over files that are there.
        tell: is told what is being done, in words.

    Raises:
        LinkageError: input, map or output cannot be used; it says why.
    """
    started = time.perf_counter()
    for target in (out, edges):
        if target is not None:
            check_target(target, asked.inputs, replace_files)
    with tempfile.TemporaryDirectory(prefix="commonground-link-") as folder:
        connection = _open(Path(folder), asked.memory)
        try:
            linked = Linked()
            prepared = _prepare(connection, asked, linked, tell)
            settings = _choose_model(connection, asked, prepared, linked, tell)
            tell("making people")
            linked.rebuilt = group_table(
                connection, prepared.base, settings, prepared.rules
            )
            write_links(connection, out)
            if edges is not None:
                write_edges(connection, edges)
            count_result(connection, linked)
        finally:
            connection.close()
    linked.seconds = round(time.perf_counter() - started, 1)
    return linked


def train_table(
    asked: Asked,
    model: Path,
    *,
    replace_files: bool = False,
    tell: Callable[[str], None] = lambda words: None,
) -> Linked:
    """Fit a model to the records of one or more files and write it.

    Raises:
        LinkageError: input, map or output cannot be used; it says why.
    """
    started = time.perf_counter()
    check_target(model, asked.inputs, replace_files, suffixes=(".json",))
    with tempfile.TemporaryDirectory(prefix="commonground-link-") as folder:
        connection = _open(Path(folder), asked.memory)
        try:
            linked = Linked()
            prepared = _prepare(connection, asked, linked, tell)
            tell("fitting the model")
            fit = _fit(connection, asked, prepared, linked)
            write_model(connection, model, fit, prepared.blocking.rules, asked.seed)
        finally:
            connection.close()
    linked.seconds = round(time.perf_counter() - started, 1)
    return linked


def _open(folder: Path, memory: str) -> duckdb.DuckDBPyConnection:
    connection = connect(folder)
    if memory:
        try:
            connection.execute(f"set memory_limit = {quote_text(memory)}")
        except duckdb.Error:
            raise LinkageError(
                f"--memory {memory} is no amount of memory; write for example 4GB."
            ) from None
    return connection


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    linked: Linked,
    tell: Callable[[str], None],
) -> _Prepared:
    """Read, map and standardise the files, and bring records together."""
    tell("reading")
    inputs = read_inputs(connection, asked.inputs)
    headings = list_headings(inputs)
    columns = (
        read_map(asked.columns, headings) if asked.columns else guess_map(headings)
    )
    load_all_words(connection)
    bound = bind_inputs(connection, inputs, columns)
    drop_inputs(connection, inputs)
    link, scope = _choose_scope(asked, columns, bound)
    linked.one_to_one = (
        columns.one_to_one if asked.one_to_one is None else asked.one_to_one
    )
    if linked.one_to_one and bound.sources < 2:
        raise LinkageError(
            "One to one needs two sources: give two inputs, or name the column that "
            "says where a record is from with 'source:'."
        )
    standard = standardise_table(connection, bound)
    comparisons = choose_comparisons(standard)
    if not comparisons:
        raise LinkageError(
            "None of the mapped columns holds anything that can be compared."
        )
    tell("comparing records")
    blocking = pair_records(connection, standard, scope)
    policy = load_policy()
    run_step(
        connection, "certain", FOLDER, largest_group=policy.largest_identifier_group
    )
    connection.execute("drop table found_pairs")
    base = build_settings(comparisons)
    prepare_levels(connection, base)
    find_levels(connection, base, "pairs", "levels")
    linked.link, linked.sources = link, bound.sources
    linked.rules = len(blocking.rules) or 1
    linked.rules_left_out = blocking.rules_left_out
    linked.values_left_out = blocking.values_left_out
    linked.compared = {
        name: standard.headings.get(f"{name}_0", standard.headings.get(name, ""))
        for name in comparisons
    }
    linked.is_guessed = columns.is_guessed
    linked.ignored = _list_ignored(headings, columns)
    linked.remarks = [*bound.remarks, *standard.remarks]
    weight = asked.threshold_weight
    rules = Rules(
        threshold_weight=THRESHOLD_WEIGHT if weight is None else weight,
        certain_weight=policy.certain_weight,
        guarded=policy.guarded_identifiers,
        junior_years=policy.junior_years,
        scope=scope,
        one_to_one=linked.one_to_one,
    )
    return _Prepared(comparisons, base, blocking, rules)


def _choose_scope(asked: Asked, columns: ColumnMap, bound: Bound) -> tuple[str, str]:
    link = read_link("--link", asked.link) or columns.link or "both"
    if bound.sources < 2:
        if link == "between":
            raise LinkageError(
                "'link: between' needs two sources: give two inputs, or name the "
                "column that says where a record is from with 'source:'."
            )
        link = "within"
    return link, _SCOPES[link]


def _choose_model(
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    prepared: _Prepared,
    linked: Linked,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    if asked.model is not None:
        linked.model = f"the model in {asked.model}"
        return read_model(asked.model, prepared.comparisons)
    tell("fitting a model to these records")
    linked.model = "a model fitted to these records"
    return _fit(connection, asked, prepared, linked).settings


def _fit(
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    prepared: _Prepared,
    linked: Linked,
) -> Fit:
    fit = fit_table(
        connection, prepared.comparisons, prepared.base, prepared.rules, asked.seed
    )
    linked.same_pairs, linked.random_pairs = fit.same_pairs, fit.random_pairs
    return fit


def _list_ignored(headings: list[str], columns: ColumnMap) -> list[str]:
    used = {h for column in columns.columns.values() for h in column.headings}
    used |= {other.heading for other in columns.others}
    return [h for h in headings if h not in used | {columns.record, columns.source}]
