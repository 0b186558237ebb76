"""The column map: which column of a table says what about a person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flows.contracts import read_yaml
from flows.errors import LinkageError
from flows.linkage.tables.column_finder import PARTS, Finder
from flows.linkage.tables.words import Column, Other
from flows.onboarding.names import normalise

LINKS = {
    "within": "within", "dedupe": "within", "dedupe_only": "within",
    "between": "between", "link": "between", "link_only": "between",
    "across": "between",
    "both": "both", "link_and_dedupe": "both", "all": "both",
}  # fmt: skip
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
    finder = Finder(path, headings)
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
        link=read_link(path, settings.pop("link", "")),
        one_to_one=_read_flag(path, settings.pop("one_to_one", False)),
    )


def gather_parts(columns: dict[str, Column]) -> dict[str, Column]:
    """Make one birth date of columns for its year, month and day."""
    parts = {part: columns.get(f"birth_{part}") for part in PARTS}
    rest = {
        name: column
        for name, column in columns.items()
        if name.removeprefix("birth_") not in PARTS
    }
    if parts["year"] and "birth_date" not in rest:
        told = [parts[part] for part in PARTS]
        headings = tuple(column.headings[0] if column else "" for column in told)
        rest["birth_date"] = Column(headings, in_parts=True)
    return rest


def _split(
    content: dict[str, Any], path: Path
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a map into its settings and its columns; a flat map is columns alone."""
    told = {normalise(str(key)): (key, value) for key, value in content.items()}
    settings: dict[str, Any] = {}
    for name, spellings in _SETTINGS.items():
        for spelling in spellings:
            if normalise(spelling) in told:
                settings[name] = told.pop(normalise(spelling))[1]
                break
    columns = settings.pop("columns", None)
    rest = dict(told.values())
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


def _join(path: Path, ours: str, first: Column, second: Column) -> Column:
    if first.in_parts or second.in_parts or first.format != second.format:
        raise LinkageError(
            f"{path}: '{ours}' is told twice, in two ways. Tell it once; several "
            "columns go in a list: [current, earlier]."
        )
    headings = dict.fromkeys((*first.headings, *second.headings))
    return replace(first, headings=tuple(headings))


def read_link(place: object, said: object) -> str:
    """Read which records may be linked, in any usual words; empty if nothing is said.

    Args:
        place: where it is said, to speak of it.
        said: the words.

    Raises:
        LinkageError: the words are not known.
    """
    if said in ("", None):
        return ""
    link = LINKS.get(str(said).strip().lower().replace("-", "_").replace(" ", "_"))
    if link is None:
        raise LinkageError(
            f"{place}: '{said}' is no way to link. Say within (find doubles inside a "
            "source), between (link sources only) or both."
        )
    return link


def _read_flag(path: Path, said: Any) -> bool:
    if not isinstance(said, bool):
        raise LinkageError(f"{path}: 'one_to_one' is true or false, not '{said}'.")
    return said
