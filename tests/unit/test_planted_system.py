"""The planted place: screens and gaps find what was planted, and ask nobody else much."""

from __future__ import annotations

import pytest

from tests.planted import PlantedPlace, Reading


@pytest.fixture(scope="module")
def perfect(planted: PlantedPlace) -> Reading:
    return planted.through_perfect_links


@pytest.mark.parametrize(
    ("screen", "truth"),
    [
        ("contradicted_success", "is_contradicted"),
        ("no_contact_before_outcome", "is_without_contact"),
    ],
)
def test_successes_of_a_drug_service_are_screened_as_truth_tells_them(
    perfect, screen, truth
) -> None:
    rows = perfect.ask(
        f"""with told as (
            select provider, date_trunc('quarter', outcome_date)::date as quarter,
                count(*) as told_of, count(*) filter ({truth}) as told_cases
            from truth.outcomes group by all
        )
        select sum(told_of), sum(of_count), sum(told_cases), sum(cases_count)
        from told join outcome_integrity as screens
            on screens.provider = told.provider and period_start_date = quarter
        where screen_type = '{screen}' and status_type = 'published'
            and told.provider in ('millbrook_recovery', 'tern_alcohol_service')
        group by told.provider"""
    )

    assert len(rows) == 2
    for told_of, of_count, told_cases, cases_count in rows:
        # Rows that a provider spoilt are quarantined: 3 in 1,000.
        assert told_of > 100 and abs(of_count - told_of) <= 0.02 * told_of
        assert told_cases > 30 and abs(cases_count - told_cases) <= 2


def test_the_service_that_moves_its_dates_is_asked_about_them_and_others_hardly(
    perfect,
) -> None:
    asked = dict(
        perfect.ask(
            """select provider, count(*) filter (is_flagged) / count(*)
            from outcome_integrity
            where screen_type = 'bunched_before_quarter_end' and is_flagged is not null
            group by provider"""
        )
    )

    assert asked.pop("tern_alcohol_service") > 0.5
    assert len(asked) == 6
    assert max(asked.values()) < 0.25


def test_only_the_service_that_enters_endings_late_has_a_lag_to_ask_about(
    perfect,
) -> None:
    rows = perfect.ask(
        """select provider, is_flagged, median_lag_days > 30 from outcome_integrity
        where screen_type = 'recorded_late' and status_type = 'published'"""
    )

    assert rows == [("tern_alcohol_service", True, True)]


def test_the_gap_that_grows_in_one_area_is_seen_to_have_widened_there(perfect) -> None:
    rows = perfect.ask(
        """select count(*) filter (gap_type = 'widened') >= 3,
            bool_or(gap_type in ('closed', 'moved'))
        from gap_drift
        where need_type = 'substance_use' and area_code = 'QX1'
            and period_start_date >= date '2025-07-01'"""
    )

    assert rows == [(True, False)]


def test_every_crisis_is_counted_in_its_month_or_the_month_says_why_not(
    perfect,
) -> None:
    rows = perfect.ask(
        """select status_type, bool_and(crises_count = coalesce(seen, 0))
        from crisis_demand left join (
            select crisis_type, date_trunc('month', crisis_date)::date as month,
                count(*) as seen
            from intermediate.int_crises_identified group by all
        ) as seen using (crisis_type)
        where month = period_start_date and area_code = 'all'
        group by status_type order by status_type"""
    )

    assert rows == [("not_available", None), ("published", True)]
