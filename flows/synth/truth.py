"""The truth of an invented place: who is who, and what was planted. Never an input."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from flows.duck import quote_text
from flows.synth import failures, trails
from flows.synth import plants as pl
from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, store, take
from flows.synth.lives import SIDE_NEEDS
from flows.synth.plants import Lives

_STRENGTHS = (
    "keeps an allotment", "repairs bicycles", "plays the concertina",
    "cooks for others",
    "knows every bus in Fernshire", "looks after a dog well", "speaks three languages",
    "has a sister who visits",
)  # fmt: skip
_GOALS = (
    "my own front door", "see my children at weekends", "sleep through the night",
    "one worker who stays", "finish the joinery course", "stop owing money",
    "a doctor who listens", "be left in peace in the evenings",
)  # fmt: skip
_COMBINED = {
    "homelessness": sv.HOMELESS,
    "substance_use": sv.DRUGS,
    "offending": sv.OFFENDS,
    "mental_health": sv.MENTAL,
}


def write_truth(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    lives: Lives,
) -> dict[str, int]:
    """Write the truth as Parquet.

    Returns:
        Rows of each file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _store_phenomena(connection, lives)
    store(connection, "bare_plants", lives.plants, ("day",))
    failures.store_failures(connection)
    counts = {}
    for name, query in _QUERIES.items():
        path = folder / f"{name}.parquet"
        rows = connection.execute(
            f"copy ({query}) to {quote_text(str(path))} (format parquet)"
        ).fetchone()
        counts[path.name] = rows[0] if rows else 0
    return counts


def _store_phenomena(connection: duckdb.DuckDBPyConnection, lives: Lives) -> None:
    """Failures as planted; crises as they stand in the settled episodes."""
    episodes, plants = lives.episodes, lives.plants
    failed = take(plants, plants["failure"] < pl.UNPROMPTED)
    evicted = take(plants, plants["crisis"] == pl.EVICTION)
    shown = _classify_crises(episodes)
    crisis = take({**episodes, "kind": shown}, shown >= 0)
    base = len(pl.FAILURES)
    parts = (
        (failed["failure"], failed["person"], failed["day"], failed["by"]),
        (evicted["crisis"] + base, evicted["person"], evicted["day"],
         np.full(len(evicted["day"]), sv.COUNCIL)),
        (crisis["kind"] + base, crisis["person"], crisis["start"], crisis["service"]),
    )  # fmt: skip
    names = ("kind", "person", "day", "provider")
    columns = {
        name: np.concatenate([part[place] for part in parts]).astype(np.int32)
        for place, name in enumerate(names)
    }
    words = {"kind": (*pl.FAILURES, *pl.CRISES), "provider": sv.PROVIDERS}
    store(connection, "phenomena", columns, ("day",), words)


def _classify_crises(episodes: Columns) -> np.ndarray:
    service, begun = episodes["service"], episodes["start"] != NO_DAY
    cases = {
        pl.RECALL: (service == sv.PRISON) & episodes["recalled"],
        pl.RECEPTION: service == sv.PRISON,
        pl.ROUGH: (service == sv.LANTERN)
        & episodes["bedded"]
        & episodes["first_night"],
        pl.DETENTION: begun & (episodes["inpatient"] == 3),
        pl.ADMISSION: begun & (episodes["inpatient"] == 2),
    }
    return np.select(list(cases.values()), list(cases), -1)


def store_goals(
    connection: duckdb.DuckDBPyConnection,
    people: Columns,
    episodes: Columns,
    rng: np.random.Generator,
) -> None:
    """Make ``goals``, in people's own words: two in five begun episodes hold one."""
    rows = np.nonzero(
        (episodes["start"] != NO_DAY) & (rng.random(len(episodes["start"])) < 0.4)
    )[0]
    goal = rng.random(len(rows)) < 0.6
    phrase = rng.integers(0, len(_GOALS), len(rows))
    finished = episodes["ending"][rows] == sv.ENDINGS.index("completed")
    met = rng.random(len(rows)) < np.where(finished, 0.6, 0.25)
    agrees = rng.random(len(rows)) < 0.78
    columns = {
        "person": episodes["person"][rows],
        "provider": episodes["service"][rows],
        "day": episodes["start"][rows],
        "kind": goal.astype(np.int32),
        "words": np.where(goal, phrase + len(_STRENGTHS), phrase),
        "met_says_person": met,
        "met_says_service": np.where(agrees, met, ~met),
    }
    words = {
        "provider": sv.PROVIDERS,
        "kind": ("strength", "goal"),
        "words": (*_STRENGTHS, *_GOALS),
    }
    store(connection, "goals", columns, ("day",), words)


_NEED_ROWS = " union all ".join(
    [
        f"select person, '{need}' as need, combination & {bit} > 0 as has from people"
        for need, bit in _COMBINED.items()
    ]
    + [f"select person, '{need}', {need} from people" for need in SIDE_NEEDS]
)

_QUERIES = {
    "people": """
        select person as true_person_id, people_forename as forename, middle_name,
            surname, previous_surname, people_nickname as nickname, born as birth_date,
            case when sex_other then 'other' when male then 'male' else 'female' end
                as sex,
            ethnicity, stock as name_group, death_date, nhs_number, pnc, cro, nino,
            home_postcode as postcode, severity, twin_of, junior_of,
            combination & 1 > 0 as is_homelessness, combination & 2 > 0 as is_drugs,
            combination & 4 > 0 as is_offending, combination & 8 > 0 as is_mental_health
        from people order by person""",
    "records": """
        select service as provider, source_key, person as true_person_id,
            copy = 1 as is_duplicate, copy = 2 as is_deleted
        from records
        union all
        select distinct 'stepping_stones', write_crn(number), records.person, copy = 1,
            false
        from records join episodes using (record)
        where episodes.service = 'stepping_stones'
        order by provider, source_key""",
    "phenomena": """
        select kind, person as true_person_id, day as date, provider
        from phenomena order by kind, person, day, provider""",
    "needs": f"""
        select person as true_person_id, need from ({_NEED_ROWS}) where has
        order by person, need""",
    "episodes": """
        select episode as true_episode_id, episodes.person as true_person_id,
            episodes.service as provider,
            case when episodes.service = 'stepping_stones' then write_crn(number)
                else source_key end as source_key,
            source, referral as referral_date, decided as decision_date,
            case when refused then 'refused' when decided is null then 'pending'
                else 'accepted' end as decision,
            reason, start as start_date, "end" as end_date, ending as end_type, cause,
            trigger as trigger_episode_id
        from episodes join records using (record) order by episode""",
    "goals": """
        select person as true_person_id, provider, day as set_date, kind, words,
            case when kind = 'goal' then met_says_person end as is_met_says_person,
            case when kind = 'goal' then met_says_service end as is_met_says_service
        from goals order by person, provider, day, words""",
    "failures": failures.QUERY,
    "crises": trails.CRISES,
    "trails": trails.TRAILS,
    "worker_changes": trails.WORKER_CHANGES,
}  # fmt: skip
