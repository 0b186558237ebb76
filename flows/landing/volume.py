"""How many rows to expect of a provider's next export, learned from its own history.

The range is the Hampel identifier on a log scale: with ``x = ln(rows + 1)`` of the
provider's landed exports of one kind, a new export is expected within
``median(x) ± 3 s``, where ``s`` is the largest of

* ``1.4826 * MAD(x)``: what this provider's exports really vary by. The median absolute
  deviation, unlike the standard deviation, is not widened by one odd export (Hampel
  1974); 1.4826 makes it a standard deviation where the data are normal (Rousseeuw and
  Croux 1993); 3 is the cautious multiple of Leys et al. 2013;
* ``1 / sqrt(median rows)``: the chance variation of a count (Poisson), so that small
  services are not held for every person who comes or goes;
* ``0.1``: a tenth up or down is an ordinary month even for a provider whose last few
  exports were alike to the row. This floor is our own judgement.

On a log scale half and double are equally far, and providers of every size are judged
alike. When an operator has released the newest landed export past this very rule, its
level counts as well: a true change of level is asked about once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

import duckdb

from flows.landing.facts import Export
from flows.mappings import Mapping

RULE = "volume_outside_range"
LEAST_HISTORY = 3

_NEWEST = 12
_MULTIPLE = 3.0
_NORMAL = 1.4826
_ORDINARY = 0.1


@dataclass(frozen=True)
class Expected:
    """How many rows the next export should have.

    Attributes:
        low: fewest rows.
        high: most rows.
        history: how many landed exports this was learned from.
    """

    low: int
    high: int
    history: int


def expect_rows(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> list[Expected]:
    """Give the ranges an export may lie in; it is as expected if it lies in any.

    Before :data:`LEAST_HISTORY` exports have landed, a full export is held to half and
    double of the one before, and a delta, which may begin with years of rows, to
    nothing.

    Args:
        vault: a connection with the vault attached.
        export: the export to be judged.
        mapping: says which kind of file it is.

    Returns:
        no range where there is nothing to learn from.
    """
    history = _read_history(vault, export, mapping)
    if len(history) < LEAST_HISTORY:
        if not history or export.provider.exports != "full":
            return []
        newest = math.log1p(history[0][0])
        spread = max(math.log(2), _MULTIPLE * _chance(newest))
        return [_range(newest, spread, len(history))]
    logs = [math.log1p(rows) for rows, _ in history]
    centre = median(logs)
    usual = _NORMAL * median([abs(x - centre) for x in logs])
    spread = _MULTIPLE * max(usual, _chance(centre), _ORDINARY)
    levels = [centre] + ([logs[0]] if history[0][1] else [])
    return [_range(level, spread, len(history)) for level in levels]


def _read_history(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> list[tuple[int, bool]]:
    """Rows of the newest landed exports of a kind, newest first; was it released."""
    return vault.execute(
        """
        select rows_in, coalesce(list_contains(released_rules, $rule), false)
        from vault.exports
        where provider = $provider and file_kind = $kind and state = 'landed'
        order by export_date desc, received_at desc limit $newest
        """,
        {
            "rule": RULE,
            "provider": export.provider.provider,
            "kind": mapping.file_kind,
            "newest": _NEWEST,
        },
    ).fetchall()


def _chance(log_rows: float) -> float:
    """Chance variation of a count, on the log scale."""
    return 1 / math.sqrt(max(math.exp(log_rows), 1.0))


def _range(level: float, spread: float, history: int) -> Expected:
    # Rounded outwards: a count at the very edge is still as expected.
    low = max(math.floor(math.expm1(level - spread)), 0)
    return Expected(low, math.ceil(math.expm1(level + spread)), history)
