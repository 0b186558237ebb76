"""Link a table that somebody brings: read, map, pair, fit, weigh, group, write."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from flows.duck import connect, quote_text
from flows.errors import LinkageError
from flows.linkage.pairing import find_certain_pairs, pair_records
from flows.linkage.policy import Policy, load_policy
from flows.linkage.scoring import score_pairs
from flows.linkage.tables.bind import Bound, bind_inputs
from flows.linkage.tables.column_map import ColumnMap, read_map
from flows.linkage.tables.fit import Fit, fit_table, set_prior
from flows.linkage.tables.grouping import group_table
from flows.linkage.tables.guess import guess_map
from flows.linkage.tables.input import list_headings, read_inputs
from flows.linkage.tables.method import Method, choose_method
from flows.linkage.tables.model import read_model, write_model
from flows.linkage.tables.one_to_one import keep_best_partners
from flows.linkage.tables.output import check_target, write_edges, write_links
from flows.linkage.tables.standard import Standard, standardise_table

_SCOPES = {
    "both": "true",
    "within": "a.provider = b.provider",
    "between": "a.provider <> b.provider",
}


@dataclass(frozen=True)
class Asked:
    """What somebody asked for.

    Attributes:
        inputs: the files.
        columns: the map, or None to guess it from the headings.
        model: a model that was trained before, or None to fit one on the spot.
        threshold_weight: match weight from which two records are one person.
        link: ``within``, ``between`` or ``both``; empty: as the map says.
        one_to_one: at most one partner in each other source; None: as the map says.
        seed: draws the random pairs.
        memory: what DuckDB may use, such as ``4GB``; empty: its own default.
    """

    inputs: list[Path]
    columns: Path | None = None
    model: Path | None = None
    threshold_weight: float | None = None
    link: str = ""
    one_to_one: bool | None = None
    seed: int = 1
    memory: str = ""


@dataclass
class Linked:
    """What came of it: counts, and remarks in words; no value from a row."""

    records: int = 0
    sources: int = 0
    persons: int = 0
    linked_records: int = 0
    largest: int = 0
    pairs: int = 0
    edges: int = 0
    rules: int = 0
    rules_left_out: int = 0
    values_left_out: int = 0
    rebuilt: int = 0
    link: str = ""
    one_to_one: bool = False
    same_pairs: int = 0
    random_pairs: int = 0
    model: str = ""
    compared: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class _Prepared:
    columns: ColumnMap
    bound: Bound
    standard: Standard
    method: Method
    link: str
    scope: str


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
            _decide(connection, asked, prepared, Path(folder), linked, tell)
            write_links(connection, out)
            if edges is not None:
                write_edges(connection, edges)
            _count_result(connection, linked)
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
            fit = _fit(connection, asked, prepared, Path(folder), linked)
            write_model(connection, model, prepared.method, fit, asked.seed)
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
    bound = bind_inputs(connection, inputs, columns)
    link, scope = _choose_scope(asked, columns, bound)
    linked.one_to_one = (
        columns.one_to_one if asked.one_to_one is None else asked.one_to_one
    )
    if linked.one_to_one and bound.sources < 2:
        raise LinkageError(
            "One to one needs two sources: give two inputs, or name the column that "
            "says where a record is from with 'source:'."
        )
    policy = load_policy()
    if asked.threshold_weight is not None:
        policy = policy.model_copy(update={"threshold_weight": asked.threshold_weight})
    standard = standardise_table(connection, bound, policy)
    method = choose_method(connection, standard, policy)
    if not method.comparisons:
        raise LinkageError(
            "None of the mapped columns holds anything that can be compared."
        )
    tell("bringing records together")
    find_certain_pairs(connection, method.policy)
    linked.values_left_out = pair_records(connection, method.policy)
    _keep_scope(connection, scope)
    linked.link = link
    linked.sources = bound.sources
    linked.rules, linked.rules_left_out = len(method.policy.blocking), method.left_out
    linked.compared = {
        name: standard.headings.get(name, name) for name in method.comparisons
    }
    linked.ignored = _list_ignored(headings, columns)
    linked.remarks = [*bound.remarks, *standard.remarks]
    return _Prepared(columns, bound, standard, method, link, scope)


def _choose_scope(asked: Asked, columns: ColumnMap, bound: Bound) -> tuple[str, str]:
    link = asked.link or columns.link or "both"
    if bound.sources < 2:
        if link == "between":
            raise LinkageError(
                "'link: between' needs two sources: give two inputs, or name the "
                "column that says where a record is from with 'source:'."
            )
        link = "within"
    return link, _SCOPES[link]


def _keep_scope(connection: duckdb.DuckDBPyConnection, scope: str) -> None:
    if scope == "true":
        return
    for table in ("pairs", "certain_pairs"):
        connection.execute(
            f"create or replace table {table} as select {table}.* from {table} "
            "inner join records as a on a.n = l inner join records as b on b.n = r "
            f"where {scope} order by l, r"
        )


def _fit(
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    prepared: _Prepared,
    folder: Path,
    linked: Linked,
) -> Fit:
    fit = fit_table(connection, prepared.method, prepared.scope, asked.seed, folder)
    linked.same_pairs, linked.random_pairs = fit.same_pairs, fit.random_pairs
    return fit


def _decide(
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    prepared: _Prepared,
    folder: Path,
    linked: Linked,
    tell: Callable[[str], None],
) -> None:
    """Weigh pairs and make people of them."""
    path = folder / "fitted.json"
    method = prepared.method
    if asked.model is not None:
        prior = read_model(asked.model, method, path)
        linked.model = f"the model in {asked.model}"
    else:
        tell("fitting the model to these records")
        fit = _fit(connection, asked, prepared, folder, linked)
        write_model(connection, path, method, fit, asked.seed)
        prior = read_model(path, method, path)
        linked.model = "a model fitted to these records"
    tell("weighing pairs and making people")
    policy = set_prior(connection, method.policy, prior)
    score_pairs(connection, policy, path)
    if linked.one_to_one:
        keep_best_partners(connection, policy)
    settings = json.loads(path.read_text(encoding="utf-8"))
    linked.rebuilt = group_table(connection, policy, settings)


def _list_ignored(headings: list[str], columns: ColumnMap) -> list[str]:
    used = {h for column in columns.columns.values() for h in column.headings}
    used |= {other.heading for other in columns.others}
    return [h for h in headings if h not in used | {columns.record, columns.source}]


def _count_result(connection: duckdb.DuckDBPyConnection, linked: Linked) -> None:
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
