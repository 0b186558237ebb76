"""Commands that say how well records were put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.screen import judged
from flows.screen.commands import DataOption, explained, find_place

TruthOption = Annotated[
    Path | None,
    typer.Option(
        "--truth",
        help="Who belongs together: a row per record, with its id and its person.",
    ),
]
RecordOption = Annotated[
    str, typer.Option("--record", help="The truth's column of the record's id.")
]
PersonOption = Annotated[
    str, typer.Option("--person", help="The truth's column of the person's id.")
]
SourceOption = Annotated[
    str,
    typer.Option(
        "--source",
        help="The truth's column of where a record is from; needed where ids repeat.",
    ),
]
JsonOption = Annotated[
    Path | None, typer.Option("--json", help="Write the figures to this file, too.")
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Write over a file that is there already.")
]


@explained
def evaluate(
    links: Annotated[
        Path | None,
        typer.Argument(help="What 'link run' wrote. Left out: the place itself."),
    ] = None,
    truth: TruthOption = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="A column of the truth whose values are subgroups."),
    ] = None,
    edges: Annotated[
        Path | None,
        typer.Option(help="What 'link run --edges' wrote: quality by match weight."),
    ] = None,
    record: RecordOption = "",
    person: PersonOption = "",
    source: SourceOption = "",
    json_file: JsonOption = None,
    replace: ReplaceOption = False,
    data: DataOption = None,
) -> None:
    """Say how well records were put together.

    With LINKS and --truth: precision, recall and F1 of pairs, and B-cubed, of a table
    of your own. Columns of the truth that are not named are found by their names.

    Without LINKS: the last linked run of the place, without labels and by subgroup, and
    against the truth where the place is an invented one. It needs the key. In a file
    outside the data folder counts of 1 to 7 are kept back and others rounded to 5.
    """
    from flows.errors import LinkageError
    from flows.judging import report

    if links is None:
        if truth or by or edges or record or person or source:
            raise LinkageError(
                "Options of a table of your own need its links: commonground link "
                "evaluate LINKS --truth FILE"
            )
        _evaluate_place(data, json_file, replace)
        return
    if truth is None:
        raise LinkageError(
            f"To judge {links}, say who belongs together: --truth FILE. Two outputs "
            "are compared by: commonground link compare FIRST SECOND"
        )
    from flows.judging.tables import Truth, judge_links

    told = judge_links(
        links, Truth(truth, record, person, source, tuple(by or ())), edges
    )
    judged.table_judged(told)
    _write(json_file, report.report_table(told), replace)


@explained
def compare(
    first: Annotated[
        Path | None,
        typer.Argument(help="What 'link run' wrote, or the folder of a linked run."),
    ] = None,
    second: Annotated[
        Path | None, typer.Argument(help="Another of the same records.")
    ] = None,
    truth: TruthOption = None,
    record: RecordOption = "",
    person: PersonOption = "",
    source: SourceOption = "",
    must_agree: Annotated[
        bool,
        typer.Option("--must-agree", help="Exit with 7 if any record changed company."),
    ] = False,
    json_file: JsonOption = None,
    replace: ReplaceOption = False,
    data: DataOption = None,
) -> None:
    """Say how two outputs differ: who was merged, who was split.

    Without FIRST and SECOND: the last two linked runs of the place. The exit code is 0
    whether they differ or not, unless --must-agree is said. Of a place, a file outside
    the data folder has counts of 1 to 7 kept back and others rounded to 5.
    """
    from flows.errors import LinkageError
    from flows.judging import report
    from flows.judging.compare import compare_links, find_last_runs, is_linked_run
    from flows.judging.tables import Truth

    if first is None:
        first, second = find_last_runs(find_place(data))
    if second is None:
        raise LinkageError("Two outputs are compared: name a second one.")
    is_of_place = any(is_linked_run(path) for path in (first, second))
    exact = not is_of_place or _is_private(data, json_file)
    told = Truth(truth, record, person, source) if truth else None
    sides = compare_links(first, second, told)
    judged.compared(sides)
    _write(json_file, report.report_comparison(sides, exact=exact), replace)
    if must_agree and sides.compared.moved:
        raise typer.Exit(LinkageError.exit_code)


@explained
def charts(
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the charts. Default: 'charts' in the data folder."
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Draw the model and some of its links: HTML files, for your eyes alone.

    Match weights, m and u of the model; how the weight of some edges comes about; the
    largest and most doubtful people. No name, date or number is in them, but they are
    of real people: they are never written where others read.
    """
    from flows.judging.charts import draw_charts
    from flows.keys import load_keys

    place = find_place(data)
    for path in draw_charts(place, load_keys(place), out):
        judged.written(path)


def _evaluate_place(data: Path | None, json_file: Path | None, replace: bool) -> None:
    from flows.judging import report
    from flows.judging.place import judge_place
    from flows.keys import load_keys
    from flows.screen.judged_place import place_judged

    place = find_place(data)
    told = judge_place(place, load_keys(place))
    place_judged(told)
    exact = _is_private(data, json_file)
    _write(json_file, report.report_place(told, exact=exact), replace)


def _is_private(data: Path | None, path: Path | None) -> bool:
    """Is a file to be written, and on the private side?"""
    return path is not None and find_place(data).is_private(path)


def _write(path: Path | None, content: dict[str, object], replace: bool) -> None:
    from flows.judging.report import write_report

    if path is not None:
        write_report(path, content, replace=replace)
        judged.written(path)
