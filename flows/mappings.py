"""Providers: what each sends, and how one file of it is read, checked when loaded.

A *provider* file names its layouts and says where it differs. A column neither mapped
nor ignored, and a mapped column that is missing, are both refused and listed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping as Named
from pathlib import Path
from typing import Any

from flows.contracts import (
    PARTNERSHIP,
    Contract,
    Strict,
    load_contract,
    parse_model,
    read_yaml,
)
from flows.errors import ExportRefused, MappingError
from flows.layouts import (
    FileLayout,
    Layout,
    check_fields,
    load_layout,
    shared_values,
)
from flows.placeholders import load_placeholders
from flows.provider_files import OWN, Provider, check_settled
from flows.versions import is_ahead, is_named_like, list_other_versions

PROVIDERS = Path(__file__).parent / "providers"

# What says whether an export may land, not what its rows mean.
_NOT_MEANING = {
    "provider": {
        "agreement",
        "codes",
        "hold_over_quarantined",
        "hold_over_withdrawn",
        "doubts",
        # What own files say is in ``file``.
        "own_files",
        "own_dates",
        "own_blanks",
    },
    "file": {"names_provider"},
}


class Mapping(Strict):
    """How one file of one provider is read: layout and provider together.

    Attributes:
        contract_sector: whose contract its rows land under: the layout's, which is the
            provider's own sector or ``partnership``.
    """

    provider: Provider
    layout: str
    contract_sector: str
    file_kind: str
    dates: tuple[str, ...]
    blanks: tuple[str, ...]
    blank_dates: tuple[str, ...]
    file: FileLayout

    @property
    def family(self) -> str:
        """The family of the layout's versions; a provider's own layout is its own."""
        return OWN if self.layout == OWN else load_layout(self.layout).family

    @property
    def contract(self) -> Contract:
        """The contract of what the file lands."""
        return load_contract(self.contract_sector)

    @property
    def fingerprint(self) -> str:
        """Changes when a row's meaning would: a changed mapping lands rows anew."""
        content = self.model_dump(mode="json", exclude=_NOT_MEANING)
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


def find_provider(providers: Named[str, Provider], name: str) -> Provider:
    """Find a provider by its name.

    Raises:
        MappingError: there is none; those there are, are listed.
    """
    if name not in providers:
        raise MappingError(
            f"No provider {name!r}. Providers: {', '.join(sorted(providers))}."
        )
    return providers[name]


def find_mappings(
    provider: Provider, file_name: str, export_date: dt.date | None = None
) -> list[Mapping]:
    """Find what a file may be by its name: every version of the layout it belongs to.

    The ending of the name does not matter. The version a provider says it sends comes
    first; where the day of the export is known, versions not yet sent on that day come
    last.

    Raises:
        MappingError: a doubt about the provider is open.
        ExportRefused: the name fits no file of the provider's layouts
            (``unknown_file``), or one that nothing is taken from (``not_taken``).
    """
    check_settled(provider)
    layouts = list_layouts_of(provider)
    for declared in layouts:
        family = [declared, *list_other_versions(declared)]
        found = [m for layout in family if (m := _match(provider, layout, file_name))]
        if found:
            return sorted(found, key=lambda m: is_ahead(m.layout, export_date))
    if any(is_named_like(file_name, layout.not_taken) for layout in layouts):
        raise ExportRefused(
            "not_taken", "The layout knows this table and takes nothing from it."
        )
    expected = [
        pattern for mapping in list_mappings(provider) for pattern in mapping.file.match
    ]
    raise ExportRefused(
        "unknown_file",
        f"No file of {provider.name} has such a name. Names it may have: "
        f"{', '.join(expected)}. Rename the file, or add a pattern under 'files' in "
        f"{provider.address} of the folder of providers.",
    )


def _match(provider: Provider, layout: Layout, file_name: str) -> Mapping | None:
    for kind in layout.files:
        mapping = _merge(provider, layout, kind)
        if is_named_like(file_name, mapping.file.match):
            return mapping
    return None


def _check_layouts(provider: Provider, path: Path) -> None:
    """Check that layouts fit the sector and, once no doubt is open, every field.

    Raises:
        MappingError: a layout of another sector, a kind of file told twice, or fields
            that do not fit the contract.
    """
    for layout in list_layouts_of(provider):
        if layout.sector not in (provider.sector, PARTNERSHIP):
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
    if file.names_provider in absent:
        content["names_provider"] = None
    path = PROVIDERS / provider.sector / f"{provider.provider}.yml"
    merged = parse_model(FileLayout, content, path)
    return Mapping(
        provider=provider,
        layout=layout.layout,
        contract_sector=layout.sector,
        file_kind=kind,
        dates=layout.dates,
        blanks=layout.blanks,
        blank_dates=layout.blank_dates,
        file=merged,
    )
