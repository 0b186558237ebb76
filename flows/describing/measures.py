"""Read the measures from dbt's own manifest: words, columns, seeds and a question each.

What a page says is never written twice: descriptions, columns and examples stand in the
models' YAML, the seeds in their own, and which seed a mart rests on is dbt's lineage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode, SeedNode

from flows.errors import PipelineError


@dataclass(frozen=True)
class Column:
    """One column: its name, its type in SQL, and what it means."""

    name: str
    data_type: str
    words: str


@dataclass(frozen=True)
class Rules:
    """A seed a measure rests on, with its version and who may change it."""

    name: str
    words: str
    version: str
    owner: str


@dataclass(frozen=True)
class Measure:
    """A mart as its readers meet it.

    Args:
        name: the table.
        subject: the folder it stands in.
        question: what it answers, in one sentence.
        query: SQL that answers the question from a release.
        words: the definition and its caveats.
        columns: in the order of the table.
        rules: seeds it rests on, however far back.
    """

    name: str
    subject: str
    question: str
    query: str
    words: str
    columns: tuple[Column, ...]
    rules: tuple[Rules, ...]


def list_measures(manifest: Manifest) -> list[Measure]:
    """List the marts of a parsed project, by subject and name.

    Raises:
        PipelineError: a mart asks no question or has no example query.
    """
    models = [node for node in manifest.nodes.values() if isinstance(node, ModelNode)]
    marts = [model for model in models if "marts" in model.fqn]
    measures = [_describe(manifest, model) for model in marts]
    return sorted(measures, key=lambda measure: (measure.subject, measure.name))


def _describe(manifest: Manifest, model: ModelNode) -> Measure:
    asked = {
        name: str(model.config.meta.get(name, "")) for name in ("question", "query")
    }
    if missing := [name for name, words in asked.items() if not words.strip()]:
        raise PipelineError(
            f"{model.original_file_path}: mart {model.name} has no {missing[0]}. Give "
            f"its entry in {model.patch_path} config: meta: question and query, so "
            "that its page can show what to ask it."
        )
    columns = (
        Column(column.name, column.data_type or "", _flatten(column.description))
        for column in model.columns.values()
    )
    seeds = sorted(_find_seeds(manifest, model), key=lambda seed: seed.name)
    rules = (
        Rules(
            seed.name,
            _flatten(seed.description),
            str(seed.config.meta.get("version", "")),
            str(seed.config.meta.get("owner", "")),
        )
        for seed in seeds
    )
    return Measure(
        name=model.name,
        subject=model.fqn[-2],
        question=asked["question"].strip(),
        query=asked["query"].strip(),
        words=_flatten(model.description),
        columns=tuple(columns),
        rules=tuple(rules),
    )


def _find_seeds(manifest: Manifest, model: ModelNode) -> Iterator[SeedNode]:
    """Walk back from a mart to every seed it rests on."""
    ahead, seen = [model.unique_id], {model.unique_id}
    while ahead:
        node = manifest.nodes.get(ahead.pop())
        if node is None:
            continue
        if isinstance(node, SeedNode):
            yield node
            continue
        parents = set(node.depends_on_nodes) - seen
        seen |= parents
        ahead += parents


def _flatten(words: str) -> str:
    return " ".join(words.split())
