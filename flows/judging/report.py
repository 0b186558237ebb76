"""Reports as JSON: exact on the private side, small counts kept back anywhere else."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.disclosure import SMALLEST_GROUP, protect_count
from flows.errors import LinkageError
from flows.judging.compare import SideBySide
from flows.judging.place import NOT_AVAILABLE, PlaceJudged
from flows.judging.tables import Judged
from flows.judging.weights import best_weight
from flows.reviewing.agreement import Precision

_DIGITS = 6


def report_table(judged: Judged) -> dict[str, Any]:
    """Tell a table of one's own against its truth.

    A subgroup of fewer than ten records is named without its figures.
    """
    best = best_weight(judged.weights)
    return {
        **asdict(judged.quality),
        "subgroups": [
            asdict(one)
            if one.records >= SMALLEST_GROUP
            else {"subgroup": one.subgroup, "status": "suppressed"}
            for one in judged.subgroups
        ],
        "weights": [asdict(one) for one in judged.weights],
        "best_weight": best.weight if best else None,
        "taken": judged.taken,
        "remarks": judged.remarks,
    }


def report_comparison(compared: SideBySide, *, exact: bool) -> dict[str, Any]:
    """Tell two outputs side by side; exact, or with every count protected."""
    told: dict[str, Any] = _protect(asdict(compared), exact=exact)
    return told


def report_place(judged: PlaceJudged, *, exact: bool) -> dict[str, Any]:
    """Tell how a place was linked.

    Args:
        judged: what was found.
        exact: true counts; else each passes small-number control (see
            :mod:`flows.disclosure`), and shares are of the figures shown.
    """
    figures = [
        {"figure": one.figure, "subgroup": one.subgroup}
        | _tell_part(one.found, one.counted, exact=exact)
        for one in judged.figures
    ]
    shared = [
        {
            "first": one.first,
            "second": one.second,
            "both": _tell_count(one.both, exact=exact),
            "of_first": _tell_count(one.of_first, exact=exact),
            "of_second": _tell_count(one.of_second, exact=exact),
        }
        for one in judged.shared
    ]
    return {
        "run_id": judged.run_id,
        "counts": "exact" if exact else "small counts suppressed, others rounded",
        "records": _tell_count(judged.records, exact=exact),
        "people": _tell_count(judged.people, exact=exact),
        "figures": figures,
        "shared": shared,
        "precision": {
            group: _tell_precision(one, exact=exact)
            for group, one in judged.precision.items()
        },
        "changes": None
        if judged.changes is None
        else {
            reason: _tell_count(count, exact=exact)
            for reason, count in judged.changes.items()
        },
        "not_available": list(NOT_AVAILABLE),
        # Nobody in an invented place exists.
        "invented": None if judged.invented is None else asdict(judged.invented),
    }


def write_report(path: Path, content: dict[str, Any], *, replace: bool) -> None:
    """Write a report, aside first.

    Raises:
        LinkageError: the file is there already, or its folder is not.
    """
    if not path.parent.is_dir():
        raise LinkageError(f"There is no folder {path.parent} to write into.")
    if path.is_dir() or (path.exists() and not replace):
        raise LinkageError(
            f"{path} is there already. Name another file, or say --replace."
        )
    aside = path.with_name(f".{path.name}.part")
    text = json.dumps(_round(content), indent=2, ensure_ascii=False) + "\n"
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def _tell_count(count: int, *, exact: bool) -> int | None:
    return count if exact else protect_count(count)[0]


def _tell_part(found: int, counted: int, *, exact: bool) -> dict[str, Any]:
    whole = _tell_count(counted, exact=exact)
    part = None if whole is None else _tell_count(found, exact=exact)
    share = None if part is None or not whole else min(part / whole, 1.0)
    told = {"found": part, "counted": whole, "share": share}
    return told if part is not None else told | {"status": "suppressed"}


def _tell_precision(one: Precision, *, exact: bool) -> dict[str, Any]:
    digits = _DIGITS if exact else 2
    counts = {
        name: _tell_count(getattr(one, name), exact=exact)
        for name in ("linked", "right", "wrong", "not_sure")
    }
    shares = {
        name: None if (value := getattr(one, name)) is None else round(value, digits)
        for name in ("share", "low", "high")
    }
    return counts | shares


def _protect(content: Any, *, exact: bool) -> Any:
    """Pass every count through small-number control, unless all may be exact."""
    if isinstance(content, dict):
        return {name: _protect(value, exact=exact) for name, value in content.items()}
    return _tell_count(content, exact=exact) if isinstance(content, int) else content


def _round(content: Any) -> Any:
    """Round every share, so that a report reads well and is equal on any machine."""
    if isinstance(content, dict):
        return {name: _round(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_round(value) for value in content]
    return round(content, _DIGITS) if isinstance(content, float) else content
