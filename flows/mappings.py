"""Providers: what each sends, and how one file of it is read, checked when loaded.

A *provider* file names its layouts and says where it differs. A column neither mapped
nor ignored, and a mapped column that is missing, are both refused and listed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from flows.contracts import Contract, Strict, load_contract, parse_model, read_yaml
from flows.errors import ExportRefused, MappingError
from flows.layouts import (
    FileLayout,
    Layout,
    check_fields,
    load_layout,
    shared_values,
)
from flows.placeholders import load_placeholders

PROVIDERS = Path(__file__).parent / "providers"


class Agreement(Strict):
    """The data-sharing agreement under which a provider sends."""

    id: str
    starts: dt.date
    ends: dt.date
    recipients: tuple[str, ...]


class Correction(Strict):
    """A known fault of one provider's values, put right until it is gone."""

    file: str
    column: str
    found: str
    meant: str
    reason: str


class Provider(Strict):
    """One provider: who it is, what it sends, under which agreement."""

    provider: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    sector: str
    layouts: tuple[str, ...] = Field(min_length=1)
    agreement: Agreement
    cadence: Literal["weekly", "monthly", "quarterly"]
    exports: Literal["full", "delta"]
    encoding: str | None = None
    files: dict[str, tuple[str, ...]] = {}
    not_collected: dict[str, tuple[str, ...]] = {}
    ignored: dict[str, tuple[str, ...]] = {}
    columns: dict[str, dict[str, Any]] = {}
    corrections: tuple[Correction, ...] = ()


class Mapping(Strict):
    """How one file of one provider is read: layout and provider together."""

    provider: Provider
    layout: str
    file_kind: str
    dates: tuple[str, ...]
    blanks: tuple[str, ...]
    blank_dates: tuple[str, ...]
    file: FileLayout

    @property
    def contract(self) -> Contract:
        """The contract of the provider's sector."""
        return load_contract(self.provider.sector)

    @property
    def fingerprint(self) -> str:
        """Changes when a row's meaning would: a changed mapping lands rows anew."""
        content = self.model_dump(mode="json", exclude={"provider": {"agreement"}})
        content |= {"values": shared_values()}
        content |= {"placeholders": [p.model_dump() for p in load_placeholders()]}
        content |= {"contract": self.contract.model_dump(mode="json")}
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_providers(folder: Path = PROVIDERS) -> dict[str, Provider]:
    """Load every provider file below a folder, ``<sector>/<provider>.yml``.

    Raises:
        MappingError: a file is wrong, or its path and its content disagree.
    """
    providers: dict[str, Provider] = {}
    for path in sorted(folder.glob("[a-z]*/*.yml")):
        provider = parse_model(Provider, read_yaml(path), path)
        if (path.parent.name, path.stem) != (provider.sector, provider.provider):
            raise MappingError(
                f"{path} says provider {provider.provider} of sector "
                f"{provider.sector}; the path must be <sector>/<provider>.yml."
            )
        for layout in provider.layouts:
            if load_layout(layout).sector != provider.sector:
                raise MappingError(f"{path}: layout {layout} is of another sector.")
            for kind in load_layout(layout).files:
                _merge(provider, load_layout(layout), kind)
        providers[provider.provider] = provider
    return providers


def find_mapping(provider: Provider, file_name: str) -> Mapping:
    """Find the mapping for a file by its name.

    Raises:
        ExportRefused: the name fits no file of the provider's layouts
            (``unknown_file``), or one that nothing is taken from (``not_taken``).
    """
    lowered = file_name.lower()
    for name in provider.layouts:
        layout = load_layout(name)
        for kind in layout.files:
            mapping = _merge(provider, layout, kind)
            if any(fnmatch(lowered, pattern.lower()) for pattern in mapping.file.match):
                return mapping
    for name in provider.layouts:
        if any(fnmatch(lowered, pattern) for pattern in load_layout(name).not_taken):
            raise ExportRefused(
                "not_taken",
                f"Layout {name} knows this table and takes nothing from it.",
            )
    expected = [
        pattern
        for name in provider.layouts
        for kind in load_layout(name).files
        for pattern in _merge(provider, load_layout(name), kind).file.match
    ]
    raise ExportRefused(
        "unknown_file",
        f"No file of {provider.name} has such a name. Names it may have: "
        f"{', '.join(expected)}. Rename the file, or add a pattern under 'files' in "
        f"flows/providers/{provider.sector}/{provider.provider}.yml.",
    )


def _merge(provider: Provider, layout: Layout, kind: str) -> Mapping:
    file = layout.files[kind]
    absent = set(provider.not_collected.get(kind, ()))
    own = provider.columns.get(kind, {})
    content = file.model_dump(exclude={"columns", "ignored", "match"})
    columns: dict[str, Any] = {
        name: [target.model_dump() for target in targets]
        for name, targets in file.columns.items()
        if name not in absent
    }
    content["columns"] = columns | own
    extra = provider.ignored.get(kind, ())
    content["ignored"] = [c for c in (*file.ignored, *extra) if c not in absent]
    content["match"] = provider.files.get(kind, file.match)
    path = PROVIDERS / provider.sector / f"{provider.provider}.yml"
    merged = parse_model(FileLayout, content, path)
    check_fields(path, kind, merged, load_contract(provider.sector))
    return Mapping(
        provider=provider,
        layout=layout.layout,
        file_kind=kind,
        dates=layout.dates,
        blanks=layout.blanks,
        blank_dates=layout.blank_dates,
        file=merged,
    )
