"""What is proposed for one file of a sample, and every doubt about it."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass, field
from typing import Any

from flows.onboarding.recognise import Match
from flows.onboarding.sample import Sample
from flows.provider_files import Doubt

_CHANGING = re.compile(r"\d{4}-\d{2}-\d{2}|\d+")


@dataclass
class Proposal:
    """What is proposed for one file of a sample.

    Attributes:
        kind: what the kind of file is called.
        layout: the shipped layout it is of, or ``own``.
        sample: the file.
        match: the layout's file, and the differences, if it is of a shipped one.
        columns: heading -> entry of the provider file.
        ignored: heading -> why it is left out.
        not_collected: headings of the layout that are not there.
        lands: datasets.
        row_key: headings.
        dates: date formats seen, the commonest first.
        blanks: texts seen that stand for nothing.
        doubts: what a person must settle.
    """

    kind: str
    layout: str
    sample: Sample
    match: Match | None = None
    columns: dict[str, str | dict[str, Any]] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    not_collected: tuple[str, ...] = ()
    lands: tuple[str, ...] = ()
    row_key: tuple[str, ...] = ()
    dates: list[str] = field(default_factory=list)
    blanks: tuple[str, ...] = ()
    doubts: list[Doubt] = field(default_factory=list)

    def doubt(self, column: str, question: str, proposed: str, evidence: str) -> None:
        """Mark a doubt."""
        self.doubts.append(
            Doubt(
                column=column, question=question, proposed=proposed, evidence=evidence
            )
        )

    @property
    def named_doubts(self) -> list[Doubt]:
        """Its doubts, each with the kind of file it is about."""
        return [doubt.model_copy(update={"file": self.kind}) for doubt in self.doubts]

    @property
    def patterns(self) -> list[str]:
        """Names that later exports of this kind will have."""
        return [_CHANGING.sub("*", glob.escape(self.sample.name.lower()))]
