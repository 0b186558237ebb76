"""What providers do by mistake, and what it must never do to the others."""

from __future__ import annotations

import io
import zipfile

import pytest

from flows.vault import open_vault
from tests.conftest import Road, make_provider
from tests.faulty_exports import Sender
from tests.unit.test_ingest import COUNCIL, HEADER, placements, send, stay


def test_a_file_without_its_header_is_refused_and_its_words_are_not_repeated(road):
    row = "Bramblewick,Ottershaw,9990000018,QX1 2AB,x,y,z,w\n"
    road.drop(COUNCIL, "fernshire_council_placements_2026-06-30.csv", row * 3)

    (result,) = road.run()

    assert result.state == "refused"
    assert "0 of 8 headings" in result.words
    for word in ("Bramblewick", "Ottershaw", "9990000018", "QX1"):
        assert word not in result.words


def test_a_row_that_ran_into_few_headings_is_not_repeated(road):
    header = "Case Reference,Applicant ID,Support Need,Date Recorded"
    row = ",Bramblewick,Ottershaw,9990000018\n"
    name = "fernshire_council_support_needs_2026-06-30.csv"
    road.drop(COUNCIL, name, header + row + row * 3)

    (result,) = road.run()

    assert result.rules == {"wrong_header": 1}
    for word in ("Bramblewick", "Ottershaw", "9990000018"):
        assert word not in result.words


def damaged_zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fernshire_council_cases_2026-06-30.csv", "a,b\n" * 5000)
    content = bytearray(data.getvalue())
    content[80:120] = b"\x00" * 40
    return bytes(content)


@pytest.mark.parametrize(
    ("provider", "name", "content"),
    [
        (COUNCIL, "all.zip", damaged_zip()),
        (COUNCIL, "all.zip", b"rubbish"),
        ("lantern_outreach", "x_contacts_2026-06-30.xlsx", b"PK\x03\x04" + b"x" * 99),
        (COUNCIL, "fernshire_council_cases_2026-06-30.csv", b'"' + b"x" * 300_000),
        (COUNCIL, "fernshire_council_cases_2062-06-30.csv", b"a\n1\n"),
        (COUNCIL, "fernshire_council_cases_2026-13-45.csv", b"a\n1\n"),
    ],
    ids=["broken zip", "no zip", "broken workbook", "long quote", "future", "no day"],
)
def test_a_broken_file_is_refused_kept_sealed_and_the_others_land(
    road, provider, name, content
):
    road.drop(provider, name, content)
    road.drop(COUNCIL, *placements(stay(1)))

    results = {result.file_name: result for result in road.run()}

    assert results[name].state == "refused"
    assert len(results[name].words) > 20
    assert results[placements()[0]].landed == 1
    assert len(list(road.place.received.glob("*/*.sealed"))) == 2
    assert len(list((road.place.landed / "_exports").glob("*.parquet"))) == 3


def test_a_stray_quote_far_from_the_next_costs_two_lines(road):
    lines = [stay(n) for n in range(1, 150)]
    lines[3] = lines[3].replace("1 Invented Row", '"' + "x" * 2000)
    lines[140] = lines[140].replace("1 Invented Row", '6" door')

    result = send(road, *lines)

    assert (result.landed, result.quarantined) == (147, 2)


def test_an_export_of_headings_alone_withdraws_nothing(road):
    send(road, stay(1), stay(2))

    result = send(road, day="2026-07-31")

    assert result.state == "held"
    assert "2 rows of the last export are live" in result.words
    with road.vault() as vault:
        live = vault.execute("select count(*) from vault.rows where is_live").fetchone()
    assert live == (2,)


def test_two_files_of_one_kind_and_day_do_not_withdraw_each_other(road):
    road.drop(COUNCIL, "north_placements_2026-06-30.csv", placements(stay(1))[1])
    road.drop(COUNCIL, "south_placements_2026-06-30.csv", placements(stay(2))[1])

    north, south = road.run()

    assert north.landed == 1
    assert south.state == "held"
    assert "under another name" in south.words


def test_a_correction_under_the_same_name_takes_the_place_of_the_first(road):
    send(road, stay(1), stay(2))

    result = send(road, stay(1, "09/02/2026"))

    assert (result.landed, result.withdrawn) == (1, 1)


def test_older_content_under_a_new_date_takes_back_what_came_between(road):
    send(road, stay(1), day="2026-06-30")
    send(road, stay(1), stay(2), day="2026-07-31")

    result = send(road, stay(1), day="2026-08-31")

    assert (result.unchanged, result.withdrawn) == (1, 1)


def test_a_delta_lands_what_it_brings_and_withdraws_nothing(place, keys):
    provider = make_provider(
        COUNCIL, "homelessness", "homelessness_cases", exports="delta"
    )
    road = Road(place, keys, {COUNCIL: provider})
    send(road, stay(1), stay(2))

    result = send(road, stay(3), day="2026-07-31")

    assert (result.landed, result.withdrawn) == (1, 0)


def test_a_row_deleted_at_the_source_is_withdrawn_once_and_then_unchanged(road):
    header = "ALIAS_ID,OFFENDER_ID,FIRST_NAME,SECOND_NAME,SURNAME,DATE_OF_BIRTH_DATE,GENDER_ID,SOFT_DELETED\n"
    name = "fernshire_probation_alias_{}.csv"

    def alias(deleted: int, note: str = "") -> str:
        return header + f"1,7,Fern,,Mossop{note},04-MAR-85,M,{deleted}\n"

    results = []
    for day, content in (
        ("2026-05-31", alias(0)),
        ("2026-06-30", alias(1)),
        ("2026-07-31", alias(1) + "2,7,Ivy,,Mossop,not a day,M,1\n"),
    ):
        road.drop("fernshire_probation", name.format(day), content)
        results += road.run()

    assert [(r.landed, r.unchanged, r.withdrawn) for r in results] == [
        (1, 0, 0),
        (1, 0, 1),
        (1, 1, 0),
    ]
    assert [r.quarantined for r in results] == [0, 0, 0]
    with road.vault() as vault:
        live = vault.execute("select count(*) from vault.identities where is_live")
        assert live.fetchone() == (0,)


def test_what_looks_like_a_person_does_not_land_as_a_code(place, keys):
    provider = make_provider(
        "tern", "homelessness", "outreach_contacts", files={"contacts": ("*.csv",)}
    )
    road = Road(place, keys, {"tern": provider})
    header = (
        "Contact ID,Client ID,First Name,Last Name,Also Known As,DOB,Gender,Ethnicity,"
        "Worker,Contact Date,Contact Type,Area,Notes"
    )
    areas = ("QX3", "Ottershaw Fern", "9990000018", "QX12AB", "E06000099")
    rows = [
        f"K{n},{n},Fern,Mossop,,,F,,W,2026-01-05,Hub visit,{area},"
        for n, area in enumerate(areas)
    ]
    road.drop("tern", "a_2026-06-30.csv", "\n".join(["", "", header, *rows]))

    road.run()

    landed = road.landed("homelessness", "outreach_contacts", "area_code")
    assert landed == [("QX3",), (None,), (None,), (None,), ("E06000099",)]


def test_originals_the_vault_does_not_know_are_set_aside_not_destroyed(road):
    send(road, stay(1))
    road.place.vault.unlink()

    with open_vault(road.place, road.keys):
        pass
    road.run()

    kept = [p.parent.name for p in road.place.received.glob("*/*.sealed")]
    assert kept == ["unregistered"]


def test_a_value_of_a_shared_map_that_changes_lands_the_row_anew(road, monkeypatch):
    send(road, stay(1))
    from flows import mappings

    changed = dict(mappings.shared_values()) | {"new_map": {"a": "b"}}
    monkeypatch.setattr(mappings, "shared_values", lambda: changed)
    content = HEADER + stay(1) + "\n\n"
    road.drop(COUNCIL, "fernshire_council_placements_2026-07-31.csv", content)

    (result,) = road.run()

    assert (result.landed, result.unchanged) == (1, 0)


def test_a_file_that_changes_while_it_is_taken_in_is_left_for_the_next_run(
    road, monkeypatch
):
    import flows.landing.door

    name, content = placements(stay(1))
    road.drop(COUNCIL, name, content)
    real = flows.landing.door.seal_file

    def write_meanwhile(path, pieces, key):
        sealed = real(path, pieces, key)
        road.drop(COUNCIL, name, content + stay(2) + "\n")
        return sealed

    monkeypatch.setattr(flows.landing.door, "seal_file", write_meanwhile)
    assert road.run() == []
    monkeypatch.undo()

    (result,) = road.run()

    assert result.landed == 2
    waiting = [e for e in road.events.seen if e["event"] == "export.waiting"]
    assert [e["reason"] for e in waiting] == ["changed while read"]


def test_a_quarters_assessments_are_withdrawn_by_a_later_return_of_it_alone(road):
    more = {"exports": "period", "cadence": "quarterly", "hold_over_withdrawn": 1.0}
    assessments = Sender(road, "ndt", **more)

    def assessed(client: str, day: str) -> dict[str, str]:
        return {"Client ID": client, "Assessment Date": day, "Total": "31"}

    assessments.send("ndt", assessed("K1", "01/02/2026"), day="2026-03-31")
    assessments.send("ndt", assessed("K2", "01/05/2026"), day="2026-06-29")
    again = assessments.send("ndt", assessed("K3", "02/05/2026"), day="2026-06-30")

    assert (again.landed, again.withdrawn) == (1, 1)
    with road.vault() as vault:
        live = vault.execute(
            "select count(*) from vault.rows where is_live and contains(row_key, 'K2')"
        ).fetchone()
    assert live == (0,)
