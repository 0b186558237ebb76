"""Check an export without landing it: the same reading and rules, nothing kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from flows.duck import close_sandbox, connect
from flows.errors import ExportRefused, SettingsError
from flows.landing.door import find_export_date
from flows.mappings import find_mapping, find_provider, load_providers
from flows.reading import Fault, read_mapped
from flows.reading.judge import judge
from flows.reading.receipts import write_receipt
from flows.settings import providers_folder


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        layout: the layout the file was read as.
        read_as: encoding, delimiter or sheet, in words.
        rows: lines that should be rows.
        quarantined: rows that would not land.
        faults: every fault and remark.
    """

    layout: str
    read_as: str
    rows: int
    quarantined: int
    faults: tuple[Fault, ...]

    @property
    def rules(self) -> Counter[tuple[str, str, str]]:
        """(rule, column, severity) -> how many."""
        return Counter((f.rule, f.column, f.severity) for f in self.faults)


def check_file(path: Path, provider_name: str, receipt: Path | None = None) -> Checked:
    """Read a file as a provider's export and judge every row, in memory alone.

    Args:
        path: the file.
        provider_name: whose export it is.
        receipt: where to write every fault as CSV, if wanted.

    Raises:
        MappingError: no such provider.
        ExportRefused: no such file, or it cannot be read as what it should be; the
            message names the file and the line.
    """
    provider = find_provider(load_providers(providers_folder()), provider_name)
    if not path.is_file():
        raise ExportRefused("no_file", f"There is no file {path}.")
    if receipt is not None and (receipt.exists() or not receipt.parent.is_dir()):
        raise SettingsError(
            f"The receipt cannot go to {receipt}: a file of that name is there, or its "
            "folder is not. Give another name."
        )
    try:
        mapping = find_mapping(provider, path.name)
        modified = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        day = find_export_date(path.name, modified)
        reading = read_mapped(path.read_bytes(), path.name, mapping)
    except ExportRefused as refusal:
        where = f", line {refusal.line}" if refusal.line else ""
        message = f"{path.name}{where}: {refusal}"
        raise ExportRefused(refusal.rule, message, refusal.line) from refusal
    with connect() as connection:
        close_sandbox(connection, [])
        judgement = judge(connection, reading, mapping, day)
    if receipt is not None:
        write_receipt(receipt, judgement.faults)
    return Checked(
        f"{mapping.layout}, {mapping.file_kind}",
        reading.how,
        judgement.rows,
        len(judgement.quarantined),
        judgement.faults,
    )
