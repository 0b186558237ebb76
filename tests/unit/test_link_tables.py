"""A table somebody brings is linked: maps, inputs, dates, kinds, two files, outputs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.errors import LinkageError, MappingError
from flows.linkage.tables.agglomerate import agglomerate
from flows.linkage.tables.asked import Asked, Linked
from flows.linkage.tables.column_map import ColumnMap, read_map
from flows.linkage.tables.guess import guess_map
from flows.linkage.tables.run import link_table, train_table
from flows.linkage.tables.words import Column, Other

HEADINGS = ["id", "first_name", "surname", "dob", "y", "m", "d", "zip", "town", "ref"]
FORENAMES = [
    "Quillena",
    "Bramwell",
    "Tamsin",
    "Osric",
    "Verity",
    "Leopold",
    "Marigold",
    "Fenton",
]
SURNAMES = [
    "Larkspur",
    "Thistlewood",
    "Penhaligon",
    "Quickmire",
    "Underhill",
    "Wexcombe",
]


def people(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Invented people, each of another name and birth date."""
    return [
        {
            "id": f"r{i}",
            "first_name": FORENAMES[i % len(FORENAMES)],
            "surname": f"{SURNAMES[i % len(SURNAMES)]}{'abcdefghijk'[i % 11]}",
            "dob": (dt.date(1950, 1, 1) + dt.timedelta(days=331 * i)).isoformat(),
            "zip": f"{2000 + 7 * i}",
            **changes,
        }
        for i in range(count)
    ]


def doubled(count: int) -> list[dict[str, Any]]:
    """People with two records each; the second has a slip in the surname."""
    rows = people(count)
    return rows + [
        {**row, "id": f"s{i}", "surname": row["surname"][:-2] + row["surname"][-1]}
        for i, row in enumerate(rows)
    ]


def save(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
        return path
    names = list(rows[0])
    lines = [",".join(names)]
    lines += [",".join("" if r[n] is None else str(r[n]) for n in names) for r in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def parse(text: str, tmp_path: Path, headings: list[str] = HEADINGS) -> ColumnMap:
    path = tmp_path / "map.yml"
    path.write_text(text, encoding="utf-8")
    return read_map(path, headings)


MAP = """
record: id
columns: {forename: first_name, surname: surname, birth_date: dob, postcode: zip}
"""


def run(
    tmp_path: Path, inputs: list[Path], text: str = MAP, **asked: Any
) -> tuple[Linked, list[dict[str, Any]]]:
    path = tmp_path / "map.yml"
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "links.parquet"
    linked = link_table(Asked(inputs, path, **asked), out, replace_files=True)
    return linked, pq.read_table(out).to_pylist()


def groups(rows: list[dict[str, Any]]) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["person_id"], set()).add(row["record_id"])
    return {frozenset(records) for records in found.values()}


@pytest.mark.parametrize(
    "text",
    [
        "columns: {forename: first_name, surname: surname}",
        "columns: {given_name: first_name, last_name: surname}",
        "columns: {first_name: forename, surname: surname}",
        "forename: First Name\nsurname: SURNAME",
        "fields: {forename: [first_name, missing], surname: [surname]}",
        "first_name: forename\nsurname: surname",
    ],
)
def test_a_map_is_understood_in_either_direction_and_by_any_usual_word(text, tmp_path):
    assert parse(text, tmp_path).columns == {
        "forename": Column(("first_name",)),
        "surname": Column(("surname",)),
    }


def test_a_birth_date_may_be_told_with_its_format_or_in_three_columns(tmp_path):
    whole = parse('columns: {dob: {column: dob, format: "%d/%m/%Y"}}', tmp_path)
    parts = parse("columns: {birth_date: {year: y, month: m, day: d}}", tmp_path)
    spelt = parse("columns: {birth_year: y, birth_month: m, birth_day: d}", tmp_path)

    assert whole.columns["birth_date"] == Column(("dob",), format="%d/%m/%Y")
    assert parts.columns["birth_date"] == Column(("y", "m", "d"), in_parts=True)
    assert spelt.columns == parts.columns


def test_other_columns_have_a_kind_and_both_orders_are_understood(tmp_path):
    told = parse(
        "columns: {surname: surname}\nother:\n  town: text\n  ref: {kind: id}\n"
        "link: link_only\none_to_one: true\nrecord: id",
        tmp_path,
    )

    assert told.others == (Other("town", "text"), Other("ref", "number"))
    assert (told.link, told.one_to_one, told.record) == ("between", True, "id")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("columns: {surname: frist_name}", "did you mean 'first_name'"),
        ("columns: {surnme: surname}", "did you mean 'surname'"),
        ("columns: {shoe_size: ref}", "under 'other:'"),
        ("columns: {surname: surname}\nother: {town: smell}", "no kind of column"),
        ("columns: {surname: surname}\nlink: sideways", "within"),
        ("columns: {surname: surname}\none_to_one: perhaps", "true or false"),
        ("columns: {surname: surname}\nthreshold: 3", "no setting of a map"),
        ("columns: [surname]", "must hold lines"),
        ("columns: {surname: }", "nothing stands after"),
        ("columns: {birth_date: {when: dob}}", "format"),
    ],
)
def test_a_map_that_is_wrong_is_told_in_words(text, words, tmp_path):
    with pytest.raises(LinkageError, match=words):
        parse(text, tmp_path)


def test_a_map_that_is_no_yaml_is_told(tmp_path):
    with pytest.raises(MappingError, match="YAML"):
        parse("columns: {surname", tmp_path)


def test_without_a_map_headings_are_guessed():
    guessed = guess_map(["unique_id", "given_name", "dob", "soc_sec_id", "city", "x"])

    assert guessed.record == "unique_id"
    assert set(guessed.columns) == {"forename", "birth_date", "social_security_number"}
    assert guessed.others == (Other("city", "text"),)
    with pytest.raises(LinkageError, match="--columns"):
        guess_map(["a", "b"])


def test_doubles_of_one_file_are_found_and_strangers_stay_apart(tmp_path):
    linked, rows = run(tmp_path, [save(tmp_path / "people.csv", doubled(60))])

    assert groups(rows) == {frozenset({f"r{i}", f"s{i}"}) for i in range(60)}
    assert (linked.records, linked.persons, linked.largest) == (120, 60, 2)
    assert [row["record_id"] for row in rows][:2] == ["r0", "r1"]
    assert {row["source"] for row in rows} == {"people"}


def test_equal_input_gives_equal_bytes(tmp_path):
    path = save(tmp_path / "people.parquet", doubled(40))

    run(tmp_path, [path])
    first = (tmp_path / "links.parquet").read_bytes()
    run(tmp_path, [path])

    assert (tmp_path / "links.parquet").read_bytes() == first


def test_two_files_are_linked_between_and_one_to_one(tmp_path):
    rows = people(50)
    again = [{**row, "id": f"b{i}"} for i, row in enumerate(rows)]
    left = save(tmp_path / "a.csv", rows)
    right = save(tmp_path / "b.csv", [*again, {**again[0], "id": "b0again"}])

    linked, found = run(
        tmp_path, [left, right], MAP + "link: between\n", one_to_one=True
    )

    sizes = sorted(len(group) for group in groups(found))
    assert linked.sources == 2
    assert sizes == [1] + [2] * 50
    assert {row["source"] for row in found} == {"a", "b"}
    assert {row["person_id"].split(":")[0] for row in found} <= {"a", "b"}


def test_within_leaves_pairs_across_files_alone(tmp_path):
    rows = people(30)
    left, right = save(tmp_path / "a.csv", rows), save(tmp_path / "b.csv", rows)

    _, apart = run(tmp_path, [left, right], link="within")
    _, both = run(tmp_path, [left, right])

    assert len({row["person_id"] for row in apart}) == 60
    assert len({row["person_id"] for row in both}) == 30


def test_linking_between_needs_two_sources(tmp_path):
    path = save(tmp_path / "a.csv", people(5))

    with pytest.raises(LinkageError, match="two sources"):
        run(tmp_path, [path], link="between")
    with pytest.raises(LinkageError, match="two sources"):
        run(tmp_path, [path], one_to_one=True)


@pytest.mark.parametrize(
    "written", ["%d/%m/%Y", "%Y%m%d", "%d %b %Y", "%d.%m.%y", "%Y-%m-%d 00:00:00"]
)
def test_dates_are_read_in_any_usual_format(written, tmp_path):
    rows = doubled(40)
    for row in rows[40:]:
        row["dob"] = dt.date.fromisoformat(row["dob"]).strftime(written)

    left = save(tmp_path / "a.csv", rows[:40])
    right = save(tmp_path / "b.csv", rows[40:])
    # Each file is read as a whole column, so the two formats stand in one.
    linked, found = run(tmp_path, [left, right])

    assert len(groups(found)) == 40
    assert not [remark for remark in linked.remarks if "could not be read" in remark]


def test_dates_that_cannot_be_read_are_counted_and_not_shown(tmp_path):
    rows = doubled(30)
    rows[3]["dob"] = "about 1960"

    linked, _ = run(tmp_path, [save(tmp_path / "a.csv", rows)])

    assert "'dob': 1 of 60 dates could not be read." in linked.remarks
    assert "about" not in " ".join(linked.remarks)


def test_date_columns_numbers_and_lists_of_aliases_are_read_from_parquet(tmp_path):
    rows = people(40)
    for row in rows:
        row["dob"] = dt.date.fromisoformat(row["dob"])
        row["zip"] = int(row["zip"])
        row["aka"] = None
    again = [{**row, "id": f"s{i}"} for i, row in enumerate(rows)]
    again[5] = {**again[5], "first_name": "Zebedee", "surname": "Nobodyatall"}
    rows[5]["aka"] = ["Someone Else", "Zebedee Nobodyatall"]
    table = save(tmp_path / "people.parquet", rows + again)

    _, found = run(tmp_path, [table], MAP.replace("zip}", "zip, aliases: aka}"))

    assert frozenset({"r5", "s5"}) in groups(found)


def test_full_names_alone_are_split_whichever_way_they_are_written(tmp_path):
    rows = [
        {"name": f"{r['first_name']} {r['surname']}", "dob": r["dob"]}
        for r in people(40)
    ]
    rows += [
        {"name": f'"{r["surname"]}, {r["first_name"]}"', "dob": r["dob"]}
        for r in people(40)
    ]

    _, found = run(
        tmp_path, [save(tmp_path / "a.csv", rows)], "name: full_name\ndob: dob"
    )

    assert len({row["person_id"] for row in found}) == 40
    assert [row["record_id"] for row in found][:2] == ["1", "2"]


def test_hostile_names_of_columns_are_only_names(tmp_path):
    heading = 'x"; drop table given; --'
    rows = [{**row, heading: "k"} for row in doubled(30)]
    path = save(tmp_path / "a.parquet", rows)

    linked, found = run(tmp_path, [path], MAP + f"other:\n  '{heading}': code\n")

    assert len(groups(found)) == 30
    assert heading in linked.compared.values()


def test_a_value_that_everybody_holds_brings_no_explosion(tmp_path):
    rows = people(4000, town="Fernshire", ref="000")
    for i, row in enumerate(rows):
        row["dob"] = (dt.date(1920, 1, 1) + dt.timedelta(days=9 * i)).isoformat()
    rows += [{**row, "id": f"s{i}"} for i, row in enumerate(rows[:500])]
    text = MAP + "other: {town: text, ref: number}\n"

    linked, found = run(tmp_path, [save(tmp_path / "a.parquet", rows)], text)

    assert linked.pairs < 60 * len(rows)
    assert linked.rules_left_out > 0
    assert len(groups(found)) == 4000


def test_a_table_where_nothing_is_shared_has_no_links(tmp_path):
    linked, found = run(tmp_path, [save(tmp_path / "a.csv", people(20))])

    assert linked.persons == len(found) == 20


def test_numbers_that_break_their_form_are_compared_as_plain_numbers(tmp_path):
    rows = [{**row, "nhs": f"77{row['zip']}"} for row in doubled(30)]
    text = MAP.replace("zip}", "zip, nhs_number: nhs}")

    linked, found = run(tmp_path, [save(tmp_path / "a.csv", rows)], text)

    assert any("compared as a plain number" in remark for remark in linked.remarks)
    assert len(groups(found)) == 30


def test_ids_that_are_not_unique_or_missing_are_refused(tmp_path):
    rows = people(6)
    rows[3]["id"] = rows[2]["id"]
    with pytest.raises(LinkageError, match="more than one row"):
        run(tmp_path, [save(tmp_path / "a.csv", rows)])
    rows[3]["id"] = None
    with pytest.raises(LinkageError, match="empty in 1 rows"):
        run(tmp_path, [save(tmp_path / "b.csv", rows)])


def test_files_that_cannot_be_read_or_written_are_told_before_any_work(tmp_path):
    path = save(tmp_path / "a.csv", people(5))
    (tmp_path / "empty.csv").write_text("a,b\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no")
    (tmp_path / "book.xlsx").write_bytes(b"PK")
    out = tmp_path / "links.parquet"
    out.write_bytes(b"mine")

    for wrong, words in (
        ("none.csv", "no file"),
        ("empty.csv", "no rows"),
        ("broken.parquet", "cannot be read"),
        ("book.xlsx", "Save a workbook as CSV"),
    ):
        with pytest.raises(LinkageError, match=words):
            link_table(Asked([tmp_path / wrong]), tmp_path / "o.parquet")
    with pytest.raises(LinkageError, match="--replace"):
        link_table(Asked([path]), out)
    with pytest.raises(LinkageError, match="never written over"):
        link_table(Asked([path]), path, replace_files=True)
    with pytest.raises(LinkageError, match="must end in"):
        link_table(Asked([path]), tmp_path / "links.json")
    assert out.read_bytes() == b"mine"


def test_a_trained_model_links_as_the_fit_on_the_spot_does(tmp_path):
    path = save(tmp_path / "a.parquet", doubled(50))
    (tmp_path / "map.yml").write_text(MAP)
    model = tmp_path / "model.json"

    train_table(Asked([path], tmp_path / "map.yml"), model)
    spot, found = run(tmp_path, [path])
    given, again = run(tmp_path, [path], model=model)

    assert found == again
    assert "fitted" in spot.model
    assert str(model) in given.model
    assert "Larkspur" not in model.read_text().title()


def test_a_model_of_other_columns_is_refused(tmp_path):
    path = save(
        tmp_path / "a.parquet", [{**r, "town": "Larkmoor"} for r in doubled(30)]
    )
    (tmp_path / "map.yml").write_text(MAP)
    model = tmp_path / "model.json"
    train_table(Asked([path], tmp_path / "map.yml"), model)

    with pytest.raises(LinkageError, match="Train it again"):
        run(tmp_path, [path], MAP + "other: {town: text}\n", model=model)
    with pytest.raises(LinkageError, match="no model"):
        run(tmp_path, [path], model=path)


def test_one_weak_bridge_does_not_join_two_groups():
    inside = [(a, b, 10.0) for a, b in ((0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5))]
    between = [(a, b, -9.0) for a in (0, 1, 2) for b in (3, 4, 5) if (a, b) != (2, 3)]

    joined = agglomerate([*inside, *between, (2, 3, 6.0)], set(), -1, -4)

    assert joined == {0: 0, 1: 0, 2: 0, 3: 3, 4: 3, 5: 3}


def test_a_conflict_keeps_two_records_apart_however_strong_the_rest():
    joined = agglomerate([(0, 1, 12.0), (1, 2, 12.0), (0, 2, 9.0)], {(0, 2)}, -1, -4)

    assert joined[0] != joined[2]


def test_the_command_says_what_it_did_without_a_value_from_a_row(tmp_path):
    path = save(tmp_path / "people.csv", [{**r, "shoe": 7} for r in doubled(30)])
    out, edges = tmp_path / "links.csv", tmp_path / "edges.csv"

    told = CliRunner().invoke(
        app, f"link run --input {path} --out {out} --edges {edges}".split()
    )

    assert told.exit_code == 0, told.output
    assert "60 records are 30 people" in told.output
    assert "guessed from the headings" in told.output
    assert "Not used: shoe" in told.output
    assert "Larkspur" not in told.output
    assert out.read_text().startswith("source,record_id,person_id\npeople,r0,r0\n")
    assert "match_weight" in edges.read_text().splitlines()[0]
    again = CliRunner().invoke(app, f"link run --input {path} --out {out}".split())
    assert again.exit_code == 7
