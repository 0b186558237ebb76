"""Where data rest: received, landed, linked, published, as the folder listing says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
"""The checkout: code, provider mappings, dbt project and expectations."""


@dataclass(frozen=True)
class Place:
    """The data folder of one place (a partnership of providers).

    Args:
        root: the data folder; everything below it is made by Commonground.
    """

    root: Path

    @property
    def landing(self) -> Path:
        """``landing/<provider>/``: where providers drop files."""
        return self.root / "landing"

    @property
    def received(self) -> Path:
        """``01_received/<provider>/<export id>.sealed``: originals, encrypted."""
        return self.root / "01_received"

    @property
    def landed(self) -> Path:
        """``02_landed/<sector|partnership>/<dataset>/<export id>.parquet``: facts."""
        return self.root / "02_landed"

    @property
    def linked(self) -> Path:
        """``03_linked/current/``: record to person, edges, changes."""
        return self.root / "03_linked"

    @property
    def decided(self) -> Path:
        """``03_linked/decided``: id of the newest decision on links, a run's reason."""
        return self.root / "03_linked" / "decided"

    @property
    def published(self) -> Path:
        """``04_published/current`` and ``04_published/releases/<release>/``."""
        return self.root / "04_published"

    @property
    def outbox(self) -> Path:
        """``outbox/<provider>/``: receipts, for that provider alone."""
        return self.root / "outbox"

    @property
    def vault(self) -> Path:
        """The encrypted file that says who people are."""
        return self.root / "vault.duckdb"

    @property
    def warehouse(self) -> Path:
        """The encrypted file dbt builds marts in."""
        return self.root / "warehouse.duckdb"

    @property
    def logs(self) -> Path:
        """Event log and dbt's and Prefect's own records: counts and names only."""
        return self.root / "logs"

    @property
    def audit(self) -> Path:
        """Every human act and its reason, chained; for its owner alone."""
        return self.logs / "audit.jsonl"

    @property
    def prefect(self) -> Path:
        """Prefect's home: run history of this data folder."""
        return self.logs / "prefect"

    @property
    def server_password(self) -> Path:
        """User and password of Prefect's server, for its owner alone."""
        return self.root / "prefect.password"

    @property
    def charts(self) -> Path:
        """Pictures of the linkage, for its owner alone."""
        return self.root / "charts"

    @property
    def truth(self) -> Path:
        """Who is who in an invented place; the pipeline never reads it."""
        return self.root / "truth"

    @property
    def demo_key(self) -> Path:
        """Key that ``demo`` makes for its invented place."""
        return self.root / "demo.key"

    def is_private(self, path: Path) -> bool:
        """Is a file inside the data folder, and nowhere that others read?"""
        path = path.resolve()
        shared = (self.landing, self.outbox, self.published, self.logs)
        return path.is_relative_to(self.root.resolve()) and not any(
            path.is_relative_to(folder.resolve()) for folder in shared
        )

    def prepare(self) -> None:
        """Make the folders, readable by their owner alone."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (
            self.landing,
            self.received,
            self.landed,
            self.linked,
            self.published,
            self.outbox,
            self.logs,
        ):
            folder.mkdir(mode=0o700, exist_ok=True)


def replace_link(link: Path, target: str) -> None:
    """Point a symbolic link at a sibling in one atomic step.

    Args:
        link: the link to move; readers see either the old or the new target.
        target: name the link shall hold, relative to the link's folder.
    """
    aside = link.with_name(f".{link.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)


def sync_to_disk(folder: Path) -> None:
    """Wait until every file and folder below a folder is on the disk."""
    for path in [*folder.rglob("*"), folder]:
        sync_entry(path)


def sync_entry(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
