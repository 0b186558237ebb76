"""What the command line shows when it is asked: checks and questions."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.checking import Checked
from flows.reading.rules import RULES

if TYPE_CHECKING:
    from flows.questions import Answer

_out = Console()


def checked(result: Checked, file: Path) -> None:
    """Show what a check found, rule by rule, and the first lines of each."""
    _out.print(
        f"{escape(file.name)}: read as {escape(result.read_as)}, layout "
        f"{result.layout}. {result.rows:,} rows, {result.quarantined:,} would be "
        f"quarantined."
    )
    if not result.faults:
        _out.print("[green]Every row would land without remark.[/]")
        return
    table = Table("Line", "Column", "Rows", "What was found", "What to do")
    for (rule, column, severity), count in result.rules.most_common():
        lines = [f.line for f in result.faults if (f.rule, f.column) == (rule, column)]
        shown = ", ".join(str(line) for line in lines[:5])
        kept = "left out" if severity == "quarantine" else "lands with remark"
        table.add_row(
            shown + (" ..." if len(lines) > 5 else ""),
            escape(column),
            f"{count:,} {kept}",
            RULES[rule].means,
            RULES[rule].guidance,
        )
    _out.print(table)


def answer(result: Answer, *, as_csv: bool) -> None:
    """Show the answer to a question."""
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(result.columns)
        writer.writerows(result.rows)
        return
    table = Table()
    for column in result.columns:
        table.add_column(escape(column), overflow="fold")
    for row in result.rows[:200]:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    _out.print(table)
    if len(result.rows) > 200:
        _out.print(f"The first 200 of {len(result.rows):,} rows; --csv gives all.")
