"""The SQL that gives every field of a row its typed value, and every row its faults.

Four steps, each a projection of the one before: the texts of headings that matter,
trimmed; what is read of them; a typed value for every column that fills a field; the
fields, and the faults of the row as bits of a number. What each bit stands for is told
by :class:`FaultCode`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from flows.contracts import Column, Dataset
from flows.mappings import Mapping
from flows.reading import identifiers, values
from flows.reading.faults import Severity
from flows.reading.typed import Source, type_source

BITS_PER_WORD = 60


@dataclass(frozen=True)
class FaultCode:
    """One fault a row of this mapping can have, and the SQL of its condition.

    Attributes:
        suspect: SQL of what holds wherever the fault does, where that is cheap to ask.
    """

    condition: str
    heading: str
    rule: str
    severity: Severity
    suspect: str = "true"


@dataclass(frozen=True)
class Fields:
    """The SQL of a mapping, step by step.

    Attributes:
        reads: what is read of texts before there is a value, by name.
        values: the value of each source, by name.
        fields: the fields of the row.
        codes: the faults it can have.
    """

    reads: dict[str, str]
    values: dict[str, str]
    fields: dict[str, str]
    codes: list[FaultCode]

    @property
    def words(self) -> list[str]:
        """SQL of each number whose bits are the faults of a row.

        Most rows have none: each source is asked once whether it is suspect at all.
        """
        words = []
        for first in range(0, len(self.codes), BITS_PER_WORD):
            part = enumerate(self.codes[first : first + BITS_PER_WORD])
            asked = [
                f"case when {suspect} then {' + '.join(map(_bit, codes))} else 0 end"
                for suspect, codes in groupby(part, lambda found: found[1].suspect)
            ]
            words.append(f"({' + '.join(asked)})::ubigint")
        return words

    @property
    def masks(self) -> list[int]:
        """For each number, the bits that keep a row out."""
        masks = [0] * -(-len(self.codes) // BITS_PER_WORD)
        for place, code in enumerate(self.codes):
            if code.severity == "quarantine":
                masks[place // BITS_PER_WORD] |= 1 << (place % BITS_PER_WORD)
        return masks


def _bit(found: tuple[int, FaultCode]) -> str:
    """SQL of the bit of one fault."""
    place, code = found
    return f"case when {code.condition} then {1 << place} else 0 end"


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


def describe_fields(
    mapping: Mapping, sources: list[Source], export_date: dt.date
) -> Fields:
    """Give the SQL of every value, field and fault of a mapping.

    It speaks of ``t<n>``, the text of the n-th source, and of the flags that
    ``judge.py`` puts beside them.
    """
    day = f"date '{export_date.isoformat()}'"
    contract = contract_columns(mapping)
    found: dict[str, str] = {}
    reads: dict[str, str] = {}
    filled: dict[str, list[str]] = {}
    codes = []
    for source in sources:
        value = type_source(mapping, source, contract, day)
        name = values.value_name(source.text)
        found[name] = value.sql
        filled.setdefault(source.target.to, []).append(name)
        suspect = value.suspect or values.has_no_value(source.text)
        if value.read:
            reads[values.read_name(source.text)] = value.read
        codes += [
            FaultCode(condition, source.heading, rule, kept, suspect)
            for condition, rule, kept in value.faults
        ]
    fields = {
        name: names[0] if len(names) == 1 else f"coalesce({', '.join(names)})"
        for name, names in filled.items()
    }
    codes += _required_faults(mapping, sources, fields)
    fields |= _derived(sources, fields, contract)
    return Fields(reads, found, fields, codes)


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
    wanted = {name for name, column in contract.items() if column.derived_from}
    kept = {n: sql for n, sql in derived.items() if n in wanted}
    if texts:
        kept["_has_no_fixed_abode"] = derived["has_no_fixed_abode"]
    return kept


def _required_faults(
    mapping: Mapping, sources: list[Source], fields: dict[str, str]
) -> list[FaultCode]:
    """List a fault for each required field a row lacks, where it has that dataset."""
    codes = []
    for place, name in enumerate(mapping.file.lands):
        dataset = mapping.contract.datasets[name]
        present = "true" if place == 0 else _has_dataset(dataset, fields)
        for field, column in dataset.columns.items():
            if column.required and field in fields:
                codes.append(_missing_fault(sources, field, present))
    if not mapping.file.lands and "record_id" in fields:
        codes.append(_missing_fault(sources, "record_id", "true"))
    if mapping.file.required:
        codes.append(
            FaultCode(
                "_lacks_required and not _is_blank",
                ", ".join(mapping.file.required),
                "required_missing",
                "quarantine",
            )
        )
    key = ", ".join(mapping.file.row_key)
    codes.append(FaultCode("_has_no_key", key, "key_missing", "quarantine"))
    return codes


def _has_dataset(dataset: Dataset, fields: dict[str, str]) -> str:
    """SQL: the row carries this dataset, as its own key (beside the person's) shows."""
    own = [key for key in dataset.key if key != "record_id"] or ["record_id"]
    return " and ".join(f"({fields[key]}) is not null" for key in own)


def _missing_fault(sources: list[Source], field: str, present: str) -> FaultCode:
    filling = [source for source in sources if source.target.to == field]
    absent = " and ".join(f"{source.text} is null" for source in filling)
    return FaultCode(
        f"not _is_blank and {present} and {absent}",
        filling[0].heading,
        "required_missing",
        "quarantine",
    )
