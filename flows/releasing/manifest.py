"""The manifest of a release: what is in it, byte for byte, and what was withheld."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from flows.errors import PublishError
from flows.paths import Place

MANIFEST = "manifest.json"
_HELD_BACK = "rolled_back"
_LIBRARIES = (
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "great-expectations",
    "pyarrow",
    "splink",
)


@dataclass(frozen=True)
class Release:
    """One release: its name, its folder, its manifest, and whether this run made it."""

    release_id: str
    folder: Path
    manifest: dict[str, Any]
    is_new: bool = False


def releases_folder(place: Place) -> Path:
    """Where releases rest, one folder each."""
    return place.published / "releases"


def read_release(place: Place, release_id: str) -> Release:
    """Read one release.

    Raises:
        PublishError: no such release, or a manifest that cannot be read.
    """
    folder = releases_folder(place) / release_id
    names = sorted(p.parent.name for p in releases_folder(place).glob(f"*/{MANIFEST}"))
    if release_id not in names:
        raise PublishError(
            f"There is no release {release_id!r}. Releases that are kept: "
            f"{', '.join(names) or 'none'}."
        )
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except ValueError as error:
        raise PublishError(
            f"The manifest of release {release_id} is not readable as JSON. Roll back "
            "to another release and publish again."
        ) from error
    return Release(release_id, folder, manifest)


def read_current(place: Place) -> Release | None:
    """Read the current release, or None before the first.

    Raises:
        PublishError: ``current`` points at no release.
    """
    link = place.published / "current"
    return read_release(place, link.readlink().name) if link.is_symlink() else None


def hold_back(place: Place, fingerprint: str) -> None:
    """Note the inputs of a release that was rolled back from."""
    (place.published / _HELD_BACK).write_text(fingerprint)


def is_held_back(place: Place, fingerprint: str) -> bool:
    """Tell whether a release of the same inputs was rolled back from."""
    note = place.published / _HELD_BACK
    return note.exists() and note.read_text() == fingerprint


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_files(folder: Path) -> list[str]:
    """Every file of a release but its manifest, relative to the release, in order."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if not path.is_dir() and path != folder / MANIFEST
    )


def write_manifest(
    folder: Path, content: dict[str, Any], rows: dict[str, int]
) -> dict[str, Any]:
    """Write the manifest of a release whose files are complete.

    Args:
        folder: the release being built.
        content: what the manifest says beside its files.
        rows: rows of each Parquet file, by path relative to the release.
    """
    files = [
        {
            "path": name,
            "bytes": (folder / name).stat().st_size,
            "sha256": hash_file(folder / name),
            "rows": rows.get(name),
        }
        for name in list_files(folder)
    ]
    libraries = {name: version(name) for name in _LIBRARIES}
    manifest = content | {
        "libraries": {"python": python_version()} | libraries,
        "files": files,
    }
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def describe_previous(current: Release | None) -> dict[str, str] | None:
    """Name the release before and its manifest's hash: a chain that shows tampering."""
    if current is None:
        return None
    return {
        "release_id": current.release_id,
        "manifest_sha256": hash_file(current.folder / MANIFEST),
    }


def next_release_id(place: Place, as_of: dt.date) -> str:
    """Give the name of the next release: the data's own day and a counter."""
    taken = [
        int(path.name.rpartition(".")[2])
        for path in releases_folder(place).glob(f"{as_of.isoformat()}.*")
        if path.name.rpartition(".")[2].isdigit()
    ]
    return f"{as_of.isoformat()}.{max(taken, default=0) + 1}"
