"""Measure a night's linking of a vault against linking all of it, over invented people.

A vault is filled, linked, and given the records of one night. A copy of it is linked in
full, the vault itself only where the night touched it; each in a process of its own. Both
must come to the same people. Use: ``python -m tests.bench_nights --records 1000000``.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from flows.duck import attach_encrypted, connect, quote_text
from flows.keys import load_keys, make_demo_key
from flows.link import link
from flows.paths import Place
from flows.vault import open_vault
from tests.judged_people import apart, judge, prepare, prepare_night

_ROW = """
    select
        md5(concat($kind, export_id, record_id))::uuid as row_id,
        md5(concat(source, record_id))::uuid as record_id,
        $kind as kind,
        {names},
        export_id,
        export_date,
        export_date::timestamp as received_at,
        source as provider,
        source as sector,
        true as is_live,
    from people
"""
_MAIN = """
    forename, middle_name, surname, postcode, nhs_number, pnc_number,
    coalesce(
        try_strptime(birth_date, '%d/%m/%Y'), try_strptime(birth_date, '%d %b %Y'),
        try_strptime(birth_date, '%Y-%m-%d')
    )::date as birth_date,
    case upper(left(sex, 1)) when 'M' then 'male' when '1' then 'male'
        when 'F' then 'female' when '2' then 'female' end as sex_type
"""
_ALIAS = "alias_forename as forename, alias_surname as surname"


def fill(root: Path, people: Path, export: str, day: str) -> None:
    """Bring a file of invented records into the vault of a place, as one export."""
    place = Place(root)
    if not place.vault.exists():
        place.prepare()
        make_demo_key(place)
    keys = load_keys(place)
    with open_vault(place, keys):
        pass
    with connect() as connection:
        attach_encrypted(connection, place.vault, "vault", keys.for_identity("vault"))
        connection.execute(
            f"create view people as select *, {quote_text(export)} as export_id, "
            f"date {quote_text(day)} as export_date "
            f"from read_parquet({quote_text(str(people))})"
        )
        connection.execute(
            "create table brought as select source, record_id, "
            "md5(concat(source, record_id))::uuid as id from people"
        )
        connection.execute(
            "insert into vault.keys select source, 'record', record_id, id from brought "
            "where id not in (select id from vault.keys)"
        )
        connection.execute(
            "delete from vault.identities where record_id in (select id from brought)"
        )
        for kind, names in (("main", _MAIN), ("alias", _ALIAS)):
            some = (
                ""
                if kind == "main"
                else ("where coalesce(alias_forename, alias_surname) is not null")
            )
            row = _ROW.format(names=names)
            connection.execute(
                f"insert into vault.identities by name {row} {some}", {"kind": kind}
            )


def link_place(root: Path, run_id: str, whole: bool) -> dict[str, float]:
    """Link a place; what it cost in seconds and megabytes."""
    place = Place(root)
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF)
    link(place, load_keys(place), run_id, whole=whole)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall = time.perf_counter() - began
    return {"wall s": wall, "CPU s": cpu, "peak MB": after.ru_maxrss / 1024}


def write_found(root: Path, people: Path, out: Path) -> None:
    """Write the people of a place by the source and id that the invented file gives."""
    links = root / "03_linked" / "current" / "person_links.parquet"
    duckdb.sql(
        f"""
        copy (
            select people.source, people.record_id, links.person_id
            from read_parquet({quote_text(str(links))}) as links
            inner join read_parquet({quote_text(str(people))}) as people
                on md5(concat(people.source, people.record_id))::uuid
                = links.record_id::uuid
        ) to {quote_text(str(out))}
        """
    )


def compare(night: Path, full: Path, before: Path) -> dict[str, Any]:
    """Are the people of two folders the same, and who kept the id they had before?"""
    a, b, c = (
        f"read_parquet({quote_text(str(path))})" for path in (night, full, before)
    )
    row = duckdb.sql(
        f"""
        select
            (select count(*) from ((from {a} except from {b})
                union all (from {b} except from {a}))),
            (select avg((a.person_id = c.person_id)::int)
                from {a} as a inner join {c} as c using (source, record_id)),
        """
    ).fetchone()
    return {"records that differ": row[0], "ids kept": row[1]} if row else {}


def measure(folder: Path, records: int, seed: int) -> dict[str, Any]:
    """Run the whole bench in a folder."""

    def say(words: str) -> None:
        sys.stderr.write(f"{words} ...\n")

    say("inventing people")
    apart(prepare, folder, records, seed)
    apart(prepare_night, folder)
    people, changes = folder / "people.parquet", folder / "changes.parquet"
    place, copy = folder / "place", folder / "copy"
    say("filling the vault")
    apart(fill, place, people, "first", "2026-06-30")
    say("linking everything for the first time")
    results: dict[str, Any] = {"first": apart(link_place, place, "run-1", False)}
    apart(write_found, place, people, folder / "before.parquet")
    results["quality"] = apart(
        judge, folder / "before.parquet", folder / "truth.parquet"
    )
    apart(fill, place, changes, "second", "2026-07-31")
    shutil.copytree(place, copy, symlinks=True)
    say("linking the night")
    results["night"] = apart(link_place, place, "run-2", False)
    say("linking everything again")
    results["full"] = apart(link_place, copy, "run-2", True)
    all_people = folder / "people_night.parquet"
    for root, name in ((place, "night"), (copy, "full")):
        apart(write_found, root, all_people, folder / f"found_{name}.parquet")
    found = (folder / f"found_{name}.parquet" for name in ("night", "full"))
    results |= apart(compare, *found, folder / "before.parquet")
    return results


def show(results: dict[str, Any], records: int) -> None:
    """Show costs side by side, and what came of it."""
    full, night, first = (results[name] for name in ("full", "night", "first"))
    table = Table("", "first", "full", "night", "full / night", title="Vault")
    for what in full:
        row = (f"{one[what]:,.2f}" for one in (first, full, night))
        table.add_row(what, *row, f"{full[what] / night[what]:.2f}")
    console = Console()
    console.print(table)
    quality = results["quality"]
    told = (
        "f1", "precision", "recall", "b3_f1", "twins_merged", "juniors_merged"
    )  # fmt: skip
    console.print(", ".join(f"{name} {quality[name]:.4f}" for name in told))
    console.print(
        f"{records:,} records; after the night {results['records that differ']} differ "
        f"between both ways, {results['ids kept']:.4%} kept their id."
    )


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        results = measure(Path(folder), options.records, options.seed)
    show(results, options.records)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
