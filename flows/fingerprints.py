"""What a release depends on, as one hash: same inputs, same release, no new work."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from flows.duck import connect, quote_text
from flows.errors import PipelineError
from flows.keys import Keys
from flows.paths import PROJECT, Place
from flows.settings import providers_folder

_CODE = {
    "flows": ("*.py", "*.yml", "*.json", "*.csv", "*.sql", "*.html"),
    "dbt_project": ("models/**/*", "macros/**/*", "seeds/**/*", "*.yml"),
    "expectations": ("*.yml",),
}


def find_newest_export(place: Place) -> dt.date | None:
    """Tell the day of the newest export that landed; None before the first."""
    folder = place.landed / "_exports"
    if not any(folder.glob("*.parquet")):
        return None
    path = quote_text(str(folder / "*.parquet"))
    with connect() as connection:
        found = connection.execute(
            f"select max(export_date) from {path} where state = 'landed'"
        ).fetchone()
    return found[0] if found else None


def find_as_of(place: Place) -> dt.date:
    """Tell the day the data speak of: that of the newest export that landed.

    Raises:
        PipelineError: nothing has landed yet.
    """
    newest = find_newest_export(place)
    if newest is None:
        raise PipelineError(
            f"Nothing has landed. Put each provider's files into "
            f"{place.landing}/<provider>/ and run again."
        )
    return newest


def describe_inputs(place: Place, keys: Keys, as_of: dt.date) -> str:
    """Hash everything a release is made from.

    Landed files are named after their export and never change, so their names stand
    for their content; only an export's own line does, when a held one is decided on.
    The link result has a fingerprint of its own; what people decided since has a mark.

    Args:
        place: the data folder.
        keys: another facts key makes other pseudonyms, so a new release.
        as_of: the day the data speak of.
    """
    digest = hashlib.sha256()
    digest.update(as_of.isoformat().encode())
    digest.update(hashlib.sha256(keys.for_facts("fingerprint")).digest())
    for path in sorted(place.landed.glob("*/**/*.parquet")):
        digest.update(str(path.relative_to(place.landed)).encode())
        if path.parent.name == "_exports":
            digest.update(path.read_bytes())
    summary = place.linked / "current" / "summary.json"
    if summary.exists():
        digest.update(json.loads(summary.read_text())["fingerprint"].encode())
    if place.decided.exists():
        digest.update(place.decided.read_bytes())
    digest.update(_describe_code().encode())
    return digest.hexdigest()


def _describe_code() -> str:
    digest = hashlib.sha256()
    folders = [(PROJECT / name, patterns) for name, patterns in _CODE.items()]
    folders.append((providers_folder(), ("*.yml",)))
    for folder, patterns in folders:
        found = {p for pattern in patterns for p in folder.rglob(pattern)}
        for path in sorted(p for p in found if p.is_file()):
            if not {"target", "logs", "__pycache__"} & set(path.parts):
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
