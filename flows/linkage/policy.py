"""The matching policy: one readable file, checked when loaded."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

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
