"""Which datasets of a sector's contract a file of no known layout lands."""

from __future__ import annotations

from dataclasses import dataclass

from flows.contracts import Dataset, load_contract, load_identity
from flows.onboarding.names import Candidate


@dataclass(frozen=True)
class Choice:
    """The datasets chosen, what the file is about first.

    Attributes:
        lands: names of datasets.
        doubt: why the choice is not certain; empty if it is.
    """

    lands: tuple[str, ...]
    doubt: str


def choose_datasets(sector: str, found: dict[str, list[Candidate]]) -> Choice:
    """Choose datasets by the fields that headings may fill.

    Args:
        sector: the provider's sector.
        found: heading -> the fields it may fill.
    """
    datasets = load_contract(sector).datasets
    person = next(name for name, one in datasets.items() if _is_person(one))
    fields = {one.field for candidates in found.values() for one in candidates}
    about_people = fields & (set(load_identity()) | set(datasets[person].columns))
    ranked = sorted(
        (
            (_worth(one, found), name)
            for name, one in datasets.items()
            if name != person
        ),
        reverse=True,
    )
    (worth, main), (second, rival) = ranked[0], ranked[1]
    if worth[1] < 1:
        doubt = "" if len(about_people - {"record_id"}) > 1 else "No dataset fits well."
        return Choice((person,), doubt)
    lands = [main]
    lands += [
        name
        for _, name in ranked[1:]
        if _needed(datasets[name]) <= fields
        and not set(datasets[name].key) <= {*datasets[main].key, "record_id"}
    ]
    if about_people - {"record_id"}:
        lands.append(person)
    doubt = f"It could as well be about {rival}." if second == worth else ""
    if worth[2] < 1 and not doubt:
        doubt = f"Not everything that {main} needs was found."
    return Choice(tuple(lands), doubt)


def fields_of(sector: str, lands: tuple[str, ...]) -> set[str]:
    """Give every field that a file landing some datasets may fill."""
    datasets = load_contract(sector).datasets
    fields = set(load_identity()) | {"record_id", "sex_type"}
    for name in lands:
        columns = datasets[name].columns.items()
        fields |= {field for field, column in columns if not column.derived_from}
    return fields


def needed_fields(sector: str, lands: tuple[str, ...]) -> dict[str, str]:
    """Give each field that must be filled, and a dataset that needs it."""
    datasets = load_contract(sector).datasets
    return {f: name for name in reversed(lands) for f in _needed(datasets[name])}


def _worth(
    dataset: Dataset, found: dict[str, list[Candidate]]
) -> tuple[bool, int, float]:
    """Rank a dataset: half its needs met, headings it would take, share of needs met.

    One heading alone, without what every row needs, says nothing.
    """
    own = set(dataset.columns) - {"record_id"}
    fields = {one.field for candidates in found.values() for one in candidates}
    headings = sum(any(c.field in own for c in cs) for cs in found.values())
    needed = _needed(dataset) - {"record_id"}
    met = len(needed & fields) / len(needed) if needed else float(headings > 0)
    if headings < 2 and met < 0.5:
        return (False, 0, 0.0)
    return (met >= 0.5, headings, round(met, 3))


def _needed(dataset: Dataset) -> set[str]:
    return {
        name
        for name, column in dataset.columns.items()
        if column.required and not column.derived_from
    }


def _is_person(dataset: Dataset) -> bool:
    return any(column.derived_from for column in dataset.columns.values())
