"""Charts of the model and of some links, most as Splink draws them; all private.

Each file stands alone: it holds its own scripts, and a policy in it forbids the browser
to fetch or send anything. No value of a record is in them: agreement levels, weights,
providers and random ids alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from flows.duck import quote_text
from flows.errors import LinkageError
from flows.judging.invented import FOLDER
from flows.judging.people_page import draw_people
from flows.judging.place import load_records
from flows.keys import Keys
from flows.linkage.memory import read_notes
from flows.linkage.policy import MODEL, load_policy
from flows.linkage.scoring import predict
from flows.linkage.steps import count_rows, run_step
from flows.linkage.store import read_summary
from flows.paths import Place
from flows.reviewing.opened import open_for_review
from flows.reviewing.policy import load_review_policy
from flows.reviewing.queue import load_links

_EDGES_PER_BAND = 3
_PEOPLE = 8
_MOST_RECORDS = 60
# Vega makes functions of text, so it needs 'unsafe-eval'; nothing is ever fetched.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    'img-src data:; font-src data:">'
)


def draw_charts(place: Place, keys: Keys, out: Path | None = None) -> list[Path]:
    """Draw the saved model, some edges of each band of weights, and some people.

    Args:
        place: the data folder; it has a linked run.
        keys: must hold the identity branch.
        out: folder to write into; the place's own if left out.

    Returns:
        The files written: ``match_weights``, ``parameters``, ``waterfall`` and
        ``people``, the last two only where there are edges and people of several
        records.

    Raises:
        LinkageError: nothing was linked yet, or others can read the folder.
        RunInProgress: a run is under way.
        SettingsError: no identity key, or one that does not open this vault.
    """
    summary = read_summary(place)
    if not summary:
        raise LinkageError("Nobody was linked yet. First: commonground run")
    folder = _prepare_folder(place, out or place.charts)
    with open_for_review(place, keys) as connection:
        load_links(connection, place)
        load_records(connection)
        settings = _load_settings(connection)
        _choose(connection, place)
        pages = _draw_model(connection, settings)
        if count_rows(connection, "drawn"):
            pages["waterfall"] = _draw_edges(connection, settings)
        if count_rows(connection, "chosen"):
            pages["people"] = draw_people(connection, load_policy(), summary["run_id"])
    return [_write(folder / f"{name}.html", page) for name, page in pages.items()]


def _prepare_folder(place: Place, folder: Path) -> Path:
    """Make the folder, or refuse one that others read."""
    if folder.resolve().is_relative_to(place.root.resolve()):
        if not place.is_private(folder):
            raise LinkageError(
                f"{folder} is where others read: what is drawn here is of real people "
                f"and stays on the private side. Leave out --out for {place.charts}."
            )
    elif (folder / "manifest.json").exists() or "extracts" in folder.resolve().parts:
        raise LinkageError(f"{folder} is part of a release; charts are never in one.")
    if folder.exists() and not folder.is_dir():
        raise LinkageError(f"{folder} is a file; --out wants a folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        raise LinkageError(
            f"Others can read {folder}. Charts are for your eyes alone: name a folder "
            "of your own, or leave out --out."
        )
    return folder


def _load_settings(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The saved model with the prior and the yardstick of the last linking."""
    connection.execute("create or replace table terms as from known_terms")
    settings: dict[str, Any] = json.loads(MODEL.read_text(encoding="utf-8"))
    holders = int(read_notes(connection)["holders"])
    settings["probability_two_random_records_match"] = load_policy().match_prior(
        holders
    )
    settings["retain_intermediate_calculation_columns"] = True
    settings["retain_matching_columns"] = True
    return settings


def _choose(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """Make ``drawn``, ``chosen``, ``nodes`` and ``held``; see ``chosen.sql``."""
    health = place.linked / "current" / "person_health.parquet"
    connection.execute(
        "create or replace table health as "
        f"from read_parquet({quote_text(str(health))})"
    )
    connection.execute(
        "create or replace table bands as select unnest(?::double[]) as low",
        [list(load_review_policy().sample_bands)],
    )
    run_step(
        connection,
        "chosen",
        FOLDER,
        edges_per_band=_EDGES_PER_BAND,
        people=_PEOPLE,
        most_records=_MOST_RECORDS,
    )


def _draw_model(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]
) -> dict[str, str]:
    drawn = _link(connection, settings).visualisations
    return {
        "match_weights": drawn.match_weights_chart().to_html(inline=True),
        "parameters": drawn.m_u_parameters_chart().to_html(inline=True),
    }


def _draw_edges(connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]) -> str:
    """Draw how the weights of the drawn edges come about."""
    scored = predict(connection, settings, "drawn")
    # Levels and weights are read, what was compared is not.
    rows = connection.execute(
        f"select match_weight, columns('^(gamma|mw)_') from {scored} "
        "order by match_weight, n_l, n_r"
    ).to_arrow_table()
    chart = _link(connection, settings).visualisations.waterfall_chart(
        rows.to_pylist(), remove_sensitive_data=True
    )
    return chart.to_html(inline=True)


def _link(connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]) -> Linker:
    registered = DuckDBAPI(connection).register("standard")
    return Linker(registered, settings, log_level=None)


def _write(path: Path, page: str) -> Path:
    """Write a page that can reach nothing, for its owner alone."""
    page = page.replace("<head>", f"<head>{_POLICY}", 1)
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(page)
    aside.replace(path)
    return path
