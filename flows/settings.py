"""Settings of a process, from the environment; each has a default that works.

``COMMONGROUND_DATA``: the data folder (default ``data`` in the working folder).
``COMMONGROUND_PROVIDERS``: folder of provider files (default the shipped ones).
``COMMONGROUND_SHOW_FAULTS``: 1 shows a library's whole error, row values included.
"""

from __future__ import annotations

import os
from pathlib import Path

from flows.errors import SettingsError
from flows.mappings import PROVIDERS
from flows.paths import Place


def data_folder() -> Path:
    """The data folder of this process."""
    return Path(os.environ.get("COMMONGROUND_DATA", "data")).resolve()


def providers_folder() -> Path:
    """Where provider files are read from.

    Raises:
        SettingsError: the folder named does not exist.
    """
    folder = Path(os.environ.get("COMMONGROUND_PROVIDERS", PROVIDERS))
    if not folder.is_dir():
        raise SettingsError(f"COMMONGROUND_PROVIDERS names no folder: {folder}")
    return folder


def shows_faults() -> bool:
    """Whether a library's own error, which may quote a row, may be shown."""
    return os.environ.get("COMMONGROUND_SHOW_FAULTS") == "1"


def prepare_environment(place: Place) -> None:
    """Point Prefect at this data folder and turn every library's reporting home off.

    Must run before Prefect is imported. Values already set are left alone.
    """
    defaults = {
        "PREFECT_HOME": str(place.prefect),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        # Faults are told in our own words; Prefect keeps its log in its database.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
