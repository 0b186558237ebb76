"""Measures of linkage, worked by hand on records few enough to count."""

from __future__ import annotations

import duckdb
import pytest

from flows.errors import LinkageError
from flows.judging.measures import (
    ClusterQuality,
    MergedKin,
    measure_clusters,
    measure_merged,
)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def put(connection: duckdb.DuckDBPyConnection, table: str, clusters: str) -> None:
    """'abc de' puts records a, b and c together, and d and e."""
    connection.execute(f"create table {table} (record varchar, label integer)")
    for label, records in enumerate(clusters.split()):
        for record in records:
            connection.execute(f"insert into {table} values (?, ?)", [record, label])


def measure(found: str, truth: str) -> ClusterQuality:
    with duckdb.connect() as connection:
        put(connection, "found", found)
        put(connection, "truth", truth)
        return measure_clusters(connection, "found", "truth")


def test_people_put_together_as_they_are_score_one_throughout():
    assert measure("abc de f", "f de abc") == ClusterQuality(
        6, 0, 3, 3, 3, 4, 4, 4, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0
    )


def test_two_people_merged_cost_precision_alone():
    # ab and c are one cluster: 3 pairs found, 1 right, 1 true.
    # B3: a and b each share 2 of their 3 with their own, c 1 of 3: (2 + 2 + 1) / 9.
    quality = measure("abc", "ab c")

    assert (quality.found_pairs, quality.true_pairs, quality.right_pairs) == (3, 1, 1)
    assert quality.precision == pytest.approx(1 / 3)
    assert quality.recall == 1.0
    assert quality.f1 == pytest.approx(1 / 2)
    assert quality.b3_precision == pytest.approx(5 / 9)
    assert quality.b3_recall == 1.0
    assert quality.b3_f1 == pytest.approx(5 / 7)


def test_one_person_split_costs_recall_alone():
    # Of abcd, 6 pairs; ab and cd keep 2. B3: each record keeps 2 of its 4.
    quality = measure("ab cd", "abcd")

    assert (quality.precision, quality.recall) == (1.0, pytest.approx(1 / 3))
    assert (quality.b3_precision, quality.b3_recall) == (1.0, 0.5)
    assert quality.largest_cluster == 2


def test_a_record_in_the_wrong_cluster_costs_both():
    # Found abc de, true ab cde: pairs found 4, true 4, right ab and de.
    # B3 precision: a, b 2/3; c 1/3; d, e 1. Recall: a, b 1; c 1/3; d, e 2/3.
    quality = measure("abc de", "ab cde")

    assert (quality.found_pairs, quality.true_pairs, quality.right_pairs) == (4, 4, 2)
    assert (quality.precision, quality.recall, quality.f1) == (0.5, 0.5, 0.5)
    assert quality.b3_precision == pytest.approx(11 / 15)
    assert quality.b3_recall == pytest.approx(11 / 15)


def test_where_nobody_has_two_records_nothing_can_be_wrong():
    quality = measure("a b c", "a b c")

    assert (quality.found_pairs, quality.true_pairs) == (0, 0)
    assert (quality.precision, quality.recall, quality.b3_f1) == (1.0, 1.0, 1.0)


def test_nothing_put_together_where_people_have_more_records_finds_none():
    quality = measure("a b", "ab")

    assert (quality.precision, quality.recall, quality.f1) == (1.0, 0.0, 0.0)
    assert quality.b3_f1 == pytest.approx(2 / 3)


def test_records_that_one_side_alone_knows_are_left_out_and_counted():
    quality = measure("abx c", "ab cyz")

    assert (quality.records, quality.left_out) == (3, 3)
    assert (quality.found_pairs, quality.true_pairs, quality.f1) == (1, 1, 1.0)
    assert quality.largest_cluster == 2


def test_a_cluster_of_a_hundred_thousand_records_is_measured_without_its_pairs(
    connection,
):
    size = 100_000
    connection.execute(
        f"create table found as select range as record, 0 as label from range({size})"
    )
    connection.execute(
        "create table truth as select record, record // 2 as label from found"
    )

    quality = measure_clusters(connection, "found", "truth")

    assert quality.found_pairs == size * (size - 1) // 2
    assert quality.right_pairs == size // 2
    assert quality.b3_precision == pytest.approx(2 / size)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("insert into found values ('a', 7)", "2 different records"),
        ("insert into found values ('c', null)", "1 rows without"),
        ("insert into found values (null, 7)", "1 rows without"),
    ],
)
def test_a_record_without_one_label_is_refused(connection, statement, words):
    put(connection, "found", "ab")
    put(connection, "truth", "ab")
    connection.execute(statement)

    with pytest.raises(LinkageError, match=words):
        measure_clusters(connection, "found", "truth")


def test_tables_of_different_records_are_refused():
    with pytest.raises(LinkageError, match="none in common"):
        measure("ab", "cd")


def test_twins_count_as_merged_if_one_record_of_each_is_together(connection):
    # People 0 (ab), 1 (cd), 2 (e), 3 (f); 0 and 1 share a cluster by b and c.
    put(connection, "truth", "ab cd e f")
    put(connection, "found", "a bc d e f")
    connection.execute("create table kin (one integer, other integer)")
    connection.execute("insert into kin values (1, 0), (3, 2), (3, 99)")

    assert measure_merged(connection, "found", "truth", "kin") == MergedKin(2, 1, 0.5)


def test_without_twins_none_was_merged(connection):
    put(connection, "truth", "ab c")
    put(connection, "found", "abc")
    connection.execute("create table kin (one integer, other integer)")

    assert measure_merged(connection, "found", "truth", "kin") == MergedKin(0, 0, 0.0)
