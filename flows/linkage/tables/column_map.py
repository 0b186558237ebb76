"""The column map: which column of a table says what about a person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from flows.contracts import read_yaml
from flows.errors import LinkageError
from flows.onboarding.names import list_synonyms, normalise

WORDS = Path(__file__).with_name("words.yml")
LINKS = {
    "within": "within", "dedupe": "within", "dedupe_only": "within",
    "between": "between", "link": "between", "link_only": "between",
    "across": "between",
    "both": "both", "link_and_dedupe": "both", "all": "both",
}  # fmt: skip
_PARTS = ("year", "month", "day")
_SETTINGS = {
    "record": ("record", "record_id", "unique_id", "id", "key"),
    "source": ("source", "source_dataset", "dataset"),
    "columns": ("columns", "fields", "map", "known"),
    "other": ("other", "others", "extra"),
    "ignore": ("ignore", "ignored"),
    "link": ("link", "link_type", "mode"),
    "one_to_one": ("one_to_one", "onetoone"),
}


@dataclass(frozen=True)
class Column:
    """One or several columns of the table that fill one field.

    Attributes:
        headings: the columns; the first speaks first, the rest are alternatives. For
            a date in parts: year, month and day.
        format: how a date is written, in the signs of ``strptime``, if it is told.
        in_parts: the headings are year, month and day of one date.
    """

    headings: tuple[str, ...]
    format: str = ""
    in_parts: bool = False


@dataclass(frozen=True)
class Other:
    """A column that no field is made for, and what kind of thing it holds."""

    heading: str
    kind: str


@dataclass(frozen=True)
class ColumnMap:
    """What the columns of a table are.

    Attributes:
        columns: our field -> their column or columns.
        others: further columns to compare.
        record: the column that names a record; empty: its row number.
        source: the column that says where a record is from; empty: its file.
        link: ``within`` a source, ``between`` sources or ``both``; empty: the default.
        one_to_one: a record has at most one partner in each other source.
        is_guessed: made from the headings alone.
    """

    columns: dict[str, Column]
    others: tuple[Other, ...] = ()
    record: str = ""
    source: str = ""
    link: str = ""
    one_to_one: bool = False
    is_guessed: bool = False
    ignored: tuple[str, ...] = field(default=(), compare=False)


@lru_cache
def load_words() -> dict[str, Any]:
    """Load what fields and kinds are called."""
    return read_yaml(WORDS)


@lru_cache
def name_fields() -> dict[str, str]:
    """Give field by every name it is known by, normalised; its own name comes first."""
    fields = load_words()["fields"]
    names = {normalise(name): name for name in fields}
    for name, synonyms in fields.items():
        for synonym in synonyms:
            names.setdefault(normalise(synonym), name)
    for name, synonym in list_synonyms():
        known = "sex" if name == "sex_type" else name
        if known in fields:
            names.setdefault(normalise(synonym), known)
    return names


def read_map(path: Path, headings: list[str]) -> ColumnMap:
    """Read a map for a table with these headings.

    Args:
        path: the YAML file.
        headings: of all inputs together, in order.

    Raises:
        LinkageError: the map cannot be understood, or names a column that is not there.
        MappingError: the file is no YAML of keys and values.
    """
    if not path.is_file():
        raise LinkageError(f"There is no column map at {path}.")
    content = read_yaml(path)
    settings, columns = _split(content, path)
    finder = _Finder(path, headings)
    made = ColumnMap(columns={})
    for name, said in columns.items():
        ours, column = finder.resolve(str(name), said)
        if isinstance(column, Other):
            made = replace(made, others=(*made.others, column))
            continue
        if ours in made.columns:
            column = _join(path, ours, made.columns[ours], column)
        made.columns[ours] = column
    others = [finder.other(str(n), s) for n, s in settings.pop("other").items()]
    return replace(
        made,
        columns=gather_parts(made.columns),
        others=(*made.others, *others),
        record=finder.one("record", settings.pop("record", "")),
        source=finder.one("source", settings.pop("source", "")),
        ignored=tuple(finder.find(h) or h for h in settings.pop("ignore")),
        link=_read_link(path, settings.pop("link", "")),
        one_to_one=_read_flag(path, settings.pop("one_to_one", False)),
    )


def gather_parts(columns: dict[str, Column]) -> dict[str, Column]:
    """Make one birth date of columns for its year, month and day."""
    parts = {part: columns.get(f"birth_{part}") for part in _PARTS}
    rest = {
        name: column
        for name, column in columns.items()
        if name.removeprefix("birth_") not in _PARTS
    }
    if parts["year"] and "birth_date" not in rest:
        told = [parts[part] for part in _PARTS]
        headings = tuple(column.headings[0] if column else "" for column in told)
        rest["birth_date"] = Column(headings, in_parts=True)
    return rest


def _split(content: dict[str, Any], path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a map into its settings and its columns; a flat map is columns alone."""
    told = {normalise(str(key)): (key, value) for key, value in content.items()}
    settings: dict[str, Any] = {}
    for name, spellings in _SETTINGS.items():
        for spelling in spellings:
            if normalise(spelling) in told:
                settings[name] = told.pop(normalise(spelling))[1]
                break
    columns = settings.pop("columns", None)
    rest = {key: value for key, value in told.values()}
    if columns is None:
        columns = rest
    elif rest:
        names = ", ".join(str(key) for key in rest)
        raise LinkageError(
            f"{path}: '{names}' is no setting of a map. Settings are record, source, "
            "columns, other, ignore, link and one_to_one; a column of a known field "
            "goes under 'columns:', any other under 'other:'."
        )
    for name, value in (("columns", columns), ("other", settings.get("other") or {})):
        if not isinstance(value, dict):
            raise LinkageError(
                f"{path}: '{name}:' must hold lines such as 'surname: last_name', "
                "each a key and a value."
            )
    ignored = settings.get("ignore") or []
    settings["ignore"] = [ignored] if isinstance(ignored, str) else list(ignored)
    settings["other"] = settings.get("other") or {}
    return settings, columns


class _Finder:
    """Finds the columns that a map speaks of among the headings there are."""

    def __init__(self, path: Path, headings: list[str]) -> None:
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
        ours = name_fields().get(normalise(name), "")
        theirs = self._is_theirs(said)
        if isinstance(said, str) and not theirs and self.find(name):
            turned = name_fields().get(normalise(said), "")
            if turned:
                return turned, Column((self.find(name),))
            if _find_kind(said):
                return "", Other(self.find(name), _find_kind(said))
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
        if ours == "birth_date" and "year" in keys and keys <= set(_PARTS):
            headings = tuple(
                self._need(ours, said[part]) if part in said else "" for part in _PARTS
            )
            return Column(headings, in_parts=True)
        if "column" not in keys or keys - {"column", "format"}:
            raise LinkageError(
                f"{self.path}: '{ours}' is told as {sorted(keys)}; write its column, or "
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
        elif not _find_kind(str(said)) and self.find(str(said)) and _find_kind(name):
            heading, kind = str(said), name
        found = _find_kind(str(kind))
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

    def _miss(self, ours: str, name: str) -> str:
        raise LinkageError(
            f"{self.path}: '{ours}' is to be read from '{name}', but no input has one "
            f"column of that name{_suggest(name, self.headings)}. Columns: "
            f"{', '.join(self.headings)}."
        )


def _find_kind(word: str) -> str:
    kinds = load_words()["kinds"]
    for kind, synonyms in kinds.items():
        if normalise(word) in {normalise(name) for name in (kind, *synonyms)}:
            return str(kind)
    return ""


def _suggest(name: str, known: list[str]) -> str:
    plain = {normalise(one): one for one in known}
    close = get_close_matches(normalise(name), plain, n=1, cutoff=0.6)
    return f"; did you mean '{plain[close[0]]}'?" if close else ""


def _join(path: Path, ours: str, first: Column, second: Column) -> Column:
    if first.in_parts or second.in_parts or first.format != second.format:
        raise LinkageError(
            f"{path}: '{ours}' is told twice, in two ways. Tell it once; several "
            "columns go in a list: [current, earlier]."
        )
    headings = dict.fromkeys((*first.headings, *second.headings))
    return replace(first, headings=tuple(headings))


def _read_link(path: Path, said: Any) -> str:
    if said in ("", None):
        return ""
    link = LINKS.get(str(said).strip().lower().replace("-", "_").replace(" ", "_"))
    if link is None:
        raise LinkageError(
            f"{path}: 'link: {said}' is not known. Write within (find doubles inside a "
            "file), between (link files only) or both."
        )
    return link


def _read_flag(path: Path, said: Any) -> bool:
    if not isinstance(said, bool):
        raise LinkageError(f"{path}: 'one_to_one' is true or false, not '{said}'.")
    return said
