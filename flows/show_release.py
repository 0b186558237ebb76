"""What the command line shows of releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from flows.manifest import Release
    from flows.paths import Place
    from flows.release import Verification

_out = Console()


def listing(place: Place, releases: list[Release]) -> None:
    """Show releases, newest first, the current one marked."""
    link = place.published / "current"
    current = link.readlink().name if link.is_symlink() else ""
    table = Table("", "Release", "Made at", "As of", "Files")
    for release in reversed(releases):
        table.add_row(
            "current" if release.release_id == current else "",
            release.release_id,
            str(release.manifest["created_at"]),
            str(release.manifest["as_of"]),
            str(len(release.manifest["files"])),
        )
    _out.print(table)


def manifest(content: dict[str, Any]) -> None:
    """Show what a release holds, and what was withheld from whom and why."""
    _out.print(
        f"[bold]Release {content['release_id']}[/], as of {content['as_of']}, "
        f"made at {content['created_at']}"
    )
    table = Table("File", "Rows", "Bytes", "SHA-256")
    for entry in content["files"]:
        rows = "" if entry["rows"] is None else f"{entry['rows']:,}"
        size = f"{entry['bytes']:,}"
        table.add_row(escape(entry["path"]), rows, size, entry["sha256"][:16])
    _out.print(table)
    _withheld(content["recipients"])


def _withheld(recipients: dict[str, Any]) -> None:
    for name, notes in recipients.items():
        if words := _flatten(notes):
            _out.print(f"[bold]{escape(name)}[/]: {escape('; '.join(words))}")


def _flatten(notes: Any, prefix: str = "") -> list[str]:
    """Write nested notes as 'key: value' words."""
    if isinstance(notes, dict):
        return [
            word for key, value in notes.items() for word in _flatten(value, f"{key} ")
        ]
    if isinstance(notes, list):
        return [word for value in notes for word in _flatten(value, prefix)]
    return [f"{prefix.strip().replace('_', ' ')}: {notes}"] if notes else []


def verified(verification: Verification) -> None:
    """Show whether a release is what its manifest says."""
    if verification.is_whole:
        _out.print(f"[green]Release {verification.release_id} is whole.[/]")
        return
    _out.print(f"[red]Release {verification.release_id} is not what was published.[/]")
    for word in ("missing", "extra", "changed"):
        for path in getattr(verification, word):
            _out.print(f"  {word}: {escape(path)}")


def rolled_back(release: Release) -> None:
    """Say which release is current now."""
    _out.print(f"Release {release.release_id} is current again.")
