"""The matching policy: one readable file, checked when loaded."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from pydantic import model_validator

from flows.contracts import Strict, parse_model, read_yaml
from flows.placeholders import TABLE as PLACEHOLDERS

FOLDER = Path(__file__).parent
POLICY = FOLDER / "policy.yml"
MODEL = FOLDER / "model.json"


class BlockingRule(Strict):
    """Records that share a value of every key become a pair."""

    rule: str
    keys: tuple[str, ...]
    value: str
    largest: int | None = None


class Evidence(Strict):
    """How strong what is known of a record is, and what it can be linked by.

    Attributes:
        means: what it is, for readers.
        every: fields that a record of this kind must all have.
        some: fields of which it must have one.
        blocking: rules that bring records of this kind together, beside numbers.
        comparisons: those that weigh between two of them.
        linked_share: least and most that is normal of the share linked.
    """

    means: str
    every: tuple[str, ...] = ()
    some: tuple[str, ...] = ()
    blocking: tuple[str, ...]
    comparisons: tuple[str, ...]
    linked_share: tuple[float, float] | None = None

    @property
    def normal(self) -> str | None:
        """What share is normal, in words; None where nothing is known of it."""
        if self.linked_share is None:
            return None
        low, high = (round(100 * share) for share in self.linked_share)
        return f"normal for {self.means} alone: {low} to {high} %"

    @property
    def condition(self) -> str:
        """SQL: a standard record has the fields of this kind."""
        parts = [f"{field} is not null" for field in self.every]
        if self.some:
            parts.append(f"coalesce({', '.join(self.some)}) is not null")
        return " and ".join(parts) or "true"


class Policy(Strict):
    """How records are joined; see ``policy.yml`` for what each number means."""

    threshold_weight: float
    stay_weight: float
    strict_weight: float
    kept_weight: float
    certain_weight: float
    ambiguity_margin: float
    other_records_per_record: float
    smallest_population: int
    junior_years: int
    guarded_identifiers: tuple[str, ...]
    reissued_identifiers: tuple[str, ...]
    sparse_density: float
    sparse_records: int
    many_records: int
    largest_identifier_group: int
    pairs_per_record: int
    pairs_always_allowed: int
    largest_block: int
    crowd_factor: float
    growth: float
    numbers: dict[str, str]
    blocking: tuple[BlockingRule, ...]
    evidence: dict[str, Evidence]

    @model_validator(mode="after")
    def _check_evidence(self) -> Policy:
        rules = {rule.rule for rule in self.blocking}
        for name, kind in self.evidence.items():
            if unknown := sorted(set(kind.blocking) - rules):
                raise ValueError(f"evidence {name} names no blocking rule: {unknown}")
        if list(self.evidence.values())[-1].condition != "true":
            raise ValueError("the last kind of evidence must fit every record")
        return self

    def evidence_of_record(self) -> str:
        """SQL of the kind of evidence a standard record is."""
        cases = "".join(
            f" when {kind.condition} then '{name}'"
            for name, kind in self.evidence.items()
        )
        return f"case{cases} end"

    def evidence_of_pair(self, one: str, other: str) -> str:
        """SQL of the weaker of two kinds of evidence."""
        cases = "".join(
            f" when '{name}' in ({one}, {other}) then '{name}'"
            for name in reversed(self.evidence)
        )
        return f"case{cases} end"

    def list_kinds(self, rule: str) -> tuple[str, ...]:
        """Name the kinds of evidence that a blocking rule brings together."""
        return tuple(n for n, kind in self.evidence.items() if rule in kind.blocking)

    def pair_budget(self, records: int) -> int:
        """Most pairs that may be scored for so many records."""
        return max(self.pairs_always_allowed, self.pairs_per_record * records)

    def describe_rule(self, number: int) -> tuple[str, str]:
        """Name of a rule, and the kind of value it goes by; numbers come first."""
        if number < len(self.numbers):
            return list(self.numbers.items())[number]
        rule = self.blocking[number - len(self.numbers)]
        return rule.rule, rule.value

    def name_rules(self) -> list[str]:
        """Names of all rules, by number."""
        return [*self.numbers, *(rule.rule for rule in self.blocking)]

    def match_prior(self, records: int) -> float:
        """Chance that two records drawn at random are one person."""
        return self.other_records_per_record / max(records, self.smallest_population)


@lru_cache
def load_policy(path: Path = POLICY) -> Policy:
    """Load the matching policy.

    Raises:
        MappingError: a key is missing, unknown or of the wrong kind.
    """
    return parse_model(Policy, read_yaml(path), path)


def hash_files() -> dict[str, str]:
    """Hash everything that decides who is joined: model, policy and code.

    Returns:
        ``model``, the hash of the trained model, and ``method``, of all files.
    """
    files = [*FOLDER.glob("*.py"), *FOLDER.glob("*.sql"), *FOLDER.glob("*.yml")]
    whole = hashlib.sha256()
    for path in sorted([*files, *FOLDER.glob("*.csv"), PLACEHOLDERS, MODEL]):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    model = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    return {"model": model, "method": whole.hexdigest()}
