"""Layouts: forms of export that several providers may send (NDTMS, MHSDS ...), as data.

A layout says of every column of a file what it fills or that it is ignored.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from flows.contracts import (
    Contract,
    Strict,
    load_contract,
    load_identity,
    parse_model,
    read_yaml,
)
from flows.errors import MappingError

LAYOUTS = Path(__file__).parent / "providers" / "_layouts"
# Written as ``values: presence``: the field is a flag, true where the column has words;
# the words themselves never land.
PRESENCE = "presence"


CheckedKind = Literal[
    "date", "integer", "decimal", "code", "area", "type", "flag", "key", "text"
]


class Target(Strict):
    """What one source column fills, and how its values are read.

    Attributes:
        to: the field: of a dataset the file lands, of identity, or (with ``checked``)
            one that only the check catalogue sees and that never lands.
        values: the value map, or the name of a shared one; ``presence`` makes a flag
            that says only whether anything was written.
        checked: the type of a field that is read for checks alone.
    """

    to: str
    checked: CheckedKind | None = None
    values: str | dict[str, str] = {}
    others: str | None = None
    blanks: tuple[str, ...] = ()
    when: dict[str, tuple[str, ...]] = {}


class FileLayout(Strict):
    """One file of a layout: how to know it, its rows, its columns.

    Attributes:
        period_field: the date that says which period a row is of; an export of a period
            withdraws no row of a file without one.
        names_provider: the heading whose codes say whose file it is.
        record: in XML, the element that is a row; headings are then paths below it.
    """

    match: tuple[str, ...] = Field(min_length=1)
    row_key: tuple[str, ...] = Field(min_length=1)
    lands: tuple[str, ...] = ()
    identity: Literal["main", "alias"] = "main"
    alias_when: dict[str, tuple[str, ...]] = {}
    blank_when: dict[str, tuple[str, ...]] = {}
    required: tuple[str, ...] = ()
    deleted_when: str | None = None
    period_field: str | None = None
    names_provider: str | None = None
    record: str | None = None
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    columns: dict[str, tuple[Target, ...]]
    ignored: tuple[str, ...] = ()

    @field_validator("columns", mode="before")
    @classmethod
    def _spell_out(cls, columns: dict[str, Any]) -> dict[str, list[Any]]:
        """Let a column be written as a field, a list of fields, or in full."""
        return {
            name: [
                {"to": item} if isinstance(item, str) else item
                for item in (entry if isinstance(entry, list) else [entry])
            ]
            for name, entry in columns.items()
        }

    @property
    def headers(self) -> list[str]:
        """Every heading the file must have."""
        named = [*self.columns, *self.ignored, self.deleted_when, self.names_provider]
        return list(dict.fromkeys(name for name in named if name))

    @property
    def headings_used(self) -> set[str]:
        """Headings whose values matter to what lands: a row's hash covers these."""
        conditions = [self.alias_when, self.blank_when]
        conditions += [t.when for targets in self.columns.values() for t in targets]
        asked = {heading for condition in conditions for heading in condition}
        named = {*self.columns, *self.row_key, *self.required, *asked}
        return named | ({self.deleted_when} if self.deleted_when else set())

    @property
    def fields(self) -> set[str]:
        """Every field that some column fills."""
        return {target.to for targets in self.columns.values() for target in targets}

    @property
    def checked(self) -> dict[str, CheckedKind]:
        """The fields that are read for the check catalogue and never land."""
        return {
            target.to: target.checked
            for targets in self.columns.values()
            for target in targets
            if target.checked
        }


class Layout(Strict):
    """A form of export that several providers may send.

    Attributes:
        family: the layout at the root of its versions; versions of one family are told
            apart by a file's headings and, where these are the same, by its day.
        since: the day from which this version is sent, where it is known.
        expects: files that every full delivery must hold; one that lacks some is told.
        source: where its headings and codes were seen, in words.
    """

    layout: str
    family: str
    extends: str | None = None
    since: dt.date | None = None
    source: str = ""
    sector: str
    status: Literal["verified", "assumed"]
    dates: tuple[str, ...]
    blanks: tuple[str, ...] = ()
    blank_dates: tuple[str, ...] = ()
    files: dict[str, FileLayout]
    not_taken: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()


@lru_cache
def shared_values() -> dict[str, dict[str, str]]:
    """Value maps that several layouts share, by name."""
    return read_yaml(LAYOUTS / "_values.yml")


@lru_cache
def load_layout(name: str) -> Layout:
    """Load a layout, with whatever layout it extends beneath it.

    Raises:
        MappingError: no such layout, or a field that is in no contract.
    """
    path = LAYOUTS / f"{name}.yml"
    layout = parse_model(Layout, _read_layout(name), path)
    for kind, file in layout.files.items():
        check_fields(path, kind, file, load_contract(layout.sector))
    return layout


def list_layouts() -> list[str]:
    """Name every shipped layout."""
    return sorted(p.stem for p in LAYOUTS.glob("*.yml") if not p.stem.startswith("_"))


def list_sector(sector: str) -> list[str]:
    """Name every shipped layout of a sector, or of the partnership."""
    return [name for name in list_layouts() if load_layout(name).sector == sector]


@lru_cache
def list_family(family: str) -> list[str]:
    """Name every version of a family, the one that extends the others' root first."""
    return [name for name in list_layouts() if load_layout(name).family == family]


def _read_layout(name: str) -> dict[str, Any]:
    path = LAYOUTS / f"{name}.yml"
    if not path.exists():
        raise MappingError(f"No layout {name!r}. There are: {list_layouts()}")
    content = read_yaml(path)
    if "extends" not in content:
        return {"family": name} | content
    base = _read_layout(content["extends"])
    files = dict(base["files"])
    for kind, change in content.pop("files", {}).items():
        files[kind] = _change_file(files.get(kind, {}), change)
    return base | content | {"files": files}


def _change_file(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Give a file of a later version: columns gone, columns new or read otherwise."""
    gone = set(change.pop("removed", []))
    ignored, columns = change.pop("ignored", []), change.pop("columns", {})
    kept = {n: c for n, c in base.get("columns", {}).items() if n not in gone}
    left = [n for n in base.get("ignored", []) if n not in gone | set(columns)]
    return (
        base
        | change
        | {
            "columns": {n: c for n, c in kept.items() if n not in ignored} | columns,
            "ignored": left + [n for n in ignored if n not in left],
        }
    )


def _is_landed_date(file: FileLayout, field: str, contract: Contract) -> bool:
    columns = [contract.datasets[name].columns for name in file.lands]
    return any(field in known and known[field].type == "date" for known in columns)


def check_fields(path: Path, kind: str, file: FileLayout, contract: Contract) -> None:
    """Check that a file's fields are known and every dataset it lands is filled.

    Raises:
        MappingError: unknown dataset, field or value map; a required field unmapped.
    """
    known = set(load_identity())
    for name in file.lands:
        if name not in contract.datasets:
            raise MappingError(f"{path}, {kind}: no dataset {name} in the contract.")
        columns = contract.datasets[name].columns
        known |= set(columns)
        needed = {n for n, c in columns.items() if c.required and not c.derived_from}
        if missing := sorted(needed - file.fields):
            raise MappingError(f"{path}, {kind}: {name} needs {missing}, unmapped.")
    scope = file.period_field
    if scope and (
        scope not in file.fields or not _is_landed_date(file, scope, contract)
    ):
        raise MappingError(f"{path}, {kind}: period_field {scope} is no date it lands.")
    if doubled := sorted(set(file.checked) & known):
        raise MappingError(f"{path}, {kind}: fields to check that land: {doubled}")
    known |= set(file.checked)
    if unknown := sorted(file.fields - known - {"record_id", "sex_type"}):
        raise MappingError(f"{path}, {kind}: fields in no contract: {unknown}")
    for targets in file.columns.values():
        for target in targets:
            named = target.values if isinstance(target.values, str) else PRESENCE
            if named not in {PRESENCE, *shared_values()}:
                raise MappingError(f"{path}, {kind}: no value map {named}.")
