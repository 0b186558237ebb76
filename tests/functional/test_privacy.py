"""No name, NHS number or postcode rests anywhere but in the vault and what is sealed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from flows.keys import load_keys
from flows.paths import Place
from flows.vault import open_vault

PLACES = (
    "01_received",
    "02_landed",
    "03_linked",
    "04_published",
    "quarantine",
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
