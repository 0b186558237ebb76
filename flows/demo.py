"""The demo place: an invented place with a key of its own, ready for a run."""

from __future__ import annotations

from flows.errors import SettingsError
from flows.keys import make_demo_key
from flows.paths import Place
from flows.synth import make_place


def make_demo_place(place: Place, people: int, seed: int) -> None:
    """Write an invented place's exports into the data folder's landing.

    Args:
        place: a data folder that is empty, or holds a demo place already.
        people: how many people to invent.
        seed: the same seed gives the same place.

    Raises:
        SettingsError: the folder holds data that are not a demo's.
    """
    if place.vault.exists() and not place.demo_key.exists():
        raise SettingsError(
            f"{place.root} holds data that are not a demo's. "
            "Give another folder with --data."
        )
    place.prepare()
    make_demo_key(place)
    make_place(people, seed, place.root)
