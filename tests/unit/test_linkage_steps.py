"""The steps of linkage one by one: clean, guard, learn, measure."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import duckdb
import pytest

from flows.errors import LinkageError
from flows.judging.invented import judge_invented
from flows.linkage.guard import Edge, Rules, regroup
from flows.linkage.policy import MODEL
from flows.linkage.scoring import build_settings
from flows.linkage.train import train
from tests.linkage_records import spell_id, standard_rows

MC_PARTS = ["mcdwindop", "mcquibbet"]


def read_row(connection: duckdb.DuckDBPyConnection, columns: str) -> tuple[object, ...]:
    row = connection.execute(f"select {columns} from standard").fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("said", "column", "found"),
    [
        ({"forename": "  MR.  Zoë-Anne  Jo "}, "forename", "zoe"),
        ({"forename": "Becky"}, "forename_root", "rebecca"),
        ({"forename": "Zora May"}, "middle_name", "may"),
        ({"forename": "NOT ENTERED"}, "forename", None),
        ({"forename": "NOT ENTERED Zora"}, "forename", "zora"),
        ({"forename": "N/K"}, "forename", None),
        ({"surname": "DUPLICATE_ Unknown"}, "surname", None),
        ({"surname": "Mc Quibbet-Mc Dwindop"}, "surname_parts", MC_PARTS),
        ({"surname": "DUPLICATE_O'Mc Fizzard"}, "surname", "omcfizzard"),
        ({"surname": "Lee-Quibbet"}, "surname_parts", ["lee", "quibbet"]),
        ({"surname": "van Dwindop"}, "surname_parts", ["dwindop"]),
        ({"forename_initial": "q", "surname_initial": "Z"}, "initials", "qz"),
        ({"birth_date": "1900-01-01"}, "birth_date", None),
        ({"birth_date": "2031-01-01"}, "birth_date", None),
        ({"birth_date": "1984-09-03"}, "birth_keys", ["1984-0309"]),
        ({"birth_date": "1984-09-23"}, "birth_keys", ["1984-09-23"]),
        ({"postcode": "qx1 2ab"}, "postcode", "QX1 2AB"),
        ({"postcode": "QX1 2AB"}, "postcode_sector", "QX1 2"),
        ({"postcode": "QX1 2"}, "postcode_sector", "QX1 2"),
        ({"postcode": "QX1"}, "postcode_districts", ["QX1"]),
        ({"postcode": "ZZ99 3VZ"}, "postcode_districts", []),
        ({"postcode": "NF1 1NF"}, "postcode", None),
        ({"pnc_number": "01/123456x"}, "pnc_number", "2001/0123456X"),
        ({"pnc_number": "20010123456X"}, "pnc_number", "2001/0123456X"),
        ({"pnc_number": "2001/0123456"}, "pnc_number", None),
        ({"sex_type": "not_known"}, "sex", None),
    ],
)
def test_a_value_is_cleaned_for_comparing(
    said: dict[str, str], column: str, found: object
) -> None:
    connection = standard_rows([{"record": "r", **said}])

    assert read_row(connection, column) == (found,)


@pytest.mark.parametrize(
    ("said", "kind", "found"),
    [
        ({"nino": "qq 12 34 56 c"}, "nino", "QQ123456"),
        ({"crn": " x100001"}, "crn", "X100001"),
        ({"noms_number": "a1234bc"}, "noms_number", "A1234BC"),
        ({"nhs_number": "999 000 0018"}, "nhs_number", "9990000018"),
        (
            {"social_security_number": "899-99-9999"},
            "social_security_number",
            "899999999",
        ),
        ({"cro_number": "123456/01a"}, "cro_number", "123456/01A"),
        ({"cro_number": "1/11x"}, "cro_number", "000001/11X"),
        ({"cro_number": "sf99/012345m"}, "cro_number", "SF99/12345M"),
    ],
)
def test_a_number_has_one_form(said: dict[str, str], kind: str, found: str) -> None:
    connection = standard_rows([{"record": "r", **said}])

    rows = connection.execute("select kind, identifier from identifiers").fetchall()
    assert rows == [(kind, found)]


def test_the_newest_row_speaks_and_the_others_are_aliases() -> None:
    connection = standard_rows(
        [
            {"record": "r", "surname": "Ambly", "export_date": "2026-05-31"},
            {"record": "r", "surname": "Twizzen", "birth_date": "1980-05-05"},
            {"record": "r", "kind": "alias", "surname": "Drossel"},
        ]
    )

    surname, surnames, born = read_row(connection, "surname, surnames, birth_date")

    assert surname == "twizzen"
    assert surnames == ["ambly", "drossel", "twizzen"]
    assert born == "1980-05-05"


def edges_of(*pairs: tuple[int, int, float]) -> list[Edge]:
    return [Edge(left, right, weight, False) for left, right, weight in pairs]


def people_of(labels: dict[int, int]) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = {}
    for record, label in labels.items():
        groups.setdefault(label, set()).add(record)
    return {frozenset(records) for records in groups.values()}


def test_groups_with_different_numbers_stay_apart() -> None:
    numbers = {1: {"nhs_number": {"A"}}, 3: {"nhs_number": {"B"}}}
    edges = edges_of((1, 2, 20.0), (2, 3, 12.0))

    labels, refused = regroup(edges, numbers, [], Rules(margin=3))

    assert people_of(labels) == {frozenset({1, 2}), frozenset({3})}
    assert len(refused) == 1


def test_a_record_as_near_to_both_twins_joins_neither() -> None:
    edges = edges_of((1, 2, 25.0), (3, 4, 25.0), (2, 5, 9.0), (4, 5, 8.0))

    labels, refused = regroup(edges, {}, [(1, 3)], Rules(margin=3))

    assert people_of(labels) == {
        frozenset({1, 2}),
        frozenset({3, 4}),
        frozenset({5}),
    }
    assert len(refused) == 2


def test_a_record_much_nearer_to_one_twin_joins_that_one() -> None:
    edges = edges_of((1, 2, 25.0), (3, 4, 25.0), (2, 5, 15.0), (4, 5, 8.0))

    labels, _ = regroup(edges, {}, [(1, 3)], Rules(margin=3))

    assert people_of(labels) == {frozenset({1, 2, 5}), frozenset({3, 4})}


def test_a_shared_number_outranks_two_case_references() -> None:
    numbers = {1: {"crn": {"X1"}}, 2: {"crn": {"X2"}}}
    certain = [Edge(1, 2, 12.0, True)]
    likely = [Edge(1, 2, 12.0, False)]
    rules = Rules(margin=3, reissued=frozenset({"crn"}))

    joined, _ = regroup(certain, numbers, [], rules)
    apart, _ = regroup(likely, numbers, [], rules)

    assert len(people_of(joined)) == 1
    assert len(people_of(apart)) == 2


def test_two_crowds_are_not_joined_by_one_bridge() -> None:
    one = [(a, b, 20.0) for a in range(1, 5) for b in range(a + 1, 5)]
    other = [(a, b, 20.0) for a in range(11, 15) for b in range(a + 1, 15)]
    rules = Rules(margin=3, sparse_records=2, sparse_density=0.25)

    labels, refused = regroup(edges_of(*one, *other, (4, 11, 9.0)), {}, [], rules)
    joined, _ = regroup(
        edges_of(*one, *other, *((a, a + 10, 9.0) for a in range(1, 5))), {}, [], rules
    )

    assert people_of(labels) == {frozenset({1, 2, 3, 4}), frozenset({11, 12, 13, 14})}
    assert len(refused) == 1
    assert len(people_of(joined)) == 1


def test_what_people_decided_outranks_numbers_and_weights() -> None:
    numbers = {1: {"nhs_number": {"A"}}, 2: {"nhs_number": {"B"}}}
    said = [Edge(1, 2, 1.0, True, True), Edge(2, 3, 30.0, True)]

    labels, refused = regroup(said, numbers, [(1, 2)], Rules(margin=3), [(2, 3)])

    assert people_of(labels) == {frozenset({1, 2}), frozenset({3})}
    assert refused == [Edge(2, 3, 30.0, True)]


def test_a_chain_of_links_round_an_exclusion_does_not_close() -> None:
    said = [Edge(1, 2, 2.0, True, True), Edge(2, 3, 1.0, True, True)]

    labels, refused = regroup(said, {}, [], Rules(margin=3), [(1, 3)])

    assert people_of(labels) == {frozenset({1, 2}), frozenset({3})}
    assert [edge.is_decided for edge in refused] == [True]


def make_nhs_number(turn: int) -> str:
    """The turn-th number of 999 000 0000 on that passes the check by modulus 11."""
    valid = (
        f"{first}{check}"
        for first in itertools.count(999000001)
        if (check := -sum(int(d) * (10 - n) for n, d in enumerate(str(first))) % 11)
        < 10
    )
    return next(itertools.islice(valid, turn, None))


def make_people(count: int, with_number: bool) -> list[dict[str, str]]:
    rows = []
    for n in range(count):
        said = {
            "forename": f"Quill{chr(97 + n % 26)}{chr(97 + n // 26)}",
            "surname": f"Dwindop{chr(97 + n % 7)}",
            "birth_date": f"{1950 + n % 50}-{1 + n % 12:02}-{1 + n % 28:02}",
        }
        if with_number:
            said["nhs_number"] = make_nhs_number(n)
        rows += [{"record": f"{copy}{n:04}", **said} for copy in "ab"]
    return rows


def test_training_learns_from_pairs_that_share_a_number(tmp_path: Path) -> None:
    connection = standard_rows(make_people(250, with_number=True))
    model = tmp_path / "model.json"

    counts = train(connection, seed=1, model=model)

    assert counts["labelled_pairs"] == 250
    first = model.read_bytes()
    train(connection, seed=1, model=model)
    assert model.read_bytes() == first
    settings = json.loads(first)
    forename = settings["comparisons"][0]["comparison_levels"]
    assert forename[1]["m_probability"] > 0.9


def test_training_learns_from_the_truth_of_an_invented_place(tmp_path: Path) -> None:
    connection = standard_rows(make_people(250, with_number=False))
    truth = tmp_path / "records.parquet"
    connection.execute(
        "copy (select provider, source_key, right(source_key, 4) as true_person_id "
        f"from vault.keys) to '{truth}' (format parquet)"
    )

    counts = train(connection, truth=truth, model=tmp_path / "model.json")

    assert counts["labelled_pairs"] == 250


def test_training_refuses_too_few_pairs(tmp_path: Path) -> None:
    connection = standard_rows(make_people(3, with_number=True))

    with pytest.raises(LinkageError, match="training needs 200"):
        train(connection, model=tmp_path / "model.json")


def test_the_saved_model_is_of_the_comparisons_as_written() -> None:
    saved = json.loads(MODEL.read_text(encoding="utf-8"))

    assert "linker_uid" not in saved
    for built, kept in zip(
        build_settings()["comparisons"], saved["comparisons"], strict=True
    ):
        assert built["output_column_name"] == kept["output_column_name"]
        for level, other in zip(
            built["comparison_levels"], kept["comparison_levels"], strict=True
        ):
            assert level["sql_condition"] == other["sql_condition"]


def test_quality_is_measured_in_pairs_overall_and_by_subgroup(tmp_path: Path) -> None:
    connection = standard_rows(
        [
            {"record": "a1", "forename": "Lark", "birth_date": "1980-02-02"},
            {"record": "a2", "birth_date": "1980-02-02", "postcode": "QX1 2AB"},
            {"record": "b1", "forename": "Fez", "surname": "Drossel"},
            {"record": "b2", "forename": "Fez"},
        ]
    )
    linked = {"a1": "p", "a2": "p", "b1": "p", "b2": "q"}
    links = ", ".join(f"('{spell_id(name)}', '{p}')" for name, p in linked.items())
    connection.execute(
        f"""
        copy (select * from (values {links}) t(record_id, person_id)) to '{tmp_path}/links.parquet' (format parquet);
        copy (select provider, source_key, if(source_key like 'key a%', 1, 2)
            as true_person_id, false as is_deleted from vault.keys)
            to '{tmp_path}/records.parquet' (format parquet);
        copy (select * from (values (1, 2, 'fern', 'male', 'A'), (2, -1, 'cog', null, null))
            t(true_person_id, twin_of, name_group, sex, ethnicity))
            to '{tmp_path}/people.parquet' (format parquet);
        """
    )

    judged = judge_invented(connection, tmp_path / "links.parquet", tmp_path)

    # Put together: a1-a2 (right), a1-b1 and a2-b1 (wrong). True: a1-a2 and b1-b2.
    assert (judged.quality.true_pairs, judged.quality.recall) == (2, 0.5)
    assert judged.quality.precision == pytest.approx(1 / 3)
    assert judged.quality.f1 == 0.4
    groups = {row.subgroup: row for row in judged.subgroups}
    assert groups["no name"].recall == 1.0
    assert groups["name group cog"].f1 == 0.0
    assert groups["ethnicity: White"].records == 2
    assert groups["ethnicity: not stated"].true_pairs == 1
    assert (judged.twins.pairs, judged.twins.merged) == (1, 1)
