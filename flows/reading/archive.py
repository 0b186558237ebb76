"""Zip archives, opened in memory with limits; a name inside is only a name."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from flows.errors import ExportRefused

_LARGEST_TOTAL = 4 * 1024**3
_LARGEST_RATIO = 200
_MOST_MEMBERS = 500
_ARCHIVES = {".zip", ".7z", ".tar", ".gz", ".rar", ".bz2", ".xz"}


def unpack(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the files of a zip, or the file itself; nothing is written to disk.

    Raises:
        ExportRefused: a nested archive, too many files, or far larger than packed.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix != ".zip":
        if suffix in _ARCHIVES:
            raise ExportRefused(
                "unknown_kind", f"Archives of kind {suffix} are not opened. Send a zip."
            )
        yield name, content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir()]
            _check_archive(entries, len(content))
            for entry in entries:
                with archive.open(entry) as member:
                    data = member.read(entry.file_size + 1)
                yield PurePosixPath(entry.filename.replace("\\", "/")).name, data
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError,
        RuntimeError, ValueError,
    ) as error:  # fmt: skip
        raise ExportRefused(
            "unreadable_archive", "The zip cannot be opened. Send it again, unlocked."
        ) from error


def _check_archive(entries: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(entry.file_size for entry in entries)
    nested = [e for e in entries if PurePosixPath(e.filename).suffix in _ARCHIVES]
    if nested:
        raise ExportRefused("nested_archive", "The zip holds archives. Send one level.")
    if len(entries) > _MOST_MEMBERS:
        raise ExportRefused("too_many_files", f"The zip holds {len(entries)} files.")
    if total > min(_LARGEST_TOTAL, max(packed, 65536) * _LARGEST_RATIO):
        raise ExportRefused(
            "unpacks_too_large", f"The zip of {packed} bytes unpacks to {total}."
        )


def open_archive(file: BinaryIO, name: str) -> Iterator[tuple[str, BinaryIO, int]]:
    """Give the files of a zip, or the file itself, each open for reading."""
    if PurePosixPath(name).suffix.lower() not in _ARCHIVES:
        yield name, file, 0
        return
    for member, data in unpack(name, file.read()):
        yield member, io.BytesIO(data), len(data)
