"""My record: everything held about one person, in plain words, for that person.

It is made on request (the right of access), never published. Names and numbers come
from the vault, all else from what landed. What surely belongs to the person is shown;
a record that is only perhaps theirs is left out, because it may be somebody else's.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from flows.audit import append_entry, check_reason
from flows.contracts import Strict, parse_model, read_yaml
from flows.documents.about import list_put_right, list_seers, read_figures
from flows.documents.facts import say_day
from flows.documents.known_by import Holding, read_holding
from flows.documents.whose import Whose, find_whose
from flows.documents.written import check_target, write_document
from flows.keys import Keys
from flows.linkage.policy import load_policy
from flows.mappings import Provider, load_providers
from flows.pages import open_templates
from flows.paths import Place
from flows.reviewing.opened import open_for_review
from flows.settings import providers_folder

FOLDER = Path(__file__).parent

_ACT = "person record"
_HEALTH_SPOKEN = {
    "decisions_disagree": "people who looked at these records disagree about them",
    "perhaps_another_person": "another person's records are very like these",
    "many_records": "there are unusually many records",
    "loosely_held": "little holds these records together",
    "held_by_habit": "newer facts no longer show that these records belong together",
}


class Titles(Strict):
    """What each dataset is called to the person it is about, by contract group."""

    homelessness: dict[str, str]
    drugs: dict[str, str]
    offending: dict[str, str]
    mental_health: dict[str, str]
    partnership: dict[str, str]


@dataclass(frozen=True)
class Made:
    """What came of a request.

    Attributes:
        path: the page.
        person_id: whose it is.
        records: how many person records are shown.
        left_out: provider -> records that are only perhaps the person's, not shown.
        shown_doubtful: how many such records are shown, apart from the others.
    """

    path: Path
    person_id: str
    records: int
    left_out: dict[str, int]
    shown_doubtful: int


@lru_cache
def load_titles() -> Titles:
    """Load the titles of datasets.

    Raises:
        MappingError: the file is not in its own form.
    """
    path = FOLDER / "words.yml"
    return parse_model(Titles, read_yaml(path), path)


def make_record(
    place: Place,
    keys: Keys,
    asked: str,
    out: Path,
    reason: str,
    as_name: str | None = None,
    *,
    with_doubtful: bool = False,
    replace: bool = False,
) -> Made:
    """Write the record of one person as a page, and into the audit log that it was.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        asked: a person id, or ``<provider>:<key>``; see
            :func:`flows.documents.whose.find_whose`.
        out: the page to write; mode 0600.
        reason: why, at least five characters: who asked, and how they proved who they
            are.
        as_name: the operator's name, where the system's user is shared.
        with_doubtful: show records that are only perhaps the person's, too, apart.
        replace: write over a file that is there.

    Raises:
        ActRefused: no such person, no reason, or a path where others read.
        SettingsError: the vault's key is not at hand.
        RunInProgress: a run is under way.
    """
    check_reason(reason)
    check_target(place, out, replace=replace)
    providers = load_providers(providers_folder())
    with open_for_review(place, keys) as connection:
        whose = find_whose(connection, place, asked)
        page = _render(connection, place, keys, whose, providers, with_doubtful)
        left = () if with_doubtful else whose.doubtful
        act = f"{_ACT} with doubtful records" if with_doubtful else _ACT
        subjects = [whose.person_id, *filter(None, (whose.named,))]
        append_entry(place, act, subjects, reason, as_name)
        write_document(out, page)
        return Made(
            path=out,
            person_id=whose.person_id,
            records=len(whose.sure),
            left_out=_count_by_service(connection, left, providers),
            shown_doubtful=len(whose.doubtful) - len(left),
        )


def _render(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    keys: Keys,
    whose: Whose,
    providers: dict[str, Provider],
    with_doubtful: bool,
) -> str:
    holding = read_holding(connection, place, whose.sure, providers)
    perhaps = None
    if with_doubtful and whose.doubtful:
        perhaps = read_holding(connection, place, whose.doubtful, providers)
    left = () if with_doubtful else whose.doubtful
    # Figures are of all linked records together: they would tell of those left out.
    figures = None
    if not whose.doubtful:
        figures = read_figures(connection, place, keys, whose.person_id)
    today = dt.datetime.now(dt.UTC).date()
    names = _name_records(connection, (*whose.sure, *whose.doubtful), providers)
    shown = {r: n for r, n in names.items() if r in whose.sure or not left}
    templates = open_templates(FOLDER)
    templates.filters["day"] = say_day
    return templates.get_template("record.html").render(
        made_on=say_day(today),
        person_id=whose.person_id,
        asked_as=whose.asked_as,
        called=_find_name(holding),
        doubts=[_say_doubt(reason) for reason in whose.reasons],
        left_out=_count_by_service(connection, left, providers),
        holding=holding,
        perhaps=perhaps,
        figures=figures,
        seers=list_seers({s.provider for s in holding.services}, providers, today),
        put_right=list_put_right(connection, place, whose.person_id, shown),
        titles=load_titles().model_dump(),
        names={word: provider.name for word, provider in providers.items()},
    )


def _say_doubt(reason: str) -> str:
    """Say why linking doubts a person."""
    numbers = load_policy().numbers
    two = {f"two_{kind}s": f"they hold two {name}s" for kind, name in numbers.items()}
    return (_HEALTH_SPOKEN | two).get(reason, reason.replace("_", " "))


def _name_records(
    connection: duckdb.DuckDBPyConnection,
    records: tuple[str, ...],
    providers: dict[str, Provider],
) -> dict[str, str]:
    """Name the service of each person record."""
    rows = connection.execute(
        "select distinct id::varchar, provider from vault.keys "
        "where kind = 'record' and id in (select unnest(?::uuid[]))",
        [list(records)],
    ).fetchall()
    return {
        record: providers[word].name if word in providers else word
        for record, word in rows
    }


def _count_by_service(
    connection: duckdb.DuckDBPyConnection,
    records: tuple[str, ...],
    providers: dict[str, Provider],
) -> dict[str, int]:
    names = _name_records(connection, records, providers)
    return dict(sorted(Counter(names.values()).items()))


def _find_name(holding: Holding) -> str:
    """What the first service that knows a name calls the person; empty if none does."""
    for service in holding.services:
        for record in service.records:
            now = {detail.name: detail.now for detail in record.details}
            parts = [now[name][0] for name in ("forename", "surname") if now.get(name)]
            if parts:
                return " ".join(parts)
    return ""
