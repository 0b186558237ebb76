"""Header rows of the export files: what a layout takes and ignores, in order."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flows.errors import MappingError
from flows.paths import PROJECT

_LAYOUTS = PROJECT / "flows" / "providers" / "_layouts"


@cache
def read_header(layout: str, kind: str) -> tuple[str, ...]:
    """Return a file's column headings, in the order its real system writes them.

    Args:
        layout: name of a layout beside the providers.
        kind: one of the layout's files.

    Raises:
        MappingError: the order kept here names other columns than the layout.
    """
    listed = _list_columns(layout, kind)
    known = _read_yaml(Path(__file__).with_name("headers.yml"))
    order = known.get(layout, {}).get(kind, listed)
    if sorted(order) != sorted(listed):
        differing = sorted(set(order) ^ set(listed))
        raise MappingError(
            f"headers.yml and layout {layout}, file {kind}, differ in {differing}: "
            "list the same columns in both."
        )
    return tuple(order)


def _list_columns(layout: str, kind: str) -> list[str]:
    content = _read_yaml(_LAYOUTS / f"{layout}.yml")
    file = content["files"][kind]
    columns = _list_columns(content["extends"], kind) if "extends" in content else []
    columns += [*file.get("columns", {}), *file.get("ignored", [])]
    marker = file.get("deleted_when")
    return columns + [marker] if marker and marker not in columns else columns


@cache
def _read_yaml(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
