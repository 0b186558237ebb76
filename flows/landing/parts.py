"""The parts of what a provider drops: one file, the files of a zip, or sheets."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from flows.errors import ExportRefused
from flows.mappings import find_mappings
from flows.provider_files import Provider
from flows.reading.archive import is_named_archive, open_archive
from flows.reading.workbook import list_sheets

_WORKBOOKS = {".xlsx", ".xls", ".ods"}


class Part(NamedTuple):
    """One export to be: its name, its content, and the sheet that names its table."""

    name: str
    file: BinaryIO
    sheet: str | None = None


def open_parts(provider: Provider, name: str, file: BinaryIO) -> Iterator[Part]:
    """Give what one dropped file holds, each part open for reading at its start.

    A zip gives its files. A workbook whose name stands for no table of the provider,
    but whose sheets do, gives each of these sheets; any other file is one part.

    Raises:
        ExportRefused: an archive that is not opened, or cannot be.
    """
    if not is_named_archive(name):
        yield from _open_sheets(provider, name, file)
        return
    for member, stream, _ in open_archive(file, name):
        if _may_hold_sheets(provider, member):
            # A workbook is read from its end, which a packed stream has no way to.
            yield from _open_sheets(provider, member, io.BytesIO(stream.read()))
        else:
            yield Part(member, stream)


def _open_sheets(provider: Provider, name: str, file: BinaryIO) -> Iterator[Part]:
    sheets: list[str] = []
    if _may_hold_sheets(provider, name):
        try:
            sheets = [s for s in list_sheets(file) if _is_known(provider, s)]
        except ExportRefused:
            # What cannot be opened is for ingest to refuse, with its own words.
            sheets = []
        file.seek(0)
    if not sheets:
        yield Part(name, file)
    for sheet in sheets:
        file.seek(0)
        yield Part(name, file, sheet)


def _may_hold_sheets(provider: Provider, name: str) -> bool:
    ending = PurePosixPath(name).suffix.lower()
    return ending in _WORKBOOKS and not _is_known(provider, name)


def _is_known(provider: Provider, name: str) -> bool:
    try:
        find_mappings(provider, name)
    except ExportRefused as refusal:
        return refusal.rule == "not_taken"
    return True
