"""Documents on the disk: for their maker alone, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from flows.errors import ActRefused
from flows.paths import Place


def check_target(place: Place, path: Path, *, replace: bool = False) -> None:
    """Refuse to write a document where others read, or over what is there.

    Args:
        place: the data folder; within it only its private side may hold a document.
        path: the file or folder that shall be written.
        replace: a file that is there may be written over.

    Raises:
        ActRefused: saying which, and what to name instead.
    """
    inside = path.resolve().is_relative_to(place.root.resolve())
    if inside and not place.is_private(path):
        raise ActRefused(
            f"{path} is where others read. A document about people is for whom it was "
            "made alone: name a path of your own. Nothing was written."
        )
    if not path.resolve().parent.is_dir():
        raise ActRefused(
            f"There is no folder {path.resolve().parent}. Make it, or name another. "
            "Nothing was written."
        )
    if path.is_dir() and not path.is_symlink() and any(path.iterdir()):
        raise ActRefused(f"{path} is a folder with files in it. Name a new one.")
    if path.is_file() and not replace:
        raise ActRefused(f"{path} is there already. Name another, or say --replace.")


def write_document(path: Path, text: str) -> None:
    """Write a text that its owner alone can read (mode 0600), whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(aside, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
