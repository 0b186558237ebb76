"""The check catalogue: every rule finds its own failing example and spares its neighbour."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.checks import Check, list_checks, load_catalogues, run_checks
from flows.contracts import SQL_TYPES, load_contract, load_identity
from flows.duck import connect
from flows.layouts import Layout, list_layouts, load_layout
from flows.reading.judgement import make_faults_table

DAY = dt.date(2026, 6, 30)
CHECKED = {"text": "VARCHAR"} | SQL_TYPES
RULES = [
    pytest.param(catalogue.families, name, rule, id=name)
    for catalogue in load_catalogues()
    for name, rule in catalogue.rules.items()
]


def field_types(layout: Layout, kind: str) -> dict[str, str]:
    """Every field of a file of a layout and its SQL type."""
    file = layout.files[kind]
    datasets = load_contract(layout.sector).datasets
    types = {"record_id": "VARCHAR", "sex_type": "VARCHAR"}
    types |= {name: CHECKED[k] for name, k in file.checked.items()}
    types |= {
        name: "DATE" if one.type == "birth_date" else "VARCHAR"
        for name, one in load_identity().items()
    }
    for dataset in file.lands:
        types |= {n: c.sql_type for n, c in datasets[dataset].columns.items()}
    return {name: types[name] for name in file.fields}


def layout_for(families: tuple[str, ...], rule: Check) -> Layout:
    """The first version that has everything the rule reads and the heading it names."""
    for name in list_layouts():
        layout = load_layout(name)
        if (
            layout.family in families
            and all(
                kind in layout.files and set(fields) <= layout.files[kind].fields
                for kind, fields in rule.needs.items()
            )
            and rule.column in ("", *layout.files[rule.file].headers)
        ):
            return layout
    return pytest.fail(f"no version of {families} has all of {rule.needs}")


def fill(connection, layout: Layout, rule: Check, rows: dict) -> None:
    """Make the tables a rule reads and put the rows in."""
    for kind in rule.needs:
        types = field_types(layout, kind)
        columns = ", ".join(f'"{n}" {t}' for n, t in types.items())
        connection.execute(f'create table "{kind}" (line bigint, {columns})')
        for number, row in enumerate(rows.get(kind, ()), start=1):
            given = {k: v for k, v in row.items() if k != "at_fault"}
            assert set(given) <= set(rule.needs[kind]), f"{kind}: not in needs"
            names = ", ".join(["line", *(f'"{k}"' for k in given)])
            marks = ", ".join("?" for _ in range(len(given) + 1))
            connection.execute(
                f'insert into "{kind}" ({names}) values ({marks})',
                [number, *given.values()],
            )


def ask(layout: Layout, name: str, rule: Check, rows: dict) -> set[int]:
    """Run one rule over example rows; give the numbers of the rows it finds."""
    with connect() as connection:
        fill(connection, layout, rule, rows)
        tables = {kind: set(fields) for kind, fields in rule.needs.items()}
        make_faults_table(connection, "found")
        faults = dict.fromkeys(tables, "found")
        run_checks(connection, layout.layout, tables, DAY, faults)
        found = connection.execute(
            'select line, "column" from found where rule = ?', [name]
        ).fetchall()
    assert all(column == rule.column for _, column in found)
    return {line for line, _ in found}


@pytest.mark.parametrize(("families", "name", "rule"), RULES)
def test_a_rule_finds_its_failing_rows_and_no_other(families, name, rule):
    layout = layout_for(families, rule)

    found = ask(layout, name, rule, rule.fails)

    wanted = {
        number
        for number, row in enumerate(rule.fails[rule.file], start=1)
        if row.get("at_fault")
    }
    assert wanted
    assert found == wanted


@pytest.mark.parametrize(("families", "name", "rule"), RULES)
def test_a_rule_spares_rows_that_keep_it(families, name, rule):
    assert rule.passes[rule.file]
    assert ask(layout_for(families, rule), name, rule, rule.passes) == set()


def test_a_heading_that_another_version_lacks_is_not_shown_beside_its_faults():
    rows = {"mhs201carecontact": [{"contact_date": DAY - dt.timedelta(days=30)}]}
    rule = list_checks("mhsds_v6")["mhsds_attendance_missing"]

    headings = {}
    for version in ("mhsds_v5", "mhsds_v6"):
        with connect() as connection:
            fill(connection, load_layout(version), rule, rows)
            tables = {kind: set(fields) for kind, fields in rule.needs.items()}
            make_faults_table(connection, "found")
            run_checks(connection, version, tables, DAY, dict.fromkeys(tables, "found"))
            found = connection.execute(
                "select \"column\" from found where contains(rule, 'attendance')"
            ).fetchall()
        headings[version] = {column for (column,) in found}

    assert headings == {"mhsds_v5": {""}, "mhsds_v6": {"AttendStatus"}}


@pytest.mark.parametrize(("families", "name", "rule"), RULES)
def test_a_rule_names_a_heading_of_its_file_and_ends_without_a_full_stop(
    families, name, rule
):
    layout = layout_for(families, rule)

    assert rule.column == "" or rule.column in layout.files[rule.file].headers
    assert not rule.means.endswith(".")
    assert not rule.guidance.endswith(".")
    assert name in list_checks(layout.layout)
