"""One run at a time: a lock the kernel frees when its process dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from flows.errors import RunInProgress
from flows.paths import Place


@contextmanager
def writer_lock(place: Place) -> Iterator[None]:
    """Hold the writer lock of a data folder.

    Raises:
        RunInProgress: another process holds it; nothing was touched.
    """
    path = place.root / ".writer.lock"
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunInProgress(
                f"Another run is working in {place.root}. Wait for it to end; "
                "questions to the last release work meanwhile."
            ) from error
        yield
