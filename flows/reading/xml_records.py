"""From the events of an XML parser to records: a path and a text for each field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.sax.handler import ContentHandler

from flows.errors import ExportRefused

_DEEPEST = 64
_MOST_ATTRIBUTES = 256
_MOST_ELEMENTS = 10_000
_MOST_PATHS = 5_000
_LONGEST_TEXT = 4 << 20
# These say how the file is to be read, not what it holds.
_ABOUT_THE_FILE = ("xmlns", "xsi:", "xml:")


@dataclass(slots=True)
class Record:
    """One record element.

    Attributes:
        line: the line of the file its tag stands in, counted from 1.
        values: path -> text; empty elements give an empty text.
        repeated: the first path that stands more than once, or empty.
    """

    line: int
    values: dict[str, str] = field(default_factory=dict)
    repeated: str = ""


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet; outside records its path begins with /."""

    path: str
    is_leaf: bool = True
    texts: list[str] = field(default_factory=list)


class RecordReader(ContentHandler):
    """Gathers records while a parser runs.

    Attributes:
        paths: every path met in or for a record, in the order they were met.
        outside: fields outside the records that no heading asks for.
        events: how many events came: it stands still inside an unfinished tag.
        find_line: gives the parser's current line.
    """

    def __init__(self, record: str, headings: Sequence[str]) -> None:
        """Read elements named ``record``; ``headings`` says which fields around."""
        super().__init__()
        self.paths: dict[str, None] = {}
        self.outside: dict[str, None] = {}
        self.events = 0
        self.find_line: Callable[[], int | None] = lambda: None
        self._name = record
        self._expected = set(headings)
        self._above = {h: h.count("../") for h in headings if h.startswith("../")}
        self._ends = tuple(f"/{h.rpartition('../')[2]}" for h in self._above)
        self._around: dict[str, str | None] = {}
        self._stack: list[_Open] = []
        self._record: Record | None = None
        self._depth = self._length = self._elements = 0
        self._done: list[Record] = []

    def take(self) -> list[Record]:
        """Give the records that are complete and forget them."""
        done, self._done = self._done, []
        return done

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX names it
        """Begin an element: a record, a field, or something around records."""
        self.events += 1
        self._elements += 1
        local = name.rpartition(":")[2]
        if self._stack:
            self._stack[-1].is_leaf = False
        if self._record is not None:
            self._stack.append(_Open(self._join(local)))
        elif local == self._name:
            self._begin_record()
        else:
            self._begin_around(self._join(local))
        if len(self._stack) > _DEEPEST or len(attrs) > _MOST_ATTRIBUTES:
            self._refuse("is deeper, or has more attributes,")
        if self._elements > _MOST_ELEMENTS:
            self._refuse("has more elements")
        for key, value in attrs.items():
            if not key.startswith(_ABOUT_THE_FILE):
                self._keep(self._join(f"@{key.rpartition(':')[2]}"), value)

    def characters(self, content: str) -> None:
        """Gather text; all the text of a record has a limit."""
        self.events += 1
        self._length += len(content)
        if self._length > _LONGEST_TEXT:
            self._refuse("has more text")
        element = self._stack[-1]
        if element.texts or not content.isspace():
            element.texts.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX names it
        """End an element: keep a field's text, or complete a record."""
        self.events += 1
        ended = self._stack.pop()
        text = "".join(ended.texts).strip()
        is_record = self._record is not None and len(self._stack) == self._depth
        # An empty element may be a group without its fields: only a field has a path.
        if text or (ended.is_leaf and ended.path in self._expected):
            self._keep(ended.path or ".", text)
        if is_record and self._record is not None:
            self._done.append(self._record)
            self._record = None

    def _begin_record(self) -> None:
        self._record = Record(self.find_line() or 0)
        self._depth, self._elements, self._length = len(self._stack), 0, 0
        parents = [element.path for element in self._stack]
        for heading, levels in self._above.items():
            if levels <= len(parents):
                place = f"{parents[-levels]}/{heading[3 * levels :]}"
                if place in self._around:
                    self._keep_around(heading, self._around[place])
        self._stack.append(_Open(""))

    def _begin_around(self, path: str) -> None:
        """Begin an element around records: what an earlier such one held is over."""
        self._elements = self._length = 0
        for known in [k for k in self._around if k.startswith(f"{path}/")]:
            del self._around[known]
        self._stack.append(_Open(path))

    def _keep_around(self, heading: str, value: str | None) -> None:
        """Keep a field of an element around; None says it stood there twice."""
        self._keep(heading, value or "")
        if value is None and self._record is not None:
            self._record.repeated = self._record.repeated or heading

    def _join(self, name: str) -> str:
        if not self._stack:
            return f"/{name}"
        above = self._stack[-1].path
        return f"{above}/{name}" if above else name

    def _keep(self, path: str, text: str) -> None:
        if self._record is not None:
            if path in self._record.values:
                self._record.repeated = self._record.repeated or path
            self._record.values[path] = text
            self._learn(self.paths, path)
        elif path.endswith(self._ends):
            self._around[path] = None if path in self._around else text
        else:
            self._learn(self.outside, path)

    def _learn(self, known: dict[str, None], path: str) -> None:
        if path not in known:
            if len(known) >= _MOST_PATHS:
                self._refuse("has more different fields")
            known[path] = None

    def _refuse(self, words: str) -> NoReturn:
        raise ExportRefused(
            "unreadable_xml",
            f"An element {words} than any layout has. Look for an end tag that is "
            "missing.",
            line=self.find_line(),
        )
