"""Invented exports with a fault in them, as a provider of one layout would send them."""

from __future__ import annotations

import csv
import io
import os
import re
import time
from collections.abc import Callable
from typing import Any

from flows.contracts import load_contract
from flows.landing.results import ExportResult
from flows.layouts import FileLayout, load_layout
from tests.conftest import Road, make_provider

Row = dict[str, object]
DAY = "2026-06-30"
FAULTS: dict[str, list[str]] = {}
"""How a row of the published table of defects begins -> the tests that prove it."""


def fault(row: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say which row of the table of defects a test proves, by how the row begins."""

    def enter(test: Callable[..., None]) -> Callable[..., None]:
        FAULTS.setdefault(row, []).append(test.__name__)
        return test

    return enter


class Sender:
    """A provider of one layout, and what became of what it sent."""

    def __init__(self, road: Road, layout: str, **changes: object) -> None:
        self.road, self.layout = road, load_layout(layout)
        self.name = str(changes.pop("name", "invented"))
        self.unset = str(changes.pop("unset", ""))
        sector = self.layout.sector
        own = "drugs" if sector == "partnership" else sector
        road.providers[self.name] = make_provider(self.name, own, layout, **changes)

    def drop(self, kind: str, *rows: Row, day: str = DAY) -> str:
        """Put a file into the provider's folder; a heading not given is unset."""
        name = name_file(self.layout.files[kind], day)
        self.drop_as(name, write_rows(self.layout.files[kind], rows, self.unset), day)
        return name

    def drop_as(self, name: str, content: str | bytes, day: str = DAY) -> None:
        self.road.drop(self.name, name, content)
        made = time.mktime(time.strptime(day, "%Y-%m-%d"))
        os.utime(self.road.place.landing / self.name / name, (made, made))

    def send(self, kind: str, *rows: Row, day: str = DAY) -> ExportResult:
        """Send one file and say what became of it."""
        self.drop(kind, *rows, day=day)
        (result,) = self.road.run()
        assert result.rows_in == result.landed + result.quarantined + result.unchanged
        return result

    def send_all(self, **kinds: list[Row]) -> dict[str, ExportResult]:
        """Send several files of one day together; give the results by kind."""
        names = {self.drop(kind, *rows): kind for kind, rows in kinds.items()}
        return {names[result.file_name]: result for result in self.road.run()}

    def facts(self, dataset: str, *columns: str) -> list[Any]:
        """What landed of a dataset, in the order of the file; days as text."""
        types = load_contract(self.layout.sector).datasets[dataset].columns
        read = ", ".join(
            f"{name}::varchar" if types[name].type == "date" else name
            for name in columns
        )
        rows = self.road.landed(self.layout.sector, dataset, read)
        return [row[0] if len(columns) == 1 else row for row in rows]

    def identities(self, *columns: str) -> list[Any]:
        """What the vault knows of the provider's people, by source key."""
        read = ", ".join(
            f"i.{c}::varchar" if c in ("birth_date", "record_id") else f"i.{c}"
            for c in columns
        )
        with self.road.vault() as vault:
            rows = vault.execute(
                f"select {read} from vault.identities i join vault.rows r "
                "on r.row_id = i.row_id where i.provider = ? "
                "order by r.file_kind, r.row_key",
                [self.name],
            ).fetchall()
        return [row[0] if len(columns) == 1 else row for row in rows]


def name_file(file: FileLayout, day: str = DAY) -> str:
    """A name a file of the layout may have, with a day in it where there is room."""
    pattern = file.match[0].replace("[0-9]*", "*")
    first, star, rest = pattern.partition("*")
    name = f"{first}made{rest}" if star else pattern
    return re.sub(r"\*", day, name).replace(".xlsx", ".csv")


def write_rows(file: FileLayout, rows: tuple[Row, ...], unset: str = "") -> str:
    """Write rows under all headings of a file, what is not given being unset."""
    out = io.StringIO()
    out.write("\n" * (file.header_row - 1))
    writer = csv.DictWriter(out, file.headers, restval=unset, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
