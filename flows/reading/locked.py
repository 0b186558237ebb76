"""Telling a workbook that is locked with a password from one that is not."""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO

from flows.reading.damage import ZIP_DAMAGED

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLOCK = 1 << 20
_OVERLAP = 64
_STREAM = "EncryptedPackage".encode("utf-16-le")
# The first record of an old workbook, and the one behind it that locks it.
_LOCKED_XLS = rb"\x09\x08\x10\x00.{16}\x2f\x00"
_LOCK = re.compile(re.escape(_STREAM) + b"|" + _LOCKED_XLS, re.DOTALL)
_MANIFEST = "META-INF/manifest.xml"


def is_locked(file: BinaryIO) -> bool:
    """Tell whether a workbook is locked with a password.

    A locked XLSX is a compound file with a stream ``EncryptedPackage``; a locked XLS
    says so in the record after its first; a locked ODS says so in its manifest. The
    library that reads workbooks finds only that it cannot, or reads what is scrambled.

    Args:
        file: the workbook, seekable.
    """
    file.seek(0)
    if file.read(len(_COMPOUND)) == _COMPOUND:
        return _has_lock(file)
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_MANIFEST) as manifest:
            return b"encryption-data" in manifest.read(_BLOCK)
    except ZIP_DAMAGED:
        return False


def _has_lock(file: BinaryIO) -> bool:
    tail = b""
    while block := file.read(_BLOCK):
        if _LOCK.search(tail + block):
            return True
        tail = block[-_OVERLAP:]
    return False
