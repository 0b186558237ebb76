"""The check catalogue: rules over one table or several of a delivery, as data.

Each rule is SQL over the tables of one delivery (the files a provider sent together),
one table per file of its layout, with the fields the layout names. It finds lines at
fault; it never repeats a value. Each rule carries rows that break it and rows that keep
it, and a test runs them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import Field

from flows.contracts import Strict, parse_model, read_yaml
from flows.duck import quote_text
from flows.errors import MappingError
from flows.layouts import load_layout
from flows.provider_files import OWN
from flows.reading.faults import Severity

CHECKS = Path(__file__).parent / "providers" / "_checks"

Rows = dict[str, tuple[dict[str, Any], ...]]


class Check(Strict):
    """One rule of the catalogue.

    Attributes:
        kind: conformance (is it of the form agreed), completeness (is it there),
            plausibility (can it be true).
        severity: ``quarantine`` keeps the row out; ``warning`` lands it with a remark.
        file: the file of the layout whose lines are at fault.
        column: heading shown beside the fault; empty where it is the whole row.
        needs: file -> the fields the rule reads; without one of them it does not run.
        finds: SQL that gives the column ``line``, each line at fault at least once.
        means: what was found, in words for the provider.
        guidance: what the provider can do.
        covers: numbers of the published checks this rule answers.
        fails: rows that break the rule: in ``file``, those marked ``at_fault: true``.
        passes: rows that keep it, as near to breaking it as can be.
    """

    kind: Literal["conformance", "completeness", "plausibility"]
    severity: Severity = "warning"
    file: str
    column: str = ""
    needs: dict[str, tuple[str, ...]] = Field(min_length=1)
    finds: str
    means: str = Field(min_length=10)
    guidance: str = Field(min_length=10)
    covers: tuple[int, ...] = ()
    fails: Rows = Field(min_length=1)
    passes: Rows = Field(min_length=1)


class Catalogue(Strict):
    """Rules of one theme, for the layouts of some families."""

    checks: str
    families: tuple[str, ...] = Field(min_length=1)
    rules: dict[str, Check]


@lru_cache
def load_catalogues() -> tuple[Catalogue, ...]:
    """Load every shipped catalogue.

    Raises:
        MappingError: a file breaks its form, or two rules share a name.
    """
    found = []
    seen: set[str] = set()
    for path in sorted(CHECKS.rglob("*.yml")):
        catalogue = parse_model(Catalogue, read_yaml(path), path)
        if twice := sorted(seen & set(catalogue.rules)):
            raise MappingError(f"{path}: rules of a name used elsewhere: {twice}")
        seen |= set(catalogue.rules)
        found.append(catalogue)
    return tuple(found)


def list_checks(layout: str) -> dict[str, Check]:
    """Give the rules that hold for a layout, by name; own files have none."""
    if layout == OWN:
        return {}
    family = load_layout(layout).family
    return {
        name: rule
        for catalogue in load_catalogues()
        if family in catalogue.families
        for name, rule in catalogue.rules.items()
    }


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    layout: str,
    tables: Mapping[str, set[str]],
    export_day: dt.date,
    faults: Mapping[str, str],
) -> list[tuple[str, str]]:
    """Ask every rule of a layout of the tables of one delivery.

    Args:
        connection: holds one table or view per file, named like the file, with a
            column ``line`` and one column per field.
        layout: the layout the delivery was read as.
        tables: file -> the fields its table has.
        export_day: what rules see as ``getvariable('export_day')``.
        faults: file -> the table that what is found in it is added to, a row per rule
            and line at fault.

    Returns:
        (rule, why) of every rule that could not be asked.
    """
    connection.execute("set variable export_day = ?::date", [export_day])
    not_run = []
    for name, rule in list_checks(layout).items():
        if why := _find_missing(rule, tables):
            not_run.append((name, why))
            continue
        # A version may have the field under another heading than the one named.
        headers = load_layout(layout).files[rule.file].headers
        heading = rule.column if rule.column in headers else ""
        connection.execute(
            f"""
            insert into {faults[rule.file]}
            select distinct line, {quote_text(heading)}, {quote_text(name)},
                {quote_text(rule.severity)}, ''
            from ({rule.finds})
            where line > 0
            """
        )
    return not_run


def _find_missing(rule: Check, tables: Mapping[str, set[str]]) -> str:
    for file, fields in rule.needs.items():
        if file not in tables:
            return f"file {file} did not come with this delivery"
        if absent := sorted(set(fields) - tables[file]):
            return f"{file} has no {', '.join(absent)}"
    return ""
