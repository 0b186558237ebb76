"""The SQL that gives every field of a row its typed value, and every row its faults."""

from __future__ import annotations

import datetime as dt

from flows.contracts import Column, Dataset
from flows.duck import quote_text
from flows.mappings import Mapping
from flows.reading import identifiers, values
from flows.reading.typed import Source, type_source


def list_sources(mapping: Mapping) -> list[Source]:
    """List every (column, field) pair of a mapping, in file order."""
    pairs = [
        (heading, target)
        for heading, targets in mapping.file.columns.items()
        for target in targets
    ]
    return [Source(n, heading, target) for n, (heading, target) in enumerate(pairs)]


def contract_columns(mapping: Mapping) -> dict[str, Column]:
    """Give every contract column the file may land, by field name."""
    datasets = mapping.contract.datasets
    return {
        name: column
        for dataset in mapping.file.lands
        for name, column in datasets[dataset].columns.items()
    }


def judged_sql(mapping: Mapping, sources: list[Source], export_date: dt.date) -> str:
    """SQL that makes table ``judged`` of table ``texts``."""
    day = f"date '{export_date.isoformat()}'"
    contract = contract_columns(mapping)
    filled: dict[str, list[str]] = {}
    faults, reads, found = [], [], []
    for source in sources:
        value = type_source(mapping, source, contract, day)
        name = values.value_name(source.text)
        filled.setdefault(source.target.to, []).append(name)
        found.append(f"{value.sql} as {name}")
        if value.read:
            reads.append(f"{value.read} as {values.read_name(source.text)}")
        faults += [
            _fault_sql(condition, source.heading, rule, severity)
            for condition, rule, severity in value.faults
        ]
    fields = {name: f"coalesce({', '.join(s)})" for name, s in filled.items()}
    faults += _required_faults(mapping, sources, fields)
    fields |= _derived(sources, fields, contract)
    listed = ",\n            ".join(f"{sql} as {name}" for name, sql in fields.items())
    return f"""
        create temp table judged as
        with opened as (
            select {", ".join(["*", *reads])} from texts
        ),
        valued as (
            select {", ".join(["*", *found])} from opened
        ),
        faulty as (
            select
                _line, _row_key, _row_hash, _is_deleted, _is_alias, _has_no_key,
                row_number() over (partition by _row_key order by _line) as _turn,
                {listed},
                list_filter([{", ".join(faults)}], lambda f: f is not null) as _found
            from valued
        )
        select
            * exclude (_found, _turn, _has_no_key),
            case when not _has_no_key and _turn > 1 then list_append(_found, {{
                'column': '', 'rule': 'duplicate_key', 'severity': 'quarantine'
            }}) else _found end as _faults,
            not _has_no_key and _turn = 1 and (_is_deleted or not list_contains(
                list_transform(_found, lambda f: f.severity), 'quarantine'
            )) as _is_sound
        from faulty
    """


def _derived(
    sources: list[Source],
    fields: dict[str, str],
    contract: dict[str, Column],
) -> dict[str, str]:
    """Derive the little of identity that facts may hold, from what the row holds."""
    birth = fields.get("birth_date", "null::date")
    postcode = fields.get("postcode", "null::varchar")
    texts = [s.text for s in sources if s.target.to == "postcode"]
    marked = " or ".join(identifiers.is_no_fixed_abode(text) for text in texts)
    known = f"({marked}) or {postcode} is not null" if marked else "false"
    derived = {
        "birth_year": f"cast(year({birth}) as integer)",
        "postcode_district": f"split_part({postcode}, ' ', 1)",
        "has_no_fixed_abode": f"case when {known} then {marked or 'null'} end",
    }
    flagged = {"_has_no_fixed_abode": derived["has_no_fixed_abode"]}
    wanted = {name for name, column in contract.items() if column.derived_from}
    return flagged | {n: sql for n, sql in derived.items() if n in wanted}


def _required_faults(
    mapping: Mapping, sources: list[Source], fields: dict[str, str]
) -> list[str]:
    """List a fault for each required field a row lacks, where it has that dataset."""
    faults = []
    for place, name in enumerate(mapping.file.lands):
        dataset = mapping.contract.datasets[name]
        present = "true" if place == 0 else _has_dataset(dataset, fields)
        for field, column in dataset.columns.items():
            if column.required and field in fields:
                faults.append(_missing_fault(sources, field, present))
    if not mapping.file.lands:
        faults.append(_missing_fault(sources, "record_id", "true"))
    if mapping.file.required:
        faults.append(
            _fault_sql(
                "_lacks_required and not _is_blank",
                ", ".join(mapping.file.required),
                "required_missing",
                "quarantine",
            )
        )
    key = ", ".join(mapping.file.row_key)
    faults.append(_fault_sql("_has_no_key", key, "key_missing", "quarantine"))
    return faults


def _has_dataset(dataset: Dataset, fields: dict[str, str]) -> str:
    """SQL: the row carries this dataset, as its own key (beside the person's) shows."""
    own = [key for key in dataset.key if key != "record_id"] or ["record_id"]
    return " and ".join(f"({fields[key]}) is not null" for key in own)


def _missing_fault(sources: list[Source], field: str, present: str) -> str:
    filling = [source for source in sources if source.target.to == field]
    absent = " and ".join(f"{source.text} is null" for source in filling)
    return _fault_sql(
        f"not _is_blank and {present} and {absent}",
        filling[0].heading,
        "required_missing",
        "quarantine",
    )


def _fault_sql(condition: str, heading: str, rule: str, severity: str) -> str:
    return (
        f"case when {condition} then {{'column': {quote_text(heading)}, "
        f"'rule': '{rule}', 'severity': '{severity}'}} end"
    )
