"""An invented place gone down the real road, read with our links and with true ones.

What a mart says of people depends on the SQL and on who was linked. With the true links
any difference from the truth is the SQL's; with ours, the rest is linkage's.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.duck import attach_encrypted, connect, quote_text
from flows.events import EventLog
from flows.fingerprints import find_as_of
from flows.ingest import ingest
from flows.keys import Keys, load_keys, make_demo_key
from flows.link import link
from flows.mappings import load_providers
from flows.paths import Place
from flows.receive import receive
from flows.synth import make_place
from flows.transform import ExpectedProvider, transform
from flows.vault import open_vault

CRISIS_TYPES = {
    "custody_reception": "custody_reception",
    "recall": "recall",
    "eviction": "eviction",
    "rough_sleeping": "first_night_rough_sleeping",
    "mha_detention": "mental_health_detention",
    "unplanned_admission": "unplanned_psychiatric_admission",
}
"""The warehouse's word for each kind of crisis in the truth."""

_LINKED = {
    "person_links": "select record_id, person_id, person_id as strict_person_id, "
    "person_id as loose_person_id from whose order by record_id",
    "person_ids": "select distinct person_id, 1::integer as first_run_number "
    "from whose order by person_id",
    "person_health": "select person_id, 'ok' as health, []::varchar[] as reasons, "
    "count(*) as records, count(distinct provider) as providers "
    "from whose group by person_id order by person_id",
}


@dataclass(frozen=True)
class Reading:
    """A warehouse built from the place's exports with one set of links.

    Attributes:
        place: whose warehouse it is.
        keys: that open it.
        truth: folder of the truth files.
        records: record_id (text), provider and true_person_id of every person record.
    """

    place: Place
    keys: Keys
    truth: Path
    records: pa.Table

    def ask(self, query: str) -> list[tuple]:
        """Ask the warehouse and the truth together.

        Beside the warehouse's schemas a query sees each truth file as ``truth.<name>``,
        ``truth.whose`` (record_id, person_id, true_person_id) and ``truth.persons``
        (person_id, true_person_id, share: of the person's records that are theirs).
        """
        with connect() as connection:
            connection.execute("attach ':memory:' as truth")
            self._tell_truth(connection)
            key = self.keys.for_facts("warehouse")
            path = self.place.warehouse
            attach_encrypted(connection, path, "warehouse", key, read_only=True)
            connection.execute("use warehouse")
            return connection.execute(query).fetchall()

    def _tell_truth(self, connection: duckdb.DuckDBPyConnection) -> None:
        for path in self.truth.glob("*.parquet"):
            told = f"from read_parquet({quote_text(str(path))})"
            connection.execute(f"create view truth.{path.stem} as {told}")
        connection.register("known", self.records)
        links = self.place.linked / "current" / "person_links.parquet"
        connection.execute(
            f"""
            create table truth.whose as
            select record_id, person_id, true_person_id
            from known
            join (
                select record_id::varchar as record_id, person_id
                from read_parquet({quote_text(str(links))})
            ) using (record_id);
            create table truth.persons as
            select person_id, true_person_id,
                count(*) / sum(count(*)) over (partition by person_id) as share
            from truth.whose group by person_id, true_person_id
            """
        )


@dataclass(frozen=True)
class PlantedPlace:
    """An invented place whose exports have landed and been linked."""

    place: Place
    keys: Keys
    truth: Path
    records: pa.Table

    @cached_property
    def through_our_links(self) -> Reading:
        """The warehouse as the pipeline links people."""
        return self._read(self.place)

    @cached_property
    def through_perfect_links(self) -> Reading:
        """The warehouse as it would be if nobody were linked wrongly or missed."""
        place = Place(self.place.root.with_name("perfect"))
        place.prepare()
        place.landed.rmdir()
        place.landed.symlink_to(self.place.landed)
        run = place.linked / "runs" / "perfect"
        shutil.copytree((self.place.linked / "current").resolve(), run)
        with connect() as connection:
            connection.register("known", self.records)
            connection.execute(
                "create table whose as select record_id::uuid as record_id, provider, "
                "'true-' || true_person_id as person_id from known"
            )
            for name, query in _LINKED.items():
                path = quote_text(str(run / f"{name}.parquet"))
                connection.execute(f"copy ({query}) to {path} (format parquet)")
        (place.linked / "current").symlink_to("runs/perfect")
        return self._read(place)

    def _read(self, place: Place) -> Reading:
        expected = [
            ExpectedProvider(p.provider, p.name, p.sector, p.cadence)
            for p in load_providers().values()
        ]
        transform(place, self.keys, expected, find_as_of(place))
        return Reading(place, self.keys, self.truth, self.records)


def plant_place(folder: Path, people: int, seed: int) -> PlantedPlace:
    """Invent a place and let its exports be received, ingested and linked.

    Args:
        folder: empty; the invented place and its data go in here.
        people: how many people the providers know between them.
        seed: what the place is drawn from.
    """
    invented = folder / "invented"
    make_place(people, seed, invented)
    place = Place(folder / "data")
    place.prepare()
    make_demo_key(place)
    keys = load_keys(place)
    shutil.copytree(invented / "landing", place.landing, dirs_exist_ok=True)
    events = EventLog(place, "planted")
    with open_vault(place, keys) as vault:
        args = (place, keys, vault, load_providers(), events)
        receive(*args, quiet_seconds=0)
        ingest(*args)
    link(place, keys, "planted")
    truth = invented / "truth"
    return PlantedPlace(place, keys, truth, _match_records(place, keys, truth))


def _match_records(place: Place, keys: Keys, truth: Path) -> pa.Table:
    """Say whose each linked record is, by the key its provider knows the person by."""
    with open_vault(place, keys, read_only=True) as vault:
        ids = vault.execute(
            "select id::varchar as record_id, provider, source_key from vault.keys "
            "where kind = 'record'"
        ).to_arrow_table()
    links = quote_text(str(place.linked / "current" / "person_links.parquet"))
    told = quote_text(str(truth / "records.parquet"))
    with duckdb.connect() as connection:
        connection.register("ids", ids)
        matched = connection.execute(
            f"""
            select record_id, provider, true_person_id
            from (select record_id::varchar as record_id from read_parquet({links}))
            left join ids using (record_id)
            left join read_parquet({told}) using (provider, source_key)
            order by record_id
            """
        ).to_arrow_table()
    unknown = matched["true_person_id"].null_count
    assert unknown == 0, f"{unknown} linked records are of nobody in the truth"
    return matched
