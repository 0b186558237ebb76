"""Plain Splink over invented people, as its guides show it: the other side of the bench.

Eight comparisons, fourteen blocking rules, one threshold, clusters by connected
components. u is estimated from random pairs, m by expectation maximisation within equal
NHS numbers and within equal PNC numbers. Training is a step of its own, so that a run
starts from a saved model.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from flows.duck import quote_text
from flows.linkage.policy import FOLDER

THRESHOLD = 0.95
_RANDOM_PAIRS = 2e6

RULES: list[Any] = [
    block_on("nhs"),
    block_on("pnc"),
    block_on("sn", "dob"),
    block_on("fnr", "dob"),
    block_on("rname", "yob"),
    block_on("rname", "md"),
    block_on("rname", "pcd"),
    block_on("sn", "pc"),
    block_on("fnr", "pc"),
    block_on("rare_name"),
    "l.dob_swap = r.dob and l.sn = r.sn",
    "l.fnr = r.sn and l.sn = r.fnr and l.yob = r.yob",
    "l.al_s = r.sn and l.al_f = r.fn and l.yob = r.yob",
    block_on("substr(fn, 1, 1)", "substr(sn, 1, 3)", "dob"),
]


def _level(condition: str, label: str) -> cll.CustomLevel:
    return cll.CustomLevel(condition, label_for_charts=label)


def _similar(column: str, least: float) -> cll.JaroWinklerLevel:
    return cll.JaroWinklerLevel(column, least)


def _exact(column: str) -> cll.ExactMatchLevel:
    return cll.ExactMatchLevel(column, term_frequency_adjustments=True)


def build_comparisons() -> list[Any]:
    """The comparisons, first level first."""
    swapped = "fn_l = sn_r and sn_l = fn_r"
    # The forename has scored a swap: here it must not count twice.
    unweighed = _level(swapped, "swapped").configure(
        m_probability=0.01,
        u_probability=0.01,
        fix_m_probability=True,
        fix_u_probability=True,
    )
    levels: dict[str, list[Any]] = {
        "fn": [
            _exact("fn"),
            _level("fnr_l = fnr_r", "nickname"),
            _level(
                "least(length(fn_l), length(fn_r)) = 1 and fn_l[1] = fn_r[1]", "initial"
            ),
            _similar("fn", 0.9),
            _level(swapped, "swapped"),
            _level("al_f_l = fn_r or fn_l = al_f_r", "alias"),
            _level("mid_l = fn_r or fn_l = mid_r", "middle"),
            _similar("fn", 0.75),
        ],
        "sn": [
            _exact("sn"),
            _similar("sn", 0.92),
            _level("sn1_l in (sn_r, sn2_r) or sn_l in (sn1_r, sn2_r)"
                   " or sn2_l in (sn_r, sn1_r, sn2_r)", "part"),
            unweighed,
            _level("al_s_l = sn_r or sn_l = al_s_r", "alias"),
            _similar("sn", 0.8),
        ],
        "dob": [
            _level("dob_l = dob_r and not is_new_year_l", "exact"),
            _level("dob_l = dob_r", "exact, 1 January"),
            _level("dob_l = dob_swap_r", "day for month"),
            _level("yob_l = yob_r and (is_new_year_l or is_new_year_r)", "year, 1 January"),
            cll.DamerauLevenshteinLevel("dob", 1),
            _level("substr(dob_l, 1, 7) = substr(dob_r, 1, 7)", "year and month"),
            _level("md_l = md_r", "day and month"),
            _level("yob_l = yob_r", "year"),
        ],
        "pc": [_exact("pc"), _level("pcs_l = pcs_r", "sector"),
               _level("pcd_l = pcd_r", "district")],
        "sex": [_level("sex_l = sex_r", "equal")],
        "mid": [
            _level("mid_l = mid_r and length(mid_l) > 1", "exact"),
            _level("mid_l[1] = mid_r[1] and least(length(mid_l), length(mid_r)) = 1",
                   "initial"),
        ],
        "nhs": [_level("nhs_l = nhs_r", "equal"), cll.DamerauLevenshteinLevel("nhs", 1)],
        "pnc": [_level("pnc_l = pnc_r", "equal"), cll.DamerauLevenshteinLevel("pnc", 1)],
    }  # fmt: skip
    return [
        cl.CustomComparison(
            [cll.NullLevel(name), *listed, cll.ElseLevel()], output_column_name=name
        )
        for name, listed in levels.items()
    ]


def clean(people: Path) -> duckdb.DuckDBPyConnection:
    """Read a file of records and make the table ``cleaned``."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    connection.execute(
        "create view raw as "
        f"from read_parquet({quote_text(str(people))}, file_row_number = true)"
    )
    connection.execute(
        "create table nicknames as "
        f"from read_csv({quote_text(str(FOLDER / 'nicknames.csv'))}, header = true)"
    )
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    connection.execute(text)
    return connection


def train(people: Path, model: Path) -> None:
    """Fit the model to a file of records and save it."""
    connection = clean(people)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=build_comparisons(),
        blocking_rules_to_generate_predictions=RULES,
        additional_columns_to_retain=["source", "record_id"],
    )
    linker = Linker(DuckDBAPI(connection).register("cleaned"), settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("nhs"), block_on("pnc"), block_on("sn", "fnr", "dob")], recall=0.75
    )
    training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=1)
    for number in ("nhs", "pnc"):
        training.estimate_parameters_using_expectation_maximisation(block_on(number))
    saved = linker.misc.save_model_to_json()
    _raise_floors(saved)
    model.write_text(json.dumps(saved), encoding="utf-8")


def _raise_floors(settings: dict[str, Any]) -> None:
    """A level too rare to be seen in training has a small chance, not none or unknown.

    Numbers that differ are given half a per cent: within pairs chosen by a number, the
    other number hardly ever differs, though in other pairs it may.
    """
    for comparison in settings["comparisons"]:
        is_number = comparison["output_column_name"] in ("nhs", "pnc")
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                least = 0.005 if is_number else 0.0005
                level["m_probability"] = max(level.get("m_probability") or 0, least)
                level["u_probability"] = max(level.get("u_probability") or 0, 1e-7)


def link(people: Path, model: Path, out: Path) -> dict[str, float]:
    """Put records together with a saved model; return the seconds of each step."""
    seconds: dict[str, float] = {}
    began = time.perf_counter()

    def note(step: str) -> None:
        nonlocal began
        seconds[step] = round(time.perf_counter() - began, 3)
        began = time.perf_counter()

    connection = clean(people)
    note("clean")
    settings = json.loads(model.read_text(encoding="utf-8"))
    settings["retain_matching_columns"] = False
    settings["retain_intermediate_calculation_columns"] = False
    settings["additional_columns_to_retain"] = []
    linker = Linker(DuckDBAPI(connection).register("cleaned"), settings, log_level=None)
    scored = linker.inference.predict(threshold_match_probability=THRESHOLD)
    note("block and score")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        scored, threshold_match_probability=THRESHOLD
    )
    note("cluster")
    connection.execute(
        "copy (select cleaned.source, cleaned.record_id, clusters.cluster_id as person_id "
        f"from {clusters.physical_name} as clusters inner join cleaned using (id)) "
        f"to {quote_text(str(out))} (format parquet)"
    )
    note("write")
    return seconds


def main() -> None:
    """``train PEOPLE MODEL`` or ``link PEOPLE MODEL OUT``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("train", "link"))
    parser.add_argument("paths", type=Path, nargs="+")
    options = parser.parse_args()
    if options.step == "train":
        train(*options.paths)
    else:
        sys.stdout.write(json.dumps(link(*options.paths)) + "\n")


if __name__ == "__main__":
    main()
