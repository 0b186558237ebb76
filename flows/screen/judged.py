"""What the command line shows of how well records were put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from flows.screen.plain import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.judging.compare import SideBySide
    from flows.judging.measures import ClusterQuality
    from flows.judging.subgroups import SubgroupQuality
    from flows.judging.tables import Judged
    from flows.judging.weights import AtWeight

_out = Console()
_MEASURES = {
    "records": "Records whose truth is known",
    "left_out": "Records only one of the two names",
    "found_clusters": "People found",
    "true_clusters": "People there are",
    "largest_cluster": "Records of the largest found",
    "found_pairs": "Pairs put together",
    "true_pairs": "Pairs that belong together",
    "right_pairs": "Pairs that are both",
    "precision": "Precision of pairs",
    "recall": "Recall of pairs",
    "f1": "F1 of pairs",
    "b3_precision": "B-cubed precision",
    "b3_recall": "B-cubed recall",
    "b3_f1": "B-cubed F1",
}
_CHANGES = {
    "records": "Records in both",
    "only_first": "Records in the first alone",
    "only_second": "Records in the second alone",
    "moved": "Records that changed company",
    "first_people": "People in the first",
    "second_people": "People in the second",
    "equal": "Of the first: equal in the second",
    "merged": "Of the first: merged into a larger",
    "split": "Of the first: split",
    "rearranged": "Of the first: split, parts joined by others",
    "first_pairs": "Pairs in the first",
    "second_pairs": "Pairs in the second",
    "gained": "Pairs gained",
    "lost": "Pairs lost",
}


def table_judged(judged: Judged) -> None:
    """Show what links came to against the truth."""
    _out.print(f"Taken: {printable(', '.join(judged.taken))}.")
    for remark in judged.remarks:
        _out.print(f"[yellow]Note[/]: {printable(remark)}")
    qualities({"": judged.quality})
    if judged.subgroups:
        subgroups(judged.subgroups)
    if judged.weights:
        _weights(judged.weights)


def qualities(columns: dict[str, ClusterQuality]) -> None:
    """Show the measures of one or more outputs side by side, one column each."""
    table = Table("Measure")
    for heading in columns:
        table.add_column(heading, justify="right")
    for name, words in _MEASURES.items():
        table.add_row(words, *(_tell(getattr(q, name)) for q in columns.values()))
    _out.print(table)


def subgroups(found: Sequence[SubgroupQuality]) -> None:
    """Show quality by subgroup: of pairs where a record is of it."""
    table = Table("Of pairs with a record of")
    for heading in ("True pairs", "Precision", "Recall", "F1", "B-cubed F1"):
        table.add_column(heading, justify="right")
    for one in found:
        shares = (one.precision, one.recall, one.f1, one.b3_f1)
        table.add_row(
            printable(one.subgroup), f"{one.true_pairs:,}", *map(_tell, shares)
        )
    _out.print(table)


def written(path: object) -> None:
    """Say which file or folder was written."""
    _out.print(f"Written: {printable(str(path))}", soft_wrap=True)


def compared(sides: SideBySide) -> None:
    """Show how two outputs differ, and which is nearer to the truth."""
    _out.print(f"First:  {printable(sides.first)}", soft_wrap=True)
    _out.print(f"Second: {printable(sides.second)}", soft_wrap=True)
    table = Table("What", show_header=False)
    table.add_column(justify="right")
    for name, words in _CHANGES.items():
        table.add_row(words, f"{getattr(sides.compared, name):,}")
    _out.print(table)
    if sides.first_quality and sides.second_quality:
        qualities({"First": sides.first_quality, "Second": sides.second_quality})


def _weights(swept: list[AtWeight]) -> None:
    from flows.judging.weights import best_weight

    best = best_weight(swept)
    table = Table("From weight")
    for heading in ("Pairs", "Right", "Precision", "Recall", "F1"):
        table.add_column(heading, justify="right")
    for one in swept:
        shares = (one.precision, one.recall, one.f1)
        mark = " best F1" if one is best else ""
        table.add_row(
            f"{one.weight}{mark}", f"{one.pairs:,}", f"{one.right:,}",
            *map(_tell, shares),
        )  # fmt: skip
    _out.print("Pairs as they were weighed, before people are made of them:")
    _out.print(table)


def _tell(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
