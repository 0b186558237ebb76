"""What headings are called elsewhere: field names, shipped layouts, and synonyms."""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from flows.contracts import SECTORS, load_contract, load_identity
from flows.errors import MappingError
from flows.layouts import (
    PRESENCE,
    Target,
    list_layouts,
    load_layout,
    shared_values,
)

SYNONYMS = Path(__file__).with_name("synonyms.csv")
PERSON_FIELDS = ("record_id", "sex_type")
_SHORTEST_SIMILAR, _LIKENESS = 5, 0.82
# Headings that say what a row is or was, which no guess may pass over.
DELETED_WORDS = ("deleted", "softdeleted", "isdeleted", "datedeleted", "void", "voided")


@dataclass(frozen=True)
class Candidate:
    """A field that a heading may fill, and why.

    Attributes:
        field: the field.
        closeness: ``exact``, ``known`` (same but for case, spaces and signs, or a
            synonym) or ``similar``.
        target: how a layout reads a column of this heading, if one has it.
        source: the layout, for the evidence.
    """

    field: str
    closeness: str
    target: Target | None = None
    source: str = ""


def normalise(heading: str) -> str:
    """Bring a heading to the form in which two spellings of it are the same."""
    plain = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(c for c in plain if c.isalnum())


class Names:
    """Every name a sector's fields are known by."""

    def __init__(self, sector: str) -> None:
        """Gather names from the contract, the synonyms and the shipped layouts."""
        self.sector = sector
        self.fields = _list_fields(sector)
        self.ignored: dict[str, str] = {}
        self._by_name: dict[str, list[tuple[str, Candidate]]] = defaultdict(list)
        for heading, candidate in _walk_layouts(sector):
            self._add(heading, candidate)
        for name in self.fields:
            self._add(name, Candidate(name, "known"))
        for field, synonym in list_synonyms():
            self._add(synonym, Candidate(field, "known"))
        for name in list_layouts():
            layout = load_layout(name)
            if layout.sector == sector:
                for file in layout.files.values():
                    for heading in file.ignored:
                        self.ignored.setdefault(normalise(heading), name)

    def find(self, heading: str) -> list[Candidate]:
        """List the fields a heading may fill, the closest first."""
        key = normalise(heading)
        found = [
            Candidate(
                known.field,
                "exact" if _is_same(name, heading) else known.closeness,
                known.target,
                known.source,
            )
            for name, known in self._by_name.get(key, [])
        ]
        if found:
            return sorted(found, key=lambda c: c.closeness != "exact")
        if len(key) < _SHORTEST_SIMILAR or key in self.ignored:
            return []
        close = get_close_matches(key, self._by_name, n=1, cutoff=_LIKENESS)
        return [
            Candidate(known.field, "similar", known.target, known.source)
            for name in close
            for _, known in self._by_name[name]
        ]

    def _add(self, name: str, candidate: Candidate) -> None:
        if candidate.field in self.fields:
            self._by_name[normalise(name)].append((name, candidate))


@lru_cache
def known_headings() -> frozenset[str]:
    """Give every heading of a layout, field and synonym of any sector, normalised."""
    headings = {synonym for _, synonym in list_synonyms()} | set(load_identity())
    for name in list_layouts():
        for file in load_layout(name).files.values():
            headings |= set(file.headers) | file.fields
    return frozenset(normalise(heading) for heading in headings)


def known_sheets() -> frozenset[str]:
    """Give every sheet that some layout reads, in lower case."""
    files = [f for name in list_layouts() for f in load_layout(name).files.values()]
    return frozenset(file.sheet.casefold() for file in files if file.sheet)


def field_kind(sector: str, field: str) -> str:
    """Tell the type of a field: one of identity, or of the sector's contract."""
    if field in PERSON_FIELDS:
        return "record" if field == "record_id" else "type"
    if field in load_identity():
        return load_identity()[field].type
    return _list_fields(sector)[field]


@lru_cache
def list_value_maps(sector: str) -> list[tuple[str, str | dict[str, str], str]]:
    """List (field, how a layout says it, what it maps) of every known value map.

    Returns:
        rows of field, the map as a target writes it (a name, a mapping, or empty for
        the contract's own words), and a label.
    """
    found: list[tuple[str, str | dict[str, str], str]] = []
    for name, dataset in load_contract(sector).datasets.items():
        for field, column in dataset.columns.items():
            if column.type == "type":
                found.append((field, {}, f"the contract's own words ({name})"))
            elif column.type == "flag" and not column.derived_from:
                found.append((field, "flag", "shared map flag"))
    for heading, known in _walk_layouts(sector):
        values = known.target.values if known.target is not None else ""
        # A flag of whether anything is written reads no value.
        if values and values != PRESENCE:
            named = f"shared map {values}" if isinstance(values, str) else known.source
            label = named if isinstance(values, str) else f"{named}, {heading}"
            found.append((known.field, values, label))
    seen: list[tuple[str, str | dict[str, str], str]] = []
    for row in found:
        if (row[0], row[1]) not in [(f, v) for f, v, _ in seen]:
            seen.append(row)
    return seen


def spell_values(sector: str, field: str, values: str | dict[str, str]) -> set[str]:
    """Give the source values, in lower case, that a map knows."""
    if isinstance(values, str):
        return set(shared_values()[values])
    if values:
        return {str(value).lower() for value in values}
    return {
        value
        for dataset in load_contract(sector).datasets.values()
        if field in dataset.columns
        for value in dataset.columns[field].values
    }


@lru_cache
def _list_fields(sector: str) -> dict[str, str]:
    fields: dict[str, str] = {n: one.type for n, one in load_identity().items()}
    for dataset in load_contract(sector).datasets.values():
        for name, column in dataset.columns.items():
            if not column.derived_from:
                fields.setdefault(name, column.type)
    return fields | {"record_id": "record", "sex_type": "type"}


def _walk_layouts(sector: str) -> Iterator[tuple[str, Candidate]]:
    """Walk every heading of every layout that fills a field this sector has."""
    for name in list_layouts():
        layout = load_layout(name)
        for file in layout.files.values():
            for heading, targets in file.columns.items():
                for target in targets:
                    of_person = target.to in load_identity() or target.to == "sex_type"
                    if target.checked or target.when:
                        continue
                    if layout.sector == sector or of_person:
                        yield (
                            heading,
                            Candidate(target.to, "known", target, f"layout {name}"),
                        )


@lru_cache
def list_synonyms() -> list[tuple[str, str]]:
    """List (field, synonym): what headings are called elsewhere.

    Raises:
        MappingError: a field is in no contract.
    """
    with SYNONYMS.open(newline="", encoding="utf-8") as file:
        rows = [(row["field"], row["synonym"]) for row in csv.DictReader(file)]
    if wrong := sorted({field for field, _ in rows} - _every_field()):
        raise MappingError(f"{SYNONYMS}: fields in no contract: {wrong}")
    return rows


def _every_field() -> set[str]:
    return {field for sector in SECTORS for field in _list_fields(sector)}


def _is_same(name: str, heading: str) -> bool:
    return name.strip().casefold() == heading.strip().casefold()
