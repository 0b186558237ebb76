"""Log-linear models of lists of people that overlap, and those on none of them.

A history says which lists a person is on. A model says how many people each history
should have, from how long each list is and which lists depend on one another; the same
model says how many should be on no list (Fienberg 1972, Biometrika 59; Bishop, Fienberg
and Holland 1975, Discrete Multivariate Analysis, chapter 6).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations, product

import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from scipy import optimize, special

Terms = tuple[tuple[int, ...], ...]
"""Lists that depend on one another, by their number: ((0, 1),) is the first two."""

Counts = npt.NDArray[np.float64]
"""People by history, in the order of :func:`list_histories`."""

_SURE = 1.920729  # half the 95 % point of chi-square with one degree of freedom


@dataclass(frozen=True)
class Interval:
    """People in all, known and hidden: the 95 % interval and its middle."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Fit:
    """One model fitted to one table of counts.

    Args:
        terms: the dependences between lists that the model allows.
        hidden: people it expects on no list.
        spread: standard deviation of the logarithm of ``hidden``.
        aic: Akaike's criterion; less is better.
        bic: Schwarz's criterion, a person being an observation; less is better.
    """

    terms: Terms
    hidden: float
    spread: float
    aic: float
    bic: float


@cache
def list_histories(lists: int) -> tuple[tuple[int, ...], ...]:
    """Name every history of someone on at least one list, those on the first first.

    Two lists give (1, 1), (1, 0), (0, 1).
    """
    return tuple(product((1, 0), repeat=lists))[:-1]


@cache
def list_models(lists: int, highest_term: int) -> tuple[Terms, ...]:
    """Name every hierarchical model that has each list by itself.

    Hierarchical: three lists may depend on one another only where each two of them do.
    Four lists have 64 models of terms of two lists, and 113 of terms of up to three.

    Args:
        lists: how many there are.
        highest_term: most lists in one term, fewer than there are lists.
    """
    models: list[Terms] = [()]
    for size in range(2, highest_term + 1):
        groups = list(combinations(range(lists), size))
        models = [
            (*model, *chosen)
            for model in models
            for chosen in _subsets([g for g in groups if _is_allowed(g, model)])
        ]
    return tuple(models)


def _is_allowed(group: tuple[int, ...], model: Terms) -> bool:
    smaller = combinations(group, len(group) - 1)
    return len(group) == 2 or all(part in model for part in smaller)


def _subsets(groups: Sequence[tuple[int, ...]]) -> chain[Terms]:
    return chain.from_iterable(
        combinations(groups, size) for size in range(len(groups) + 1)
    )


def _design(histories: Sequence[tuple[int, ...]], terms: Terms) -> Counts:
    """Build the columns of a model: one for all, one a list, one a dependence."""
    on = np.array(histories, dtype=float)
    dependences = [on[:, list(term)].prod(axis=1) for term in terms]
    return np.column_stack([np.ones(len(on)), on, *dependences])


def is_estimable(counts: Counts, terms: Terms) -> bool:
    """Tell whether a model has a finite best fit to these counts.

    With empty cells a dependence may run off to nothing or to infinity. The best fit
    is finite where some table without an empty cell has the same margins (Fienberg and
    Rinaldo 2012, Annals of Statistics 40); a linear program looks for one.
    """
    if counts.all():
        return True
    design = _design(list_histories(count_lists(counts)), terms)
    cells, columns = design.shape
    found = optimize.linprog(
        c=np.append(np.zeros(cells), -1.0),
        A_ub=np.column_stack([-np.eye(cells), np.ones(cells)]),
        b_ub=np.zeros(cells),
        A_eq=np.column_stack([design.T, np.zeros(columns)]),
        b_eq=design.T @ counts,
        bounds=[(0, None)] * cells + [(None, 1.0)],
    )
    return bool(found.success and -found.fun > 1e-6)


def count_lists(counts: Counts) -> int:
    """Tell how many lists a table of counts is of."""
    return (len(counts) + 1).bit_length() - 1


def fit_model(counts: Counts, terms: Terms) -> Fit:
    """Fit one log-linear model of Poisson counts; the constant is those on no list.

    The variance of people on no list is that of the fit plus their own as a Poisson
    count: with two lists this is the variance of Sekar and Deming (1949). Its logarithm
    has standard deviation sqrt(log(1 + variance / hidden ** 2)), as in Chao (1987).

    Args:
        counts: people by history; the model must be estimable from them.
        terms: dependences the model allows; each list by itself is always in it.
    """
    design = _design(list_histories(count_lists(counts)), terms)
    fitted = _fit(counts, design)
    hidden = math.exp(fitted.params[0])
    variation = float(fitted.bse[0]) ** 2 + 1 / hidden
    size = design.shape[1]
    return Fit(
        terms=terms,
        hidden=hidden,
        spread=math.sqrt(math.log1p(variation)),
        aic=2 * size - 2 * fitted.llf,
        bic=math.log(counts.sum()) * size - 2 * fitted.llf,
    )


def _fit(counts: Counts, design: Counts) -> sm.GLM:
    with warnings.catch_warnings():
        # A model with as many terms as cells fits exactly, and statsmodels says so.
        warnings.simplefilter("ignore")
        return sm.GLM(counts, design, family=sm.families.Poisson()).fit()


def find_profile_interval(counts: Counts, terms: Terms) -> Interval:
    """Find one model's estimate of people in all, and its 95 % interval, by likelihood.

    For each number in all, the multinomial likelihood of the best fit to every history
    and those on no list (Cormack 1992, Biometrics 48). The interval holds the numbers
    whose likelihood is not significantly below the greatest.

    Args:
        counts: people by history; the model must be estimable from them.
        terms: dependences the model allows.
    """
    known = float(counts.sum())
    nobody = (0,) * count_lists(counts)
    design = _design([*list_histories(len(nobody)), nobody], terms)

    def likelihood(hidden: float) -> float:
        table = np.append(counts, hidden)
        expected = np.maximum(_fit(table, design).mu, 1e-300)
        ways = special.gammaln(known + hidden + 1) - special.gammaln(hidden + 1)
        return float(ways + special.xlogy(table, expected / table.sum()).sum())

    guess = fit_model(counts, terms).hidden
    best = optimize.minimize_scalar(
        lambda hidden: -likelihood(hidden), bounds=(0, 2 * guess + 1), method="bounded"
    )

    def excess(hidden: float) -> float:
        return likelihood(hidden) + float(best.fun) + _SURE

    far = 2 * best.x + 1
    while excess(far) > 0:
        far *= 2
    low = optimize.brentq(excess, 0, best.x) if excess(0) < 0 else 0.0
    high = optimize.brentq(excess, best.x, far)
    return Interval(known + low, known + float(best.x), known + high)
