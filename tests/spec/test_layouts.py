"""Layouts walked: an invented export of each file, and the facts that must land of it.

The cases are data, ``layout_cases/<layout>.yml``. In what must land, ``id`` stands for
a random id; a column that is not named must be empty.
"""

from __future__ import annotations

import csv
import importlib.util
import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import duckdb
import pytest
import yaml

from flows.contracts import PARTNERSHIP, load_contract, read_yaml
from flows.duck import connect
from flows.errors import MappingError
from flows.gating.views import list_sent
from flows.layouts import FileLayout, check_fields, load_layout
from flows.mappings import Provider, load_providers
from tests.conftest import Road, make_provider

CASES = {path.stem: path for path in (Path(__file__).parent / "layout_cases").iterdir()}
READS_XML = importlib.util.find_spec("flows.reading.xml") is not None

Case = dict[str, Any]


def load_case(layout: str) -> dict[str, Case]:
    return read_yaml(CASES[layout])["files"]


WITH_WORDS = [
    name
    for name in sorted(CASES)
    if any("never_lands" in one for one in load_case(name).values())
]
OF_THE_PARTNERSHIP = [n for n in CASES if load_layout(n).sector == PARTNERSHIP]


def provider_for(layout: str) -> Provider:
    """A provider that sends one layout; what the partnership asks for, anyone may."""
    sector = load_layout(layout).sector
    return make_provider(
        "invented", "drugs" if sector == PARTNERSHIP else sector, layout
    )


def write_file(file: FileLayout, rows: list[dict[str, Any]]) -> str:
    """Write the file with all its headings, spelled as the case spells them."""
    texts = [{name: str(value) for name, value in row.items()} for row in rows]
    spelled = {name.casefold(): name for row in texts for name in row}
    assert set(spelled) <= {name.casefold() for name in file.headers}
    if file.record:
        return write_xml(file.record, texts)
    out = io.StringIO()
    headings = [spelled.get(name.casefold(), name) for name in file.headers]
    writer = csv.DictWriter(out, headings, restval="")
    writer.writeheader()
    writer.writerows(texts)
    return out.getvalue()


def write_xml(record: str, rows: list[dict[str, str]]) -> str:
    """One element per row, each in an element of its own that holds the ``../`` ones."""
    return f"<Return>{''.join(write_record(record, row) for row in rows)}</Return>"


def write_record(record: str, row: dict[str, str]) -> str:
    around = {n[3:]: v for n, v in row.items() if n.startswith("../")}
    marks = {n[1:]: v for n, v in row.items() if n.startswith("@")}
    below: dict[str, dict[str, str]] = {}
    for name, value in row.items():
        if name[0] not in ".@":
            parent, _, leaf = name.rpartition("/")
            below.setdefault(parent, {})[leaf] = value
    inner = "".join(
        f"<{parent}>{leaves(fields)}</{parent}>" if parent else leaves(fields)
        for parent, fields in below.items()
    )
    attributes = "".join(f" {name}={quoteattr(text)}" for name, text in marks.items())
    return f"<Enclosing>{leaves(around)}<{record}{attributes}>{inner}</{record}></Enclosing>"


def leaves(fields: dict[str, str]) -> str:
    return "".join(f"<{n}>{escape(v)}</{n}>" for n, v in fields.items())


def facts(road: Road, group: str, dataset: str) -> list[dict[str, Any]]:
    """What landed in a dataset, in the order of the file, ids made plain."""
    columns = load_contract(group).datasets[dataset].columns
    rows = road.landed(group, dataset, ", ".join(columns))
    return [
        {
            name: "id" if value and columns[name].type in ("record", "key") else value
            for name, value in zip(columns, row, strict=True)
            if value is not None
        }
        for row in rows
    ]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """What a case says, with the types that land."""
    return {
        name: Decimal(str(value)) if isinstance(value, float) else value
        for name, value in row.items()
    }


@pytest.mark.parametrize("layout", sorted(CASES))
def test_what_is_sent_lands_as_the_facts_it_means(layout, place, keys):
    files = load_layout(layout).files
    if any(file.record for file in files.values()) and not READS_XML:
        pytest.skip("XML is not read yet")
    group, case = load_layout(layout).sector, load_case(layout)
    road = Road(place, keys, {"invented": provider_for(layout)})

    for kind, one in case.items():
        road.drop("invented", one["name"], write_file(files[kind], one["rows"]))
    results = {result.file_name: result for result in road.run()}

    for kind, one in case.items():
        result = results[one["name"]]
        assert result.state == "landed", (kind, result)
        assert result.quarantined == one.get("quarantined", 0), (kind, result.rules)
        assert dict(result.remarks) == one.get("remarks", {}), kind
        for dataset, rows in one["lands"].items():
            found = facts(road, group, dataset)
            assert found == [plain(row) for row in rows], (kind, dataset)


@pytest.mark.parametrize("layout", WITH_WORDS)
def test_a_persons_words_never_land(layout, place, keys):
    case, files = load_case(layout), load_layout(layout).files
    words = {one["never_lands"] for one in case.values()}
    road = Road(place, keys, {"invented": provider_for(layout)})
    for kind, one in case.items():
        road.drop("invented", one["name"], write_file(files[kind], one["rows"]))

    road.run()

    kept = [p for p in place.landed.rglob("*.parquet") if not p.name.startswith("_")]
    texts = [
        str(duckdb.sql(f"select * from '{path}'").fetchall()).casefold()
        for path in kept
    ]
    assert kept
    for word in words:
        assert not any(word.casefold() in text for text in texts)


def is_its_own(layout: str, kind: str) -> bool:
    one = load_layout(layout)
    base = load_layout(one.extends) if one.extends else None
    return base is None or base.files.get(kind) != one.files[kind]


def test_a_case_walks_every_file_of_a_layout_no_shipped_provider_sends():
    sent = {name for p in load_providers().values() for name in p.layouts}

    for layout in CASES:
        walked, files = set(load_case(layout)), set(load_layout(layout).files)
        assert walked <= files
        # Of a later version, the files in which it is another than the one before.
        wanted = {kind for kind in files if is_its_own(layout, kind)}
        assert wanted <= walked or layout in sent, (layout, wanted - walked)


@pytest.mark.parametrize("layout", OF_THE_PARTNERSHIP)
def test_what_the_partnership_asks_for_may_come_from_any_sector(layout, place, keys):
    kind, one = next(iter(load_case(layout).items()))
    file = load_layout(layout).files[kind]
    provider = make_provider("invented", "offending", "crs_refer_and_monitor")
    provider = provider.model_copy(update={"layouts": (*provider.layouts, layout)})
    road = Road(place, keys, {"invented": provider})
    road.drop("invented", one["name"], write_file(file, one["rows"]))

    road.run()

    assert facts(road, PARTNERSHIP, file.lands[0])
    assert not (place.landed / "offending" / file.lands[0]).exists()
    with connect() as connection:
        assert list_sent(connection, place) == {(PARTNERSHIP, file.lands[0])}


def test_a_provider_may_list_what_the_partnership_asks_for_and_no_other_sectors(
    tmp_path,
):
    path = tmp_path / "drugs" / "invented.yml"
    path.parent.mkdir()
    provider = make_provider("invented", "drugs", "top").model_dump(mode="json")

    path.write_text(yaml.safe_dump(provider | {"layouts": ["top", "goals"]}))
    assert load_providers(tmp_path)["invented"].layouts == ("top", "goals")

    path.write_text(yaml.safe_dump(provider | {"layouts": ["top", "hl1"]}))
    with pytest.raises(MappingError, match="hl1 is of another sector"):
        load_providers(tmp_path)


@pytest.mark.parametrize("field", ["record_id", "no_such_date", "placement_type"])
def test_a_period_is_told_by_a_date_that_lands(field):
    layout = load_layout("homelessness_cases")
    file = layout.files["placements"].model_copy(update={"period_field": field})

    with pytest.raises(MappingError, match=f"period_field {field} is no date"):
        check_fields(Path("made.yml"), "placements", file, load_contract(layout.sector))


def test_a_date_that_does_not_exist_in_a_provider_file_is_a_mapping_error(tmp_path):
    path = tmp_path / "drugs" / "invented.yml"
    path.parent.mkdir()
    path.write_text("agreement: {starts: 2026-02-30}\n")

    with pytest.raises(MappingError, match="not readable as YAML"):
        load_providers(tmp_path)
