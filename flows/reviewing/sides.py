"""What the vault knows of two person records, side by side, differences in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from flows.contracts import load_identity

_NAMES = ("forename", "middle_name", "surname")
_FIELDS = (*load_identity(), "sex_type")
_ALIAS, _ABODE = "also known as", "no fixed abode"
_SPOKEN = {
    "previous_surname": "earlier surname",
    "birth_date": "date of birth",
    "nhs_number": "NHS number",
    "pnc_number": "PNC number",
    "cro_number": "CRO number",
    "nino": "NI number",
    "noms_number": "prison number",
    "crn": "probation CRN",
    "social_security_number": "US social security",
    "previous_source_key": "earlier id at the provider",
    "sex_type": "sex",
}


@dataclass(frozen=True)
class Side:
    """One person record as its provider's live rows tell it.

    Attributes:
        newest: day of the newest export it is in; empty where no row is live.
        values: field, in words -> what was said of it, the newest first.
    """

    record_id: str
    provider: str
    newest: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        """Add what a row says, once."""
        said = self.values.setdefault(name, [])
        if value not in said:
            said.append(value)


@dataclass(frozen=True)
class Compared:
    """One field of two records, and how they agree, in words."""

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    words: str


def read_sides(
    connection: duckdb.DuckDBPyConnection, records: Sequence[str], *, live: bool = True
) -> dict[str, Side]:
    """Read person records from the vault, every live row of each.

    Args:
        connection: has the vault attached as ``vault``.
        records: ids of person records.
        live: false reads the rows that are live no longer instead.
    """
    shown = "(select unnest($records::uuid[]))"
    held = connection.execute(
        "select id::varchar, min(provider) from vault.keys "
        f"where kind = 'record' and id in {shown} group by id",
        {"records": list(records)},
    ).fetchall()
    sides = {record: Side(record, provider) for record, provider in held}
    rows = connection.execute(
        f"""
        select
            record_id::varchar, kind, export_date::varchar, has_no_fixed_abode,
            {", ".join(f"{name}::varchar" for name in _FIELDS)}
        from vault.identities
        where is_live = $live and record_id in {shown}
        order by export_date desc, received_at desc, export_id, row_id
        """,
        {"records": list(records), "live": live},
    ).fetchall()
    newest: dict[str, str] = {}
    for record, kind, day, has_no_abode, *values in rows:
        newest.setdefault(record, day or "")
        said = dict(zip(_FIELDS, values, strict=True))
        _add_row(sides[record], said, is_alias=kind == "alias")
        if has_no_abode:
            sides[record].add(_ABODE, "yes")
    return {
        record: Side(record, side.provider, newest.get(record, ""), side.values)
        for record, side in sides.items()
    }


def compare_sides(left: Side, right: Side) -> list[Compared]:
    """Set two records side by side, field by field, leaving out what neither knows."""
    compared = []
    for name in (*map(say_field, _FIELDS), _ALIAS, _ABODE):
        a, b = (tuple(side.values.get(name, ())) for side in (left, right))
        if a or b:
            compared.append(Compared(name, a, b, _agree(a, b)))
    return compared


def _add_row(side: Side, said: dict[str, str | None], *, is_alias: bool) -> None:
    if is_alias and (name := " ".join(filter(None, map(said.get, _NAMES)))):
        side.add(_ALIAS, name)
    for field_name, value in said.items():
        is_own_name = field_name in _NAMES and is_alias
        if value and not is_own_name and value != "not_known":
            side.add(say_field(field_name), value)


def say_field(name: str) -> str:
    """Say a field of the vault, or a comparison of the model, in people's words."""
    return _SPOKEN.get(name, name.replace("_", " "))


def _agree(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Say whether two lists of values agree, whatever their case and spaces."""
    if not left:
        return "only right"
    if not right:
        return "only left"
    a, b = ({"".join(v.casefold().split()) for v in side} for side in (left, right))
    if a == b:
        return "same"
    return "partly the same" if a & b else "DIFFERENT"
