"""Disputes: a provider says that rows were flagged wrongly; an operator decides.

What is upheld shows which rules err: the false-flag rate of a rule is the rows upheld
as wrongly flagged over all faults it found in what landed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

import duckdb

from flows.audit import append_entry, check_reason, name_actor
from flows.errors import ActRefused
from flows.keys import Keys
from flows.landing.known import find_export, open_ledger
from flows.paths import Place

Verdict = Literal["upheld", "dismissed"]


@dataclass(frozen=True)
class Dispute:
    """One dispute about one rule in one export; see ``vault.disputes``.

    Attributes:
        row_count: how many flagged rows are said to be right.
        verdict: None while it is open.
    """

    export_id: str
    provider: str
    rule: str
    row_count: int
    reason: str
    raised_by: str
    raised_at: dt.datetime
    verdict: str | None
    decided_by: str | None
    decided_at: dt.datetime | None


@dataclass(frozen=True)
class FalseFlags:
    """How often one rule was wrong, as far as disputes show.

    Attributes:
        flagged: faults of this rule in all that landed.
        disputed: rows disputed and not yet decided.
        upheld: disputed rows that were found to be flagged wrongly.
    """

    rule: str
    flagged: int
    disputed: int
    upheld: int

    @property
    def rate(self) -> float | None:
        """Upheld over flagged; None (not available) when nothing was flagged."""
        return self.upheld / self.flagged if self.flagged else None


def dispute_rule(
    place: Place,
    keys: Keys,
    export_id: str,
    rule: str,
    rows: int,
    reason: str,
    as_name: str | None = None,
) -> Dispute:
    """Record that rows of an export were, a provider says, flagged wrongly.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        export_id: the id, or its first characters.
        rule: the rule that flagged them.
        rows: how many rows.
        reason: what the provider says, at least five characters.
        as_name: the operator's name, where the system's user is shared.

    Raises:
        ActRefused: no such export, fewer faults of this rule than rows disputed, or a
            dispute of the same rule and export is open.
    """
    text = check_reason(reason)
    with open_ledger(place, keys) as vault:
        found = find_export(vault, export_id)
        _check_rows(vault, found.export_id, rule, rows)
        subjects = [found.export_id, found.provider, rule, f"{rows} rows"]
        entry = append_entry(place, "dispute rule", subjects, reason, as_name)
        dispute = Dispute(
            export_id=found.export_id,
            provider=found.provider,
            rule=rule,
            row_count=rows,
            reason=text,
            raised_by=name_actor(entry),
            raised_at=_now(),
            verdict=None,
            decided_by=None,
            decided_at=None,
        )
        _insert(vault, dispute)
    return dispute


def decide_dispute(
    place: Place,
    keys: Keys,
    export_id: str,
    rule: str,
    verdict: str,
    reason: str,
    as_name: str | None = None,
) -> Dispute:
    """Decide the open dispute about a rule in an export.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        export_id: the id, or its first characters.
        rule: the rule disputed.
        verdict: ``upheld`` (the rule was wrong) or ``dismissed``.
        reason: why, at least five characters; it is kept in the audit log.
        as_name: the operator's name, where the system's user is shared.

    Raises:
        ActRefused: another verdict, or no such dispute is open.
    """
    check_reason(reason)
    if verdict not in get_args(Verdict):
        raise ActRefused(f"A verdict is upheld or dismissed; got {verdict!r}.")
    with open_ledger(place, keys) as vault:
        found = find_export(vault, export_id)
        if not _read(vault, found.export_id, rule, only_open=True):
            raise ActRefused(
                f"No dispute about {rule!r} in export {found.export_id} is open. "
                "To see them: commonground exports disputes"
            )
        subjects = [found.export_id, found.provider, rule, verdict]
        entry = append_entry(place, "decide dispute", subjects, reason, as_name)
        vault.execute(
            """
            update vault.disputes set verdict = ?, decided_by = ?, decided_at = ?
            where export_id = ? and rule = ? and verdict is null
            """,
            [verdict, name_actor(entry), _now(), found.export_id, rule],
        )
        return _read(vault, found.export_id, rule)[-1]


def list_disputes(place: Place, keys: Keys) -> list[Dispute]:
    """List every dispute, the oldest first."""
    with open_ledger(place, keys) as vault:
        return _read(vault)


def count_false_flags(place: Place, keys: Keys) -> list[FalseFlags]:
    """Count, for every rule that flagged or was disputed, how often it was wrong."""
    with open_ledger(place, keys) as vault:
        rows = vault.execute(
            """
            with flagged as (
                select rule, sum(faults)::bigint as faults
                from vault.fault_counts group by rule
            ),
            disputed as (
                select
                    rule,
                    sum(row_count) filter (verdict is null)::bigint as waiting,
                    sum(row_count) filter (verdict = 'upheld')::bigint as upheld
                from vault.disputes group by rule
            )
            select rule, coalesce(faults, 0), coalesce(waiting, 0), coalesce(upheld, 0)
            from flagged full join disputed using (rule) order by rule
            """
        ).fetchall()
    return [FalseFlags(*row) for row in rows]


def _check_rows(
    vault: duckdb.DuckDBPyConnection, export_id: str, rule: str, rows: int
) -> None:
    earlier = _read(vault, export_id, rule)
    if any(dispute.verdict is None for dispute in earlier):
        raise ActRefused(
            f"A dispute about {rule!r} in export {export_id} is open. Decide it first."
        )
    flagged = vault.execute(
        """
        select coalesce(sum(faults), 0)::bigint from vault.fault_counts
        where export_id = ? and rule = ?
        """,
        [export_id, rule],
    ).fetchall()[0][0]
    left = flagged - sum(d.row_count for d in earlier if d.verdict == "upheld")
    if not 1 <= rows <= left:
        raise ActRefused(
            f"Rule {rule!r} has {left:,} faults in export {export_id} that were not "
            f"upheld as wrong before; {rows:,} rows cannot be disputed."
        )


def _insert(vault: duckdb.DuckDBPyConnection, dispute: Dispute) -> None:
    columns = vars(dispute)
    marks = ", ".join("?" for _ in columns)
    vault.execute(
        f"insert into vault.disputes ({', '.join(columns)}) values ({marks})",
        list(columns.values()),
    )


def _read(
    vault: duckdb.DuckDBPyConnection,
    export_id: str | None = None,
    rule: str | None = None,
    *,
    only_open: bool = False,
) -> list[Dispute]:
    rows = vault.execute(
        f"""
        select {", ".join(Dispute.__dataclass_fields__)} from vault.disputes
        where ($export is null or export_id = $export)
            and ($rule is null or rule = $rule)
            and (verdict is null or not $only_open)
        order by raised_at, export_id, rule
        """,
        {"export": export_id, "rule": rule, "only_open": only_open},
    ).fetchall()
    return [Dispute(*row) for row in rows]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
