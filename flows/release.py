"""Releases: list, show, verify, and roll back to an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flows.errors import PublishError
from flows.locks import writer_lock
from flows.paths import Place, replace_link
from flows.releasing.manifest import (
    MANIFEST,
    Release,
    hash_file,
    hold_back,
    list_files,
    read_current,
    read_release,
    releases_folder,
)


@dataclass(frozen=True)
class Verification:
    """How the files of a release compare with its manifest, by relative path."""

    release_id: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Nothing is missing, added or changed."""
        return not (self.missing or self.extra or self.changed)


def list_releases(place: Place) -> list[Release]:
    """List the releases that are kept, oldest first.

    Raises:
        PublishError: a manifest cannot be read.
    """
    names = [path.parent.name for path in releases_folder(place).glob(f"*/{MANIFEST}")]
    releases = [read_release(place, name) for name in names]
    return sorted(releases, key=lambda release: str(release.manifest["created_at"]))


def show(place: Place, release_id: str | None = None) -> dict[str, Any]:
    """Give the manifest of a release; of the current one if none is named.

    Raises:
        PublishError: there is no such release.
    """
    return _find(place, release_id).manifest


def verify(place: Place, release_id: str | None = None) -> Verification:
    """Hash every file of a release again and compare with its manifest.

    The manifest itself is ``changed`` when a later release, which noted its hash, does
    not agree with it.

    Raises:
        PublishError: there is no such release.
    """
    release = _find(place, release_id)
    said = {entry["path"]: entry["sha256"] for entry in release.manifest["files"]}
    there = set(list_files(release.folder))
    changed = [
        name
        for name in sorted(there & set(said))
        if hash_file(release.folder / name) != said[name]
    ]
    if _manifest_differs(place, release):
        changed.append(MANIFEST)
    return Verification(
        release_id=release.release_id,
        missing=tuple(sorted(set(said) - there)),
        extra=tuple(sorted(there - set(said))),
        changed=tuple(changed),
    )


def rollback(place: Place, release_id: str | None = None) -> Release:
    """Make an earlier release current again, in one atomic step.

    What was rolled back from is held back: a run makes no release of the same inputs,
    until something new lands or changes.

    Args:
        place: the data folder.
        release_id: the release; if none is named, the one before the current.

    Raises:
        PublishError: there is no such release, or its files are not what was published.
        RunInProgress: a run is under way.
    """
    if release_id is None:
        previous = _find(place, None).manifest["previous"]
        if previous is None:
            raise PublishError(
                "The current release is the first: there is none to roll back to."
            )
        release_id = str(previous["release_id"])
    release = read_release(place, release_id)
    verification = verify(place, release_id)
    if not verification.is_whole:
        raise PublishError(
            f"Release {release_id} is not what was published: missing "
            f"{list(verification.missing)}, added {list(verification.extra)}, changed "
            f"{list(verification.changed)}. Roll back to another release."
        )
    with writer_lock(place):
        current = read_current(place)
        if current is not None:
            hold_back(place, str(current.manifest["fingerprint"]))
        replace_link(place.published / "current", f"releases/{release_id}")
    return release


def _find(place: Place, release_id: str | None) -> Release:
    if release_id is not None:
        return read_release(place, release_id)
    current = read_current(place)
    if current is None:
        raise PublishError("Nothing has been published yet. Run the pipeline first.")
    return current


def _manifest_differs(place: Place, release: Release) -> bool:
    found = hash_file(release.folder / MANIFEST)
    return any(
        (later.manifest["previous"] or {}).get("release_id") == release.release_id
        and later.manifest["previous"]["manifest_sha256"] != found
        for later in list_releases(place)
    )
