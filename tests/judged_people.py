"""Invented people as files for a bench, the truth apart, and links judged by it.

Whatever costs memory is done in another process: see :func:`apart`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb

from flows.duck import quote_text
from flows.judging.measures import measure_clusters, measure_merged
from tests.made_people import make_changes, make_people

TRUTH = "true_person_id, twin_of, junior_of"


def apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in another process.

    A child's peak memory counts from what its parent held, so this one stays small.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        return other.submit(work, *arguments).result()


def prepare(folder: Path, records: int, seed: int) -> None:
    """Write the people, and apart from them the truth."""
    made = folder / "made.parquet"
    make_people(made, records, seed)
    _part_from_truth(f"read_parquet({quote_text(str(made))})", folder, "")


def prepare_night(folder: Path) -> None:
    """Write what a night brings, and the people as they stand after it."""
    made, changes = folder / "made.parquet", folder / "made_changes.parquet"
    make_changes(changes, made)
    new, old = (f"read_parquet({quote_text(str(path))})" for path in (changes, made))
    _part_from_truth(
        f"(select * from {new} union all select old.* from {old} as old "
        f"anti join {new} using (record_id) order by record_id)",
        folder,
        "_night",
    )
    target = quote_text(str(folder / "changes.parquet"))
    duckdb.sql(f"copy (select * exclude ({TRUTH}) from {new}) to {target}")


def _part_from_truth(records: str, folder: Path, ending: str) -> None:
    for name, columns in (
        ("people", f"* exclude ({TRUTH})"),
        ("truth", f"source, record_id, {TRUTH}"),
    ):
        target = quote_text(str(folder / f"{name}{ending}.parquet"))
        duckdb.sql(f"copy (select {columns} from {records}) to {target}")


def judge(links: Path, truth: Path) -> dict[str, float]:
    """Quality of one side, and the share of twins and of juniors it merged."""
    with duckdb.connect() as connection:
        for table, path, label in (
            ("found", links, "person_id"),
            ("truth", truth, "true_person_id"),
        ):
            connection.execute(
                f"create table {table} as select concat(source, '|', record_id) as "
                f"record, {label} as label from read_parquet({quote_text(str(path))})"
            )
        quality = dataclasses.asdict(measure_clusters(connection, "found", "truth"))
        for name, kin in (("twins", "twin_of"), ("juniors", "junior_of")):
            connection.execute(
                f"create or replace table kin as select distinct true_person_id as one, "
                f"{kin} as other from read_parquet({quote_text(str(truth))}) "
                f"where {kin} is not null"
            )
            merged = measure_merged(connection, "found", "truth", "kin")
            quality |= {f"{name}_merged": merged.share, f"{name}": merged.pairs}
    return quality


def share_of_kept_ids(before: Path, after: Path) -> float:
    """Share of the records of before whose person id is the same after the night."""
    row = duckdb.sql(
        f"select avg((a.person_id = b.person_id)::int) "
        f"from read_parquet({quote_text(str(before))}) as b "
        f"inner join read_parquet({quote_text(str(after))}) as a using (source, record_id)"
    ).fetchone()
    return float(row[0]) if row else 0.0
