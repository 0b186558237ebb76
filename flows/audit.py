"""The audit log: who did what by hand, when and why; only ever appended to.

Each line is one JSON object. It holds the hash of the line before it and its own, over
its canonical form, so a line that is changed, moved or taken out is found. What the log
alone cannot show is that its newest lines were cut off: whoever must be sure keeps the
newest hash, which ``audit verify`` tells, somewhere else.

A reason is an operator's own words and may speak of a person. It rests here and in the
vault, and goes into no other log.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from flows.errors import ActRefused
from flows.paths import Place, sync_entry

START = "0" * 64
"""What the first entry has in place of the hash of the one before."""

_SHORTEST_REASON = 5


@dataclass(frozen=True)
class Verified:
    """What a look through the whole audit log found.

    Attributes:
        entries: entries that are whole and in their place, up to the first bad line.
        torn: lines cut short by a crash, which a later entry vouches for.
        bad_line: the first line that is not what was written; None if there is none.
        words: what is wrong with that line.
        newest: the hash of the last good entry.
    """

    entries: int
    torn: tuple[int, ...]
    bad_line: int | None
    words: str
    newest: str


def append_entry(
    place: Place,
    act: str,
    subjects: Sequence[str],
    reason: str,
    as_name: str | None = None,
) -> dict[str, Any]:
    """Write one human act down; it is on the disk when this returns.

    Call it before the act takes effect: a crash in between then leaves an entry without
    an effect, never an effect without an entry.

    Args:
        place: the data folder.
        act: what is done, such as ``release export``.
        subjects: ids of what it is done to; never a value from a row.
        reason: why, in the operator's words; at least five characters.
        as_name: the operator's name, where the system's user is shared.

    Returns:
        the entry as written.

    Raises:
        ActRefused: no reason, or one with characters that are not text.
    """
    entry: dict[str, Any] = {
        "time": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        "user": _system_user(),
        "as": None if as_name is None else _one_line(as_name),
        "act": act,
        "subjects": list(subjects),
        "reason": check_reason(reason),
    }
    is_new = not place.audit.exists()
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with os.fdopen(os.open(place.audit, flags, 0o600), "r+b") as file:
        os.fchmod(file.fileno(), 0o600)
        # Acts that do not need the writer lock may come at the same time.
        fcntl.flock(file, fcntl.LOCK_EX)
        whole, gap = _chain(file, entry)
        file.write(gap + _canonical(whole) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_entry(place.logs)
    return whole


def verify_audit(place: Place) -> Verified:
    """Read the whole log and find the first line that is not what was written."""
    previous, torn, entries = START, list[int](), 0
    lines = _read_lines(place)
    for number, line in enumerate(lines, start=1):
        entry = _parse(line)
        if entry is None and _is_vouched_for(line, lines[number : number + 1]):
            torn.append(number)
            continue
        words = _find_fault(line, entry, previous)
        if entry is None or words:
            return Verified(entries, tuple(torn), number, words, previous)
        previous, entries = entry["sha256"], entries + 1
    return Verified(entries, tuple(torn), None, "", previous)


def read_audit(place: Place, limit: int) -> list[dict[str, Any]]:
    """Give the newest entries that can be read, oldest first."""
    parsed = [_parse(line) for line in _read_lines(place)]
    return [entry for entry in parsed if entry is not None][-limit:]


def check_reason(reason: str) -> str:
    """Give a reason on one line.

    Raises:
        ActRefused: it is too short to be one, or holds characters that are not text.
    """
    text = _one_line(reason)
    if len(text) < _SHORTEST_REASON:
        raise ActRefused(
            f"This needs a reason of at least {_SHORTEST_REASON} characters: --reason. "
            "Nothing was done."
        )
    return text


def name_actor(entry: dict[str, Any]) -> str:
    """Name who did what an entry says: the name given, and the system's user."""
    return f"{entry['as']} ({entry['user']})" if entry["as"] else str(entry["user"])


def name_self(as_name: str | None = None) -> str:
    """Name who would do an act now, as :func:`name_actor` will.

    Raises:
        ActRefused: the name holds characters that are not text.
    """
    given = None if as_name is None else _one_line(as_name)
    return name_actor({"as": given, "user": _system_user()})


def _system_user() -> str:
    """Name the user this process runs as, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _one_line(words: str) -> str:
    text = " ".join(words.split())
    if not text.isprintable():
        raise ActRefused(
            "A reason or name holds characters that are not text. Retype it."
        )
    return text


def _chain(file: IO[bytes], entry: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Chain an entry to the log; also give the line end that a crash left out."""
    file.seek(0)
    content = file.read()
    lines = _split(content)
    known = [parsed for line in lines if (parsed := _parse(line)) is not None]
    chained = entry | {"previous": known[-1]["sha256"] if known else START}
    if lines and _parse(lines[-1]) is None:
        # Torn by a crash: it stays as it is, and this entry vouches for it.
        chained["torn"] = hashlib.sha256(lines[-1]).hexdigest()
    gap = b"" if content.endswith(b"\n") or not content else b"\n"
    return chained | {"sha256": _hash(chained)}, gap


def _find_fault(line: bytes, entry: dict[str, Any] | None, previous: str) -> str:
    """Say what is wrong with a line, or nothing."""
    if entry is None:
        return "it is cut short, or is no entry"
    if _canonical(entry) != line or _hash(entry) != entry["sha256"]:
        return "it was changed after it was written"
    if entry.get("previous") != previous:
        return "a line before it was changed, moved or taken out"
    return ""


def _is_vouched_for(line: bytes, following: list[bytes]) -> bool:
    after = _parse(following[0]) if following else None
    return after is not None and after.get("torn") == hashlib.sha256(line).hexdigest()


def _read_lines(place: Place) -> list[bytes]:
    return _split(place.audit.read_bytes()) if place.audit.exists() else []


def _split(content: bytes) -> list[bytes]:
    # Only a line feed ends a line: other line ends may stand in a reason.
    lines = content.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    is_entry = isinstance(entry, dict) and isinstance(entry.get("sha256"), str)
    return entry if is_entry else None


def _hash(entry: dict[str, Any]) -> str:
    content = {name: value for name, value in entry.items() if name != "sha256"}
    return hashlib.sha256(_canonical(content)).hexdigest()


def _canonical(entry: dict[str, Any]) -> bytes:
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()
