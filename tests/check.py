"""Every check of style, types, SQL and YAML: all of them run, then all failures are told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "style (ruff check)": ["ruff", "check", "flows", "tests"],
    "format (ruff format)": ["ruff", "format", "--check", "flows", "tests"],
    "types (mypy)": ["mypy"],
    "SQL (sqlfluff)": ["sqlfluff", "lint", "--disable-progress-bar", "dbt_project"],
    "conventions (pytest)": ["pytest", "-q", "tests/conventions"],
}
FIXES: dict[str, list[str]] = {
    "SQL (sqlfluff)": ["sqlfluff", "fix", "--disable-progress-bar", "dbt_project"],
}


def main() -> int:
    """Run every check, or with ``--fix`` every repair; 1 if any failed."""
    commands = FIXES if "--fix" in sys.argv else CHECKS
    failed = []
    for name, (program, *arguments) in commands.items():
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own list of commands
            [str(BIN / program), *arguments],
            cwd=ROOT,
            env=os.environ | {"NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
        verdict = "ok" if done.returncode == 0 else "FAILED"
        sys.stdout.write(f"{verdict:7}{name} ({seconds:.0f} s)\n")
        if done.returncode:
            failed.append(name)
            sys.stdout.write(done.stdout[-6000:] + done.stderr[-3000:] + "\n")
    if failed:
        sys.stdout.write(f"{len(failed)} of {len(commands)} failed: {failed}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
