"""Small-number control: nothing below eight is shown, nothing exact, nothing unique."""

from __future__ import annotations

import duckdb
import pytest

from flows.disclosure import protect_count, sum_shown, withhold_rare


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (None, (None, "not_available")),
        (0, (0, "published")),
        (1, (None, "suppressed")),
        (7, (None, "suppressed")),
        (8, (10, "published")),
        (12, (10, "published")),
        (13, (15, "published")),
        (1_000_002, (1_000_000, "published")),
    ],
)
def test_a_count_is_suppressed_rounded_or_left_at_zero(count, shown):
    assert protect_count(count) == shown


def test_no_count_under_a_thousand_is_shown_exactly_unless_it_ends_a_step():
    shown = {count: protect_count(count)[0] for count in range(8, 1000)}

    assert all(value % 5 == 0 and abs(value - n) <= 2 for n, value in shown.items())
    assert all(
        list(shown.values()).count(value) >= 3 for value in set(shown.values()) - {1000}
    )


def test_a_total_is_the_sum_of_what_is_shown_and_so_tells_nothing_new():
    parts = [protect_count(n) for n in (20, 3, 0)]

    assert sum_shown(parts) == (20, "published")


def test_a_total_of_suppressed_figures_alone_is_suppressed():
    assert sum_shown([protect_count(3), protect_count(0)]) == (None, "suppressed")


@pytest.mark.parametrize("parts", [[], [protect_count(20), protect_count(None)]])
def test_a_total_with_a_part_that_is_not_available_is_not_available(parts):
    assert sum_shown(parts) == (None, "not_available")


def test_rows_that_fewer_than_ten_people_could_be_are_withheld():
    with duckdb.connect() as connection:
        connection.execute(
            "create table t as select i as id, case when i < 9 then 'a' else 'b' end "
            "as band from range(19) as r(i)"
        )

        withheld = withhold_rare(connection, "t", ["band"])

        assert withheld == 9
        assert connection.execute("select distinct band from t").fetchall() == [("b",)]


def test_a_missing_value_counts_as_a_value():
    with duckdb.connect() as connection:
        connection.execute(
            "create table t as select i as id, case when i > 0 then 'a' end as band "
            "from range(11) as r(i)"
        )

        assert withhold_rare(connection, "t", ["band"]) == 1
        assert connection.execute("select min(id) from t").fetchall() == [(1,)]
