"""Which published check is answered by which rule: a table made from data.

Beside its rules, a folder of the catalogue may keep ``<list>_coverage.csv``: one row
per check of a published list, with what became of it. ``COVERAGE.md`` beside it is made
from that by ``python -m flows.checks_coverage``.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

from flows.checks import CHECKS
from flows.contracts import Strict, parse_model


class Answer(Strict):
    """What became of one published check.

    Attributes:
        id: its number in the published list.
        title: what it looks for, in our words.
        status: ``done``, or ``not_applicable`` with a reason.
        by: the rules that answer it, of the catalogue or of reading.
        why: the reason, or where our rule differs.
    """

    id: int
    title: str
    status: Literal["done", "not_applicable"]
    by: tuple[str, ...]
    why: str


def list_coverages() -> list[Path]:
    """List every table of coverage that is kept beside rules."""
    return sorted(CHECKS.rglob("*_coverage.csv"))


def read_coverage(path: Path) -> list[Answer]:
    """Read one table of coverage, in the order of its file.

    Raises:
        MappingError: a row breaks the form of an answer.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        parse_model(
            Answer, row | {"by": tuple(filter(None, row["by"].split(";")))}, path
        )
        for row in rows
    ]


def describe_coverage(path: Path) -> str:
    """Write a table of coverage as the text of its ``COVERAGE.md``."""
    answers = read_coverage(path)
    name = path.stem.removesuffix("_coverage").capitalize()
    done = sum(answer.status == "done" for answer in answers)
    lines = [
        f"# {name}: which published check is answered by which rule",
        "",
        f"{done} of {len(answers)} checks are done. Made from `{path.name}` by "
        "`python -m flows.checks_coverage`; change the data, not this page.",
        "",
        "| Number | What it looks for | Status | Rules | Why, or how ours differs |",
        "|---|---|---|---|---|",
    ]
    for answer in answers:
        rules = ", ".join(f"`{rule}`" for rule in answer.by)
        status = answer.status.replace("_", " ")
        cells = (str(answer.id), answer.title, status, rules, answer.why)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_coverages() -> None:
    """Make every ``COVERAGE.md`` anew."""
    for path in list_coverages():
        (path.parent / "COVERAGE.md").write_text(
            describe_coverage(path), encoding="utf-8"
        )


if __name__ == "__main__":
    write_coverages()
