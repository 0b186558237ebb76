"""Errors a person can act on. Each has an exit code; none carries a value from a row.

Exit codes of the command line: 0 done; 1 a fault in Commonground itself; 2 wrong
command or option; 3 settings or key; 4 provider mapping or contract; 5 an export was
refused or rows were quarantined (``check`` only); 6 a gate failed, the release was
withheld; 7 linkage; 8 publishing or release; 9 another run is under way; 10 the SQL
of a question could not be run; 11 an operator's act could not be done; 12 the audit
log is not whole.
"""

from __future__ import annotations


class PipelineError(Exception):
    """A fault whose message says what was found, what was expected, what to do."""

    exit_code = 1


class SettingsError(PipelineError):
    """A setting, folder or key is missing or unusable."""

    exit_code = 3


class MappingError(PipelineError):
    """A provider file, layout or contract is wrong."""

    exit_code = 4


class ExportRefused(PipelineError):
    """An export cannot be read as what its provider said it would send."""

    exit_code = 5

    def __init__(self, rule: str, message: str, line: int | None = None) -> None:
        """Keep the stable rule id and, where known, the line beside the words."""
        super().__init__(message)
        self.rule = rule
        self.line = line


class GateFailed(PipelineError):
    """A critical expectation does not hold: nothing is released."""

    exit_code = 6


class LinkageError(PipelineError):
    """Linking people is not safe or not possible with what was given."""

    exit_code = 7


class PublishError(PipelineError):
    """A release cannot be built, found, verified or made current."""

    exit_code = 8


class RunInProgress(PipelineError):
    """Another run holds the writer lock of this data folder."""

    exit_code = 9


class QuestionError(PipelineError):
    """A question put to the release in SQL could not be answered."""

    exit_code = 10


class ActRefused(PipelineError):
    """An operator's act could not be done: unknown id, wrong state, no reason."""

    exit_code = 11


class AuditBroken(PipelineError):
    """The audit log is not what was written: a line was changed, cut or taken out."""

    exit_code = 12
