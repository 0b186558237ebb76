"""What Stepping Stones would export: the report of a rehabilitative service, by CRN."""

from __future__ import annotations

from flows.synth.write import Export

FIRST_SESSION = 8
"""Days from the assessment to the first session."""
_SESSIONS = "(6 + (u1 * 10)::int)"
_OUTCOMES = "(2 + (u2 * 4)::int)"
_SHARE = """(case when ending = 'completed' then 1.0 when "end" is null then 0.5
    else 0.4 * u3 end)"""
_IMPOSSIBLE = "2025-02-31T09:00:00+00:00"
_LAST = 'coalesce("end", case when refused then decided end)'


def list_exports() -> list[Export]:
    """Return the one file of the service."""
    return [
        Export(
            "stepping_stones",
            "crs_refer_and_monitor",
            "referrals",
            "refer_and_monitor",
            {**_name_referral(), **_date_steps(), **_count_results()},
            "episodes join seen using (record) cross join today "
            "where episodes.service = 'stepping_stones'",
            "episode",
            newline="\\r\\n",
        )
    ]


def _name_referral() -> dict[str, str]:
    return {
        "referral_id": "md5('referral ' || episode)::uuid::varchar",
        "referral_ref": "unit_letter(episode) || unit_letter(episode // 20) || "
        "lpad((episode % 10000)::varchar, 4, '0') || "
        "unit_letter(episode // 400) || 'P'",
        "service_user_crn": "crn",
        "caseworker_id": "'SS' || lpad((lead + 1)::varchar, 3, '0')",
        "end_requested_by_pp_reason": "case when refused then case when "
        "reason = 'too_complex' then 'COM' else 'INE' end "
        "when ending = 'custody' then 'REC' end",
    }


def _date_steps() -> dict[str, str]:
    """Steps after the start are only there once their day has come."""
    received = _stamp("referral", 1)
    stopped = "refused or ending = 'custody'"
    return {
        "date_referral_received": f"spoil(u5, {received}, '{_IMPOSSIBLE}')",
        "date_saa_booked": _stamp("decided", 2),
        "date_saa_attended": _stamp(reach(0), 3),
        "date_first_action_plan_submitted": _stamp(reach(3), 1),
        "date_of_first_action_plan_approval": _stamp(reach(6), 2),
        "date_of_first_attended_session": _stamp(reach(FIRST_SESSION), 4),
        "end_requested_by_pp_at": _stamp(f"case when {stopped} then {_LAST} end", 3),
        "date_eosr_submitted": _stamp('case when start is not null then "end" end', 2),
        "concluded_at": _stamp(_LAST, 2),
    }


def _count_results() -> dict[str, str]:
    begun = "case when start is not null then {} end"
    # Outcomes come in halves, as the real report has them.
    achieved = f"(round({_OUTCOMES} * {_SHARE} * 2) / 2)::decimal(6, 1)::varchar"
    return {
        "outcomes_to_be_achieved_count": f"{_OUTCOMES}::varchar",
        "outcomes_achieved": f'case when "end" >= start then {achieved} end',
        "count_of_sessions_expected": begun.format(f"{_SESSIONS}::varchar"),
        "count_of_sessions_attended": begun.format(
            f"({_SESSIONS} * {_SHARE})::int::varchar"
        ),
    }


def reach(days: int) -> str:
    """Return SQL of the day some days after the start, null if it never came."""
    day = f"(start + {days})"
    return f'case when {day} <= coalesce("end", today) then {day} end'


def _stamp(day: str, key: int) -> str:
    return f"write_stamp({day}, u{key}, u4)"
