"""How many people are known to no service: models of the lists averaged, and a bound.

Each list is a sector's people. The interval holds what chance and the choice of a model
can do. It does not hold wrong links between records, people no sector could ever list,
or people who avoid every list alike: no list can tell of those.

Sources: Raftery (1995, Sociological Methodology 25) and King and Brooks (2001,
Biometrika 88) for averaging models; Chao (1987, Biometrics 43) for the bound; Silverman
(2014, Home Office) for all of it on a hidden population.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from flows.estimating.loglinear import (
    Counts,
    Fit,
    Interval,
    Terms,
    count_lists,
    find_profile_interval,
    fit_model,
    is_estimable,
    list_histories,
    list_models,
)


@dataclass(frozen=True)
class Estimate:
    """People in all, known and hidden, by several ways of telling.

    Args:
        averaged: the average of the models; its middle is the estimate.
        best: what the model with the least BIC says alone.
        best_words: that model in words.
        span: least and most by any model near the best.
        models_count: models averaged.
        models_near_count: of them, those near the best.
        chao_lower_bound: not a number where nobody is on just two lists.
    """

    averaged: Interval
    best: Interval
    best_words: str
    span: tuple[float, float]
    models_count: int
    models_near_count: int
    chao_lower_bound: float


def estimate_hidden(
    counts: Counts, names: Sequence[str], highest_term: int, near: float
) -> Estimate:
    """Estimate how many people there are, from those on at least one list.

    Args:
        counts: people by history, in the order of :func:`list_histories`; each list
            must have somebody on it and somebody must not be on it.
        names: the lists, for words.
        highest_term: most lists that a model may let depend on one another.
        near: models within this much AIC of the least are near the best.
    """
    fits = [
        fit_model(counts, terms)
        for terms in list_models(len(names), highest_term)
        if is_estimable(counts, terms)
    ]
    known = float(counts.sum())
    best = min(fits, key=lambda fit: fit.bic)
    least = min(fit.aic for fit in fits)
    close = [known + fit.hidden for fit in fits if fit.aic <= least + near]
    return Estimate(
        averaged=average_fits(fits, known),
        best=find_profile_interval(counts, best.terms),
        best_words=describe_model(best.terms, names),
        span=(min(close), max(close)),
        models_count=len(fits),
        models_near_count=len(close),
        chao_lower_bound=find_chao_lower_bound(counts),
    )


def describe_model(terms: Terms, names: Sequence[str]) -> str:
    """Say which lists a model lets depend on one another; a term inside another is not.

    Args:
        terms: the model's dependences.
        names: the lists.
    """
    outer = [t for t in terms if not any(set(t) < set(other) for other in terms)]
    if not outer:
        return "each list is independent of every other"
    groups = (" with ".join(names[number] for number in term) for term in outer)
    return "lists that depend on one another: " + "; ".join(groups)


def average_fits(fits: Sequence[Fit], known: float) -> Interval:
    """Average models by BIC: the 2.5, 50 and 97.5 % points of a mixture of log-normals.

    A model's weight is exp(-(bic - least bic) / 2), made to sum to one: near its
    probability where no model was likelier than another before the counts were seen.

    Args:
        fits: at least one.
        known: people on at least one list.
    """
    above = np.array([fit.bic for fit in fits]) - min(fit.bic for fit in fits)
    weights = np.exp(-above / 2) / np.exp(-above / 2).sum()
    middles = np.log([fit.hidden for fit in fits])
    spreads = np.array([fit.spread for fit in fits])

    def find(share: float) -> float:
        ends = middles + spreads * stats.norm.ppf(share)
        if ends.min() == ends.max():
            return known + math.exp(ends[0])
        point = optimize.brentq(
            lambda x: weights @ stats.norm.cdf((x - middles) / spreads) - share,
            ends.min(),
            ends.max(),
        )
        return known + math.exp(point)

    return Interval(find(0.025), find(0.5), find(0.975))


def find_chao_lower_bound(counts: Counts) -> float:
    """Find the fewest people there can be in all, if people differ in how often listed.

    known + (t - 1) / t * once ** 2 / (2 * twice), for t lists, people on just one and
    people on just two (Chao 1987; Rivest and Baillargeon 2007, Biometrics 63). It is no
    bound where lists avoid one another. Not a number where nobody is on just two lists.
    """
    lists = count_lists(counts)
    on = np.array(list_histories(lists)).sum(axis=1)
    once, twice = counts[on == 1].sum(), counts[on == 2].sum()
    if not twice:
        return math.nan
    return float(counts.sum() + (lists - 1) / lists * once**2 / (2 * twice))
