"""Writes export files as the providers' systems do: CSV, or a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import xlsxwriter

from flows.duck import quote_name, quote_text
from flows.errors import MappingError
from flows.synth.headers import read_header

SHEET_ROWS = 1_048_576
_TITLE_ROWS = 2
_BATCH = 20_000


@dataclass(frozen=True)
class Export:
    """One file a provider sends.

    Args:
        provider: its folder in landing.
        layout: the layout the file follows.
        kind: which of the layout's files.
        label: the part of the file's name between provider and date.
        columns: SQL for each heading; headings left out stay blank.
        source: SQL after ``from``, giving one row per row of the file.
        order: SQL that orders the rows, ending in something unique.
        blank: what stands for no value.
        quoted: put every value in quotes.
        marked: begin with a byte order mark.
        encoding: of the text.
        newline: line end.
        dated: table that holds the file's day, where it is not the exports'.
    """

    provider: str
    layout: str
    kind: str
    label: str
    columns: dict[str, str]
    source: str
    order: str
    blank: str = ""
    quoted: bool = False
    marked: bool = False
    encoding: str = "utf-8"
    newline: str = "\\n"
    dated: str = ""


def write_export(
    connection: duckdb.DuckDBPyConnection, export: Export, landing: Path, today: date
) -> tuple[str, int]:
    """Write one file into its provider's landing folder.

    Returns:
        The file's name and its number of rows.

    Raises:
        MappingError: a column that the layout does not have, or more rows than a sheet.
    """
    folder = landing / export.provider
    folder.mkdir(parents=True, exist_ok=True)
    found = export.dated and connection.execute(f"from {export.dated}").fetchone()
    day = found[0] if found else today
    path = folder / f"{export.provider}_{export.label}_{day:%Y-%m-%d}.csv"
    if export.layout == "outreach_contacts":
        path = path.with_suffix(".xlsx")
        return path.name, _write_sheet(connection, export, path, today)
    options = [
        "format csv", "header", f"nullstr {quote_text(export.blank)}",
        f"new_line '{export.newline}'", *(["force_quote *"] if export.quoted else []),
    ]  # fmt: skip
    rows = connection.execute(
        f"copy ({_select(export)}) to {quote_text(str(path))} ({', '.join(options)})"
    ).fetchone()
    if export.marked or export.encoding != "utf-8":
        text = path.read_bytes().decode("utf-8")
        mark = b"\xef\xbb\xbf" if export.marked else b""
        path.write_bytes(mark + text.encode(export.encoding))
    return path.name, rows[0] if rows else 0


def _select(export: Export) -> str:
    header = read_header(export.layout, export.kind)
    unknown = set(export.columns) - set(header)
    if unknown:
        raise MappingError(
            f"The invented {export.kind} file of {export.provider} has columns "
            f"{sorted(unknown)} that layout {export.layout} does not: take them out."
        )
    columns = ", ".join(
        f"{export.columns.get(name, 'null')} as {quote_name(name)}" for name in header
    )
    return f"select {columns} from {export.source} order by {export.order}"


def _write_sheet(
    connection: duckdb.DuckDBPyConnection, export: Export, path: Path, today: date
) -> int:
    header = read_header(export.layout, export.kind)
    rows = connection.execute(_select(export))
    with _open_book(path, today) as book:
        sheet = book.add_worksheet("Contacts")
        sheet.write_string(0, 0, "Lantern Outreach: contacts (an invented service)")
        line = _TITLE_ROWS
        _write_row(sheet, line, header)
        while batch := rows.fetchmany(_BATCH):
            if line + len(batch) >= SHEET_ROWS:
                raise MappingError(
                    f"The outreach workbook would have more than {SHEET_ROWS} rows, "
                    "the most a sheet can hold: make a smaller place."
                )
            for row in batch:
                line += 1
                _write_row(sheet, line, row)
    return line - _TITLE_ROWS


def _open_book(path: Path, today: date) -> xlsxwriter.Workbook:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    # The time of writing would make every workbook different.
    book.set_properties({"created": datetime(today.year, today.month, today.day)})
    return book


def _write_row(
    sheet: xlsxwriter.worksheet.Worksheet, line: int, values: Iterable[str | None]
) -> None:
    for column, value in enumerate(values):
        if value is not None:
            sheet.write_string(line, column, value)
