"""Check a file without landing it: the same reading and rules, nothing kept or sent."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import duckdb

from flows.duck import close_sandbox, connect
from flows.errors import ExportRefused, SettingsError
from flows.landing.days import find_export_date
from flows.landing.deliveries import check_delivery
from flows.landing.facts import Export
from flows.landing.parts import open_parts
from flows.landing.telling import as_row_fault
from flows.mappings import Provider, find_mappings, find_provider, load_providers
from flows.reading.exports import open_mapped
from flows.reading.judge import judge
from flows.reading.judgement import Judgement, RuleCount
from flows.receipts.csv import HEADINGS, list_rows, make_safe
from flows.settings import providers_folder

_SHOWN = 5


@dataclass(frozen=True)
class CheckedFile:
    """What a check found in one file.

    Attributes:
        name: the file's name, in a zip its name there.
        layout: the layout, version and table the file was read as.
        read_as: encoding, delimiter or sheet, and how the version was told, in words.
        rows: lines that should be rows.
        quarantined: rows that would not land.
        counts: how often each rule was broken in each column.
        lines: (rule, column) -> the first lines it was broken in.
        refused: why the file would be refused, or empty.
    """

    name: str
    layout: str = ""
    read_as: str = ""
    rows: int = 0
    quarantined: int = 0
    counts: tuple[RuleCount, ...] = ()
    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    refused: str = ""


@dataclass(frozen=True)
class Checked:
    """What a check found: file by file, and the rules that could not be asked."""

    files: tuple[CheckedFile, ...]
    not_run: tuple[tuple[str, str], ...]

    @property
    def is_clean(self) -> bool:
        """Whether every row of every file would land."""
        return not any(file.quarantined or file.refused for file in self.files)


def check_file(path: Path, provider_name: str, receipt: Path | None = None) -> Checked:
    """Read a file, or every file of a zip, as a provider's and judge every row.

    Args:
        path: the file.
        provider_name: whose export it is.
        receipt: where to write every fault as CSV, if wanted.

    Raises:
        MappingError: no such provider.
        ExportRefused: no such file, or a file that cannot be read as what it should
            be (of a zip: none that can); the message names the file and the line.
    """
    provider = find_provider(load_providers(providers_folder()), provider_name)
    if not path.is_file():
        raise ExportRefused("no_file", f"There is no file {path}.")
    if receipt is not None and (receipt.exists() or not receipt.parent.is_dir()):
        raise SettingsError(
            f"The receipt cannot go to {receipt}: a file of that name is there, or its "
            "folder is not. Give another name."
        )
    with connect() as connection, path.open("rb") as file:
        close_sandbox(connection, [])
        return _check(connection, file, path, provider, receipt)


def _check(
    connection: duckdb.DuckDBPyConnection,
    file: BinaryIO,
    path: Path,
    provider: Provider,
    receipt: Path | None,
) -> Checked:
    judged: list[tuple[Export, Judgement]] = []
    refused: list[CheckedFile] = []
    modified = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    try:
        for name, member, sheet in open_parts(provider, path.name, file):
            try:
                export = _as_export(provider, name, modified, sheet)
                table = f"judged{len(judged)}"
                content = member if member.seekable() else io.BytesIO(member.read())
                judged.append((export, _judge(connection, content, export, table)))
            except ExportRefused as refusal:
                where = f", line {refusal.line}" if refusal.line else ""
                words = f"{name}{where}: {refusal}"
                if name == path.name:
                    raise ExportRefused(refusal.rule, words, refusal.line) from refusal
                if refusal.rule != "not_taken":
                    refused.append(CheckedFile(name, refused=words))
    except ExportRefused as refusal:
        if str(refusal).startswith(path.name):
            raise
        words = f"{path.name}: {refusal}"
        raise ExportRefused(refusal.rule, words, refusal.line) from refusal
    not_run = check_delivery(connection, judged)
    for _, judgement in judged:
        judgement.settle()
    if receipt is not None:
        _write_faults(receipt, judged)
    files = [_describe(export.file_name, judgement) for export, judgement in judged]
    unasked = {pair for pairs in not_run.values() for pair in pairs}
    return Checked((*files, *refused), tuple(sorted(unasked)))


def _as_export(
    provider: Provider, name: str, modified: dt.datetime, sheet: str | None
) -> Export:
    day = find_export_date(name, modified)
    received = modified.replace(tzinfo=None)
    return Export("", provider, name, day, received, sheet=sheet)


def _judge(
    connection: duckdb.DuckDBPyConnection, file: BinaryIO, export: Export, table: str
) -> Judgement:
    name = export.sheet or export.file_name
    mappings = find_mappings(export.provider, name, export.export_date)
    reading = open_mapped(file, export.file_name, mappings, export.sheet)
    return judge(connection, reading, export.export_date, table)


def _write_faults(path: Path, judged: list[tuple[Export, Judgement]]) -> None:
    """Write every fault as CSV, the file's name first; only where it was asked for."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(("file", *HEADINGS))
        for export, judgement in judged:
            for row in list_rows(map(as_row_fault, judgement.list_faults())):
                writer.writerow((make_safe(export.file_name), *row))


def _describe(name: str, judgement: Judgement) -> CheckedFile:
    mapping = judgement.mapping
    return CheckedFile(
        name,
        f"{mapping.layout}, {mapping.file_kind}",
        f"{judgement.how}; version {judgement.told_by}",
        judgement.rows,
        judgement.quarantined,
        tuple(judgement.counts),
        judgement.first_lines(_SHOWN),
    )
