"""People whom no service knows, and a district without a drug service or outreach.

The four sectors are four lists of people. The expected share of people in each of their
fifteen combinations depends two lists at a time: the hidden are as many as the Poisson
log-linear model with every two-way term, fitted to those shares, expects on none of the
lists, the same share of the known in every district (Fienberg 1972, Biometrika 59).
A hidden person has needs as the known have, each further need three times rarer.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import Columns, count_rows
from flows.synth.gaps import UNITS
from flows.synth.lives import list_combinations
from flows.synth.plants import Lives

AREAS = 9
WITHOUT = 8
"""The district (QX9) with neither drug service nor outreach."""
AWAY = (sv.LANTERN, sv.MILLBROOK, sv.TERN)
"""Services that have no door there."""

_TRIES = 50
_GIVES_UP = 0.6


def find_hidden_share() -> float:
    """Return how many people no list has for each that one has."""
    shares = list_combinations()
    lists = np.array([[bits >> place & 1 for place in range(4)] for bits in shares])
    both = [lists[:, one] * lists[:, two] for one, two in combinations(range(4), 2)]
    terms = np.column_stack([np.ones(len(shares)), lists, *both])
    seen = np.array(list(shares.values()))
    found = np.linalg.lstsq(terms, np.log(seen), rcond=None)[0]
    for _ in range(_TRIES):
        expected = np.exp(terms @ found)
        slope = terms.T @ (terms * expected[:, None])
        found = found + np.linalg.solve(slope, terms.T @ (seen - expected))
    return float(np.exp(found[0]))


def draw_hidden(people: Columns, rng: np.random.Generator) -> Columns:
    """Invent people known to no service, as counts.

    Returns:
        One row per district and combination of needs: ``area``, ``combination``,
        ``hidden``, and ``known`` people with exactly these needs.
    """
    shares = list_combinations()
    odds = np.array([share / 3 ** bits.bit_count() for bits, share in shares.items()])
    place = people["postcode"] // UNITS
    rows: list[tuple[int, int, int, int]] = []
    for area in range(AREAS):
        there = people["combination"][place == area]
        total = round(find_hidden_share() * len(there))
        drawn = rng.multinomial(total, odds / odds.sum())
        rows += [
            (area, bits, int(count), int((there == bits).sum()))
            for bits, count in zip(shares, drawn, strict=True)
        ]
    names = ("area", "combination", "hidden", "known")
    return dict(zip(names, np.array(rows, dtype=np.int32).T, strict=True))


def find_unmet(people: Columns, lives: Lives, rng: np.random.Generator) -> np.ndarray:
    """Say which episodes are not had, by people with no such service near.

    Three in five of the people of the district without give up the drug services, or
    outreach, as far as no plant or crisis shows there and another service knows them;
    the others travel.
    """
    episodes, plants = lives.episodes, lives.plants
    count = count_rows(people)
    known = people["services"]
    elsewhere = known & ~sum(1 << service for service in AWAY)
    stays = (people["postcode"] // UNITS == WITHOUT) & (elsewhere > 0)
    tied = np.zeros(count_rows(episodes), dtype=bool)
    for name in ("trigger", "episode"):
        tied[plants[name][plants[name] >= 0]] = True
    tied |= (episodes["service"] == sv.LANTERN) & (
        episodes["bedded"] & episodes["first_night"]
    )
    unmet = np.zeros(count_rows(episodes), dtype=bool)
    for group in ((sv.MILLBROOK, sv.TERN), (sv.LANTERN,)):
        of_group = np.isin(episodes["service"], group)
        bound = np.zeros(count, dtype=bool)
        bound[episodes["person"][of_group & tied]] = True
        gives_up = stays & ~bound & (rng.random(count) < _GIVES_UP)
        unmet |= of_group & gives_up[episodes["person"]]
    return unmet


FORGET = """
    delete from contacts where episode in (select episode from unmet);
    delete from episodes where episode in (select episode from unmet);
    delete from records where service in (
        'lantern_outreach', 'millbrook_recovery', 'tern_alcohol_service'
    ) and record not in (select record from episodes)
"""
"""What is not had leaves no contact, episode or record."""

_SECTOR_BITS = ", ".join(
    f"({place}, '{service.name}', {1 << service.sector})"
    for place, service in enumerate(sv.SERVICES)
    if place not in (sv.PRISON, sv.PROBATION, sv.STONES)
)

QUERIES = {
    "hidden": """
        select 'QX' || (area + 1) as area, combination & 1 > 0 as is_homelessness,
            combination & 2 > 0 as is_drugs, combination & 4 > 0 as is_offending,
            combination & 8 > 0 as is_mental_health, hidden as hidden_count,
            known as known_count
        from hidden order by area, combination""",
    "provision": f"""
        with doors (place, provider, bit) as (values {_SECTOR_BITS}),
        served as (select distinct person, service as provider from records),
        sector_served as (
            select distinct person, bit from served join doors using (provider))
        select home_postcode[:3] as area, provider,
            home_postcode[:3] <> 'QX{WITHOUT + 1}'
                or place not in {AWAY} as has_door,
            count(*) as people_in_need,
            count(served.person) as people_served,
            case when has_door then 0 else count(served.person) end
                as people_travelling,
            count(*) filter (sector_served.person is null) as people_unmet_by_sector
        from people join doors on combination & bit > 0
        left join served using (person, provider)
        left join sector_served using (person, bit)
        group by area, provider, place order by area, place""",
}  # fmt: skip
"""Truth: ``hidden``, one row per area and combination of needs; ``provision``, one row
per area and provider (offending has no doors that people choose)."""
