"""Find the columns that a map speaks of, in whichever order and spelling."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from flows.errors import LinkageError
from flows.linkage.tables.words import Column, Other, find_kind, load_words, name_fields
from flows.onboarding.names import normalise

PARTS = ("year", "month", "day")


class Finder:
    """Finds the columns that a map speaks of among the headings there are."""

    def __init__(self, path: Path, headings: list[str]) -> None:
        """Take the map's file, to speak of it, and the headings of all inputs."""
        self.path = path
        self.headings = headings
        self._plain: dict[str, list[str]] = {}
        for heading in headings:
            self._plain.setdefault(normalise(heading), []).append(heading)

    def find(self, name: str) -> str:
        """Find a heading; another spelling will do if only one column has it."""
        if name in self.headings:
            return name
        alike = self._plain.get(normalise(name), [])
        return alike[0] if len(alike) == 1 else ""

    def resolve(self, name: str, said: Any) -> tuple[str, Column | Other]:
        """Read a line: our field and their column, in either order."""
        if said is None or said == []:
            raise LinkageError(f"{self.path}: nothing stands after '{name}:'.")
        ours = name_fields().get(normalise(name), "")
        theirs = self._is_theirs(said)
        if isinstance(said, str) and not theirs and self.find(name):
            turned = name_fields().get(normalise(said), "")
            if turned:
                return turned, Column((self.find(name),))
            if find_kind(said):
                return "", Other(self.find(name), find_kind(said))
        if not ours:
            raise LinkageError(
                f"{self.path}: '{name}' is no field that linkage knows"
                f"{_suggest(name, list(load_words()['fields']))}. Known fields: "
                f"{', '.join(load_words()['fields'])}. Compare any other column by "
                f"naming it under 'other:', with its kind: '{name}: text'."
            )
        return ours, self._read_column(ours, said)

    def _is_theirs(self, said: Any) -> bool:
        return isinstance(said, str) and bool(self.find(said))

    def _read_column(self, ours: str, said: Any) -> Column:
        if isinstance(said, dict):
            return self._read_described(ours, said)
        names = said if isinstance(said, list) else [said]
        found = [self.find(str(name)) for name in names]
        kept = tuple(dict.fromkeys(name for name in found if name))
        if not kept:
            self._miss(ours, str(names[0]))
        return Column(kept)

    def _read_described(self, ours: str, said: dict[Any, Any]) -> Column:
        keys = {str(key) for key in said}
        if ours == "birth_date" and "year" in keys and keys <= set(PARTS):
            headings = tuple(
                self._need(ours, said[part]) if part in said else "" for part in PARTS
            )
            return Column(headings, in_parts=True)
        if "column" not in keys or keys - {"column", "format"}:
            raise LinkageError(
                f"{self.path}: '{ours}' is told as {sorted(keys)}; write a column, or "
                "'{column: ..., format: \"%d/%m/%Y\"}', or for a date of birth "
                "'{year: ..., month: ..., day: ...}'."
            )
        column = self._read_column(ours, said["column"])
        return replace(column, format=str(said.get("format") or ""))

    def other(self, name: str, said: Any) -> Other:
        """Read a line of 'other:', a column and its kind."""
        heading, kind = name, said
        if isinstance(said, dict):
            heading, kind = str(said.get("column", name)), said.get("kind", "text")
        elif not find_kind(str(said)) and self.find(str(said)) and find_kind(name):
            heading, kind = str(said), name
        found = find_kind(str(kind))
        if not found:
            raise LinkageError(
                f"{self.path}: '{kind}' is no kind of column"
                f"{_suggest(str(kind), list(load_words()['kinds']))}. Kinds are "
                f"{', '.join(load_words()['kinds'])}."
            )
        return Other(self._need("other", heading), found)

    def one(self, name: str, said: Any) -> str:
        """Find the one column of a setting, if it is told."""
        return self._need(name, said) if said not in ("", None) else ""

    def _need(self, ours: str, said: Any) -> str:
        return self.find(str(said)) or self._miss(ours, str(said))

    def _miss(self, ours: str, name: str) -> NoReturn:
        raise LinkageError(
            f"{self.path}: '{ours}' is to be read from '{name}', but no input has one "
            f"column of that name{_suggest(name, self.headings)}. Columns: "
            f"{', '.join(self.headings)}."
        )


def _suggest(name: str, known: list[str]) -> str:
    plain = {normalise(one): one for one in known}
    close = get_close_matches(normalise(name), plain, n=1, cutoff=0.6)
    return f"; did you mean '{plain[close[0]]}'?" if close else ""
