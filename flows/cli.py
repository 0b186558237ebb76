"""The command line: everything a data officer does, in one place.

Exit codes are listed in ``errors.py`` and shown by ``commonground --help``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.screen import answers, runs
from flows.screen.audit_commands import audit_app
from flows.screen.commands import DataOption, explained, find_place
from flows.screen.document_commands import panel, person_app
from flows.screen.export_commands import exports_app
from flows.screen.link_commands import link_app
from flows.screen.provider_commands import providers_app
from flows.screen.release_commands import release_app
from flows.screen.review_commands import review_app
from flows.settings import providers_folder

app = typer.Typer(
    name="commonground",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help=(
        "Joins what homelessness, drugs, offending and mental-health providers each "
        "know about people in trouble, and releases only what is safe.\n\n"
        "Exit codes: 0 done, 1 a fault in Commonground, 2 wrong command, 3 settings or "
        "key, 4 provider file or contract, 5 check found rows or a file to refuse, "
        "6 a gate failed and the release was withheld, 7 linkage, 8 release, "
        "9 another run is under way, 10 a question could not be answered, "
        "11 an act could not be done, 12 the audit log is not whole."
    ),
)
app.add_typer(providers_app, name="providers")
app.add_typer(release_app, name="release")
app.add_typer(exports_app, name="exports")
app.add_typer(audit_app, name="audit")
app.add_typer(review_app, name="review")
app.add_typer(link_app, name="link")
app.add_typer(person_app, name="person")
app.command("panel")(panel)


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

    place = find_place(data)
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

    place = find_place(data)
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

    place = find_place(data)
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
    answers.checked(checked)
    if not checked.is_clean:
        raise typer.Exit(5)


@app.command()
@explained
def rules(
    layout: Annotated[
        str | None, typer.Option(help="Only what exports of this layout are asked.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option(help="Only what this provider's exports are asked.")
    ] = None,
    markdown: Annotated[
        bool,
        typer.Option("--markdown", help="Write Markdown instead of a list."),
    ] = False,
) -> None:
    """List every rule an export is judged by: what is found and what to do."""
    from flows.mappings import find_provider, load_providers
    from flows.rules import list_markdown, list_rules

    layouts = [layout] if layout else []
    if provider:
        layouts += find_provider(load_providers(providers_folder()), provider).layouts
    listed = list_rules(layouts or None)
    if markdown:
        sys.stdout.write(list_markdown(listed))
    else:
        answers.rules(listed)


@app.command()
@explained
def query(
    sql: Annotated[str, typer.Argument(help='For example "from need_overlaps".')],
    csv: Annotated[bool, typer.Option(help="Write CSV instead of a table.")] = False,
    data: DataOption = None,
) -> None:
    """Ask the current release in SQL; works while a run is writing the next one."""
    from flows.questions import ask

    answers.answer(ask(find_place(data), sql), as_csv=csv)
