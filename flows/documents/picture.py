"""The year before a crisis as a picture: a lane per sector, the crisis at the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flows.documents.cases import Case, PanelPolicy

_WIDTH, _LEFT, _RIGHT = 760, 128, 22
_TOP, _STEP, _LANE = 26, 21, 34
_TICKS = 60
_APART = 20


@dataclass(frozen=True)
class Picture:
    """Where everything stands, in the units of the picture's own grid.

    Attributes:
        told: the picture in a sentence, for who cannot see it.
        lanes: dicts of name, top, height, numbered marks and plain marks.
        ticks: dicts of x and days.
    """

    width: int
    height: int
    left: int
    crisis_x: float
    told: str
    lanes: tuple[dict[str, Any], ...]
    ticks: tuple[dict[str, Any], ...]


def draw_case(case: Case, policy: PanelPolicy) -> Picture:
    """Lay out the picture of a case; touchpoints are numbered, the earliest is 1.

    Marks that would cover each other are stacked, so a busy lane is a high one.
    """
    others = {t.sector for t in case.touchpoints} | {e.sector for e in case.events}
    names = policy.sectors | {
        word: word.replace("_", " ").capitalize()
        for word in sorted(others - set(policy.sectors))
    }
    lanes, top = [], _TOP
    for sector, name in names.items():
        lane = _lay_lane(case, policy, sector, top)
        lanes.append(lane | {"name": name, "top": top})
        top += lane["height"]
    missed = sum(t.is_help_given is not True for t in case.touchpoints)
    return Picture(
        width=_WIDTH,
        height=top + 6,
        left=_LEFT,
        crisis_x=_place(0, policy),
        told=(
            f"Timeline of the {policy.days_before} days before the crisis: "
            f"{len(case.touchpoints)} touchpoints, {missed} of them without recorded "
            f"help, and {len(case.events)} other events."
        ),
        lanes=tuple(lanes),
        ticks=tuple(
            {"x": _place(days, policy), "days": days}
            for days in range(0, policy.days_before + 1, _TICKS)
        ),
    )


def _lay_lane(case: Case, policy: PanelPolicy, sector: str, top: int) -> dict[str, Any]:
    """Stack the numbered marks of a lane: each on the lowest row that has room."""
    ends: list[float] = []
    marks = []
    for number, touchpoint in enumerate(case.touchpoints, start=1):
        if touchpoint.sector != sector:
            continue
        x = _place(touchpoint.days, policy)
        row = next((r for r, end in enumerate(ends) if x - end >= _APART), len(ends))
        ends[row : row + 1] = [x]
        marks.append(
            {
                "x": x,
                "y": top + _LANE - 3 + row * _STEP,
                "number": number,
                "is_helped": touchpoint.is_help_given is True,
            }
        )
    events = [
        {"x": _place(event.days, policy), "y": top + 10, "kind": event.kind}
        for event in case.events
        if event.sector == sector
    ]
    height = _LANE + max(0, len(ends)) * _STEP - (6 if ends else 10)
    return {"marks": marks, "events": events, "height": height}


def _place(days: int, policy: PanelPolicy) -> float:
    span = _WIDTH - _LEFT - _RIGHT
    return round(_LEFT + span * (1 - days / policy.days_before), 1)
