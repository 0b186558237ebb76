"""Which kind of file this is: by its ending and by its first bytes, which must agree.

A wrong ending is a sign that something else went wrong, too; a file that is not what
its name says is never read as a guess.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from flows.errors import ExportRefused

KindName = Literal["delimited", "workbook", "xml", "json_lines", "parquet", "archive"]

# How many bytes of a file are enough to tell its kind.
HEAD_BYTES = 512

_ENDINGS: dict[str, tuple[KindName, str]] = {
    ".csv": ("delimited", "text"),
    ".txt": ("delimited", "text"),
    ".tsv": ("delimited", "text"),
    ".xlsx": ("workbook", "workbook"),
    ".xls": ("workbook", "old workbook"),
    ".ods": ("workbook", "workbook"),
    ".xml": ("xml", "XML"),
    ".jsonl": ("json_lines", "JSON"),
    ".ndjson": ("json_lines", "JSON"),
    ".json": ("json_lines", "JSON"),
    ".parquet": ("parquet", "Parquet"),
    ".zip": ("archive", "zip"),
}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_WORKBOOK_PARTS = (
    b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/",
    b"mimetypeapplication/vnd.oasis.opendocument",
)  # fmt: skip
_ARCHIVES = (
    (b"\x1f\x8b", "gzip archive"),
    (b"BZh\x31AY&SY", "bzip2 archive"),
    (b"BZh\x39AY&SY", "bzip2 archive"),
    (b"\xfd7zXZ\x00", "xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "rar archive"),
    (b"\x28\xb5\x2f\xfd", "zstd archive"),
)
_OTHERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old workbook"),
    (b"PAR1\x15", "Parquet"),
    (b"PARE", "encrypted Parquet"),
    (b"%PDF-", "PDF"),
    (b"SQLite format 3\x00", "database"),
)
_TAR_MARK = slice(257, 262)


@dataclass(frozen=True)
class Kind:
    """The kind of a file, and how that was told, in words for the provider."""

    name: KindName
    how: str


def sniff_kind(name: str, head: bytes) -> Kind:
    """Tell the kind of a file by its ending and its content.

    Args:
        name: the provider's name for the file; only its ending is used.
        head: the first 512 bytes, or all there are.

    Raises:
        ExportRefused: an ending that is not read, or one that the content belies.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in _ENDINGS:
        raise ExportRefused(
            "unknown_kind",
            f"Files ending in {ending[:12] or 'nothing'} are not read. Send one of: "
            f"{', '.join(sorted(_ENDINGS))}.",
        )
    kind, expected = _ENDINGS[ending]
    found = describe_content(head)
    if ending == ".json" and found == "JSON list":
        raise ExportRefused(
            "unknown_kind",
            "The file is one JSON list. Send JSON lines: one object on each line, "
            "without brackets around them.",
        )
    if ending == ".xlsx" and found == "old workbook":
        raise ExportRefused(
            "unknown_kind",
            "The file is named .xlsx, but its content is that of an old workbook, or "
            "of one locked with a password. Save it again as XLSX without a password.",
        )
    if found != expected and not can_be_workbook(name, found):
        raise ExportRefused(
            "unknown_kind",
            f"The file is named {ending}, but its content is that of "
            f"{_with_article(found)}. Rename it, or export it again as {ending}.",
        )
    return Kind(kind, f"named {ending} and begins as {_with_article(found)}")


def describe_content(head: bytes) -> str:
    """Say in a word or two what a file's first bytes are those of."""
    if head.startswith(_ZIP):
        # The first part's name stands at byte 30 of a zip.
        return "workbook" if head[30:].startswith(_WORKBOOK_PARTS) else "zip"
    for mark, words in (*_ARCHIVES, *_OTHERS):
        if head.startswith(mark):
            return words
    if head[_TAR_MARK] == b"ustar":
        return "tar archive"
    return _describe_text(head)


def is_archive(content: str) -> bool:
    """Tell whether :func:`describe_content` said it is an archive of any kind."""
    return content == "zip" or content.endswith(" archive")


def can_be_workbook(name: str, content: str) -> bool:
    """Tell whether a zip is one because a workbook is: its name says it is one."""
    return content == "zip" and PurePath(name).suffix.lower() in (".xlsx", ".ods")


def _describe_text(head: bytes) -> str:
    text = _as_ascii(head).lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "web page"
    if text.startswith((b"<?xml", b"<!doctype")) or _is_tag(text):
        return "XML"
    if text.startswith(b"{") and _begins_json(text):
        return "JSON"
    if text.startswith(b"[") and _begins_json(text):
        return "JSON list"
    return "text"


def _as_ascii(head: bytes) -> bytes:
    """Take what stands behind a byte-order mark, two-byte characters made one."""
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if head.startswith(mark):
            return head[2:].replace(b"\x00", b"")
    return head.removeprefix(codecs.BOM_UTF8)


def _is_tag(text: bytes) -> bool:
    """Tell a tag from a heading that merely begins with an angle bracket."""
    line = text.partition(b"\n")[0]
    return text[:1] == b"<" and b">" in text and line.count(b",") < 2


def _begins_json(text: bytes) -> bool:
    return text[1:].lstrip()[:1] in (b'"', b"{", b"[", b"}", b"]")


def _with_article(words: str) -> str:
    if words in ("text", "XML", "JSON", "Parquet", "encrypted Parquet"):
        return words
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
