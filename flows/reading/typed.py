"""Which reading of a text fills which field: by the kind of the field, once each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows.contracts import Column, load_identity
from flows.layouts import PRESENCE, CheckedKind, Target, shared_values
from flows.mappings import Mapping
from flows.placeholders import Context
from flows.reading import closed_lists, dates, identifiers, values
from flows.reading.faults import Severity
from flows.reading.values import Value


@dataclass(frozen=True)
class Source:
    """One source column filling one field."""

    place: int
    heading: str
    target: Target

    @property
    def text(self) -> str:
        """Name of its text in table ``texts``."""
        return f"t{self.place}"


def type_source(
    mapping: Mapping, source: Source, contract: dict[str, Column], day: str
) -> Value:
    """Give the value of a source column, typed as the field it fills.

    Args:
        mapping: how the file is read.
        source: the column and its field.
        contract: every contract column the file may land, by field name.
        day: SQL of the day the export was made.
    """
    field = source.target.to
    if source.target.checked:
        return _checked_value(mapping, source, source.target.checked, day)
    if field in load_identity():
        return _identity_value(mapping, source, load_identity()[field].type, day)
    column = contract.get(field)
    if column is None or column.type in ("record", "key"):
        if field == "sex_type":
            return _mapped(source, None, _context(mapping, source))
        return values.text_value(source.text)
    value = _contract_value(mapping, source, column, day)
    if not column.required:
        return value
    # A row whose required value cannot be read lacks it: the row stays out.
    faults: tuple[tuple[str, str, Severity], ...] = tuple(
        (condition, rule, "warning")
        if rule in values.READ_ALL_THE_SAME
        else (condition, rule, "quarantine")
        for condition, rule, _ in value.faults
    )
    return replace(value, faults=faults)


def _checked_value(
    mapping: Mapping, source: Source, kind: CheckedKind, day: str
) -> Value:
    """Type a field that is read for checks alone: a doubt never keeps the row out."""
    if kind == "text" or kind == "key":
        return values.text_value(source.text)
    column = Column(type=kind, means="read for checks alone")
    value = _contract_value(mapping, source, column, day)
    faults: tuple[tuple[str, str, Severity], ...] = tuple(
        (condition, rule, "warning") for condition, rule, _ in value.faults
    )
    return replace(value, faults=faults)


def _contract_value(
    mapping: Mapping, source: Source, column: Column, day: str
) -> Value:
    text, context = source.text, _context(mapping, source)
    if column.type == "date":
        return dates.date_value(text, mapping.dates, day, context=context)
    if column.type in ("integer", "decimal"):
        return values.number_value(text, column.sql_type, column.range, context=context)
    if column.type in ("type", "flag"):
        return _mapped(source, column, context)
    if column.type == "area":
        return values.area_value(text, context=context)
    return values.code_value(text, context=context)


def _identity_value(mapping: Mapping, source: Source, kind: str, day: str) -> Value:
    text, context = source.text, _context(mapping, source)
    if kind == "birth_date":
        return dates.birth_date_value(text, mapping.dates, day, context=context)
    by_kind = {
        "name": values.name_value,
        "initial": values.initial_value,
        "nhs_number": identifiers.nhs_number_value,
        "postcode": identifiers.postcode_value,
        "identifier": identifiers.identifier_value,
    }
    return by_kind[kind](text, context=context)


def _context(mapping: Mapping, source: Source) -> Context:
    return Context(
        field=source.target.to,
        heading=source.heading,
        sector=mapping.provider.sector,
        family=mapping.family,
        provider=mapping.provider.provider,
    )


def _mapped(source: Source, column: Column | None, context: Context) -> Value:
    """Map a closed list: the target's own map, a shared one, or the list itself."""
    is_flag = column is not None and column.type == "flag"
    mapped = source.target.values
    if mapped == PRESENCE:
        return values.presence_value(source.text)
    if isinstance(mapped, str):
        mapped = shared_values()[mapped]
    if not mapped and is_flag:
        mapped = shared_values()["flag"]
    if not mapped and column is not None:
        mapped = {value: value for value in column.values}
    return closed_lists.mapped_value(
        source.text,
        mapped,
        source.target.others,
        flag=is_flag,
        context=context,
    )
