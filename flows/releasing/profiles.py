"""Recipient profiles: what an umbrella body may have, for what, and until when.

A profile names columns, never tables or conditions, so what leaves can be read from one
file. What a column of an extract means, and when it is withheld although the profile
lists it, is said once, in :data:`EXTRACTS` and :class:`Terms`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pydantic import Field, model_validator

from flows.contracts import Strict, parse_model, read_yaml
from flows.errors import MappingError

RECIPIENTS = Path(__file__).parents[1] / "recipients"

Sector = Literal["homelessness", "drugs", "offending", "mental_health"]

NEEDS: dict[str, Sector] = {
    "homelessness": "homelessness",
    "substance_use": "drugs",
    "offending": "offending",
    "mental_health": "mental_health",
}
"""Each need and the sector whose data it is."""

EXTRACTS: dict[str, dict[str, Sector | None]] = {
    "people": {
        "person_id": None,
        "age_band": None,
        "sex_type": None,
        "ethnicity_type": None,
        "first_seen_year": None,
        **{f"is_in_{s}_service_last_year": s for s in NEEDS.values()},
        **{f"has_{need}_recorded": sector for need, sector in NEEDS.items()},
    },
    "need_overlaps": {
        "period_type": None,
        "period_start_date": None,
        "period_end_date": None,
        "area_code": None,
        "lens_type": None,
        "needs_combination": None,
        **{f"has_{need}": sector for need, sector in NEEDS.items()},
        "needs_count": None,
        "people_count": None,
        "status_type": None,
        "providers_expected_count": None,
        "providers_received_count": None,
    },
    "coverage": {
        "month_date": None,
        "provider": None,
        "provider_name": None,
        "sector": None,
        "cadence": None,
        "status_type": None,
        "newest_export_date": None,
        "rows_received_count": None,
        "rows_quarantined_count": None,
        "records_count": None,
        "records_linked_count": None,
    },
}
"""Extract to the columns a profile may list, and the sector whose data each is.

``people``: one row per person whom an allowed provider has on its books, worked out
anew from the providers that may feed this recipient, as if no other existed. Bands of
age, sex and ethnicity, the year first seen, and flags; no area, no exact date, no
crisis. A flag speaks of an allowed sector's need or service, as those providers record
it.

``need_overlaps``: one row per period and combination of the needs of *open* sectors, by
the lens "in service": a combination says in whose services people were, not what some
other service wrote about them. A combination is of the open sectors only, whatever the
people's other needs; that nobody can tell "homelessness alone" from "homelessness with
a need you may not know of" is the point.

``coverage``: one row per month and provider that may feed this recipient.
"""


class AgreementTerms(Strict):
    """The agreement under which a recipient receives."""

    id: str = Field(min_length=3)
    starts: dt.date
    ends: dt.date


class Recipient(Strict):
    """One umbrella body and what it may have.

    ``sectors``: whose data. ``offending_data``: criminal-offence data need a legal
    basis of their own, so the sector has to be asked for twice. ``datasets``: columns
    by extract; an extract not listed is not made.
    """

    recipient: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    agreement: AgreementTerms
    purpose: str = Field(min_length=30)
    sectors: tuple[Sector, ...] = Field(min_length=1)
    offending_data: bool = False
    datasets: dict[Literal["people", "need_overlaps", "coverage"], tuple[str, ...]]

    @model_validator(mode="after")
    def _check_columns(self) -> Recipient:
        if ("offending" in self.sectors) != self.offending_data:
            raise ValueError("sector offending and offending_data: true go together")
        for dataset, columns in self.datasets.items():
            known = EXTRACTS[dataset]
            if unknown := sorted(set(columns) - set(known)):
                raise ValueError(f"{dataset} has no column {unknown}")
            closed = [c for c in columns if known[c] and known[c] not in self.sectors]
            if closed:
                raise ValueError(f"{dataset}: {closed} are of sectors not allowed")
        return self


class ProviderAgreement(Protocol):
    """What a release must know of a provider's agreement."""

    @property
    def id(self) -> str:
        """The agreement's own id."""

    @property
    def starts(self) -> dt.date:
        """First day."""

    @property
    def ends(self) -> dt.date:
        """Last day."""

    @property
    def recipients(self) -> Sequence[str]:
        """Recipients the provider lets its data reach."""


class FeedingProvider(Protocol):
    """What a release must know of a provider."""

    @property
    def provider(self) -> str:
        """Short name."""

    @property
    def name(self) -> str:
        """Full name."""

    @property
    def sector(self) -> str:
        """Sector."""

    @property
    def agreement(self) -> ProviderAgreement | None:
        """Agreement; None feeds no recipient."""


def list_columns(recipient: Recipient, dataset: str) -> list[str]:
    """Columns of an extract that the profile lists, in the registry's order."""
    listed = recipient.datasets.get(dataset, ())  # type: ignore[call-overload]
    return [column for column in EXTRACTS[dataset] if column in listed]


@dataclass(frozen=True)
class Terms:
    """What one recipient may have on one day.

    ``providers`` may feed it: of an allowed sector, under an agreement in force that
    names it. A sector is in ``open_sectors`` when every one of its providers may feed
    it; figures that cannot be split by provider are given for open sectors only.
    """

    recipient: Recipient
    in_force: bool
    providers: tuple[str, ...]
    open_sectors: tuple[str, ...]

    @property
    def summary(self) -> dict[str, object]:
        """The terms in the manifest: a change of any of them asks for a new release."""
        return {
            "recipient": self.recipient.recipient,
            "agreement": self.recipient.agreement.id,
            "in_force": self.in_force,
            "providers": list(self.providers),
            "open_sectors": list(self.open_sectors),
            "columns": {name: list(c) for name, c in self.recipient.datasets.items()},
        }


def load_recipients(folder: Path = RECIPIENTS) -> list[Recipient]:
    """Load every recipient profile, in order of name.

    Raises:
        MappingError: a profile is wrong, or its file has another name than it.
    """
    recipients = []
    for path in sorted(folder.glob("*.yml")):
        recipient = parse_model(Recipient, read_yaml(path), path)
        if recipient.recipient != path.stem:
            raise MappingError(
                f"{path} is the profile of {recipient.recipient}: "
                "name the file after it."
            )
        recipients.append(recipient)
    return recipients


def settle_terms(
    recipient: Recipient, providers: Sequence[FeedingProvider], today: dt.date
) -> Terms:
    """Work out what a recipient may have today.

    Args:
        recipient: its profile.
        providers: every provider of the place.
        today: the day of disclosure; an agreement binds on that day, whatever day the
            data are of.
    """
    allowed = [p for p in providers if p.sector in recipient.sectors]
    feeding = {
        p.provider
        for p in allowed
        if p.agreement
        and recipient.recipient in p.agreement.recipients
        and p.agreement.starts <= today <= p.agreement.ends
    }
    closed = {p.sector for p in allowed if p.provider not in feeding}
    return Terms(
        recipient=recipient,
        in_force=recipient.agreement.starts <= today <= recipient.agreement.ends,
        providers=tuple(sorted(feeding)),
        open_sectors=tuple(sorted({p.sector for p in allowed} - closed)),
    )
