"""Write the pages into a folder: ``python -m flows.describing FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from flows.describing.write import write_pages
from flows.errors import PipelineError

if __name__ == "__main__":
    try:
        written = write_pages(Path(sys.argv[1]))
    except PipelineError as fault:
        sys.exit(str(fault))
    sys.stdout.write(f"{written}\n")
