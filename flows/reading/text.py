"""Bytes to UTF-8 text with one kind of line end, saying how they were read.

A file is looked at twice, piece by piece: once to tell its encoding from all of its
bytes, once to read it. Nothing is guessed from a sample.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from flows.errors import ExportRefused
from flows.reading.faults import Fault

PIECE = 1 << 23
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with byte-order mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_NO_BREAK = "\u00a0".encode()
_NAMES = {
    "utf8": "UTF-8", "latin1": "Latin-1", "iso88591": "Latin-1",
    "cp1252": "Windows-1252", "windows1252": "Windows-1252", "utf16": "UTF-16",
    "macroman": "Mac Roman",
}  # fmt: skip


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text.

    Attributes:
        codec: Python's name of it.
        how: in words, with the kinds of line end where they are not the usual ones.
        faults: remarks on the choice.
        has_odd_spaces: tabs or no-break spaces may stand where plain spaces should.
    """

    codec: str
    how: str
    faults: tuple[Fault, ...] = ()
    has_odd_spaces: bool = True


def find_encoding(file: BinaryIO, declared: str | None) -> Encoding:
    """Tell the encoding of a file from all of its bytes; leaves it at its start.

    A file that is not UTF-8 and declares nothing is read as Windows-1252, the other
    encoding office software writes; a remark names the first line that shows it.

    Args:
        file: open for reading, at its start, seekable.
        declared: what the provider file says, if it says.

    Raises:
        ExportRefused: NUL bytes, or bytes that the encoding does not have.
    """
    file.seek(0)
    head = file.read(1 << 12)
    codec, how = _from_head(head, declared)
    seen = _look(file, codec)
    faults: tuple[Fault, ...] = ()
    if seen.problem is not None and codec == "utf-8" and not declared:
        faults = (Fault(seen.problem, "", "not_utf8", "warning"),)
        codec, how = "cp1252", "Windows-1252"
        seen = _look(file, codec)
    if seen.problem is not None:
        raise ExportRefused("wrong_encoding", _words(how, declared), line=seen.problem)
    odd = codec != "utf-8" or seen.has_odd_spaces
    return Encoding(codec, how + seen.line_ends, faults, odd)


def read_text(file: BinaryIO, encoding: Encoding) -> Iterator[bytes]:
    r"""Give a file as pieces of UTF-8 with ``\n`` line ends, from its start.

    Raises:
        ExportRefused: NUL bytes, with the line.
    """
    decode = codecs.getincrementaldecoder(encoding.codec)()
    plain, line, held = encoding.codec == "utf-8", 1, b""
    for raw in _pieces(file):
        piece = held + (raw if plain else decode.decode(raw).encode())
        # A line end may be cut in two by the end of a piece.
        held = piece[-1:] if piece.endswith(b"\r") else b""
        piece = piece[: len(piece) - len(held)]
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\x00" in piece:
            raise ExportRefused(
                "nul_byte",
                "The file holds NUL bytes. Export it again as text.",
                line=line + piece.count(b"\n", 0, piece.index(b"\x00")),
            )
        line += piece.count(b"\n")
        yield piece
    rest = held + decode.decode(b"", final=True).encode()
    if rest:
        yield rest.replace(b"\r", b"\n")


def _from_head(head: bytes, declared: str | None) -> tuple[str, str]:
    if declared:
        try:
            name = codecs.lookup(declared).name
        except LookupError as error:
            raise ExportRefused(
                "wrong_encoding",
                f"The provider file declares encoding {declared!r}, which does not "
                "exist. Declare utf-8, utf-16, latin-1, cp1252 or mac_roman.",
            ) from error
        if name == "utf-8" and head.startswith(codecs.BOM_UTF8):
            name = "utf-8-sig"
        plain = name.replace("-", "").replace("_", "")
        return name, f"{_NAMES.get(plain, declared)} (declared)"
    for mark, name, words in _MARKS:
        if head.startswith(mark):
            return name, words
    # Without a mark, UTF-16 of a European language shows as every other byte zero.
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        every = head[: len(head) // 2 * 2]
        zeros = every[start::2]
        if len(zeros) >= 4 and zeros.count(0) > 0.9 * len(zeros):
            return name, "UTF-16 without byte-order mark (every other byte is zero)"
    return "utf-8", "UTF-8"


@dataclass
class _Seen:
    """What one look at all bytes of a file shows.

    Attributes:
        problem: the line with the first bytes the encoding does not have, if any.
        pairs: line ends of Windows; ``returns`` of the classic Mac; ``feeds`` of Unix.
    """

    problem: int | None = None
    has_odd_spaces: bool = False
    pairs: int = 0
    returns: int = 0
    feeds: int = 0

    @property
    def line_ends(self) -> str:
        """Line ends in words, if they are not those of Windows or Unix throughout."""
        if sum(count > 0 for count in (self.pairs, self.returns, self.feeds)) > 1:
            return ", mixed line ends"
        return ", classic Mac line ends" if self.returns else ""

    def note(self, text: bytes) -> None:
        """Count the line ends of a piece that does not end within one."""
        if b"\r" in text:
            found = text.count(b"\r\n")
            self.pairs += found
            self.returns += text.count(b"\r") - found
            self.feeds += text.count(b"\n") - found
        elif not self.feeds:
            self.feeds += b"\n" in text
        if not self.has_odd_spaces:
            self.has_odd_spaces = b"\t" in text or _NO_BREAK in text


def _look(file: BinaryIO, codec: str) -> _Seen:
    """Look once at all bytes of a file, read as an encoding."""
    decode, seen, last = codecs.getincrementaldecoder(codec)(), _Seen(), b""
    before, wide = 0, codec.startswith("utf-16")
    try:
        for piece in _pieces(file):
            # ASCII needs no decoding, unless it stands where a letter should go on.
            if codec != "utf-8" or decode.getstate()[0] or not piece.isascii():
                decode.decode(piece)
            before += len(piece)
            text = last + (piece.replace(b"\x00", b"") if wide else piece)
            last = text[-1:] if text.endswith(b"\r") else b""
            seen.note(text[: len(text) - len(last)])
        decode.decode(b"", final=True)
    except UnicodeDecodeError as error:
        seen.problem = _find_line(file, before + error.start)
    seen.returns += len(last)
    return seen


def _find_line(file: BinaryIO, place: int) -> int:
    """Tell the line of a byte; asked only of a file that is at fault."""
    lines, last = 1, b""
    for piece in _pieces(file):
        part = last + piece[: max(0, place)]
        lines += part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")
        # A line end cut in two by the end of a piece is one.
        last = b"\r" if part.endswith(b"\r") else b""
        lines -= len(last)
        place -= len(piece)
        if place <= 0:
            break
    return lines + len(last)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _words(how: str, declared: str | None) -> str:
    if declared:
        return (
            f"The file is not {how.removesuffix(' (declared)')}, which the provider "
            "file declares. Export it so, or correct 'encoding' there."
        )
    if how == "Windows-1252":
        return (
            "The file is neither UTF-8 nor Windows-1252. Export it as UTF-8, or "
            "declare 'encoding' in the provider file."
        )
    return f"The file starts as {how} but is not. Export it again."
