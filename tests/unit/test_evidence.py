"""How strong what is known of a record is: told in one place, and kept to."""

from __future__ import annotations

import itertools

import duckdb
import pytest

from flows.contracts import read_yaml
from flows.link import link
from flows.linkage.pairing import make_keys
from flows.linkage.policy import FOLDER, load_policy
from tests.linkage_records import NOW, fill_vault, standard_rows

NAMES = {"forename": "Zzilverine", "surname": "Quillfeather"}
AROUND = {
    "birth_date": "1984-03-09",
    "postcode": "QX1 2AB",
    "sex_type": "female",
    "middle_name": "Ottoline",
    "nhs_number": "9990000018",
    "pnc_number": "2001/0000037H",
    "hashed_identifier": "sha256:0f0f",
}
INITIALS = {"forename_initial": "Z", "surname_initial": "Q"}
KINDS = {
    "full_identifiers": [NAMES],
    "initials": [
        INITIALS,
        {"forename": "Zzilverine", "surname_initial": "Q"},
        {"forename_initial": "Z", "surname": "Quillfeather"},
    ],
    "hashed_identifiers": [{}],
}
"""What names records of each kind have: all that they can have."""
OTHER = {"provider": "millbrook_recovery"}


def records(kind: str) -> list[dict]:
    """Every record of a kind, each twice, knowing all else that can be known."""
    return [
        {"record": f"{kind[:5]}{turn}{number}", **names, **AROUND}
        for number, names in enumerate(KINDS[kind])
        for turn in "ab"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_records_are_of_the_kind_their_names_make_them(kind):
    rows = standard_rows(records(kind)).execute("select evidence from standard")

    assert {found for (found,) in rows.fetchall()} == {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_the_policy_names_every_blocking_rule_that_can_bring_a_kind_together(kind):
    policy = load_policy()
    every = {
        name: one.model_copy(update={"blocking": [r.rule for r in policy.blocking]})
        for name, one in policy.evidence.items()
    }
    told = set()
    for heard in (policy, policy.model_copy(update={"evidence": every})):
        connection = standard_rows(records(kind))
        make_keys(connection, heard)
        found = connection.execute("select distinct rule from block_keys").fetchall()
        rules = {heard.name_rules()[number] for (number,) in found}
        told.add(frozenset(rules - set(policy.numbers)))

    assert told == {frozenset(policy.evidence[kind].blocking)}


def test_a_rule_that_the_policy_does_not_name_for_a_kind_brings_none_together():
    policy = load_policy()
    without = policy.evidence["initials"].model_copy(update={"blocking": ()})
    heard = policy.model_copy(
        update={"evidence": {**policy.evidence, "initials": without}}
    )
    connection = standard_rows(records("initials"))

    make_keys(connection, heard)

    rules = connection.execute("select distinct rule from block_keys").fetchall()
    assert {heard.name_rules()[number] for (number,) in rules} <= set(policy.numbers)


@pytest.mark.parametrize("kind", KINDS)
def test_the_policy_names_every_comparison_that_weighs_between_two_of_a_kind(kind):
    connection = standard_rows(records(kind))
    columns = connection.execute("select column_name from (describe standard)")
    names = [name for (name,) in columns.fetchall()]
    sides = [", ".join(f"{n} as {n}_{side}" for n in names) for side in "lr"]
    weighing = set()
    for name, comparison in read_yaml(FOLDER / "comparisons.yml").items():
        rows = connection.execute(
            f"select count(*) from (select {sides[0]} from standard) "
            f"cross join (select {sides[1]} from standard) "
            f"where n_l <> n_r and not coalesce({comparison['null']}, false)"
        ).fetchone()
        weighing |= {name} if rows[0] else set()

    assert weighing == set(load_policy().evidence[kind].comparisons)


@pytest.mark.parametrize(
    ("one", "other"), itertools.combinations_with_replacement(KINDS, 2)
)
def test_a_link_is_as_strong_as_the_weaker_of_its_two_records(place, keys, one, other):
    rows = [
        {"record": "a1", **KINDS[one][0], **AROUND},
        {"record": "b1", **KINDS[other][0], **AROUND, **OTHER},
    ]
    fill_vault(place, keys, rows)

    link(place, keys, "night-1", NOW)

    path = place.linked / "current" / "edges.parquet"
    weaker = max(one, other, key=list(KINDS).index)
    assert duckdb.sql(f"select evidence from '{path}'").fetchall() == [(weaker,)]


def test_the_share_that_is_linked_is_told_for_each_kind_with_what_is_normal(
    place, keys
):
    some = {"birth_date": "1984-03-09", "sex_type": "female", "postcode": "QX1 2AB"}
    rows = [
        {"record": "a1", **NAMES, **some},
        {"record": "b1", **INITIALS, **some, **OTHER},
        {"record": "b2", "forename_initial": "V", "surname_initial": "W", **OTHER},
        {"record": "h1", "hashed_identifier": "sha256:0f0f"},
    ]
    fill_vault(place, keys, rows)
    first = link(place, keys, "night-1", NOW)
    # Another night, in which one record changes, tells of all of them.
    fill_vault(place, keys, [*rows[:3], {**rows[3], "hashed_identifier": "md5:77"}])
    second = link(place, keys, "night-2", NOW)

    told = {
        "full_identifiers": (1, 1),
        "initials": (1, 2),
        "hashed_identifiers": (0, 1),
    }
    assert first.linked_by == second.linked_by == told
    path = place.linked / "current" / "quality.parquet"
    shares = duckdb.sql(
        f"select provider, of_what, found, counted, share, normal from '{path}' "
        "where figure = 'linked_by'"
    ).fetchall()
    words = "normal for initials alone: 26 to 40 %"
    assert (None, "initials", 1, 2, 0.5, words) in shares
    assert ("millbrook_recovery", "initials", 1, 2, 0.5, words) in shares
    assert ("fernshire_council", "full_identifiers", 1, 1, 1.0, None) in shares
