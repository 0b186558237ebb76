"""A few hundred of the files that ``make fuzz`` reads ten thousand of."""

from __future__ import annotations

from tests.fuzz import run_cases
from tests.fuzz_files import make_case

FIRST = 20_000


def test_no_invented_or_damaged_file_crashes_or_loses_a_row():
    found, failures = run_cases(range(FIRST, FIRST + 300), road_every=100)

    assert failures == []
    assert found["whole road"] == 3
    for kind in ("csv", "xlsx", "ods", "xml", "jsonl", "parquet", "zip"):
        assert found[f"{kind} refused"], kind
        assert found[f"{kind} judged"], kind


def test_a_number_makes_the_same_file_again():
    assert make_case(FIRST + 7) == make_case(FIRST + 7)
    assert make_case(FIRST + 7) != make_case(FIRST + 8)
