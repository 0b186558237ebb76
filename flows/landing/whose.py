"""Whose file is it: what its name says, and what its own column says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.landing.facts import Export
from flows.landing.hold_rules import Hold
from flows.mappings import Mapping as FileMapping
from flows.mappings import Provider


def find_other_name(export: Export, providers: Mapping[str, Provider]) -> Hold | None:
    """Hold a file whose name has another provider's name in it, as whole words.

    Args:
        export: the export.
        providers: every provider of the place, by name.
    """
    words = _split_words(export.file_name)
    own = [span for name in _names(export.provider) for span in _find(name, words)]
    for other in providers.values():
        if other.provider == export.provider.provider:
            continue
        for name in _names(other):
            for start, end in _find(name, words):
                # Part of our own name is ours: 'fernshire' in 'fernshire council'.
                if not any(a <= start and end <= b for a, b in own):
                    return Hold(
                        "names_another_provider",
                        f"The file's name has the name of {other.provider} in it, but "
                        f"it came from {export.provider.provider}. Ask whose it is; "
                        "reject it if it is not theirs.",
                    )
    return None


def find_foreign_codes(
    export: Export, mapping: FileMapping, codes: frozenset[str]
) -> Hold | None:
    """Hold a file in which any row says that it is of another provider.

    Args:
        export: the export.
        mapping: names the column, where its layout has one.
        codes: distinct codes found in it, trimmed, without the layout's blanks.
    """
    expected = {code.casefold() for code in export.provider.codes}
    if not expected or mapping.file.names_provider is None:
        return None
    foreign = {code.casefold() for code in codes} - expected
    if not foreign:
        return None
    return Hold(
        "names_another_provider",
        f"Column {mapping.file.names_provider!r} says whose rows these are; "
        f"{len(foreign):,} of its {len(codes):,} codes are not among the "
        f"{len(expected):,} of {export.provider.provider}. Ask whose rows they are. A "
        "code that is theirs goes under 'codes' in the provider file, then release.",
    )


def _names(provider: Provider) -> list[list[str]]:
    return [_split_words(provider.provider), _split_words(provider.name)]


def _split_words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.casefold()) if word]


def _find(name: list[str], words: list[str]) -> Iterator[tuple[int, int]]:
    """Where a name stands in a list of words: its first word, and after its last."""
    for start in range(len(words) - len(name) + 1):
        if words[start : start + len(name)] == name:
            yield start, start + len(name)
