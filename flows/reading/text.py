"""Bytes to UTF-8 text with one kind of line end, saying how it was read."""

from __future__ import annotations

import codecs

from flows.errors import ExportRefused
from flows.reading.faults import Fault

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with byte-order mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


def to_utf8(content: bytes, declared: str | None) -> tuple[bytes, str, list[Fault]]:
    r"""Bring a file to UTF-8 with ``\n`` line ends.

    A file that is not UTF-8 and declares nothing is read as Windows-1252, the other
    encoding office software writes; a remark names the first line that shows it.

    Returns:
        the text as UTF-8 bytes, how it was read, remarks.

    Raises:
        ExportRefused: NUL bytes, or bytes that the encoding does not have.
    """
    text, how, faults = _decode(content, declared)
    if b"\x00" in text:
        line = text[: text.index(b"\x00")].count(b"\n") + 1
        raise ExportRefused(
            "nul_byte", "The file holds NUL bytes. Export it again as text.", line=line
        )
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), how, faults


def _decode(content: bytes, declared: str | None) -> tuple[bytes, str, list[Fault]]:
    if declared:
        try:
            return content.decode(declared).encode(), declared, []
        except (LookupError, UnicodeDecodeError) as error:
            raise ExportRefused(
                "wrong_encoding",
                f"The file is not {declared}, which the provider file declares.",
            ) from error
    for mark, name, words in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(name).encode(), words, []
            except UnicodeDecodeError as error:
                raise ExportRefused(
                    "wrong_encoding", f"The file starts as {words} but is not."
                ) from error
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_windows(content, error.start)
    return content, "UTF-8", []


def _decode_windows(content: bytes, first: int) -> tuple[bytes, str, list[Fault]]:
    head = content[:first].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = head.count(b"\n") + 1
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ExportRefused(
            "wrong_encoding",
            "The file is neither UTF-8 nor Windows-1252. Export it as UTF-8, or "
            "declare 'encoding' in the provider file.",
            line=line,
        ) from error
    return text.encode(), "Windows-1252", [Fault(line, "", "not_utf8", "warning")]
