"""Invented person records with their truth, as many as a bench asks for.

Surnames, addresses and numbers are nobody's: names are put together from parts, postcodes
begin with QX and NHS numbers with 9. What is uneven, common, wrong or missing follows what
is known of the people whom homelessness, drugs, offending and mental-health services meet.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from string import Template

import duckdb

from flows.duck import quote_text
from tests.made_names import make_names, tell_group

PROVIDERS = (
    "fernshire_council",
    "millbrook_recovery",
    "fernshire_probation",
    "fernshire_mental_health",
)
# Drawn so often that a person who has a record at all has 3.1 of them.
_RECORDS_PER_PERSON = 2.9
_MEMORY = "3GB"
_BESIDE = Path(__file__)


def make_people(path: Path, records: int, seed: int = 1) -> None:
    """Write one Parquet file of invented person records.

    One row per record: record_id, source, forename, middle_name, surname,
    alias_forename, alias_surname, birth_date (text, in the form of its source), sex (in
    the codes of its source), postcode, nhs_number, pnc_number; and the truth:
    true_person_id, twin_of (the older twin), junior_of (the parent whose name and
    address a person has). The same records and seed give the same bytes.

    Args:
        path: the file to write.
        records: how many; the bigger the place, the more people share a name.
        seed: of every draw.
    """
    notes = {"records": records, "seed": seed}
    _make(path, notes, f"select range as n, 0 as version from range({records})")


def make_changes(
    path: Path, people_path: Path, share: float = 0.01, seed: int = 1
) -> None:
    """Write what one night brings: seven new records to three changed ones.

    Same columns as :func:`make_people`. A changed record keeps its source, record_id
    and person; what it says is drawn anew.

    Args:
        path: the file to write.
        people_path: what :func:`make_people` wrote.
        share: new and changed records, as a share of those that stand.
        seed: draws which records change.
    """
    notes = _read_notes(people_path)
    records = notes["records"]
    new, changed = round(records * share * 0.7), round(records * share * 0.3)
    asked = f"""
        select n, {seed} as version
        from (
            select range as n from range({records})
            order by hash(hash(range, 'change {seed}')), n
            limit {changed}
        )
        union all
        select range, 0
        from range({records + (seed - 1) * new}, {records + seed * new})
        order by n
    """
    _make(path, {**notes, "night": seed}, asked)


def _make(path: Path, notes: dict[str, int], asked: str) -> None:
    """Write the records that a query asks for; the notes say what they are part of."""
    persons = max(2, round(notes["records"] / _RECORDS_PER_PERSON))
    words = {
        "seed": notes["seed"],
        "persons": persons,
        "hostels": max(2, persons // 2000),
        # So that about twelve people share a postcode.
        "units": max(2, min(400, persons // (60 * 9 * 12))),
        "providers": list(PROVIDERS),
        "group_of": tell_group(),
    }
    with duckdb.connect(config={"memory_limit": _MEMORY}) as connection:
        connection.execute("set enable_progress_bar = false")
        make_names(connection)
        connection.execute(f"create table asked as {asked}")
        for name in ("made_people.sql", "made_records.sql"):
            text = _BESIDE.with_name(name).read_text(encoding="utf-8")
            connection.execute(Template(text).substitute(words))
        # One after another, joined as written, the records keep their order, and with
        # it the file its bytes.
        connection.execute("set threads = 1")
        connection.execute(
            "set disabled_optimizers = 'join_order,build_side_probe_side'"
        )
        kept = ", ".join(f"{name}: '{value}'" for name, value in notes.items())
        connection.execute(
            f"copy written to {quote_text(str(path))} "
            f"(format parquet, compression zstd, kv_metadata {{{kept}}})"
        )


def _read_notes(path: Path) -> dict[str, int]:
    rows = duckdb.sql(
        "select decode(key), decode(value) "
        f"from parquet_kv_metadata({quote_text(str(path))})"
    ).fetchall()
    return {key: int(value) for key, value in rows if key in ("records", "seed")}


def main() -> None:
    """Write people, or a night upon them, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--night-upon", type=Path, help="the people that stand")
    options = parser.parse_args()
    if options.night_upon:
        make_changes(options.path, options.night_upon, seed=options.seed)
    else:
        make_people(options.path, options.records, options.seed)


if __name__ == "__main__":
    main()
