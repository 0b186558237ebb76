"""What the command line shows when it is asked: checks and questions."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from flows.checking import Checked, CheckedFile
from flows.rules import EFFECTS, ListedRule, find_rule, group_rules
from flows.screen.plain import printable

if TYPE_CHECKING:
    from flows.questions import Answer

_out = Console()


def checked(result: Checked) -> None:
    """Show what a check found, file by file, rule by rule, and the first lines."""
    for file in result.files:
        _checked_file(file)
    if result.not_run:
        names = ", ".join(sorted({name for name, _ in result.not_run})[:6])
        more = " ..." if len(result.not_run) > 6 else ""
        _out.print(
            f"{len(result.not_run)} rules could not be asked: a file or column they "
            f"need is not here. {names}{more}",
            style="dim",
        )


def _checked_file(file: CheckedFile) -> None:
    if file.refused:
        _out.print(
            f"[red]Would be refused[/] {printable(file.refused)}", soft_wrap=True
        )
        return
    _out.print(
        f"{printable(file.name)}: read as {printable(file.read_as)}, "
        f"layout {file.layout}. {file.rows:,} rows, "
        f"{file.quarantined:,} would be quarantined."
    )
    if not file.counts:
        _out.print("[green]Every row would land without remark.[/]")
        return
    table = Table("Line", "Column", "Rows", "What was found", "What to do")
    for count in sorted(file.counts, key=lambda c: (c.severity, -c.faults)):
        lines = file.lines[count.rule, count.column]
        shown = ", ".join(str(line) for line in lines)
        kept = "left out" if count.severity == "quarantine" else "lands with remark"
        rule = find_rule(count.rule)
        table.add_row(
            shown + (" ..." if count.faults > len(lines) else ""),
            printable(count.column),
            f"{count.faults:,} {kept}",
            rule.means,
            rule.guidance,
        )
    _out.print(table)


def rules(listed: Sequence[ListedRule]) -> None:
    """Show rules by theme: what each finds, and beneath it what to do."""
    for (group, families), found in group_rules(listed).items():
        title = f"{group} ({', '.join(families)})" if families else group
        _out.print(f"\n[bold underline]{title}[/]")
        for rule in found:
            _out.print(f"[bold]{rule.rule}[/] ({EFFECTS[rule.effect]})")
            for words in (rule.means, rule.guidance):
                _out.print(Padding(f"{escape(words)}.", (0, 0, 0, 4)))
    _out.print(f"\n{len(listed):,} rules.")


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
