"""Which file and version of a layout an export may be: by its name and its day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import PurePath

from flows.layouts import Layout, list_family, load_layout
from flows.provider_files import OWN

_ENDING = re.compile(r"\.[a-z]{1,7}$")


def is_named_like(file_name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a file's name, whatever its ending, fits one of some patterns."""
    stem = PurePath(file_name).stem.lower()
    return any(fnmatch(stem, _stem(pattern)) for pattern in patterns)


def list_other_versions(layout: Layout) -> list[Layout]:
    """List the other versions of a layout's family, the latest first."""
    if layout.layout == OWN:
        return []
    others = [load_layout(n) for n in list_family(layout.family) if n != layout.layout]
    return sorted(others, key=lambda other: other.since or dt.date.min, reverse=True)


def is_ahead(layout: str, export_date: dt.date | None) -> bool:
    """Tell whether a version was not sent yet on the day of an export."""
    if layout == OWN:
        return False
    since = load_layout(layout).since
    return bool(since and export_date and since > export_date)


def _stem(pattern: str) -> str:
    """Take the ending off a pattern: a table may come as any kind of file."""
    lowered = pattern.lower()
    return lowered.rsplit(".", 1)[0] if _ENDING.search(lowered) else lowered
