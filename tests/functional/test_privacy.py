"""No name, NHS number or postcode rests anywhere but in the vault and what is sealed.

A provider's own row ids stand in its own receipts, so that it can find its rows: there,
and nowhere else in the clear.
"""

from __future__ import annotations

import csv
import os
import subprocess
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from flows.contracts import load_identity
from flows.duck import attach_encrypted, connect
from flows.keys import load_keys
from flows.paths import Place
from flows.vault import open_vault
from tests.functional.conftest import PEOPLE

PLACES = (
    "01_received",
    "02_landed",
    "03_linked",
    "04_published",
    "outbox",
    "logs",
    "warehouse.duckdb",
    "vault.duckdb",
)
WANTED = 200


@pytest.fixture(scope="module")
def secrets(finished) -> list[bytes]:
    """200 full names, NHS numbers and postcodes, as the vault holds them."""
    with open_vault(finished, load_keys(finished), read_only=True) as vault:
        found: list[bytes] = []
        for sql in (
            "select distinct forename || ' ' || surname from vault.identities "
            "where length(forename) > 2 and length(surname) > 3",
            "select distinct nhs_number from vault.identities",
            "select distinct postcode from vault.identities where length(postcode) > 6",
        ):
            query = (
                f"select * from ({sql}) as t(v) where v is not null order by hash(v)"
            )
            rows = vault.execute(f"{query} limit {WANTED}").fetchall()
            found += [value.encode() for (value,) in rows]
    return found


def find(secrets: list[bytes], paths: list[Path], folder: Path) -> list[str]:
    """Name the files that hold any of the secrets, however a source writes them."""
    spellings = set(secrets)
    spellings |= {s.replace(b" ", b"") for s in secrets if b"QX" in s}
    spellings |= {s.replace(b" ", b",") for s in secrets}
    wanted = folder / "wanted"
    wanted.write_bytes(b"\n".join(sorted(spellings)) + b"\n")
    names = folder / "names"
    names.write_bytes(b"\0".join(str(path).encode() for path in paths))
    done = subprocess.run(
        ["xargs", "-0", "-a", names]
        + ["grep", "--fixed-strings", "--ignore-case", "--text"]
        + ["--files-with-matches", "--file", wanted],
        capture_output=True,
        text=True,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def files(place: Place) -> list[Path]:
    listed = [place.root / name for name in PLACES]
    missing = [str(path) for path in listed if not path.exists()]
    assert not missing
    return [
        path
        for top in listed
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]


def test_there_are_secrets_to_look_for(secrets):
    assert len(secrets) > 2 * WANTED


def test_no_byte_of_any_resting_place_holds_a_name_a_number_or_a_postcode(
    finished, secrets, tmp_path
):
    looked = files(finished)

    assert any(path.name == "prefect.db" for path in looked)
    assert any("dbt" in path.parts for path in looked)
    assert find(secrets, looked, tmp_path) == []


def test_the_search_finds_them_where_they_are(finished, secrets, landing, tmp_path):
    """The control: the exports in the clear, an unencrypted copy of the vault."""
    exported = list((landing / "landing").rglob("*.csv"))
    with open_vault(finished, load_keys(finished), read_only=True) as vault:
        table = vault.execute(
            "select forename || ' ' || surname as v from vault.identities"
        ).to_arrow_table()
    clear = tmp_path / "clear.duckdb"
    with duckdb.connect(str(clear)) as connection:
        connection.register("t", table)
        connection.execute("create table copied as select * from t order by v")

    assert len(find(secrets, exported, tmp_path)) >= 5
    assert find(secrets, [clear], tmp_path) == [str(clear)]


@pytest.fixture(scope="module")
def identities(finished) -> pa.Table:
    """Every name, number, postcode and source key of the vault, one by one."""
    with open_vault(finished, load_keys(finished), read_only=True) as vault:
        fields = [name for name in load_identity() if "initial" not in name]
        parts = [
            f"select {name}::varchar as v from vault.identities" for name in fields
        ]
        parts += ["select source_key from vault.keys where kind = 'record'"]
        return vault.execute(
            f"select distinct lower(v) as v from ({' union all '.join(parts)}) "
            "where length(v) > 3 and try_cast(v as integer) is null"
        ).to_arrow_table()


@pytest.fixture(scope="module")
def row_ids(finished) -> list[bytes]:
    """Row ids that a receipt gives: those long enough to be told from other numbers."""
    found = set()
    for path in finished.outbox.rglob("*.csv"):
        with path.open(newline="", encoding="utf-8-sig") as file:
            found |= {row["row"] for row in csv.DictReader(file)}
    return [row.encode() for row in sorted(found) if len(row) >= 10]


def test_a_row_id_is_in_its_providers_receipts_and_nowhere_else(
    finished, row_ids, tmp_path
):
    elsewhere = [p for p in files(finished) if finished.outbox not in p.parents]

    assert len(row_ids) > 100
    assert find(row_ids, elsewhere, tmp_path) == []


def test_no_receipt_holds_a_birth_date_however_it_is_written(finished, tmp_path):
    forms = ("%Y-%m-%d", "%d/%m/%Y", "%d-%b-%y", "%d-%m-%Y", "%Y%m%d", "%d %B %Y")
    with open_vault(finished, load_keys(finished), read_only=True) as vault:
        union = " union ".join(
            f"select strftime(birth_date, '{form}') as v from vault.identities "
            "where birth_date is not null"
            for form in forms
        )
        days = [value.encode() for (value,) in vault.execute(union).fetchall()]

    receipts = [path for path in finished.outbox.rglob("*") if path.is_file()]

    assert len(days) > PEOPLE
    assert {path.suffix for path in receipts} == {".html", ".csv", ".json"}
    assert find(days, receipts, tmp_path) == []


def columns_that_tell(
    connection: duckdb.DuckDBPyConnection, identities: pa.Table, tables: list[str]
) -> list[str]:
    """Name every text column of some tables that holds an identity as its value."""
    connection.register("identities", identities)
    found = []
    for table in tables:
        described = connection.execute(f"describe select * from {table}").fetchall()
        for name, kind, *_ in described:
            if kind != "VARCHAR":
                continue
            (hits,) = connection.execute(
                f'select count(*) from {table} where lower("{name}") in '
                "(select v from identities)"
            ).fetchone()
            if hits:
                found.append(f"{table}.{name}")
    return found


def parquet_tables(*folders: Path) -> list[str]:
    paths = [path for folder in folders for path in folder.rglob("*.parquet")]
    return [f"read_parquet('{path}')" for path in paths]


def test_no_value_of_any_table_is_an_identity_once_it_is_decoded(finished, identities):
    tables = parquet_tables(finished.landed, finished.linked, finished.published)
    key = load_keys(finished).for_facts("warehouse")
    release = (finished.published / "current" / "commonground.duckdb").resolve()
    with connect() as connection:
        attach_encrypted(connection, finished.warehouse, "w", key, read_only=True)
        connection.execute(f"attach '{release}' as release (read_only)")
        listed = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables() "
            "where database_name in ('w', 'release')"
        ).fetchall()
        tables += [".".join(f'"{part}"' for part in row) for row in listed]

        assert len(identities) > 3 * PEOPLE
        assert len(tables) > 60
        assert columns_that_tell(connection, identities, tables) == []


def test_no_cell_of_a_receipt_is_a_name_or_another_identity(finished, identities):
    cells = set()
    for path in finished.outbox.rglob("*.csv"):
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                cells |= {v.lower() for name, v in row.items() if name != "row"}

    assert len(cells) > 30
    assert not cells & set(identities["v"].to_pylist())


def test_decoding_finds_an_identity_in_a_compressed_file(identities, tmp_path):
    with connect() as connection:
        connection.register("planted", identities)
        path = tmp_path / "planted.parquet"
        connection.execute(
            f"copy (select 'x' as harmless, upper(v) as v from planted limit 1) "
            f"to '{path}' (format parquet, compression zstd)"
        )
        found = columns_that_tell(connection, identities, parquet_tables(tmp_path))

    assert [name.rsplit(".", 1)[1] for name in found] == ["v"]


def test_nothing_is_readable_by_others(finished):
    tops = [p for p in finished.root.iterdir() if not p.is_symlink()]

    assert finished.root.stat().st_mode & 0o077 == 0
    assert not [
        p for p in tops if p.name.endswith(".duckdb") and p.stat().st_mode & 0o077
    ]


def test_the_key_is_in_no_file(finished, tmp_path):
    key = finished.demo_key.read_text().strip()
    keys = load_keys(finished)
    made = [key, keys.facts.hex(), keys.for_facts("warehouse").hex()]
    made += [keys.for_identity("vault").hex()]

    assert find([m.encode() for m in made], files(finished), tmp_path) == []
