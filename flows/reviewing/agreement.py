"""Do reviewers agree, how often are links right: with intervals, or said too few."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import duckdb
import numpy as np
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from flows.errors import ActRefused
from flows.keys import Keys
from flows.linkage.store import read_summary
from flows.paths import Place
from flows.reviewing.opened import open_for_review
from flows.reviewing.policy import ReviewPolicy, load_review_policy
from flows.reviewing.queue import load_links

_VERDICTS = ("link", "unlink", "not_sure")


@dataclass(frozen=True)
class Agreement:
    """Two reviewers on the same pairs, neither knowing what the other said.

    Attributes:
        pairs: how many pairs two reviewers answered.
        agreed: on how many they gave the same answer, *not sure* among them.
        kappa: Cohen's (1960); None where there are too few, or all answers are alike.
        differing: (left record, right record) they disagree on, by id.
    """

    pairs: int
    agreed: int
    kappa: float | None
    differing: list[tuple[str, str]]


@dataclass(frozen=True)
class Precision:
    """How often links of one band of weights are right, as people say.

    Attributes:
        band: weights in words, or ``all``.
        linked: links of this band that stand now.
        right: links drawn that a person called one person; ``wrong``, two people.
        not_sure: links drawn that a person could not judge.
        share: right over right and wrong; over all bands, each counts by its links.
        low: lower end of the 95 % interval (Wilson, 1927); ``high`` the upper. All
            three are None where there are too few answers.
    """

    band: str
    linked: int
    right: int
    wrong: int
    not_sure: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


def read_agreement(place: Place, keys: Keys) -> tuple[Agreement, list[Precision]]:
    """Count agreement of reviewers and precision of links; the last is over all bands.

    Args:
        place: the data folder.
        keys: must hold the identity branch.

    Raises:
        ActRefused: nothing was linked yet.
        RunInProgress: a run is under way.
    """
    if not read_summary(place):
        raise ActRefused("Nobody was linked yet. First: commonground run")
    policy = load_review_policy()
    with open_for_review(place, keys) as connection:
        load_links(connection, place)
        return _agree(connection, policy), measure_precision(connection, policy)


def _agree(connection: duckdb.DuckDBPyConnection, policy: ReviewPolicy) -> Agreement:
    """Set the first answers of each pair's first two reviewers side by side."""
    rows = connection.execute(
        """
        with each as (
            select record_l::varchar as l, record_r::varchar as r, decided_by,
                arg_min(verdict, decided_at) as verdict, min(decided_at) as decided_at,
            from vault.link_decisions
            where undone_at is null and source <> 'command'
            group by record_l, record_r, decided_by
        ),

        pairs as (
            select l, r, list(verdict order by decided_at, decided_by) as verdicts
            from each group by l, r
            having count(*) > 1
        )

        select l, r, verdicts[1], verdicts[2] from pairs order by l, r
        """
    ).fetchall()
    table = np.zeros((len(_VERDICTS), len(_VERDICTS)))
    for _, _, first, second in rows:
        table[_VERDICTS.index(first), _VERDICTS.index(second)] += 1
    kappa = None
    # Where everybody always gives one answer, chance alone would agree as well.
    if len(rows) >= policy.fewest_answers and table.max() < len(rows):
        kappa = float(cohens_kappa(table, return_results=False))
    differing = [
        (left, right) for left, right, first, second in rows if first != second
    ]
    return Agreement(len(rows), len(rows) - len(differing), kappa, differing)


def measure_precision(
    connection: duckdb.DuckDBPyConnection,
    policy: ReviewPolicy,
    edges: str = "edges",
) -> list[Precision]:
    """Say how often links are right, by band of weight; the last is over all bands.

    Args:
        connection: holds what :func:`flows.reviewing.queue.load_links` makes.
        policy: bands, and how few answers are too few.
        edges: the edges that count, a table like ``edges``.
    """
    rows = connection.execute(
        f"""
        with bands as (select unnest($bands::double[]) as low),
        banded as (
            select record_id_l as l, record_id_r as r, max(bands.low) as low
            from {edges} as edges inner join bands on bands.low <= edges.match_weight
            group by all
        ),

        linked as (
            select banded.low, count(*) as linked
            from banded
            inner join people as a on a.record_id = banded.l
            inner join people as b on b.record_id = banded.r
            where a.person_id = b.person_id
            group by banded.low
        ),

        told as (
            select record_l::varchar as l, record_r::varchar as r,
                arg_min(verdict, decided_at) as verdict,
            from vault.link_decisions
            where undone_at is null and source = 'sample'
            group by record_l, record_r
        ),

        counted as (
            select low,
                count(*) filter (verdict = 'link') as ok,
                count(*) filter (verdict = 'unlink') as wrong,
                count(*) filter (verdict = 'not_sure') as unsure,
            from told inner join banded using (l, r)
            group by low
        )

        select bands.low, coalesce(linked, 0), coalesce(ok, 0), coalesce(wrong, 0),
            coalesce(unsure, 0)
        from bands left join linked using (low) left join counted using (low)
        order by bands.low
        """,
        {"bands": list(policy.sample_bands)},
    ).fetchall()
    ends = [*policy.sample_bands[1:], math.inf]
    bands = [
        Precision(f"{low:g} to {end:g}" if end < math.inf else f"{low:g} and more", *n)
        for (low, *n), end in zip(rows, ends, strict=True)
    ]
    return [*(_give_share(band, policy) for band in bands), _sum_up(bands, policy)]


def _give_share(band: Precision, policy: ReviewPolicy) -> Precision:
    judged = band.right + band.wrong
    if judged < policy.fewest_answers:
        return band
    low, high = proportion_confint(band.right, judged, method="wilson")
    return replace(band, share=band.right / judged, low=float(low), high=float(high))


def _sum_up(bands: list[Precision], policy: ReviewPolicy) -> Precision:
    """Sum over the bands: each counts by its links, not by how many were drawn of it.

    The interval is Wilson's for the effective number of answers (Kish, 1965).
    """
    whole = Precision(
        "all", *(sum(getattr(b, n) for b in bands)
                 for n in ("linked", "right", "wrong", "not_sure"))
    )  # fmt: skip
    counted = [b for b in bands if b.linked]
    judged = [b.right + b.wrong for b in counted]
    if sum(judged) < policy.fewest_answers or not all(judged):
        return whole
    shares = [b.linked / sum(b.linked for b in counted) for b in counted]
    share = sum(
        s * b.right / n for s, b, n in zip(shares, counted, judged, strict=True)
    )
    effective = 1 / sum(s * s / n for s, n in zip(shares, judged, strict=True))
    low, high = proportion_confint(share * effective, effective, method="wilson")
    return replace(whole, share=share, low=float(low), high=float(high))
