"""Provider files: who sends, what, under which agreement, and what is still in doubt.

A provider names the shipped layouts it sends and says where it differs; files of no
shipped layout it describes itself, in the same form. ``commonground providers new``
writes doubts beside its best guess; a doubt is settled by putting the file right and
deleting its entry, and until then no file of the provider is read.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field, model_validator

from flows.contracts import Strict
from flows.errors import MappingError
from flows.layouts import FileLayout, Layout

OWN = "own"
"""What the layout is called that a provider file describes itself."""


def check_settled(provider: Provider) -> None:
    """Check that no doubt about a provider is open.

    Raises:
        MappingError: naming the provider file and every open doubt.
    """
    if not provider.doubts:
        return
    listed = "; ".join(
        f"({place}) {doubt.words}" for place, doubt in enumerate(provider.doubts, 1)
    )
    raise MappingError(
        f"{provider.address} has {len(provider.doubts)} open doubts, so no file of "
        f"{provider.name} is read: {listed}. Put the file right, delete each entry "
        "under 'doubts' that is settled, and try again."
    )


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


class Doubt(Strict):
    """One question about a provider file that only a person can answer.

    Attributes:
        file: the kind of file it is about; empty where it is the whole provider.
        column: the heading it is about; empty where it is the whole file.
        question: what is not certain.
        proposed: what stands in the file until somebody says otherwise.
        evidence: what was seen, as counts and shapes; never a value from a row.
    """

    file: str = ""
    column: str = ""
    question: str = Field(min_length=5)
    proposed: str
    evidence: str = ""

    @property
    def words(self) -> str:
        """The doubt in one line: where, and the question."""
        where = ", ".join(part for part in (self.file, self.column) if part)
        return f"{where}: {self.question}" if where else self.question


class Provider(Strict):
    """One provider: who it is, what it sends, under which agreement.

    Attributes:
        layouts: shipped layouts it sends.
        agreement: without one its exports are held.
        codes: its own codes in the column its layout names it by; an export with any
            other is held. Without codes that column is not looked at.
        hold_over_quarantined: share of an export's rows that may be quarantined.
        hold_over_withdrawn: share of live rows that a full export may withdraw.
        own_files: files of no shipped layout, in the form of a layout's ``files``.
        own_dates: how dates are written in them, as in a layout's ``dates``.
        own_blanks: texts that stand for nothing in them.
        doubts: what must be settled before any of its files is read.
    """

    provider: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    sector: str
    layouts: tuple[str, ...] = ()
    agreement: Agreement | None = None
    cadence: Literal["weekly", "monthly", "quarterly"]
    exports: Literal["full", "delta", "period"]
    encoding: str | None = None
    codes: tuple[str, ...] = ()
    hold_over_quarantined: float = Field(default=0.2, gt=0, le=1)
    hold_over_withdrawn: float = Field(default=0.3, gt=0, le=1)
    files: dict[str, tuple[str, ...]] = {}
    not_collected: dict[str, tuple[str, ...]] = {}
    ignored: dict[str, tuple[str, ...]] = {}
    columns: dict[str, dict[str, Any]] = {}
    corrections: tuple[Correction, ...] = ()
    own_files: dict[str, FileLayout] = {}
    own_dates: tuple[str, ...] = ()
    own_blanks: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @model_validator(mode="after")
    def _send_something(self) -> Provider:
        if not self.layouts and not self.own_files:
            raise ValueError("name at least one of 'layouts', or describe 'own_files'")
        return self

    @property
    def address(self) -> str:
        """Where its file stands in the folder of providers."""
        return f"{self.sector}/{self.provider}.yml"

    @property
    def own_layout(self) -> Layout:
        """The layout that its own files make."""
        return Layout(
            layout=OWN,
            family=OWN,
            source="described by the provider file",
            sector=self.sector,
            status="assumed",
            dates=self.own_dates,
            blanks=self.own_blanks,
            files=self.own_files,
        )
