"""Choose what is compared in one table: known fields, and one comparison per other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.contracts import read_yaml
from flows.linkage.policy import FOLDER as LINKAGE
from flows.linkage.tables.standard import Standard

FOLDER = Path(__file__).parent
Comparisons = dict[str, Any]
_NEEDS = {
    "forename": "forename", "surname": "surname", "initials": "initials",
    "birth_date": "birth_date", "postcode": "postcode_sector", "sex": "sex",
    "middle_name": "middle_name", "nhs_number": "nhs_numbers",
    "pnc_number": "pnc_numbers",
}  # fmt: skip
"""Comparison -> the column of ``standard`` that it cannot do without."""


def choose_comparisons(standard: Standard) -> Comparisons:
    """Take the comparisons of the known fields that are filled, and one per other.

    Returns:
        Comparisons in the form of ``comparisons.yml``.
    """
    own = read_yaml(FOLDER / "comparisons.yml")
    chosen: Comparisons = {}
    for name, content in read_yaml(LINKAGE / "comparisons.yml").items():
        if _NEEDS.get(name) not in standard.known:
            continue
        levels = list(content["levels"])
        for added in own["inserted"].get(name, []):
            names = [level["level"] for level in levels]
            levels.insert(
                names.index(added["before"]),
                {key: value for key, value in added.items() if key != "before"},
            )
        chosen[name] = {**content, "levels": levels}
    for column, kind in standard.others.items():
        if column in standard.known:
            chosen[column] = _describe_other(column, own["kinds"][kind])
    return chosen


def _describe_other(column: str, levels: list[dict[str, Any]]) -> dict[str, Any]:
    described = []
    for level in levels:
        one = dict(level)
        if "when" in one:
            one["when"] = one["when"].replace("{x}", column)
        if one.pop("frequency", False):
            one["frequency"] = column
        described.append(one)
    return {"null": f"{column}_l is null or {column}_r is null", "levels": described}
