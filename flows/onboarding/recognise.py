"""Is a sample a file of a shipped layout, or nearly one, and where does it differ."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flows.errors import MappingError
from flows.layouts import FileLayout, list_layouts, load_layout
from flows.onboarding.sample import Sample

_NEAR = 0.7


@dataclass(frozen=True)
class Match:
    """A file of a layout that a sample is, or nearly is.

    Attributes:
        layout: the layout.
        kind: the file of it.
        missing: headings of the layout that the sample lacks.
        unknown: headings of the sample that the layout lacks.
        versions: other layouts that have the same headings for this file.
    """

    layout: str
    kind: str
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether there is no difference at all."""
        return not self.missing and not self.unknown

    @property
    def file(self) -> FileLayout:
        """The layout's file."""
        return load_layout(self.layout).files[self.kind]


def recognise(samples: Sequence[Sample], sector: str) -> list[Match | None]:
    """Recognise each sample: an exact layout, a near one, or none.

    Of several layouts with the same headings the one that fits most samples is taken,
    then the newest.

    Raises:
        MappingError: a sample is exactly a layout of another sector.
    """
    fitting = [_list_exact(sample) for sample in samples]
    for sample, layouts in zip(samples, fitting, strict=True):
        sectors = {load_layout(name).sector for name in layouts}
        if layouts and sector not in sectors:
            raise MappingError(
                f"{sample.name} is a file of layout {next(iter(layouts))}, of sector "
                f"{', '.join(sectors)}, not of {sector}. Say --sector {min(sectors)}."
            )
    fits = Counter(
        name
        for layouts in fitting
        for name in layouts
        if load_layout(name).sector == sector
    )
    order = sorted(fits, key=lambda name: (fits[name], *_age(name)), reverse=True)
    found: list[Match | None] = []
    for sample, layouts in zip(samples, fitting, strict=True):
        same = [name for name in order if name in layouts]
        if same:
            found.append(Match(same[0], layouts[same[0]], versions=tuple(same[1:])))
        else:
            found.append(_find_near(sample, sector, order))
    return found


def _age(name: str) -> tuple[dt.date, str]:
    return (load_layout(name).since or dt.date.min, name)


def _list_exact(sample: Sample) -> dict[str, str]:
    """List layouts that have exactly these headings, and for which file."""
    found = {heading.casefold() for heading in sample.header}
    return {
        name: kind
        for name in list_layouts()
        for kind, file in load_layout(name).files.items()
        if {heading.casefold() for heading in file.headers} == found
    }


def _find_near(sample: Sample, sector: str, order: list[str]) -> Match | None:
    """Find the layout that shares the most headings, and enough of them.

    Rows are told apart, and left out, by headings the layout names: without one of
    those the layout cannot be used, however near it is.
    """
    found = {heading.casefold(): heading for heading in sample.header}
    best: tuple[float, bool, Match] | None = None
    for name in list_layouts():
        for kind, file in load_layout(name).files.items():
            wanted = {heading.casefold(): heading for heading in file.headers}
            share = len(set(found) & set(wanted)) / max(len(found), len(wanted))
            missing = tuple(h for k, h in wanted.items() if k not in found)
            if share < _NEAR or load_layout(name).sector != sector:
                continue
            if set(missing) & needed_headings(file):
                continue
            unknown = tuple(h for k, h in found.items() if k not in wanted)
            match = Match(name, kind, missing, unknown)
            if best is None or (share, name in order) > best[:2]:
                best = (share, name in order, match)
    return best[2] if best else None


def needed_headings(file: FileLayout) -> set[str]:
    """Give the headings a layout's file cannot be read without."""
    needed = {*file.row_key, *file.required, *file.alias_when, *file.blank_when}
    return needed | ({file.deleted_when} if file.deleted_when else set())
