"""A new provider: a sample is read in memory, and its provider file is written.

Nothing of the sample is kept: the file holds headings, words of shipped value maps,
counts and shapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from flows.contracts import load_contract, parse_model
from flows.duck import close_sandbox, connect
from flows.errors import MappingError, SettingsError
from flows.layouts import load_layout
from flows.onboarding.describe import describe_provider
from flows.onboarding.headings import load_sample
from flows.onboarding.names import Names, known_headings, known_sheets
from flows.onboarding.profile import profile_columns
from flows.onboarding.proposal import Proposal
from flows.onboarding.propose import propose_known, propose_own
from flows.onboarding.recognise import Match, recognise
from flows.onboarding.sample import Ask, Sample, open_samples
from flows.onboarding.yaml_file import write_yaml
from flows.provider_files import Provider
from flows.versions import is_named_like

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Onboarded:
    """A provider file that was written.

    Attributes:
        path: where.
        provider: what it says.
        proposals: one per file that something is taken from.
        untaken: files of a layout that takes nothing from them.
        unread: files of a zip whose kind is not read.
    """

    path: Path
    provider: Provider
    proposals: tuple[Proposal, ...]
    untaken: tuple[str, ...]
    unread: tuple[str, ...]


def onboard(
    path: Path,
    sector: str,
    folder: Path,
    *,
    name: str | None = None,
    out: Path | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Onboarded:
    """Write the provider file of whoever sent a sample, every doubt marked.

    Args:
        path: the sample, or a zip of samples.
        sector: the provider's sector.
        folder: the folder of providers.
        name: the provider's name; told from the file's if not given.
        out: where to write; ``<folder>/<sector>/<name>.yml`` if not given.
        sheet: the sheet of a workbook.
        header_row: the line of the headings.

    Raises:
        MappingError: no such sector, or a name that cannot be one.
        SettingsError: there is such a provider file already.
        ExportRefused: the sample cannot be read.
    """
    load_contract(sector)
    name = name or _tell_name(path)
    if not _NAME.fullmatch(name):
        raise MappingError(
            f"{name!r} cannot be a provider's name: small letters, digits and "
            "underscores, a letter first. Say --name N."
        )
    target = out or folder / sector / f"{name}.yml"
    if target.exists():
        raise SettingsError(f"{target} is there. Say --name or --out.")
    ask = Ask(known_headings(), known_sheets(), sheet, header_row)
    samples, unread = open_samples(path, ask)
    proposals, untaken = _propose(samples, sector)
    content = describe_provider(name, sector, proposals)
    rows = sum(sample.rows.num_rows for sample in samples)
    title = (
        f"{content['name']}: proposed from a sample of {rows:,} rows. A doubt is "
        "settled by putting the file right and deleting its entry."
    )
    text = write_yaml(title, content)
    provider = parse_model(Provider, yaml.safe_load(text), target)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return Onboarded(target, provider, tuple(proposals), tuple(untaken), tuple(unread))


def _tell_name(path: Path) -> str:
    words = re.sub(r"[^a-z]+", "_", path.stem.lower()).strip("_")
    return words or "provider"


def _propose(samples: list[Sample], sector: str) -> tuple[list[Proposal], list[str]]:
    """Give a proposal per file, and the files that nothing is taken from."""
    names = Names(sector)
    proposals: list[Proposal] = []
    matches = recognise(samples, sector)
    layouts = {match.layout for match in matches if match and match.is_exact}
    untaken: list[str] = []
    with connect() as connection:
        close_sandbox(connection, [])
        for sample, match in zip(samples, matches, strict=True):
            if _is_untaken(sample, match, layouts):
                untaken.append(sample.name)
                continue
            load_sample(connection, sample)
            profiles = profile_columns(connection, sample, sector)
            if match is None:
                proposal = propose_own(connection, sample, names, profiles)
            else:
                proposal = propose_known(sample, match, names, profiles)
            proposals.append(proposal)
    return proposals, untaken


def _is_untaken(sample: Sample, match: Match | None, layouts: set[str]) -> bool:
    """Whether a layout of the sample's other files takes nothing from this one."""
    exact = match is not None and match.is_exact
    return not exact and any(
        is_named_like(sample.name, load_layout(layout).not_taken) for layout in layouts
    )
