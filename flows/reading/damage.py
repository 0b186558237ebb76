"""What a damaged zip makes Python raise: one list, as a workbook is a zip, too.

``zipfile`` believes the directory it reads: an empty name ends in an IndexError, an
offset before the start in a ValueError (found by damaging a zip byte by byte, November
2026).
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

ZIP_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    LookupError, ValueError, OverflowError, NotImplementedError, RuntimeError,
)  # fmt: skip
