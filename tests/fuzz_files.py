"""Invented exports of every layout in every kind of file, whole or damaged.

Every case is told by one number: the same number makes the same bytes. Values are
partly what the column should hold and partly what nobody should send; each text that
could be about a person carries :data:`MARK`, which no message may ever repeat.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

from flows.layouts import list_layouts, load_layout
from flows.mappings import Mapping, list_mappings
from flows.provider_files import Provider
from flows.versions import is_named_like
from tests.conftest import make_provider
from tests.unit.made_files import (
    make_ods,
    make_parquet,
    make_xlsx,
    make_zip,
    ods_cell,
    ods_row,
)

MARK = "Quillfeather"
DAY = "2026-06-30"
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "latin-1")
_HOSTILE = (
    "", " ", "\u00a0", "\t", "\n", "\r", '"', '""', "'", "a\nb", "a\r\nb", 'a"b', ",",
    "=1+1", "@sum(A1)", "\x00", "\x1a", "\ufeff", "\u202e", "\u2028", "é", "e\u0301",
    "\U0001f9ed", "Null", "N/A", "-", "0", "-1", "1e400", "NaN", "inf", "9" * 40,
    "1" * 5000, "0x1", "31/02/2026", "2026-13-45", "0001-01-01", "99999-01-01",
    "1/1/1", "29-FEB-27", "2026-01-01T25:61:61", "'; drop table rows; --", "{{7*7}}",
    "$export_day", "%s%n", "../../etc/passwd", "<a>&amp;</a>", "]]>", "\\", "\\N",
    "999 999 9999", "QQ123456C", "ZZ99 9ZZ", "Y", "true", "1", "A" * 300,
)  # fmt: skip
_SOUND = (
    "K1", "K2", "K3", "K4", "K5", "1", "2", "01", "Y", "N", "M", "F", "2026-01-05",
    "05/01/2026", "2025-11-30", "12-MAR-85", "12/03/1985", "QX1 2AB", "9990000018",
    "5.0", "18", "",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One file to be read: whose it is, its name, its bytes, and how it was made.

    Attributes:
        kind: the kind of file, such as ``csv`` or ``zip``.
        damage: what was done to its bytes; empty if it is whole.
        most_lines: no fault can be of a later line; None where that cannot be told.
        header_is_whole: no value can stand among the headings.
    """

    number: int
    provider: Provider
    name: str
    content: bytes
    kind: str
    damage: str
    most_lines: int | None
    header_is_whole: bool


@cache
def list_files() -> list[Mapping]:
    """List how each file of each shipped layout is read, for an invented provider."""
    found = []
    for name in list_layouts():
        layout = load_layout(name)
        sector = "homelessness" if layout.sector == "partnership" else layout.sector
        found += list_mappings(make_provider("ashbrook", sector, name))
    return found


def make_case(number: int) -> Case:
    """Make one case; the same number gives the same case."""
    chance = random.Random(number)  # noqa: S311 - files are made of it, no secrets
    mapping = chance.choice(list_files())
    kind = "xml" if mapping.file.record else chance.choice(list(_MAKERS))
    if not mapping.file.record and chance.random() < 0.02:
        kind = "xml"
    rows = _invent_rows(chance, mapping)
    make = _MAKERS.get(kind, _make_xml)
    content = make(chance, mapping, rows)
    name = _name_file(mapping, kind)
    if chance.random() < 0.12:
        name, content, kind = f"all_{DAY}.zip", _make_zip(name, content), "zip"
    damage, damaged = "", content
    if chance.random() < 0.6:
        damage, damaged = damage_bytes(chance, content)
    header = content[: content.find(b"\n") + 1]
    return Case(
        number, mapping.provider, name, damaged, kind, damage,
        _count_lines(damaged) if kind in _TEXTS else None,
        kind not in _TEXTS or damage == JOINED or damaged.startswith(header),
    )  # fmt: skip


def damage_bytes(chance: random.Random, content: bytes) -> tuple[str, bytes]:
    """Damage bytes in one way, once or a few times; say how."""
    how = chance.choice(list(_DAMAGES))
    for _ in range(1 if how == JOINED else chance.choice((1, 1, 1, 2, 5, 20))):
        place = chance.randrange(len(content) + 1)
        length = min(len(content) - place, chance.choice((1, 1, 2, 8, 64, 1024)))
        content = _DAMAGES[how](chance, content, place, length)
    return how, content


JOINED = "first line end lost"
_DAMAGES = {
    "flip": lambda r, c, p, n: (
        c[:p] + bytes(b ^ (1 << r.randrange(8)) for b in c[p : p + n]) + c[p + n :]
    ),
    "delete": lambda r, c, p, n: c[:p] + c[p + n :],
    "insert": lambda r, c, p, n: c[:p] + r.randbytes(n) + c[p:],
    "insert sign": lambda r, c, p, n: c[:p] + r.choice(_SIGNS) + c[p:],
    "truncate": lambda r, c, p, n: c[:p],
    "repeat": lambda r, c, p, n: c[: p + n] + c[p:],
    "swap": lambda r, c, p, n: c[:p] + c[p : p + n][::-1] + c[p + n :],
    JOINED: lambda r, c, p, n: c.replace(b"\n", b"", 1),
}
_SIGNS = (b'"', b"\n", b"\r", b"\x00", b",", b"<", b"&", b"}", b"\xff", b"\x80")
_TEXTS = ("csv", "jsonl", "xml")


def _count_lines(content: bytes) -> int:
    return content.count(b"\n") + content.count(b"\r") + 1


def _name_file(mapping: Mapping, kind: str) -> str:
    stem = mapping.file.match[0].rsplit(".", 1)[0]
    stem = stem.replace("[0-9]", "2").replace("*", "x").replace("?", "x")
    dated = f"{stem}_{DAY}.{kind}"
    return dated if is_named_like(dated, mapping.file.match) else f"{stem}.{kind}"


def _invent_rows(chance: random.Random, mapping: Mapping) -> list[list[str]]:
    """Give headings, then rows; sometimes a heading is missing, new or given twice."""
    headings = [*mapping.file.headers]
    if chance.random() < 0.3:
        chance.shuffle(headings)
    if chance.random() < 0.1:
        headings.pop(chance.randrange(len(headings)))
    if chance.random() < 0.05:
        headings.append(chance.choice(("New heading", "", *headings)))
    hostile = chance.choice((0, 0, 0.02, 0.3))
    rows = [
        [_invent_value(chance, mapping, name, hostile) for name in headings]
        for _ in range(chance.choice((0, 1, 3, 8, 8, 30)))
    ]
    for row in rows:
        if chance.random() < hostile / 4:
            row.append("one more") if chance.random() < 0.5 else row.pop()
    return [headings, *rows]


def _invent_value(
    chance: random.Random, mapping: Mapping, heading: str, hostile: float
) -> str:
    if chance.random() < hostile:
        return chance.choice(_HOSTILE)
    targets = mapping.file.columns.get(heading, ())
    fields = " ".join(target.to for target in targets)
    if "date" in fields and chance.random() < 0.9:
        form = chance.choice(mapping.dates)
        return dt.date(2026, chance.randint(1, 6), chance.randint(1, 28)).strftime(form)
    if "name" in fields or heading in mapping.file.ignored:
        return chance.choice((MARK, f"{MARK} {chance.randrange(99)}", ""))
    return chance.choice(_SOUND)


def _make_csv(chance: random.Random, mapping: Mapping, rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=chance.choice(",,,;\t|"),
        quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        lineterminator=chance.choice(("\n", "\r\n", "\r\n")),
    )
    blank = [[] for _ in range(mapping.file.header_row - 1)]
    writer.writerows([*blank, *rows])
    return text.getvalue().encode(chance.choice(_ENCODINGS), "replace")


def _make_jsonl(
    chance: random.Random, mapping: Mapping, rows: list[list[str]]
) -> bytes:
    lines = [json.dumps(dict(zip(rows[0], row, strict=False))) for row in rows[1:]]
    return "\n".join([*lines, ""]).encode()


def _make_parquet(
    chance: random.Random, mapping: Mapping, rows: list[list[str]]
) -> bytes:
    width = len(rows[0])
    columns: dict[str, object] = {
        name: [(row + [""] * width)[place] for row in rows[1:]]
        for place, name in enumerate(rows[0])
    }
    return make_parquet(columns, compression=chance.choice(("none", "snappy", "zstd")))


def _make_xlsx(chance: random.Random, mapping: Mapping, rows: list[list[str]]) -> bytes:
    sheet = mapping.file.sheet or "Contacts"
    blank: list[list[object]] = [["title"]] * (mapping.file.header_row - 1)
    return make_xlsx([*blank, *([*row] for row in rows)], sheet[:31])


def _make_ods(chance: random.Random, mapping: Mapping, rows: list[list[str]]) -> bytes:
    blank = [["title"]] * (mapping.file.header_row - 1)
    return make_ods("".join(
        ods_row("".join(ods_cell(_as_xml(value)) for value in row))
        for row in [*blank, *rows]
    ))  # fmt: skip


def _make_xml(chance: random.Random, mapping: Mapping, rows: list[list[str]]) -> bytes:
    """Write each record's paths; what stands around records comes once before them."""
    record = mapping.file.record or "Row"
    lines = [_write_record(record, rows[0], row) for row in rows[1:]]
    around = "".join(
        f"<{name[3:]}>{MARK}</{name[3:]}>"
        for name in rows[0]
        if name.startswith("../") and "@" not in name
    )
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>', f"<Root><Form>{around}", *lines,
        "</Form></Root>", "",
    ]).encode("utf-8", "replace")  # fmt: skip


def _write_record(record: str, headings: list[str], row: list[str]) -> str:
    attributes, inside = "", ""
    for path, value in zip(headings, row, strict=False):
        steps = [step for step in path.split("/") if step]
        if path.startswith("..") or not steps:
            continue
        if path.startswith("@"):
            attributes += f' {steps[0][1:]}="{_as_xml(value)}"'
            continue
        steps = [step for step in steps if step.isidentifier()] or ["New"]
        before, after = (
            "".join(f"<{s}>" for s in steps), "".join(f"</{s}>" for s in steps[::-1])
        )  # fmt: skip
        inside += f"{before}{_as_xml(value)}{after}"
    return f"<{record}{attributes}>{inside}</{record}>"


def _as_xml(value: str) -> str:
    kept = "".join(sign for sign in value if sign >= " " or sign in "\t\n")
    return escape(kept, {'"': "&quot;"})


def _make_zip(name: str, content: bytes) -> bytes:
    return make_zip({name: content, f"feathers_{DAY}.csv": b"a,b\n1,2\n"})


_MAKERS = {
    "csv": _make_csv,
    "xlsx": _make_xlsx,
    "ods": _make_ods,
    "jsonl": _make_jsonl,
    "parquet": _make_parquet,
}
