"""One master key gives sub-keys by HKDF; two branches keep identity and facts apart.

The *identity* branch opens the vault and the sealed originals. The
*facts* branch opens the warehouse and makes pseudonyms. Stages after linking need the
facts branch alone, so they can run on a machine that never held the master key.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flows.errors import SettingsError
from flows.paths import Place

MASTER = "COMMONGROUND_KEY"
MASTER_FILE = "COMMONGROUND_KEY_FILE"
FACTS = "COMMONGROUND_FACTS_KEY"

_HOW = (
    f"Set {MASTER} to 64 hexadecimal characters, or {MASTER_FILE} to a file that only "
    'you can read (chmod 600). To make one: python -c "import secrets; '
    'print(secrets.token_hex(32))"'
)


def _derive(key: bytes, info: str) -> bytes:
    """RFC 5869 HKDF-SHA256, 32 bytes, no salt: the input is already uniform."""
    return HKDF(SHA256(), 32, None, f"commonground|{info}".encode()).derive(key)


@dataclass(frozen=True)
class Keys:
    """The keys a process holds; ``identity`` is absent after the link stage."""

    facts: bytes = field(repr=False)
    identity: bytes | None = field(default=None, repr=False)

    def without_identity(self) -> Keys:
        """Return the keys that stages after linking are given."""
        return Keys(facts=self.facts)

    def for_identity(self, purpose: str) -> bytes:
        """Derive a 32-byte key of the identity branch.

        Args:
            purpose: ``vault`` or ``received``.

        Raises:
            SettingsError: this process was given the facts key alone.
        """
        if self.identity is None:
            raise SettingsError(
                f"Opening {purpose} needs the master key; this process has the "
                f"facts key alone. {_HOW}"
            )
        return _derive(self.identity, purpose)

    def for_facts(self, purpose: str) -> bytes:
        """Derive a 32-byte key of the facts branch.

        Args:
            purpose: ``warehouse`` or ``pseudonym|<recipient>|<agreement>|v<version>``.
        """
        return _derive(self.facts, purpose)


def load_keys(place: Place) -> Keys:
    """Find the key: environment, then key file, then the demo place's own key.

    Args:
        place: the data folder, which holds ``demo.key`` only if it is invented.

    Raises:
        SettingsError: no key, a key of the wrong form, or a file others can read.
    """
    if facts := os.environ.get(FACTS):
        return Keys(facts=_parse(facts, FACTS))
    if text := os.environ.get(MASTER):
        return _branches(_parse(text, MASTER))
    if named := os.environ.get(MASTER_FILE):
        return _branches(_read(Path(named)))
    if place.demo_key.exists():
        return _branches(_read(place.demo_key))
    raise SettingsError(f"No key: nothing is read or written without one. {_HOW}")


def make_demo_key(place: Place) -> None:
    """Write a random key for an invented place, once, readable by its owner alone."""
    if place.demo_key.exists():
        return
    descriptor = os.open(place.demo_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")


def _branches(master: bytes) -> Keys:
    return Keys(facts=_derive(master, "facts"), identity=_derive(master, "identity"))


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise SettingsError(f"Key file {path} does not exist. {_HOW}") from error
    if not stat.S_ISREG(mode):
        raise SettingsError(f"{path} is not a file that could hold a key. {_HOW}")
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"Others can read key file {path}: run chmod 600 {path}")
    return _parse(path.read_bytes().decode(errors="replace"), str(path))


def _parse(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingsError(
            f"The key in {where} is not 64 hexadecimal characters. {_HOW}"
        )
    return key
