"""Public sets with a truth are linked as well as is claimed, where they are at hand.

They are febrl's dataset3.csv, dataset4a.csv and dataset4b.csv, and fake_1000.csv.
"""

from __future__ import annotations

from collections import Counter

import duckdb
import pytest

from flows.linkage.tables.asked import Asked
from flows.linkage.tables.run import link_table
from tests.conftest import SAMPLES

FOLDER = SAMPLES / "linkage"
FEBRL = """
record: rec_id
columns:
  forename: given_name
  surname: surname
  birth_date: date_of_birth
  postcode: postcode
  social_security_number: soc_sec_id
other: {street_number: number, address_1: address, address_2: address, suburb: text, state: code}
"""
FAKE = """
record: unique_id
columns: {forename: first_name, surname: surname, birth_date: dob}
other: {city: text, email: email}
"""
FEBRL_TRUTH = (
    "select rec_id, split_part(rec_id, '-', 2) from read_csv({}, all_varchar = true)"
)
FAKE_TRUTH = "select unique_id, cluster from read_csv({}, all_varchar = true)"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the samples are not here")


def f1(persons: dict[str, str], truth: dict[str, str]) -> float:
    """F1 of the pairs of records inside people."""

    def pairs(labels: list) -> int:
        return sum(size * (size - 1) // 2 for size in Counter(labels).values())

    found, true = pairs(list(persons.values())), pairs(list(truth.values()))
    right = pairs([(persons[record], truth[record]) for record in truth])
    return 2 * right / (found + true)


@pytest.mark.parametrize(
    ("files", "text", "truth", "floor"),
    [
        (["dataset3.csv"], FEBRL, FEBRL_TRUTH, 0.998),
        (
            ["dataset4a.csv", "dataset4b.csv"],
            FEBRL + "link: between\none_to_one: true\n",
            FEBRL_TRUTH,
            0.9998,
        ),
        (["fake_1000.csv"], FAKE, FAKE_TRUTH, 0.965),
    ],
    ids=["febrl3", "febrl4", "fake_1000"],
)
def test_a_public_set_is_linked_without_labels(files, text, truth, floor, tmp_path):
    paths = [FOLDER / name for name in files]
    (tmp_path / "map.yml").write_text(text)
    out = tmp_path / "links.parquet"

    link_table(Asked(paths, tmp_path / "map.yml"), out)

    known = dict(duckdb.sql(truth.format([str(path) for path in paths])).fetchall())
    found = dict(duckdb.sql(f"select record_id, person_id from '{out}'").fetchall())
    assert f1(found, known) >= floor
