"""What is planted shows in the exports, in the amount that the truth says."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from flows.mappings import load_providers
from flows.synth import make_place
from flows.synth.gaming import PACE
from flows.synth.hidden import find_hidden_share
from flows.synth.lives import list_combinations
from flows.synth.voices import FEEDBACK, OWN_WORDS, STRENGTHS
from tests.unit.test_synth import ask, read_rows

DRUG_FREE_OR_OCCASIONAL = ("1", "2")
SILENT = {
    "fernshire_council", "fernshire_probation", "hmp_larkmoor", "tern_alcohol_service",
}  # fmt: skip
TERN = "tern_alcohol_service"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fernshire")
    make_place(3_000, 3, out)
    return out


@pytest.fixture(scope="module")
def people(place: Path) -> dict[tuple[str, str], int]:
    """Who each provider's record is of."""
    rows = ask(place, "select provider, source_key, true_person_id from @records")
    return {(provider, key): person for provider, key, person in rows}


def read_day(text: str, form: str = "%d/%m/%Y") -> date | None:
    """Read a day; None where it is blank, spoilt or not known."""
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def is_bunched(day: date) -> bool:
    return (day + timedelta(days=5)).month not in (day.month,) and day.month % 3 == 0


def read_completed(place: Path, day: str) -> dict[int, tuple[str, date]]:
    """Tern's completed endings in one return: client and day of each episode."""
    return {
        int(row["EPISODID"]) - 700_001: (row["CLIENTID"], ended)
        for row in read_rows(place, f"{TERN}_cds-h_{day}")
        if row["DISRSN"] in DRUG_FREE_OR_OCCASIONAL
        and (ended := read_day(row["DISD"])) is not None
    }


def list_outcomes(place: Path, columns: str) -> dict[int, tuple]:
    rows = ask(
        place,
        f"select true_episode_id, {columns} from @outcomes where provider = '{TERN}'",
    )
    return {row[0]: row[1:] for row in rows}


def test_goals_are_those_of_the_truth_judged_and_agreed_on_as_planted(
    place: Path,
) -> None:
    for provider, share in OWN_WORDS.items():
        sent = read_rows(place, f"{provider}_goals")
        judged = [row for row in sent if row["Date Reviewed"]]
        agreed = sum(row["Person Says"] == row["Service Says"] for row in judged)
        own = sum(row["In Own Words"] == "Yes" for row in sent)
        ((held, reviewed, same, said),) = ask(
            place,
            f"""select count(*), count(reviewed_date),
                count(*) filter (is_met_says_person = is_met_says_service),
                count(*) filter (is_in_own_words)
            from @voices where provider = '{provider}' and kind = 'goal'""",
        )

        assert (len(sent), len(judged), agreed, own) == (held, reviewed, same, said)
        assert abs(own / len(sent) - share) < 0.12
        assert 0.65 < agreed / len(judged) < 0.9


def test_goals_sent_and_those_kept_back_are_all_the_goals_there_are(
    place: Path,
) -> None:
    ((told, kept),) = ask(
        place,
        """select count(*) filter (is_sent), count(*) filter (not is_sent)
        from @voices where kind = 'goal'""",
    )
    ((goals,),) = ask(place, "select count(*) from @goals where kind = 'goal'")

    assert told + kept == goals
    assert kept > 500


def test_who_sends_no_voice_sends_none_at_all(place: Path) -> None:
    voiced = {"goals", "strengths", "feedback"}
    named = load_providers()
    sent = {
        path.parent.name
        for path in place.glob("landing/*/*")
        if any(f"_{word}_2026" in path.name for word in voiced)
    }
    may = {name for name, one in named.items() if voiced & set(one.layouts)}

    assert sent == set(OWN_WORDS) == may
    assert SILENT.isdisjoint(sent)


def test_strengths_and_feedback_are_those_of_the_truth(place: Path) -> None:
    for provider in STRENGTHS:
        rows = read_rows(place, f"{provider}_strengths")
        ((held,),) = ask(
            place,
            f"""select count(*) from @voices
            where provider = '{provider}' and kind = 'strength' and is_sent""",
        )
        assert len(rows) == held > 20
    for provider in FEEDBACK:
        rows = read_rows(place, f"{provider}_feedback")
        unnamed = sum(not row["Client ID"] for row in rows)
        total = sum(int(row["Score"]) for row in rows)
        (truth,) = ask(
            place,
            f"""select count(*), count(*) filter (is_anonymous), sum(score)
            from @feedback where provider = '{provider}'""",
        )
        assert (len(rows), unnamed, total) == truth


def test_totals_are_sums_and_rise_with_how_heavy_the_life_is(place: Path) -> None:
    for provider, layout in (
        ("fernshire_council", "ndt"),
        ("fernshire_mental_health", "ndt"),
        ("lantern_outreach", "ndt"),
        ("lantern_outreach", "outcomes_star"),
    ):
        rows = read_rows(place, f"{provider}_{layout}")
        others = {"Client ID", "Assessment Date", "Date Completed", "Total"}
        items = [name for name in rows[0] if name not in others]
        totals = sorted(int(row["Total"]) for row in rows)
        truth = ask(
            place,
            f"""select total from @assessments
            where provider = '{provider}' and kind = '{layout}' order by total""",
        )
        assert len(items) == 10
        assert all(
            sum(int(row[item]) for item in items) == int(row["Total"]) for row in rows
        )
        assert totals == [total for (total,) in truth]
    ((ndt, star),) = ask(
        place,
        """select corr(total, severity) filter (kind = 'ndt'),
            corr(total, severity) filter (kind = 'outcomes_star')
        from @assessments join @people using (true_person_id)""",
    )
    assert ndt > 0.7
    assert star < -0.4


def test_tern_bunches_its_outcomes_before_a_quarters_end_and_nobody_else(
    place: Path,
) -> None:
    told = read_completed(place, "2026-06")
    truth = list_outcomes(place, "outcome_date, is_bunched")
    others = ask(
        place,
        f"""select provider, avg(is_bunched::int) from @outcomes
        where provider <> '{TERN}' group by provider""",
    )

    assert told.keys() <= truth.keys()
    assert len(told) >= 0.95 * len(truth)
    assert all((day, is_bunched(day)) == truth[at] for at, (_, day) in told.items())
    assert np.mean([is_bunched(day) for _, day in told.values()]) > 0.35
    assert len(others) == 5
    assert all(share < 0.1 for _, share in others)


def test_tern_claims_outcomes_of_people_it_has_not_seen_for_thirty_days(
    place: Path,
) -> None:
    seen = defaultdict(set)
    for row in read_rows(place, f"{TERN}_appointments"):
        if row["Attended"] == "Yes":
            seen[row["Client ID"]].add(read_day(row["Date"]))
    without = {
        at
        for at, (client, ended) in read_completed(place, "2026-06").items()
        if not any(day and 0 <= (ended - day).days <= 30 for day in seen[client])
    }
    truth = list_outcomes(place, "is_without_contact, is_contactless")
    planted = {at for at, (_, on_purpose) in truth.items() if on_purpose}
    held = {at for at, (alone, _) in truth.items() if alone}

    assert planted <= held
    assert len(planted) > 60
    # A spoilt date, or a day of another episode, may hide one.
    assert len(without ^ (held & set(read_completed(place, "2026-06")))) <= 3
    assert PACE < 30


def test_tern_enters_outcomes_late_into_the_quarter_before(place: Path) -> None:
    before = read_completed(place, "2026-03")
    now = read_completed(place, "2026-06")
    late = {
        at
        for at, (_, ended) in now.items()
        if at not in before and ended <= date(2026, 3, 31)
    }
    truth = list_outcomes(place, "outcome_date, entered_date, lag_days")
    planted = {
        at
        for at, (ended, entered, _) in truth.items()
        if ended <= date(2026, 3, 31) < entered
    }
    others = ask(
        place, f"select max(lag_days) from @outcomes where provider <> '{TERN}'"
    )

    assert late == planted & set(now)
    assert len(late) >= 5
    assert before.keys() <= now.keys()
    assert others == [(5,)]


def list_sightings(place: Path, people: dict[tuple[str, str], int]) -> dict:
    """Days on which another sector than drugs first saw a person, by its exports."""
    days = defaultdict(set)
    for start, provider, key, heading, form, width in (
        ("fernshire_council_cases", "fernshire_council", "Applicant ID",
         "Application Date", "%d/%m/%Y", 10),
        ("fernshire_mental_health_mhs101", "fernshire_mental_health", "LocalPatientID",
         "ReferralRequestReceivedDate", "%Y-%m-%d", 10),
        ("fernshire_probation_event", "fernshire_probation", "OFFENDER_ID",
         "REFERRAL_DATE", "%d-%b-%y", 9),
        ("hmp_larkmoor_offender_bookings", "hmp_larkmoor", "ROOT_OFFENDER_ID",
         "BOOKING_BEGIN_DATE", "%Y-%m-%d", 10),
        ("stepping_stones_refer", "stepping_stones", "service_user_crn",
         "date_referral_received", "%Y-%m-%d", 10),
        ("lantern_outreach_contacts", "lantern_outreach", "Client ID",
         "Contact Date", "%Y-%m-%d", 10),
    ):  # fmt: skip
        for row in read_rows(place, start):
            person = people[provider, row[key]]
            days[person].add(read_day(row[heading][:width], form))
    return days


def test_successes_that_another_sector_contradicts_are_as_many_as_planted(
    place: Path, people: dict[tuple[str, str], int]
) -> None:
    days = list_sightings(place, people)
    truth = list_outcomes(place, "is_contradicted, is_relabelled")
    followed = {
        at: any(day and 0 < (day - ended).days <= 180 for day in days[person])
        for at, (client, ended) in read_completed(place, "2026-06").items()
        for person in [people[TERN, client]]
    }
    planted = [at for at in followed if truth[at][1]]
    missed = [at for at, found in followed.items() if truth[at][0] and not found]

    assert len(planted) >= 30
    assert all(truth[at][0] for at in planted)
    # One whose only sighting has a spoilt date may be missed.
    assert len(missed) <= 1


@pytest.mark.parametrize(
    ("start", "provider", "key", "asked", "begun", "form", "change"),
    [
        ("millbrook_recovery_clients", "millbrook_recovery", "Client ID",
         "Initial referral", "Allocation Date", "%d/%m/%Y", 0.3),
        ("stepping_stones_refer", "stepping_stones", "service_user_crn",
         "date_referral_received", "date_saa_attended", "%Y-%m-%d", -0.3),
    ],
)  # fmt: skip
def test_waits_grow_in_one_area_at_one_service_and_shrink_at_another(
    place: Path,
    people: dict[tuple[str, str], int],
    start: str,
    provider: str,
    key: str,
    asked: str,
    begun: str,
    form: str,
    change: float,
) -> None:
    areas = dict(ask(place, "select true_person_id, postcode[:3] from @people"))
    waits: dict[tuple[bool, bool], list[bool]] = defaultdict(list)
    for row in read_rows(place, start):
        came, started = (read_day(row[name][:10], form) for name in (asked, begun))
        if came and started:
            at_home = areas[people[provider, row[key]]] == "QX1"
            late = came >= date(2025, 1, 1)
            waits[at_home, late].append((started - came).days > 28)
    moved = np.mean(waits[True, True]) - np.mean(waits[True, False])
    elsewhere = np.mean(waits[False, True]) - np.mean(waits[False, False])
    planted = "growing" if change > 0 else "closing"
    ((referrals, early, later),) = ask(
        place,
        f"""select sum(referrals),
            sum(waited) filter (quarter < '2025-01-01')
                / sum(started) filter (quarter < '2025-01-01'),
            sum(waited) filter (quarter >= '2025-01-01')
                / sum(started) filter (quarter >= '2025-01-01')
        from @gap_drift where planted = '{planted}' and provider = '{provider}'""",
    )

    assert moved * np.sign(change) > abs(change) / 2
    # The few hundred begun elsewhere drift by chance, less than half as far.
    assert abs(elsewhere) < abs(moved) / 2
    assert (later - early) * change > 0
    assert referrals == sum(
        areas[people[provider, row[key]]] == "QX1" for row in read_rows(place, start)
    )


def test_the_heavier_the_life_the_likelier_the_refusal_as_planted(place: Path) -> None:
    rows = ask(place, "from @acceptance")
    planted = defaultdict(list)
    for provider, _, referrals, accepted, share in rows:
        spread = (share * (1 - share) / referrals) ** 0.5

        assert abs(accepted / referrals - share) < 3.5 * spread
        planted[provider].append(share)

    assert len(planted) == 5
    assert all(
        shares == sorted(shares, reverse=True) and shares[0] - shares[3] > 0.08
        for shares in planted.values()
    )
    refused = sum(
        row["Decision"] in ("Needs too complex for provision", "No local connection",
                            "Withdrawn", "Intentionally homeless", "No priority need",
                            "Not homeless")
        for row in read_rows(place, "fernshire_council_cases")
    )  # fmt: skip
    ((told,),) = ask(
        place,
        """select sum(referrals - accepted) from @acceptance
        where provider = 'fernshire_council'""",
    )
    assert refused == told


def test_the_hidden_are_as_many_as_lists_that_depend_two_at_a_time_expect(
    place: Path,
) -> None:
    """Fitted by another library, to the people that the truth says are known."""
    known = dict(
        ask(
            place,
            """select is_homelessness::int + 2 * is_drugs::int + 4 * is_offending::int
                + 8 * is_mental_health::int as bits, count(*)
            from @people group by bits""",
        )
    )
    lists = np.array([[bits >> at & 1 for at in range(4)] for bits in known])
    both = [lists[:, one] * lists[:, two] for one, two in combinations(range(4), 2)]
    terms = sm.add_constant(np.column_stack([lists, *both]))
    fit = sm.GLM(list(known.values()), terms, family=sm.families.Poisson()).fit()
    estimate = float(np.exp(fit.params[0]))
    areas = ask(
        place,
        """select area, sum(hidden_count), sum(known_count), count(*)
        from @hidden group by area""",
    )

    assert sum(known.values()) == 3_000 == sum(row[2] for row in areas)
    assert estimate == pytest.approx(sum(row[1] for row in areas), rel=0.02)
    for _, hidden, there, regions in areas:
        assert hidden == round(find_hidden_share() * there)
        assert regions == len(list_combinations())


def test_a_district_has_neither_drug_service_nor_outreach(
    place: Path, people: dict[tuple[str, str], int]
) -> None:
    outreach = {row["Area"] for row in read_rows(place, "lantern_outreach_contacts")}
    served = {
        people[provider, row[key]]
        for start, provider, key in (
            ("millbrook_recovery_clients", "millbrook_recovery", "Client ID"),
            ("tern_alcohol_service_cds-h_2026-06", TERN, "CLIENTID"),
        )
        for row in read_rows(place, start)
    }
    in_need = ask(
        place, "select true_person_id, postcode[:3] from @people where is_drugs"
    )
    unmet: dict[str, int] = defaultdict(int)
    for person, area in in_need:
        unmet[area] += person not in served
    truth = dict(
        ask(
            place,
            f"""select area, people_unmet_by_sector from @provision
            where provider = '{TERN}'""",
        )
    )
    doors = ask(place, "select area, provider from @provision where not has_door")
    travelling = ask(
        place, "select min(people_travelling) from @provision where not has_door"
    )

    assert outreach == {f"QX{place}" for place in range(1, 9)}
    assert {area: unmet[area] for area in truth} == truth
    assert truth["QX9"] >= 20
    assert sum(truth.values()) == truth["QX9"]
    assert {area for area, _ in doors} == {"QX9"}
    assert {provider for _, provider in doors} == {
        "lantern_outreach", "millbrook_recovery", TERN,
    }  # fmt: skip
    assert travelling[0][0] > 0


def test_households_of_two_applicants_are_those_of_the_truth(
    place: Path, people: dict[tuple[str, str], int]
) -> None:
    told = defaultdict(set)
    for row in read_rows(place, "fernshire_council_cases"):
        person = people["fernshire_council", row["Applicant ID"]]
        told[row["Household ID"]].add(person)
    truth = defaultdict(set)
    for household, person in ask(
        place, "select household_id, true_person_id from @households"
    ):
        truth[household].add(person)
    (children,) = ask(
        place,
        "select count(*), sum(children_count) from @households where adults_count = 2",
    )

    assert told == truth
    couples = [household for household, adults in told.items() if len(adults) == 2]
    assert 2 * len(couples) == children[0]
    assert len(couples) >= 15
    assert children[1] > 0


def test_who_has_no_work_is_said_to_have_none_wherever_work_is_asked(
    place: Path, people: dict[tuple[str, str], int]
) -> None:
    workless = {
        person
        for (person,) in ask(
            place, "select true_person_id from @causes where cause = 'worklessness'"
        )
    }
    days = [
        (row["PWORK"] == "0", people[TERN, row["CLIENTID"]] in workless)
        for row in read_rows(place, "tern_alcohol_service_cds-h_2026-06")
        if row["PWORK"] != "NA"
    ]
    statuses = [
        (row["EmployStatus"] != "01",
         people["fernshire_mental_health", row["LocalPatientID"]] in workless)
        for row in read_rows(place, "fernshire_mental_health_mhs004")
        if row["EmployStatus"] != "ZZ"
    ]  # fmt: skip

    assert len(days) > 300
    assert len(statuses) > 1_000
    assert all(said == true for said, true in days + statuses)
    assert 0.7 < len(workless) / 3_000 < 0.85
