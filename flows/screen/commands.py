"""What every command shares: the data folder, and faults told in words."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

from flows.errors import PipelineError, SettingsError
from flows.paths import Place
from flows.screen import runs
from flows.settings import data_folder, prepare_environment, shows_faults

P = ParamSpec("P")
R = TypeVar("R")

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="The data folder. Default: COMMONGROUND_DATA, or 'data' where you are.",
    ),
]


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a fault a person can act on into its words and exit code, no traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except PipelineError as error:
            runs.error(error)
            raise typer.Exit(error.exit_code) from None
        except (typer.Exit, KeyboardInterrupt):
            raise
        except Exception as error:
            if shows_faults():
                raise
            # A library's own words may quote a row, so only its kind is told.
            runs.error(
                PipelineError(
                    f"A fault in Commonground itself: {type(error).__name__}. To see "
                    "it whole, where personal data may be shown: "
                    "COMMONGROUND_SHOW_FAULTS=1"
                )
            )
            raise typer.Exit(1) from None

    return run


def find_place(data: Path | None) -> Place:
    """Find the data folder; what is made from here on is its owner's alone.

    Raises:
        SettingsError: the path names a file.
    """
    os.umask(0o077)
    place = Place((data or data_folder()).resolve())
    if place.root.exists() and not place.root.is_dir():
        raise SettingsError(f"{place.root} is a file; --data wants a folder.")
    prepare_environment(place)
    return place
