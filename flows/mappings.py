"""Providers: what each sends, and how one file of it is read, checked when loaded.

A *provider* file names its layouts and says where it differs. A column neither mapped
nor ignored, and a mapped column that is missing, are both refused and listed.
"""

from __future__ import annotations

import hashlib
import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from flows.contracts import Contract, Strict, load_contract, parse_model, read_yaml
from flows.errors import ExportRefused, MappingError
from flows.layouts import (
    FileLayout,
    Layout,
    check_fields,
    load_layout,
    shared_values,
)
from flows.provider_files import OWN, Provider, check_settled

PROVIDERS = Path(__file__).parent / "providers"


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
        # What own files say is in ``file``; the agreement changes no row's meaning.
        told = {"agreement", "doubts", "own_files", "own_dates", "own_blanks"}
        content = self.model_dump(mode="json", exclude={"provider": told})
        content |= {"values": shared_values()}
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
        _check_layouts(provider, path)
        providers[provider.provider] = provider
    return providers


def list_layouts_of(provider: Provider) -> list[Layout]:
    """List the layouts a provider sends, the shipped ones before its own."""
    shipped = [load_layout(name) for name in provider.layouts]
    return shipped + ([provider.own_layout] if provider.own_files else [])


def list_mappings(provider: Provider) -> list[Mapping]:
    """List how each kind of file of a provider is read, settled or not."""
    return [
        _merge(provider, layout, kind)
        for layout in list_layouts_of(provider)
        for kind in layout.files
    ]


def find_mapping(provider: Provider, file_name: str) -> Mapping:
    """Find the mapping for a file by its name.

    Raises:
        MappingError: a doubt about the provider is open.
        ExportRefused: the name fits no file of the provider's layouts
            (``unknown_file``), or one that nothing is taken from (``not_taken``).
    """
    check_settled(provider)
    lowered = file_name.lower()
    mappings = list_mappings(provider)
    for mapping in mappings:
        if any(fnmatch(lowered, pattern.lower()) for pattern in mapping.file.match):
            return mapping
    for layout in list_layouts_of(provider):
        if any(fnmatch(lowered, pattern) for pattern in layout.not_taken):
            raise ExportRefused(
                "not_taken",
                f"Layout {layout.layout} knows this table and takes nothing from it.",
            )
    expected = [pattern for mapping in mappings for pattern in mapping.file.match]
    raise ExportRefused(
        "unknown_file",
        f"No file of {provider.name} has such a name. Names it may have: "
        f"{', '.join(expected)}. Rename the file, or add a pattern under 'files' in "
        f"{provider.address} of the folder of providers.",
    )


def _check_layouts(provider: Provider, path: Path) -> None:
    """Check that layouts fit the sector and, once no doubt is open, every field.

    Raises:
        MappingError: a layout of another sector, a kind of file told twice, or fields
            that do not fit the contract.
    """
    for layout in list_layouts_of(provider):
        if layout.sector != provider.sector:
            raise MappingError(f"{path}: layout {layout.layout} is of another sector.")
        twice = set(layout.files) & set(provider.own_files)
        if layout.layout != OWN and twice:
            raise MappingError(
                f"{path}: own_files {sorted(twice)} are called like files of layout "
                f"{layout.layout}. Give them other names."
            )
    if provider.own_files and not provider.own_dates:
        raise MappingError(f"{path}: own_files need own_dates, such as '%d/%m/%Y'.")
    if provider.doubts:
        return
    for mapping in list_mappings(provider):
        check_fields(path, mapping.file_kind, mapping.file, mapping.contract)


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
    return Mapping(
        provider=provider,
        layout=layout.layout,
        file_kind=kind,
        dates=layout.dates,
        blanks=layout.blanks,
        blank_dates=layout.blank_dates,
        file=merged,
    )
