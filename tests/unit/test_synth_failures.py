"""The truth about failures: little lives worked by hand, and every plant found again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from flows.synth import make_place
from flows.synth.failures import QUERY, store_failures
from flows.synth.trails import CRISES, TRAILS, WORKER_CHANGES
from tests.unit.test_synth import ask

FIRST = dt.date(2025, 1, 1)
COUNCIL, LANTERN, TERN = "fernshire_council", "lantern_outreach", "tern_alcohol_service"
MILLBROOK, STONES = "millbrook_recovery", "stepping_stones"
PROBATION, PRISON = "fernshire_probation", "hmp_larkmoor"
TRUST = "fernshire_mental_health"

_EPISODES = """create table episodes (episode int, person int, service text, record int,
    referral date, decided date, start date, "end" date, ending text, refused bool,
    reason text, inpatient int, bedded bool, u1 double)"""
_CONTACTS = """create table contacts (contact int, episode int, visit int, day date,
    worker int, attended bool, u double, asks bool)"""
_PLACEMENTS = 'create table placements (of_episode int, "end" date, why text)'


def on(day: int | None) -> dt.date | None:
    """Day 0 is the first of 2025."""
    return None if day is None else FIRST + dt.timedelta(days=day)


class Life:
    """The tables behind one invented life; days are counted from the first of 2025."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        for statement in (_EPISODES, _CONTACTS, _PLACEMENTS):
            connection.execute(statement)
        connection.execute("create table records as select 0 as record, 0.5 as u11")
        connection.execute("create table today as select date '2026-06-30' as today")
        connection.execute(
            "create table bare_plants (person int, day date, failure int)"
        )
        self.rows = 0

    def episode(self, service: str, referral: int, **known: object) -> int:
        row = {"decided": referral, "start": referral, "end": None, "ending": None}
        row |= {"refused": False, "reason": None, "inpatient": 0, "u1": 0.9} | known
        days = {n: on(row.pop(n)) for n in ("decided", "start", "end")}
        row |= days | {"service": service, "referral": on(referral), "person": 1}
        row |= {"record": 0, "bedded": True, "episode": self.rows}
        self._insert("episodes", row)
        return self.rows - 1

    def refused(self, service: str, referral: int, decided: int, **known) -> None:
        self.episode(
            service, referral, decided=decided, start=None, refused=True, **known
        )

    def contact(self, episode: int, day: int, visit: int = 1, **known: object) -> None:
        row = {"episode": episode, "day": on(day), "visit": visit, "contact": self.rows}
        row |= {"worker": 1, "attended": True, "u": 0.5, "asks": False}
        self._insert("contacts", row | known)

    def _insert(self, table: str, row: dict[str, object]) -> None:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        values = list(row.values())
        self.connection.execute(
            f"insert into {table} ({names}) values ({marks})", values
        )
        self.rows += 1

    def find(self, query: str = QUERY) -> list[tuple]:
        """The truth of this life, its dates as days again."""
        store_failures(self.connection)
        return [
            tuple(
                (value - FIRST).days if isinstance(value, dt.date) else value
                for value in row
            )
            for row in self.connection.execute(query).fetchall()
        ]


@pytest.fixture
def life() -> Life:
    return Life(duckdb.connect())


def test_who_stopped_coming_and_asks_again_within_90_days_presents_again(life) -> None:
    life.episode(TERN, 0, end=50, ending="dropped_out")
    life.episode(MILLBROOK, 140, start=None)
    life.episode(TERN, 141, start=None)
    life.episode(TRUST, 60, start=None)

    # Day 140 is 90 days after day 50, day 141 is 91; the trust is another sector.
    assert life.find() == [
        ("repeat_presentation", 1, "referral", 140, MILLBROOK, TERN, 50, False)
    ]


def test_a_planned_end_is_no_failure_to_come_back_from(life) -> None:
    life.episode(TERN, 0, end=50, ending="completed")
    life.episode(TERN, 60, start=None)

    assert life.find() == []


def test_a_refused_person_who_goes_to_another_door_is_bounced(life) -> None:
    life.refused(TRUST, 0, decided=10, reason="too_complex")
    life.refused(COUNCIL, 40, decided=50, reason="no_local_connection")
    life.episode(MILLBROOK, 110, start=None)

    # Day 40 is 30 days after the trust refused; day 110 is 100 after it and 60 after
    # the council did.
    assert life.find() == [
        ("bounced_referral", 1, "referral", 40, COUNCIL, TRUST, 10, False),
        ("bounced_referral", 1, "referral", 110, MILLBROOK, COUNCIL, 50, False),
    ]


def test_a_refusal_that_no_export_shows_cannot_be_found(life) -> None:
    # Probation's early end; and a withdrawal, as the council writes it down.
    life.refused(STONES, 0, decided=10, reason="too_complex")
    life.refused(COUNCIL, 0, decided=10, reason="incomplete", u1=0.4)
    life.episode(TRUST, 30, start=None)

    assert life.find() == []


def test_sleeping_rough_or_applying_within_28_days_of_leaving_is_nowhere(life) -> None:
    life.episode(PRISON, 0, end=100, ending="completed")
    ward = {"end": 205, "ending": "completed", "inpatient": 1}
    life.episode(TRUST, 200, **ward)
    street = life.episode(LANTERN, 100)
    life.contact(street, 100, visit=0)
    life.contact(street, 120, u=0.1)
    life.contact(street, 121, u=0.5)
    life.episode(COUNCIL, 233, start=None)

    # The first night is on the day of release; the next, 20 days on, is no crisis any
    # more; day 121 is a meeting on the street. Day 233 is 28 days after the ward.
    assert life.find() == [
        ("discharge_to_nowhere", 1, "crisis", 100, LANTERN, PRISON, 100, False),
        ("discharge_to_nowhere", 1, "contact", 120, LANTERN, PRISON, 100, False),
        ("discharge_to_nowhere", 1, "referral", 233, COUNCIL, TRUST, 205, False),
    ]


def test_a_crisis_after_a_refusal_or_in_a_long_wait_is_of_who_refused_or_waits(
    life,
) -> None:
    life.refused(MILLBROOK, 0, decided=5)
    life.episode(PRISON, 95, end=96, ending="completed")
    life.episode(TRUST, 200, decided=210, start=240)
    life.episode(PRISON, 228, end=229, ending="completed")
    life.episode(PRISON, 240, end=None)

    # Day 95 is 90 after the refusal. Day 228 is 28 days into the wait, not more; day
    # 240 is its last, and day 229 was the first beyond 28.
    assert life.find() == [
        ("crisis_after_refusal", 1, "crisis", 95, PRISON, MILLBROOK, 5, False),
        ("crisis_after_refusal", 1, "crisis", 240, PRISON, TRUST, 229, False),
    ]


def test_a_crisis_after_a_closure_for_not_coming_is_of_who_closed(life) -> None:
    life.episode(TRUST, 0, end=40, ending="dropped_out")
    life.episode(PROBATION, 10, end=130, ending="recalled")
    life.episode(PRISON, 130)

    # The recall and the reception that comes of it are two crises, 90 days after.
    assert life.find() == [
        ("dropped_then_crisis", 1, "crisis", 130, PROBATION, TRUST, 40, False),
        ("dropped_then_crisis", 1, "crisis", 130, PRISON, TRUST, 40, False),
    ]


def test_being_asked_it_all_again_by_another_provider_is_a_reassessment(life) -> None:
    life.episode(TERN, 0, end=30, ending="completed")
    life.episode(STONES, 20, end=200, ending="completed")
    life.episode(STONES, 205)
    life.episode(TRUST, 97)

    # Tern's profile is on day 7, a week in; Stones asks on day 20 and the trust on day
    # 97: 90 after Tern and 77 after Stones, the nearer. Stones' own next is 108 after.
    assert life.find() == [
        ("reassessment", 1, "assessment", 20, STONES, STONES, 7, False),
        ("reassessment", 1, "assessment", 97, TRUST, TRUST, 20, False),
    ]


def test_asking_what_is_happening_is_chasing_unless_somebody_deleted_it(life) -> None:
    order = life.episode(PROBATION, 0)
    life.contact(order, 30, asks=True)
    life.contact(order, 31, asks=True, u=0.999)
    life.contact(order, 32)

    assert life.find() == [
        ("chasing", 1, "contact", 30, PROBATION, PROBATION, 30, False)
    ]


def test_a_plant_is_marked_on_its_day_and_its_rule_alone(life) -> None:
    life.episode(PRISON, 0, end=10, ending="completed")
    life.episode(COUNCIL, 12, start=None)
    life.connection.execute("insert into bare_plants values (1, ?, 4)", [on(12)])
    life.connection.execute("insert into bare_plants values (1, ?, 0)", [on(12)])

    assert life.find() == [
        ("discharge_to_nowhere", 1, "referral", 12, COUNCIL, PRISON, 10, True)
    ]


def test_the_trail_of_a_crisis_holds_what_systems_did_in_the_year_before(life) -> None:
    life.episode(TERN, 0, decided=3, start=40, end=60, ending="referred_on")
    life.refused(COUNCIL, 30, decided=33, reason="too_complex")
    life.episode(TRUST, 300, end=350, ending="dropped_out")
    life.episode(PRISON, 366)

    # Day 0 is 366 days before; Tern's wait is long from day 29 and ends on day 40.
    assert [row[3:] for row in life.find(TRAILS)] == [
        ("triage", 3, TERN),
        ("wait_over_28_days", 29, TERN),
        ("referral", 30, COUNCIL),
        ("rejection", 33, COUNCIL),
        ("assessment", 47, TERN),
        ("hand_over", 60, TERN),
        ("assessment", 300, TRUST),
        ("referral", 300, TRUST),
        ("closure_after_non_attendance", 350, TRUST),
    ]
    assert {row[:3] for row in life.find(TRAILS)} == {(1, "custody_reception", 366)}


def test_one_detention_goes_on_through_a_change_of_section(life) -> None:
    life.episode(TRUST, 0, end=5, ending="completed", inpatient=3)
    life.episode(TRUST, 6, end=20, ending="completed", inpatient=3)
    life.episode(TRUST, 30, end=40, ending="completed", inpatient=1)

    assert life.find(CRISES) == [
        (1, "mha_detention", 0, TRUST),
        (1, "unplanned_admission", 0, TRUST),
        (1, "unplanned_admission", 6, TRUST),
    ]


def test_a_change_of_worker_shows_between_two_kept_appointments(life) -> None:
    treatment = life.episode(MILLBROOK, 0)
    community = life.episode(TRUST, 0)
    for day, worker, attended in ((1, 1, True), (8, 2, False), (15, 2, True)):
        life.contact(treatment, day, worker=worker, attended=attended)
        life.contact(community, day, worker=worker, attended=attended)

    # A team is not a worker: the trust shows none.
    assert life.find(WORKER_CHANGES) == [(1, MILLBROOK, 1, 15)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("planted")
    make_place(3_000, 3, out)
    return out


UNSEEN = """plant.provider in ('stepping_stones', 'lantern_outreach')
    or plant.provider = 'fernshire_council' and plant.kind = 'crisis_while_waiting'"""


@pytest.mark.parametrize(
    ("rule", "kinds", "least"),
    [
        ("repeat_presentation", "'repeat_presentation'", 100),
        ("reassessment", "'reassessment'", 60),
        ("chasing", "'chasing'", 100),
        ("discharge_to_nowhere", "'discharge_to_nowhere', 'release_to_street'", 60),
        ("bounced_referral", "'bounced_referral'", 300),
        ("crisis_after_refusal", "'crisis_after_refusal', 'crisis_while_waiting'", 100),
        ("dropped_then_crisis", "'dropped_then_crisis'", 50),
    ],
)
def test_every_plant_that_an_export_shows_is_found_by_its_rule(
    made: Path, rule: str, kinds: str, least: int
) -> None:
    planted = f"""(select distinct true_person_id, date as event_date, provider
        from @phenomena as plant where kind in ({kinds}) and not ({UNSEEN}))"""
    found = f"(from @failures where rule = '{rule}' and is_planted)"
    join = "using (true_person_id, event_date)"
    ((count,),) = ask(made, f"select count(*) from {planted}")
    missed = ask(
        made, f"select p.provider from {planted} as p anti join {found} {join}"
    )

    assert count >= least
    # The council writes a few of its refusals down as withdrawals.
    assert set(missed) <= {(COUNCIL,)}
    assert len(missed) <= 0.02 * count


def test_failures_come_about_by_chance_too(made: Path) -> None:
    counted = dict(
        ask(
            made,
            "select rule, count(*) filter (not is_planted) from @failures group by rule",
        )
    )

    assert len(counted) == 7
    assert counted.pop("chasing") == 0
    assert min(counted.values()) > 10


def test_no_plant_puts_a_person_in_one_service_twice_at_once(made: Path) -> None:
    twice = ask(
        made,
        """select count(*) from @episodes as one join @episodes as other
        using (true_person_id, provider)
        where other.true_episode_id <> one.true_episode_id
            and provider <> 'fernshire_mental_health'
            and other.referral_date between one.referral_date and coalesce(
                if(one.decision = 'refused', one.decision_date, one.end_date),
                date '2026-06-30')""",
    )

    assert twice == [(0,)]


def test_each_kind_of_plant_and_trail_and_change_is_there(made: Path) -> None:
    origins = ask(
        made,
        """select distinct origin_provider from @failures
        where rule = 'discharge_to_nowhere' and is_planted order by 1""",
    )
    kinds = ask(made, "select distinct touchpoint_kind from @trails")
    changes = ask(made, "select distinct provider from @worker_changes")
    late = ask(
        made, "select count(*) from @trails where touchpoint_date >= crisis_date"
    )

    assert origins == [(TRUST,), (PRISON,), (MILLBROOK,), (TERN,)]
    assert len(kinds) == 7
    assert len(changes) == 3
    assert late == [(0,)]
