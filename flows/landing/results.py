"""What became of one export, for whoever asks after the run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from flows.landing.facts import Export, Landing
from flows.reading.judgement import Judgement


@dataclass(frozen=True)
class ExportResult:
    """What became of one export.

    Attributes:
        rows_in: lines that should be rows; always the sum of landed, quarantined and
            unchanged.
        rules: rule id -> how many faults of it kept rows, or the file, out.
        remarks: rule id -> how many remarks on rows that landed.
        words: why it was refused or held, or empty.
        read_as: how the file was read.
    """

    provider: str
    file_name: str
    state: str
    rows_in: int = 0
    landed: int = 0
    quarantined: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    warned: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    words: str = ""
    read_as: str = ""


def refused(provider: str, file_name: str, rule: str, words: str) -> ExportResult:
    """Give the result of an export that was refused."""
    return ExportResult(
        provider, file_name, "refused", rules=Counter([rule]), words=words
    )


def held(provider: str, file_name: str, rule: str, words: str) -> ExportResult:
    """Give the result of an export that waits for an operator."""
    return ExportResult(provider, file_name, "held", rules=Counter([rule]), words=words)


def describe(export: Export, judgement: Judgement, landing: Landing) -> ExportResult:
    """Give the result of an export that landed."""
    return ExportResult(
        provider=export.provider.provider,
        file_name=export.file_name,
        state="landed",
        rows_in=judgement.rows,
        landed=landing.landed,
        quarantined=judgement.quarantined,
        unchanged=landing.unchanged,
        withdrawn=landing.withdrawn,
        warned=judgement.warned,
        rules=judgement.rules,
        remarks=judgement.remarks,
        read_as=judgement.how,
    )
