"""Opens an old workbook given on standard input and ends: well, or by its limits.

Run by ``old_workbook.py`` as a process of its own; it imports nothing of the project.
"""

from __future__ import annotations

import io
import resource
import sys

from python_calamine import CalamineWorkbook

_MOST_MEMORY = 4 * 1024**3

if __name__ == "__main__":
    # A core file would leave the content on disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
