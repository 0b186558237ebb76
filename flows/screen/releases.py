"""What the command line shows of releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from flows.paths import Place
    from flows.release import Verification
    from flows.releasing.manifest import Release

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


def _withheld(recipients: list[dict[str, Any]]) -> None:
    """Show each recipient, and what it does not get and why."""
    table = Table("Recipient", "Agreement", "Files", "Withheld, and why")
    for recipient in recipients:
        notes = [
            f"{note['what']}: {note['why']}"
            + (f" About {note['count']:,}." if note.get("count") else "")
            for note in recipient["withheld"]
        ]
        table.add_row(
            escape(recipient["name"]),
            f"{recipient['agreement']['id']} to {recipient['agreement']['ends']}",
            str(len(recipient["files"])),
            escape("\n".join(notes)),
        )
    _out.print(table)


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
