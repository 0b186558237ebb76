"""The command line: everything a data officer does, in one place.

Exit codes are listed in ``errors.py`` and shown by ``commonground --help``.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

from flows.errors import PipelineError
from flows.paths import Place
from flows.screen import releases, runs
from flows.settings import data_folder, prepare_environment, providers_folder

P = ParamSpec("P")
R = TypeVar("R")

app = typer.Typer(
    name="commonground",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help=(
        "Joins what homelessness, drugs, offending and mental-health providers each "
        "know about people in trouble, and releases only what is safe.\n\n"
        "Exit codes: 0 done, 1 a fault in Commonground, 2 wrong command, 3 settings or "
        "key, 4 provider file or contract, 5 check found rows or a file to refuse, "
        "6 a gate failed and the release was withheld, 7 linkage, 8 release, "
        "9 another run is under way, 10 a question could not be answered."
    ),
)
release_app = typer.Typer(
    no_args_is_help=True,
    help="Look at releases, check them, go back to an earlier one.",
)
app.add_typer(release_app, name="release")

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

    return run


def _place(data: Path | None) -> Place:
    os.umask(0o077)
    place = Place((data or data_folder()).resolve())
    prepare_environment(place)
    return place


@app.command()
@explained
def demo(
    people: Annotated[
        int, typer.Option(min=50, help="How many people to invent.")
    ] = 3000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same place.")] = 1,
    data: DataOption = None,
) -> None:
    """Invent a place, run the whole road over it, and say where to look."""
    from flows.demo import make_demo_place
    from flows.running import run_nightly

    place = _place(data)
    runs.title(f"Inventing a place of {people:,} people in {place.root}")
    make_demo_place(place, people, seed)
    run = run_nightly(place, runs.progress)
    runs.run_summary(run)
    runs.what_next(place)


@app.command()
@explained
def synth(
    out: Annotated[Path, typer.Option(help="Folder to write landing/ and truth/ in.")],
    people: Annotated[
        int, typer.Option(min=50, help="How many people to invent.")
    ] = 3000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
) -> None:
    """Invent a place: what its providers would export, in their real layouts."""
    from flows.synth import make_place

    runs.title(f"Inventing a place of {people:,} people")
    runs.place_summary(make_place(people, seed, out), out)


@app.command()
@explained
def run(
    data: DataOption = None,
    start: Annotated[
        str,
        typer.Option(
            "--from",
            help="First stage: receive, ingest, link or transform. From transform "
            "on, COMMONGROUND_FACTS_KEY is enough and the vault is not opened.",
        ),
    ] = "receive",
) -> None:
    """Take in what has landed, link people, build marts, check them, release them."""
    from flows.running import run_nightly

    place = _place(data)
    finished = run_nightly(place, runs.progress, start_at=start)
    runs.run_summary(finished)


@app.command()
@explained
def serve(
    data: DataOption = None,
    port: Annotated[int, typer.Option(help="Port on this machine alone.")] = 4200,
) -> None:
    """Run the road every night at 02:30 London time, until stopped."""
    from flows.serving import serve_nightly

    place = _place(data)
    runs.title(f"Serving {place.root} every night at 02:30, London time")
    runs.title(
        f"Run history: port {port} of 127.0.0.1; password: {place.server_password}"
    )
    serve_nightly(place, port)


@app.command()
@explained
def check(
    file: Annotated[
        Path, typer.Argument(help="The export to look at.", dir_okay=False)
    ],
    provider: Annotated[str, typer.Option(help="Whose export it is.")],
    receipt: Annotated[
        Path | None, typer.Option(help="Write every fault to this CSV file.")
    ] = None,
) -> None:
    """Check an export without landing it: nothing is kept, nothing is sent."""
    from flows.checking import check_file

    checked = check_file(file, provider, receipt)
    runs.checked(checked, file)
    if checked.quarantined:
        raise typer.Exit(5)


@app.command()
@explained
def providers(data: DataOption = None) -> None:
    """List providers: sector, layouts, agreement, and what of theirs has landed."""
    from flows.mappings import load_providers
    from flows.running import latest_exports

    place = _place(data)
    runs.providers(load_providers(providers_folder()), latest_exports(place))


@app.command()
@explained
def query(
    sql: Annotated[str, typer.Argument(help='For example "from need_overlaps".')],
    csv: Annotated[bool, typer.Option(help="Write CSV instead of a table.")] = False,
    data: DataOption = None,
) -> None:
    """Ask the current release in SQL; works while a run is writing the next one."""
    from flows.questions import ask

    runs.answer(ask(_place(data), sql), as_csv=csv)


@release_app.command("list")
@explained
def release_list(data: DataOption = None) -> None:
    """List releases, newest first; the current one is marked."""
    from flows.release import list_releases

    releases.listing(_place(data), list_releases(_place(data)))


@release_app.command("show")
@explained
def release_show(
    release_id: Annotated[
        str | None, typer.Argument(help="Default: the current release.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Show what a release holds: files, rows, recipients, what was withheld and why."""
    from flows.release import show as read_manifest

    releases.manifest(read_manifest(_place(data), release_id))


@release_app.command("verify")
@explained
def release_verify(
    release_id: Annotated[
        str | None, typer.Argument(help="Default: the current release.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Hash every file of a release again and compare with its manifest."""
    from flows.release import verify

    verification = verify(_place(data), release_id)
    releases.verified(verification)
    if not verification.is_whole:
        raise typer.Exit(8)


@release_app.command("rollback")
@explained
def release_rollback(
    release_id: Annotated[
        str | None, typer.Argument(help="Default: the one before the current.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Make an earlier release current again; nothing is deleted."""
    from flows.release import rollback

    releases.rolled_back(rollback(_place(data), release_id))
