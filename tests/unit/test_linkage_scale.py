"""What linkage does with many records at once, where an engine may behave otherwise."""

from __future__ import annotations

import multiprocessing

import duckdb
import numpy as np

from flows.linkage import grouping
from flows.linkage.policy import load_policy

RECORDS = 1_000_000
LONGEST_SECONDS = 120


def rebuild_suspects_of_a_million_records() -> None:
    """One group in twenty is suspect; nobody has ruled on any."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"""
            create table near_edges as
            select (hash(i) % {RECORDS})::integer as l,
                (hash(i + 7) % {RECORDS})::integer as r,
                (hash(i + 9) % 20)::double as match_weight, i % 3 = 0 as is_certain
            from range({RECORDS * 5 // 2}) as made(i);
            create table grouped as
            select i::integer as n, (i // 3)::integer as label
            from range({RECORDS}) as made(i);
            create table suspects as
            select distinct label from grouped where label % 20 = 0;
            create table held (n integer, label integer, kind varchar, identifier varchar);
            create table conflicts (l integer, r integer);
            create table rulings (l integer, r integer, verdict varchar, rank double)
            """
        )
        records = np.arange(RECORDS, dtype=np.int64)
        labels = records // 3
        grouping._rebuild(connection, load_policy(), records, labels)


def test_the_suspect_groups_of_a_million_records_are_rebuilt_and_nothing_waits_for_ever():
    work = multiprocessing.get_context("spawn").Process(
        target=rebuild_suspects_of_a_million_records
    )
    work.start()
    work.join(LONGEST_SECONDS)
    stuck = work.is_alive()
    work.kill()
    work.join()

    assert not stuck
    assert work.exitcode == 0
