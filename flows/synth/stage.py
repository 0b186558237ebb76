"""Draws a place's lives and puts them on stage: DuckDB tables that exports read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from flows.synth import crises, faults, numbers, seen_homelessness, settle
from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, count_days, store
from flows.synth.contacts import add_workers, make_contacts
from flows.synth.episodes import DAYS, WORDS, make_episodes
from flows.synth.lives import make_people
from flows.synth.names import Names, read_names
from flows.synth.planting import Ground, add_failures
from flows.synth.plants import Lives
from flows.synth.records import make_records
from flows.synth.truth import store_goals, write_truth

_RECORDS = """
    create table records as
    select *,
        case service
            when 'fernshire_council' then 'APP' || lpad(number::varchar, 7, '0')
            when 'lantern_outreach' then 'LO-' || lpad(number::varchar, 7, '0')
            when 'millbrook_recovery' then number::varchar
            when 'tern_alcohol_service' then 'T' || lpad(number::varchar, 7, '0')
            when 'fernshire_probation' then (2500000000 + number)::varchar
            when 'hmp_larkmoor' then (1000000 + number)::varchar
            else 'FM' || lpad(number::varchar, 8, '0')
        end as source_key
    from bare_records
    order by record
"""

_PEOPLE = """
    create table people as
    select lives.* exclude (
            forename, nickname, middle, previous, ethnicity, birth, death, nhs,
            police_year, pnc_serial, cro_serial, nino, postcode, old_postcode,
            services
        ),
        forename as people_forename, nickname as people_nickname,
        middle as middle_name, previous as previous_surname,
        chr(ethnicity) as ethnicity, birth as born, death as death_date,
        case when nhs > 0 then nhs::varchar end as nhs_number,
        case when other.number > 0 then other.number::varchar end
            as other_nhs_number,
        combination & 1 > 0 as in_homelessness, combination & 2 > 0 as in_drugs,
        combination & 4 > 0 as in_offending,
        combination & 8 > 0 as in_mental_health,
        write_pnc(police_year, pnc_serial) as pnc,
        write_cro(police_year, cro_serial) as cro, write_nino(nino) as nino,
        write_postcode(postcode) as home_postcode,
        write_postcode(old_postcode) as old_postcode
    from lives
    left join (select person - 1 as neighbour, nhs as number from lives) as other
        on other.neighbour = lives.person
    order by person
"""


def build_place(
    connection: duckdb.DuckDBPyConnection,
    count: int,
    seed: int,
    truth: Path,
    today: date,
) -> dict[str, int]:
    """Make the tables that exports read, and write the truth.

    They are ``people``, ``records``, ``seen``, ``episodes``, ``contacts``,
    ``placements`` and ``today``.

    Returns:
        Rows of each truth file.
    """
    numbers.add_macros(connection)
    faults.add_macros(connection)
    rng = np.random.Generator(np.random.PCG64(seed))
    day = count_days(today)
    names = read_names()
    people = make_people(count, names, rng, today)
    lives, evictions = _live(people, rng, day)
    episodes = lives.episodes
    add_workers(episodes, rng)
    records = make_records(people, episodes, rng)
    contacts = make_contacts(people, episodes, rng, day)
    seen_homelessness.store_placements(connection, episodes, evictions, rng, day)
    store_goals(connection, people, episodes, rng)
    place = Ground(people, records, seed, day)
    lives, contacts = add_failures(place, lives, contacts)
    _store_people(connection, people, names, day)
    store(connection, "today", {"today": np.array([day])}, ("today",))
    _store_records(connection, records)
    store(connection, "episodes", lives.episodes, DAYS, WORDS)
    store(connection, "contacts", contacts, ("day",))
    faults.see_people(connection)
    return write_truth(connection, truth, lives)


def _live(
    people: Columns, rng: np.random.Generator, today: int
) -> tuple[Lives, Columns]:
    """Draw episodes, then failures and crises, then make all of it consistent."""
    episodes = make_episodes(people, rng, today)
    settle.interrupt_by_custody(episodes, rng)
    lives = crises.add_bounces(people, episodes, rng, today)
    lives, evictions = crises.add_crises(people, lives, rng, today)
    lives = crises.add_street_releases(people, lives, rng, today)
    settle.interrupt_by_custody(lives.episodes, rng)
    lives, evictions = settle.drop_overlaps(lives, evictions)
    lives = settle.check_plants(lives, evictions)
    settle.mark(lives)
    return lives, evictions


def _store_records(connection: duckdb.DuckDBPyConnection, records: Columns) -> None:
    """Give each record the key its provider knows the person by."""
    store(connection, "bare_records", records, words={"service": sv.PROVIDERS})
    connection.execute(_RECORDS)


def _store_people(
    connection: duckdb.DuckDBPyConnection, people: Columns, names: Names, today: int
) -> None:
    shown = dict(people)
    shown["nickname"] = people["forename"]
    shown["death"] = np.where(people["death"] > today, NO_DAY, people["death"])
    words = {
        "forename": tuple(names.forenames),
        "nickname": tuple(names.nicknames),
        "middle": tuple(names.forenames),
        "surname": tuple(names.surnames),
        "previous": tuple(names.surnames),
    }
    store(connection, "lives", shown, ("birth", "death"), words)
    connection.execute(_PEOPLE)
