"""Who lives in Fernshire: people, their needs, names, numbers and services."""

from __future__ import annotations

from datetime import date

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import Columns, count_days
from flows.synth.names import Names
from flows.synth.numbers import count_postcode_units, draw_nhs_numbers

YEARS = 3
"""Years of history that the exports cover."""

# Hard Edges England 2015, in thousands: who is in which of three sectors.
_HARD_EDGES = {
    sv.HOMELESS: 77,
    sv.DRUGS: 190,
    sv.OFFENDS: 97,
    sv.HOMELESS | sv.DRUGS: 31,
    sv.HOMELESS | sv.OFFENDS: 34,
    sv.DRUGS | sv.OFFENDS: 99,
    sv.HOMELESS | sv.DRUGS | sv.OFFENDS: 58,
}
MENTAL_HEALTH_ONLY = 0.15
MENTAL_HEALTH_SHARE = {1: 0.35, 2: 0.55, 3: 0.75}
"""Chance of mental health contact by how many of the three other sectors."""

_SUBSTANCES = {1011: 0.36, 7000: 0.34, 3201: 0.1, 5000: 0.1, 3200: 0.07, 2200: 0.03}
ALCOHOL = 7000
SIDE_NEEDS = {
    "domestic_abuse": 0.16, "physical_health": 0.3, "learning_disability": 0.07,
    "care_leaver": 0.09, "debt": 0.28,
}  # fmt: skip


def list_combinations() -> dict[int, float]:
    """Return the expected share of people in each combination of the four sectors."""
    shares = {sv.MENTAL: MENTAL_HEALTH_ONLY}
    total = sum(_HARD_EDGES.values())
    for bits, weight in _HARD_EDGES.items():
        share = (1 - MENTAL_HEALTH_ONLY) * weight / total
        both = MENTAL_HEALTH_SHARE[bits.bit_count()]
        shares[bits] = share * (1 - both)
        shares[bits | sv.MENTAL] = share * both
    return shares


def make_people(
    count: int, names: Names, rng: np.random.Generator, today: date
) -> Columns:
    """Invent people, each in at least one sector and known to at least one service.

    Args:
        count: how many.
        names: the stock of names.
        rng: the place's one source of chance.
        today: last day of the exports; everybody is between 21 and 79 on it.
    """
    people: Columns = {"person": np.arange(count, dtype=np.int32)}
    people["combination"] = _spread(list_combinations(), count, rng)
    _add_bodies(people, rng, today)
    _add_names(people, names, rng)
    _add_places(people, rng)
    _add_numbers(people, rng, today)
    _add_relatives(people, rng)
    _add_needs(people, rng)
    _add_services(people, rng)
    return people


def _spread(
    shares: dict[int, float], count: int, rng: np.random.Generator
) -> np.ndarray:
    """Give each value its share exactly (to one person), in chance order."""
    edges = np.cumsum(list(shares.values()))
    places = np.searchsorted(edges / edges[-1], (np.arange(count) + 0.5) / count)
    return rng.permutation(np.array(list(shares), dtype=np.int32)[places])


def _add_bodies(people: Columns, rng: np.random.Generator, today: date) -> None:
    bits = people["combination"]
    count = len(bits)
    male = np.where(
        bits & sv.OFFENDS, 0.84, np.where(bits & (sv.HOMELESS | sv.DRUGS), 0.65, 0.44)
    )
    people["male"] = rng.random(count) < male
    people["sex_other"] = rng.random(count) < 0.004
    age = 21.5 + 57 * rng.beta(1.7, 3.2, count)
    people["birth"] = (count_days(today) - age * 365.25).astype(np.int32)
    sectors = np.bitwise_count(bits).astype(float)
    people["severity"] = rng.normal(0, 0.8, count) + 0.5 * (sectors - 1)
    dies = rng.random(count) < 0.012 * np.exp(0.4 * people["severity"])
    left = rng.integers(1, 365 * YEARS - 120, count)
    never = count_days(today) + 1
    people["death"] = np.where(dies, never - left, never).astype(np.int32)


def _add_names(people: Columns, names: Names, rng: np.random.Generator) -> None:
    count = len(people["person"])
    shares = [group.share for group in names.groups]
    people["stock"] = rng.choice(len(shares), count, p=np.array(shares) / sum(shares))
    for name in ("forename", "middle", "surname", "previous", "ethnicity"):
        people[name] = np.zeros(count, dtype=np.int32)
    for place, group in enumerate(names.groups):
        of_group = people["stock"] == place
        size = int(of_group.sum())
        for name in ("surname", "previous"):
            people[name][of_group] = rng.choice(
                group.surnames, size, p=group.surname_odds
            )
        letters = np.array([ord(letter) for letter in group.ethnicity])
        odds = np.array(list(group.ethnicity.values())) / sum(group.ethnicity.values())
        people["ethnicity"][of_group] = rng.choice(letters, size, p=odds)
        for sex, stock in enumerate(group.forenames):
            bearers = of_group & (people["male"] == bool(sex))
            for name in ("forename", "middle"):
                people[name][bearers] = rng.choice(
                    stock, int(bearers.sum()), p=group.forename_odds
                )
    renamed = rng.random(count) < np.where(people["male"], 0.03, 0.3)
    people["previous"][~renamed] = -1
    people["middle"][rng.random(count) < 0.45] = -1


def _add_places(people: Columns, rng: np.random.Generator) -> None:
    count = len(people["person"])
    odds = np.array([18, 15, 14, 12, 11, 9, 8, 7, 6]) / 100
    units = count_postcode_units(count)
    for name in ("postcode", "old_postcode"):
        area = rng.choice(9, count, p=odds)
        sector = rng.integers(0, 9, count)
        people[name] = (
            area * 3600 + sector * 400 + rng.integers(0, units, count) * 7 % 400
        )
    homeless = (people["combination"] & sv.HOMELESS) > 0
    hostels = np.array([0, 401, 3602, 7203, 10804, 18005])
    sheltered = homeless & (rng.random(count) < 0.22)
    people["postcode"][sheltered] = rng.choice(hostels, int(sheltered.sum()))
    # Poorer districts carry heavier lives.
    people["severity"] += 0.15 * (4 - people["postcode"] // 3600) / 4


def _add_numbers(people: Columns, rng: np.random.Generator, today: date) -> None:
    count = len(people["person"])
    people["nhs"] = draw_nhs_numbers(count, rng)
    born = 1970 + people["birth"] // 365.25
    first = np.minimum(born + 15 + rng.integers(0, 12, count), today.year - YEARS)
    people["police_year"] = first.astype(np.int32)
    step = 6_700_417 if count > 999_983 else 700_001
    serial = (people["person"].astype(np.int64) * step + 137) % 9_999_991 + 1
    people["pnc_serial"] = serial
    people["cro_serial"] = serial * 7 % 999_983 + 1
    people["nino"] = serial * 3 % 4_000_000


def _add_relatives(people: Columns, rng: np.random.Generator) -> None:
    """Make twins (same birthday and home) and juniors (same name and home)."""
    count = len(people["person"])
    pairs = round(0.005 * count)
    order = rng.permutation(count)[: 4 * pairs]
    twin, other, junior, parent = np.split(order, 4)
    shared = ("stock", "surname", "ethnicity", "postcode", "old_postcode")
    for name in (*shared, "birth"):
        people[name][twin] = people[name][other]
    for name in (*shared, "forename", "male"):
        people[name][junior] = people[name][parent]
    apart = (rng.uniform(19, 34, pairs) * 365.25).astype(np.int32)
    birth = people["birth"]
    elder = birth[parent] > birth.mean()
    moved = birth[parent] + np.where(elder, -apart, apart)
    birth[junior] = np.minimum(moved, birth.max())
    # Names of one sex and stock lie in even-sized blocks: a neighbour is another name.
    alike = people["forename"][twin] == people["forename"][other]
    people["forename"][twin] ^= alike
    people["twin_of"] = np.full(count, -1, dtype=np.int32)
    people["twin_of"][twin] = other
    people["junior_of"] = np.full(count, -1, dtype=np.int32)
    people["junior_of"][junior] = parent


def _add_needs(people: Columns, rng: np.random.Generator) -> None:
    count = len(people["person"])
    people["substance"] = _spread(_SUBSTANCES, count, rng)
    people["second_substance"] = rng.choice([9996, 3201, 7000, 5000], count)
    same = people["second_substance"] == people["substance"]
    people["second_substance"][same] = 9996
    heavier = np.exp(0.25 * people["severity"])
    for name, share in SIDE_NEEDS.items():
        people[name] = rng.random(count) < share * heavier


def _add_services(people: Columns, rng: np.random.Generator) -> None:
    """Spread the people of each sector over its services, at least one each."""
    bits = people["combination"]
    draw = {name: rng.random(len(bits)) for name in sv.SECTORS}
    housing, drug, crime = draw["homelessness"], draw["drugs"], draw["offending"]
    drinks = people["substance"] == ALCOHOL
    homeless, uses, offends = (
        bits & bit > 0 for bit in (sv.HOMELESS, sv.DRUGS, sv.OFFENDS)
    )
    probation = offends & (crime < 0.94)
    people["services"] = (
        (homeless & (housing < 0.74)) * (1 << sv.COUNCIL)
        | (homeless & (housing > 0.52)) * (1 << sv.LANTERN)
        | (uses & np.where(drinks, drug > 0.7, drug > 0.0)) * (1 << sv.MILLBROOK)
        | (uses & np.where(drinks, drug < 0.8, drug < 0.03)) * (1 << sv.TERN)
        | probation * (1 << sv.PROBATION)
        | (offends & (crime > 0.58)) * (1 << sv.PRISON)
        | (probation & (draw["mental_health"] < 0.3)) * (1 << sv.STONES)
        | (bits & sv.MENTAL > 0) * (1 << sv.TRUST)
    )
