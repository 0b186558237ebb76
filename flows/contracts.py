"""Contracts: what each sector's landed datasets hold, and what the vault keeps.

A contract says what a dataset means, column by column. How a provider's own columns
reach it is told by layouts and provider files (``mappings.py``).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.errors import MappingError

CONTRACTS = Path(__file__).parent / "providers" / "_contracts"
SECTORS = ("homelessness", "drugs", "offending", "mental_health")
# What providers of any sector may send: a contract group beside the four sectors.
PARTNERSHIP = "partnership"
GROUPS = (*SECTORS, PARTNERSHIP)

Kind = Literal[
    "record", "key", "date", "integer", "decimal", "code", "area", "type", "flag"
]
IdentityKind = Literal[
    "name", "initial", "birth_date", "nhs_number", "identifier", "postcode"
]

SQL_TYPES: dict[str, str] = {
    "record": "VARCHAR",
    "key": "VARCHAR",
    "date": "DATE",
    "integer": "INTEGER",
    "decimal": "DECIMAL(10,2)",
    "code": "VARCHAR",
    "area": "VARCHAR",
    "type": "VARCHAR",
    "flag": "BOOLEAN",
}

# The same loader, eight times as fast where PyYAML came with its own library.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MACHINERY: dict[str, str] = {
    "_row_id": "VARCHAR",
    "_export_id": "VARCHAR",
    "_provider": "VARCHAR",
    "_export_date": "DATE",
    "_received_at": "TIMESTAMP",
    "_line_number": "BIGINT",
}


class Strict(BaseModel):
    """A part of a YAML file: a key it does not know is an error, not a whisper."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """One column of a landed dataset."""

    type: Kind
    required: bool = False
    values: tuple[str, ...] = ()
    range: tuple[int, int] | None = None
    derived_from: Literal["birth_date", "postcode"] | None = None
    means: str = Field(min_length=5)

    @property
    def sql_type(self) -> str:
        """The column's type in Parquet and DuckDB."""
        return SQL_TYPES[self.type]


class Dataset(Strict):
    """One landed dataset: its grain, its key, its columns."""

    grain: str = Field(pattern=r"^One row per .+\.$")
    key: tuple[str, ...]
    columns: dict[str, Column]


class Contract(Strict):
    """Every dataset of one sector, or of the partnership as a whole."""

    sector: Literal[
        "homelessness", "drugs", "offending", "mental_health", "partnership"
    ]
    datasets: dict[str, Dataset]


class IdentityField(Strict):
    """One field of the vault's identities."""

    type: IdentityKind
    means: str


Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read one YAML file that must hold a mapping.

    Raises:
        MappingError: the file is not YAML, or holds something else.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    # A date that does not exist is a ValueError, not one of YAML's own.
    except (yaml.YAMLError, ValueError) as error:
        raise MappingError(f"{path} is not readable as YAML: {error}") from error
    if not isinstance(content, dict):
        raise MappingError(f"{path} must hold keys and values, not a list or a word.")
    return content


def parse_model(model: type[Model], content: dict[str, Any], path: Path) -> Model:
    """Check the content of a YAML file against its model.

    Raises:
        MappingError: naming the file and every key that is missing, unknown or wrong.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'file'}: {item['msg']}"
            for item in error.errors()
        )
        raise MappingError(f"{path} is not valid. {problems}") from error


@lru_cache
def load_contract(sector: str) -> Contract:
    """Load the contract of a sector, or of the partnership.

    Raises:
        MappingError: unknown sector, or a contract file that breaks its own form.
    """
    path = CONTRACTS / f"{sector}.yml"
    if sector not in GROUPS or not path.exists():
        raise MappingError(
            f"No contract for sector {sector!r}. There are: {', '.join(GROUPS)}."
        )
    contract = parse_model(Contract, read_yaml(path), path)
    for name, dataset in contract.datasets.items():
        if absent := [key for key in dataset.key if key not in dataset.columns]:
            raise MappingError(f"{path}: key of {name} names no column: {absent}")
    return contract


@lru_cache
def load_identity() -> dict[str, IdentityField]:
    """Load the identity fields: name to type and meaning."""
    path = CONTRACTS / "_identity.yml"
    return {
        name: parse_model(IdentityField, field, path)
        for name, field in read_yaml(path).items()
    }


def list_datasets() -> list[tuple[str, str, Dataset]]:
    """List (group, dataset name, dataset) over all contracts, in file order."""
    return [
        (sector, name, dataset)
        for sector in GROUPS
        for name, dataset in load_contract(sector).datasets.items()
    ]


def describe_columns(dataset: Dataset) -> dict[str, str]:
    """Give the columns of a dataset's Parquet files and their SQL types, in order."""
    return {n: c.sql_type for n, c in dataset.columns.items()} | MACHINERY
