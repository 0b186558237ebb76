"""The bench of nights links a vault in both ways, and says where they differ."""

from __future__ import annotations

from tests.bench_nights import measure


def test_a_night_of_the_bench_comes_to_the_people_of_a_full_run(tmp_path):
    results = measure(tmp_path, 1500, seed=7)

    assert results["records that differ"] == 0
    assert results["ids kept"] > 0.99
    assert results["quality"]["precision"] > 0.99
    assert results["quality"]["recall"] > 0.9
    assert results["night"]["CPU s"] > 0
