"""Old workbooks (XLS) are opened once in a process of their own, before they are here.

The library takes row and column of each cell as they stand. A file of six kilobytes
that names row 65,535 and column 65,535 makes it ask for 137 GB, and that ends the whole
process (measured with python-calamine 0.9.1). What happens to the other process is
only a reason to refuse the file.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from flows.errors import ExportRefused

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_ONCE = Path(__file__).with_name("open_once.py")
_LARGEST = 512 * 1024**2
_PATIENCE_SECONDS = 120


def check_old_workbook(file: BinaryIO) -> None:
    """Refuse an XLS that cannot be opened within limits of memory and time.

    Args:
        file: the workbook, seekable; anything that is not an XLS is left alone.

    Raises:
        ExportRefused: too large, damaged, or asking for more memory than any sheet.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if file.read(len(_COMPOUND)) != _COMPOUND:
        return
    if size > _LARGEST:
        raise _refusal()
    file.seek(0)
    try:
        # The command is ours and the content goes through a pipe: never on disk.
        tried = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_OPEN_ONCE)],
            input=file.read(),
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _refusal() from error
    if tried.returncode:
        # What it wrote may hold values of the file, and is not kept.
        raise _refusal()


def _refusal() -> ExportRefused:
    return ExportRefused(
        "unreadable_workbook",
        "The old workbook cannot be opened: it is damaged, or a cell stands where no "
        "sheet has one. Save it as XLSX.",
    )
