"""Zip archives, unpacked as a stream with limits; a name inside is only a name.

Nothing a zip says of itself is believed: sizes are counted while the bytes come, kinds
are told from the bytes, and of a path only the last name is kept.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from flows.errors import ExportRefused
from flows.reading.damage import ZIP_DAMAGED
from flows.reading.kinds import (
    HEAD_BYTES,
    can_be_workbook,
    describe_content,
    is_archive,
)

_LARGEST_TOTAL = 4 * 1024**3
_LARGEST_RATIO = 200
_MOST_MEMBERS = 500
_ENDINGS = {".zip", ".7z", ".tar", ".gz", ".tgz", ".rar", ".bz2", ".xz", ".zst"}
_ENCRYPTED = 0x1
# What file managers leave beside the files they pack.
_LEFT_BEHIND = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")


@dataclass(frozen=True)
class OpenedArchive:
    """A zip whose list of members was found sound; its members are still to come.

    Attributes:
        members: last name, stream and size in bytes of each file. Each stream must be
            read before the next is asked for; what is wrong with its bytes is raised
            while it is read, so nothing of a zip counts until its last byte came.
        remarks: what was left out, in words.
    """

    members: Iterator[tuple[str, BinaryIO, int]]
    remarks: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[str, BinaryIO, int]]:
        """Give the members."""
        return self.members


def is_named_archive(name: str) -> bool:
    """Tell whether a file is named as an archive of any kind, opened or not."""
    return PurePosixPath(name).suffix.lower() in _ENDINGS


def open_archive(file: BinaryIO, name: str) -> OpenedArchive:
    """Open a zip; nothing is written to disk and nothing is held whole.

    Args:
        file: the zip, seekable.
        name: the provider's name for it; an ending of another archive is refused.

    Raises:
        ExportRefused: not a zip, locked, damaged; a nested archive, a link, two
            members of one name, a name that is none; too many members, or far larger
            than packed.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix != ".zip":
        raise ExportRefused(
            "unknown_kind",
            f"Archives ending in {suffix[:12] or 'nothing'} are not opened; a zip is.",
        )
    packed = file.seek(0, 2)
    with _refuse_damaged():
        archive = zipfile.ZipFile(file)
        listed = archive.infolist()
        if len(listed) > _MOST_MEMBERS:
            raise ExportRefused(
                "too_many_files",
                f"The zip holds {len(listed)} entries; at most {_MOST_MEMBERS}.",
            )
        entries = [e for e in listed if not _is_left_out(e)]
        names = [_check_entry(entry) for entry in entries]
        _check_names(names)
        limit = min(_LARGEST_TOTAL, max(packed, 1 << 16) * _LARGEST_RATIO)
        if sum(entry.file_size for entry in entries) > limit:
            raise _too_large(packed)
        for entry in entries:
            _check_content(archive, entry)
    members = _give_members(archive, dict(zip(names, entries, strict=True)))
    return OpenedArchive(members, _remark(listed, entries))


def _is_left_out(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() or bool(_LEFT_BEHIND.search(entry.filename))


def _remark(
    listed: list[zipfile.ZipInfo], entries: list[zipfile.ZipInfo]
) -> tuple[str, ...]:
    folders = sum(entry.is_dir() for entry in listed)
    others = len(listed) - len(entries) - folders
    remarks = []
    if folders:
        remarks.append(f"{folders} folders in the zip: only files are read")
    if others:
        remarks.append(f"{others} files that a file manager left in the zip: not read")
    return tuple(remarks)


def _check_entry(entry: zipfile.ZipInfo) -> str:
    """Check what the list says of one member; give its last name."""
    if entry.flag_bits & _ENCRYPTED:
        raise ExportRefused(
            "password_protected",
            "The zip is locked with a password. Send it without one; the way it is "
            "sent keeps it safe.",
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ExportRefused(
            "unsafe_member", "The zip holds a link or a device. Pack the files alone."
        )
    last = re.split(r"[/\\:]", entry.orig_filename)[-1].strip()
    if not last.strip(".") or any(ord(sign) < 32 for sign in entry.orig_filename):
        raise ExportRefused(
            "unsafe_member", "A file in the zip has no proper name. Rename it."
        )
    if PurePosixPath(last).suffix.lower() in _ENDINGS:
        raise _nested()
    return last


def _check_names(names: list[str]) -> None:
    if len({name.casefold() for name in names}) < len(names):
        raise ExportRefused(
            "duplicate_member",
            "Two files in the zip have the same name, folders aside, so one cannot "
            "be told from the other. Give each a name of its own.",
        )


def _check_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with archive.open(entry) as member:
        content = describe_content(member.read(HEAD_BYTES))
        if is_archive(content) and not can_be_workbook(entry.filename, content):
            raise _nested()


def _give_members(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]
) -> Iterator[tuple[str, BinaryIO, int]]:
    for name, entry in entries.items():
        size = entry.file_size
        # One byte more than promised is asked for: it shows whether that was true.
        entry.file_size = size + 1
        with _refuse_damaged(), archive.open(entry) as member:
            yield name, io.BufferedReader(_Counted(member, size)), size


class _Counted(io.RawIOBase):
    """A member's bytes, which must be as many as the zip says."""

    def __init__(self, member: IO[bytes], size: int) -> None:
        super().__init__()
        self.member, self.left = member, size

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read on, never further than the size that was promised."""
        with _refuse_damaged():
            data = self.member.read(len(buffer))
        self.left -= len(data)
        if self.left < 0 or (not data and self.left):
            raise ExportRefused(
                "unreadable_archive",
                "A file in the zip is not of the size the zip says. Pack it again.",
            )
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _refuse_damaged() -> Iterator[None]:
    try:
        yield
    except ZIP_DAMAGED as error:
        raise ExportRefused(
            "unreadable_archive", "The zip cannot be opened. Send it again, unlocked."
        ) from error


def _nested() -> ExportRefused:
    return ExportRefused("nested_archive", "The zip holds archives. Send one level.")


def _too_large(packed: int) -> ExportRefused:
    return ExportRefused(
        "unpacks_too_large",
        f"The zip of {packed} bytes unpacks to far more. Send the files unpacked.",
    )
