"""Sealed files: AES-256-GCM in chunks; nothing of an original rests in the clear.

Each chunk carries its place and whether it is the last, so that a file cut short or put
together from others does not open (the STREAM construction, Hoang et al. 2015). A
sealed file is written and read chunk by chunk: no file has to fit into memory.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flows.errors import PipelineError

_MAGIC = b"CGSEAL1\n"
_CHUNK = 1 << 20
_TAG = 16
_PREFIX = 7
_HEAD = len(_MAGIC) + _PREFIX
_SYNC_CHUNKS = 32


@dataclass(frozen=True)
class Content:
    """What a file holds: its size in bytes and its SHA-256."""

    size: int
    sha256: str


def digest(pieces: Iterable[bytes]) -> Content:
    """Tell what a file holds, given its bytes in order, in pieces of any size."""
    taken, size = hashlib.sha256(), 0
    for piece in pieces:
        taken.update(piece)
        size += len(piece)
    return Content(size, taken.hexdigest())


def seal_file(path: Path, pieces: Iterable[bytes], key: bytes) -> Content:
    """Write content encrypted, whole or not at all; tell what it was.

    The disk takes what is written while the next chunks are encrypted.

    Args:
        path: where it shall rest; its folder exists.
        pieces: the plain bytes, in order, in pieces of any size.
        key: 32 bytes.
    """
    cipher, prefix = AESGCM(key), os.urandom(_PREFIX)
    taken, size, place = hashlib.sha256(), 0, 0
    aside = path.with_name(f".{path.name}.part")
    held = b""
    syncs: list[Future[None]] = []
    with aside.open("wb") as file, ThreadPoolExecutor(1) as disk:
        file.write(_MAGIC + prefix)
        for chunk in _chunks(pieces):
            taken.update(chunk)
            size += len(chunk)
            # The last chunk is marked as such, so one is always held back.
            if held:
                nonce = _nonce(prefix, place, is_last=False)
                file.write(cipher.encrypt(nonce, held, None))
                place += 1
                if place % _SYNC_CHUNKS == 0:
                    file.flush()
                    syncs.append(disk.submit(os.fsync, file.fileno()))
            held = chunk
        file.write(cipher.encrypt(_nonce(prefix, place, is_last=True), held, None))
        file.flush()
        for sync in syncs:
            # A disk tells of a failure once, to whoever asks first.
            sync.result()
        os.fsync(file.fileno())
    aside.replace(path)
    return Content(size, taken.hexdigest())


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give bytes in chunks of one size, the last one shorter."""
    waiting = b""
    for piece in pieces:
        if not waiting and len(piece) == _CHUNK:
            yield piece
            continue
        waiting += piece
        while len(waiting) >= _CHUNK:
            yield waiting[:_CHUNK]
            waiting = waiting[_CHUNK:]
    if waiting:
        yield waiting


class SealedFile(io.RawIOBase):
    """A sealed file, opened for reading at any place; each chunk is checked."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open a sealed file.

        Raises:
            PipelineError: not a sealed file, or cut short.
        """
        super().__init__()
        self._path, self._cipher = path, AESGCM(key)
        self._file = path.open("rb")
        head = self._file.read(_HEAD)
        body = path.stat().st_size - _HEAD
        if not head.startswith(_MAGIC) or body < _TAG:
            self._file.close()
            raise PipelineError(f"{path} is not a sealed file, or it is cut short.")
        self._prefix = head[len(_MAGIC) :]
        self._chunks = -(-body // (_CHUNK + _TAG))
        self._size = body - self._chunks * _TAG
        self._at, self._held, self._plain = 0, -1, b""
        # Opened at once: another key, or an end that was cut off, is told here.
        self._open_chunk(self._chunks - 1)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read at any place."""
        return True

    def tell(self) -> int:
        """Give the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the start, from here or from the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}
        self._at = max(0, base[whence] + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer with the next plain bytes, at most to the end of a chunk."""
        if self._at >= self._size:
            return 0
        self._open_chunk(self._at // _CHUNK)
        begin = self._at % _CHUNK
        part = self._plain[begin : begin + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        """Close the file and forget what was read of it."""
        self._file.close()
        self._plain = b""
        super().close()

    def _open_chunk(self, place: int) -> None:
        if place == self._held:
            return
        self._file.seek(_HEAD + place * (_CHUNK + _TAG))
        nonce = _nonce(self._prefix, place, is_last=place == self._chunks - 1)
        try:
            sealed = self._file.read(_CHUNK + _TAG)
            self._plain = self._cipher.decrypt(nonce, sealed, None)
        except InvalidTag as error:
            raise PipelineError(
                f"{self._path} does not open: it was changed or cut short, or the key "
                "is another."
            ) from error
        self._held = place


def open_sealed(path: Path, key: bytes) -> io.BufferedReader:
    """Open a sealed file for reading.

    Raises:
        PipelineError: not sealed, cut short, changed (also later, while it is read),
            or another key.
    """
    return io.BufferedReader(SealedFile(path, key), buffer_size=_CHUNK)


def _nonce(prefix: bytes, place: int, *, is_last: bool) -> bytes:
    return prefix + place.to_bytes(4, "big") + bytes([is_last])
