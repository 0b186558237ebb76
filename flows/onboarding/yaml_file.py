"""Writing a provider file: YAML with a reason beside what is left out.

A heading is data: whatever it holds, it comes out as one quoted text on one line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from flows.errors import PipelineError

_LONGEST_KEY = 1000
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*( [A-Za-z0-9_]+)*")


@dataclass(frozen=True)
class Reasoned:
    """A text with a reason, which becomes a comment beside it."""

    text: str
    reason: str


def write_yaml(title: str, content: Mapping[str, Any]) -> str:
    """Give a YAML document that reads back as its content.

    Args:
        title: the comment of the first line.
        content: mappings, lists, texts, numbers and days; :class:`Reasoned` in lists.

    Raises:
        PipelineError: the document would not read back as its content.
    """
    text = f"# {title}\n" + "\n".join(_lines(content, "")) + "\n"
    if yaml.safe_load(text) != _plain(content):
        raise PipelineError("The provider file would not read back as it was meant.")
    return text


def _lines(content: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in content.items():
        if isinstance(value, Mapping) and value and not _is_short(value):
            yield _key(key, indent)
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list) and value and not _is_short(value):
            yield _key(key, indent)
            yield from _items(value, indent + "  ")
        else:
            yield f"{_key(key, indent)} {_flow(value)}"


def _key(key: str, indent: str) -> str:
    """A key and its colon; a long one is marked, or YAML would not take it for one."""
    written = _scalar(key)
    if len(written) <= _LONGEST_KEY:
        return f"{indent}{written}:"
    return f"{indent}? {written}\n{indent}:"


def _items(values: Sequence[Any], indent: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, Reasoned):
            yield f"{indent}- {_scalar(value.text)}  # {value.reason}"
        elif isinstance(value, Mapping):
            lines = list(_lines(value, indent + "  "))
            yield f"{indent}- {lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield f"{indent}- {_flow(value)}"


def _is_short(value: Any) -> bool:
    """Whether a value stands on its key's line: no mapping of mappings, no reasons."""
    if isinstance(value, Mapping):
        nested = any(isinstance(v, Mapping | list) for v in value.values())
        return "to" in value or (not nested and len(value) < 3 and "file" not in value)
    return all(not isinstance(item, Mapping | Reasoned) for item in value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_flow(item) for item in value)}]"
    if isinstance(value, dt.date | int):
        return str(value)
    return _scalar(value)


def _scalar(value: str) -> str:
    if _PLAIN.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    quoted = yaml.safe_dump(value, default_style='"', width=10**9, allow_unicode=False)
    return quoted.strip()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.text if isinstance(value, Reasoned) else value
