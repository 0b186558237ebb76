"""Commands for linking a table of people that somebody brings, without a vault."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.screen import judging_commands, links
from flows.screen.commands import explained

link_app = typer.Typer(
    no_args_is_help=True,
    help="Link a table of your own, and say how well records were put together.",
)

InputOption = Annotated[
    list[Path],
    typer.Option(
        "--input",
        help="Parquet, CSV, TSV or JSON lines. Name it twice to link two files.",
    ),
]
ColumnsOption = Annotated[
    Path | None,
    typer.Option(
        "--columns",
        help="Column map (YAML). Without it the headings are guessed, and told.",
    ),
]
LinkOption = Annotated[
    str,
    typer.Option(
        "--link",
        help="within (doubles inside a source), between (across sources only) or "
        "both. Default: as the map says, else both.",
    ),
]
SeedOption = Annotated[
    int, typer.Option(min=0, help="Draws random pairs; the same gives the same.")
]
MemoryOption = Annotated[
    str, typer.Option(help="Most memory for DuckDB, such as 4GB; then it uses disk.")
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Write over a file that is there already.")
]


@link_app.command("run")
@explained
def link_run(
    inputs: InputOption,
    out: Annotated[
        Path,
        typer.Option(
            help="Parquet or CSV to write: source, record_id, person_id; one row per "
            "input record, in its order."
        ),
    ],
    columns: ColumnsOption = None,
    link: LinkOption = "",
    one_to_one: Annotated[
        bool | None,
        typer.Option(
            "--one-to-one/--many",
            help="A record has at most one partner in each other source. Default: as "
            "the map says, else many.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            help="A model of 'link train'. Default: fit one to these records."
        ),
    ] = None,
    threshold_weight: Annotated[
        float | None,
        typer.Option(
            help="Match weight (log2 odds) from which two records are one person. "
            "Default: 4.25, a probability of 0.95."
        ),
    ] = None,
    edges: Annotated[
        Path | None,
        typer.Option(help="Write the weighed pairs too: weight, probability, rule."),
    ] = None,
    seed: SeedOption = 1,
    memory: MemoryOption = "",
    replace: ReplaceOption = False,
) -> None:
    """Say which records of a table are one person.

    The column map says what is in which column, our word first:

        record: unique_id            # the record's own id; else rows are numbered

        columns: {forename: first_name, surname: last_name, birth_date: dob}

        other: {birth_place: text, occupation: code}

        link: both                   # within, between or both

        one_to_one: false

    Known fields: forename, middle_name, surname, previous_surname, full_name, aliases,
    birth_date, sex, postcode, nhs_number, pnc_number, cro_number, nino, noms_number,
    crn, social_security_number. Kinds of other columns: text, code, number, phone,
    email, address, date. No labels are needed. The README has a whole example.
    """
    from flows.linkage.tables.run import Asked, link_table

    asked = Asked(
        inputs, columns, model, threshold_weight, link, one_to_one, seed, memory
    )
    links.told(
        link_table(asked, out, edges, replace_files=replace, tell=links.progress), out
    )


@link_app.command("train")
@explained
def link_train(
    inputs: InputOption,
    out: Annotated[Path, typer.Option(help="The model to write, a JSON file.")],
    columns: ColumnsOption = None,
    link: LinkOption = "",
    seed: SeedOption = 1,
    memory: MemoryOption = "",
    replace: ReplaceOption = False,
) -> None:
    """Fit a model to a table, for 'link run --model' with tables like it."""
    from flows.linkage.tables.run import Asked, train_table

    asked = Asked(inputs, columns, link=link, seed=seed, memory=memory)
    links.trained(
        train_table(asked, out, replace_files=replace, tell=links.progress), out
    )


link_app.command("evaluate")(judging_commands.evaluate)
link_app.command("compare")(judging_commands.compare)
link_app.command("charts")(judging_commands.charts)
