"""How well a place was linked, as far as it can be told without knowing the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from flows.duck import quote_text
from flows.errors import LinkageError
from flows.judging.invented import FOLDER, InventedQuality, judge_invented
from flows.keys import Keys
from flows.linkage.memory import recall
from flows.linkage.policy import load_policy
from flows.linkage.standardise import begin_standard, number_records
from flows.linkage.steps import list_texts, run_step
from flows.linkage.store import read_summary
from flows.paths import Place
from flows.reviewing.agreement import Precision, measure_precision
from flows.reviewing.opened import open_for_review
from flows.reviewing.policy import load_review_policy
from flows.reviewing.queue import load_links

ALL = "all"
NOT_AVAILABLE = ("ethnicity",)
"""What the vault does not hold, so that nothing can be said of it."""


@dataclass(frozen=True)
class Figure:
    """One figure of one subgroup.

    Attributes:
        figure: ``linked``: records whose person another provider knows, too;
            ``unlinkable``: records that nothing brings together with any other;
            ``number_conflict``: people of two different NHS (or PNC) numbers, of those
            who have one; ``number_apart``: numbers of two records or more that stand
            in more than one person; ``nhs_forename``, ``nhs_surname``,
            ``nhs_birth_date``: pairs of records of one NHS number that differ in it,
            of those that both say it; ``nhs_apart``: such pairs in two people;
            ``id_changed``: people who took in another's records, or were parted from
            them, in the last run. Absent where there is nothing to count.
        subgroup: ``all``, what a record lacks or has, its sex, evidence or provider; of
            pairs, also the two providers. Of people and pairs, those with at least one
            such record.
        found: how many of ``counted`` are so.
    """

    figure: str
    subgroup: str
    found: int
    counted: int

    @property
    def share(self) -> float | None:
        """Part of the whole, 0 to 1; None of nothing."""
        return self.found / self.counted if self.counted else None


@dataclass(frozen=True)
class Shared:
    """People known to two providers, and how many each knows."""

    first: str
    second: str
    both: int
    of_first: int
    of_second: int


@dataclass
class PlaceJudged:
    """How well a place was linked in its last run.

    Attributes:
        run_id: the linked run.
        records: person records; ``people``, those they were put together to.
        figures: see :class:`Figure`.
        shared: people shared by each two providers.
        precision: subgroup -> how often links are right, as reviewers said of links
            drawn at random; absent where no link has such a record.
        changes: ids that changed in this run, by reason; None in a first run.
        invented: against the truth, where the place is an invented one.
    """

    run_id: str
    records: int
    people: int
    figures: list[Figure] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)
    precision: dict[str, Precision] = field(default_factory=dict)
    changes: dict[str, int] | None = None
    invented: InventedQuality | None = None


def judge_place(place: Place, keys: Keys) -> PlaceJudged:
    """Say how well the last linked run of a place went.

    Args:
        place: the data folder.
        keys: must hold the identity branch: the figures are taken from the vault.

    Raises:
        LinkageError: nothing was linked yet.
        RunInProgress: a run is under way.
        SettingsError: no identity key, or one that does not open this vault.
    """
    summary = read_summary(place)
    if not summary:
        raise LinkageError("Nobody was linked yet. First: commonground run")
    judged = PlaceJudged(summary["run_id"], summary["records"], summary["persons"])
    is_later = summary["run_number"] > 1
    with open_for_review(place, keys) as connection:
        load_links(connection, place)
        load_records(connection)
        _load_changes(connection, place, judged.run_id, is_later=is_later)
        policy = load_policy()
        run_step(
            connection,
            "figures",
            FOLDER,
            guarded=list_texts(policy.guarded_identifiers),
            largest_group=policy.largest_identifier_group,
        )
        judged.figures = _read_figures(connection)
        judged.shared = [
            Shared(*row) for row in connection.execute("from shared").fetchall()
        ]
        judged.precision = _measure_precision(connection)
        if is_later:
            judged.changes = _count_changes(connection)
        if (place.truth / "records.parquet").exists():
            links = place.linked / "current" / "person_links.parquet"
            judged.invented = judge_invented(connection, links, place.truth)
    return judged


def load_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``judged``, ``standard``, ``identifiers`` and ``lacking`` of all linked."""
    recall(connection)
    number_records(connection)
    connection.execute(
        "create or replace table judged as "
        "select n, people.record_id as record, people.person_id, people.provider "
        "from people inner join records on records.record_id = people.record_id::uuid"
    )
    begin_standard(connection, "select n from judged")
    run_step(connection, "known", FOLDER)


def _load_changes(
    connection: duckdb.DuckDBPyConnection, place: Place, run_id: str, *, is_later: bool
) -> None:
    """Make ``changes`` of this run, ``changed_people`` and ``run``."""
    path = quote_text(str(place.linked / "current" / "changes.parquet"))
    connection.execute(
        f"create or replace table changes as from read_parquet({path}) "
        "where run_id = ?",
        [run_id],
    )
    connection.execute(
        "create or replace table changed_people as "
        "select unnest([old_person_id, new_person_id]) as person_id from changes"
    )
    connection.execute(
        "create or replace table run as select ? as is_later", [is_later]
    )


def _read_figures(connection: duckdb.DuckDBPyConnection) -> list[Figure]:
    rows = connection.execute(
        "select figure, trim(subgroup), found, counted from figures where counted > 0 "
        "order by figure, subgroup"
    ).fetchall()
    return [Figure(*row) for row in rows]


def _count_changes(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = connection.execute(
        "select reason, count(distinct old_person_id) from changes "
        "group by reason order by reason"
    ).fetchall()
    return dict(rows)


def _measure_precision(
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, Precision]:
    """Precision of links by subgroup, each weighted as over all bands."""
    policy = load_review_policy()
    connection.execute(
        """
        create or replace table grouped_edges as
        with sides as (
            select edges.*, unnest([record_id_l, record_id_r]) as record from edges
        )

        select distinct sides.* exclude (record), trim(subgroup) as subgroup
        from sides inner join subgroups using (record)
        union all
        select
            edges.*,
            'providers: ' || least(a.provider, b.provider) || ' + '
                || greatest(a.provider, b.provider),
        from edges
        inner join judged as a on a.record = edges.record_id_l
        inner join judged as b on b.record = edges.record_id_r
        """
    )
    groups = connection.execute(
        "select distinct subgroup from grouped_edges order by subgroup"
    ).fetchall()
    told = {}
    for (group,) in groups:
        connection.execute(
            "create or replace table edges_of_group as "
            "select * exclude (subgroup) from grouped_edges where subgroup = ?",
            [group],
        )
        told[group] = measure_precision(connection, policy, "edges_of_group")[-1]
    return told
