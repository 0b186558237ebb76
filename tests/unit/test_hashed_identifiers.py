"""People known by a hash alone: the same hash links them, the hash of nothing does not."""

from __future__ import annotations

import hashlib

import duckdb
import pytest

from flows.layouts import load_layout
from flows.link import link
from tests.conftest import Road, make_provider
from tests.linkage_records import NOW, fill_vault, read_groups

SENDERS = ("marrow_house", "tallow_street")
PERSON = hashlib.sha256(
    b"a salt of the partnership: Zzilverine Quillfeather"
).hexdigest()
OTHER = hashlib.sha256(b"a salt of the partnership: Obadiah Thimblewick").hexdigest()
OF_NOTHING = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    *("0" * digits for digits in (32, 40, 64)),
]


@pytest.fixture
def hashed(place, keys) -> Road:
    senders = {
        name: make_provider(name, "homelessness", "hmis_fy2024_hashed")
        for name in SENDERS
    }
    return Road(place, keys, senders)


def send(road: Road, provider: str, *hashes: str, birth_date: str = "") -> None:
    headings = load_layout("hmis_fy2024_hashed").files["client"].headers
    rows = [
        {"PersonalID": f"{provider[0]}{n}", "SSN": one, "DOB": birth_date}
        for n, one in enumerate(hashes)
    ]
    lines = [",".join(row.get(name, "") for name in headings) for row in rows]
    road.drop(provider, "client.csv", "\n".join([",".join(headings), *lines, ""]))


def edges(road: Road) -> list[tuple]:
    path = road.place.linked / "current" / "edges.parquet"
    return duckdb.sql(
        f"select match_rule, is_certain, evidence from '{path}'"
    ).fetchall()


@pytest.mark.parametrize("birth_date", ["", "1984-03-09"])
def test_two_providers_that_send_the_same_hash_mean_one_person(hashed, birth_date):
    send(hashed, SENDERS[0], PERSON, OTHER, birth_date=birth_date)
    send(hashed, SENDERS[1], PERSON.upper(), birth_date=birth_date)
    results = hashed.run()

    linked = link(hashed.place, hashed.keys, "night-1", NOW)

    assert [result.state for result in results] == ["landed", "landed"]
    assert (linked.records, linked.persons, linked.linked_people) == (3, 2, 1)
    certain = [("hashed_identifier", True, "hashed_identifiers")]
    assert [edge for edge in edges(hashed) if edge[1]] == certain


@pytest.mark.parametrize("nothing", OF_NOTHING)
def test_the_hash_of_nothing_is_a_placeholder_that_is_counted_and_links_nobody(
    hashed, nothing
):
    for sender in SENDERS:
        send(hashed, sender, nothing)

    results = hashed.run()

    assert [dict(r.remarks)["placeholder"] for r in results] == [1, 1]
    with hashed.vault() as vault:
        held = vault.execute("select count(hashed_identifier) from vault.identities")
        assert held.fetchone() == (0,)
    assert link(hashed.place, hashed.keys, "night-1", NOW).linked_people == 0


def test_a_vault_that_took_in_the_hash_of_nothing_links_nobody_by_it(place, keys):
    fill_vault(
        place,
        keys,
        [
            {"record": "h1", "hashed_identifier": f"md5:{OF_NOTHING[0]}"},
            {"record": "h2", "hashed_identifier": f"md5:{OF_NOTHING[0]}"},
            {"record": "h3", "hashed_identifier": f"md5:{PERSON}"},
        ],
    )

    link(place, keys, "night-1", NOW)

    assert len(read_groups(place)) == 3
    path = place.linked / "current" / "quality.parquet"
    told = duckdb.sql(f"select of_what, found from '{path}' where figure = 'rejected'")
    assert told.fetchall() == [("hashed_identifier_not_valid", 2)]
