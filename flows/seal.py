"""Sealed files: AES-256-GCM in chunks; nothing of an original rests in the clear.

Each chunk carries its place and whether it is the last, so that a file cut short or put
together from others does not open (the STREAM construction, Hoang et al. 2015).
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flows.errors import PipelineError

_MAGIC = b"CGSEAL1\n"
_CHUNK = 1 << 20
_TAG = 16
_PREFIX = 7


def seal_file(path: Path, content: bytes, key: bytes) -> None:
    """Write content encrypted, whole or not at all.

    Args:
        path: where it shall rest; its folder exists.
        content: the plain bytes.
        key: 32 bytes.
    """
    cipher, prefix = AESGCM(key), os.urandom(_PREFIX)
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as file:
        file.write(_MAGIC + prefix)
        starts = range(0, max(len(content), 1), _CHUNK)
        for place, start in enumerate(starts):
            nonce = _nonce(prefix, place, is_last=start + _CHUNK >= len(content))
            file.write(cipher.encrypt(nonce, content[start : start + _CHUNK], None))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def open_sealed(path: Path, key: bytes) -> bytes:
    """Read a sealed file.

    Raises:
        PipelineError: not sealed, cut short, changed, or another key.
    """
    content = path.read_bytes()
    head = len(_MAGIC) + _PREFIX
    if not content.startswith(_MAGIC) or len(content) < head + _TAG:
        raise PipelineError(f"{path} is not a sealed file, or it is cut short.")
    cipher, prefix = AESGCM(key), content[len(_MAGIC) : head]
    step = _CHUNK + _TAG
    starts = range(head, len(content), step)
    try:
        return b"".join(
            cipher.decrypt(
                _nonce(prefix, place, is_last=start + step >= len(content)),
                content[start : start + step],
                None,
            )
            for place, start in enumerate(starts)
        )
    except InvalidTag as error:
        raise PipelineError(
            f"{path} does not open: it was changed or cut short, or the key is another."
        ) from error


def _nonce(prefix: bytes, place: int, *, is_last: bool) -> bytes:
    return prefix + place.to_bytes(4, "big") + bytes([is_last])
