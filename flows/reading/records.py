"""Where each record of a piece of delimited text lies, found by array arithmetic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_QUOTE = ord('"')
_LONGEST_RECORD_LINES = 200


@dataclass(frozen=True)
class Records:
    """Where each record of a piece of text begins and ends.

    Attributes:
        start: byte offsets of the first byte of each record.
        end: byte offsets after the last byte, without the line end.
        line: line within the piece of the first line of each record, from 0.
        fields: number of fields of each record.
        blank: records that hold nothing but delimiters, quotes and spaces.
        stray: records with a quote where none can be.
        unclosed: lines within the piece whose quote is never closed.
        used: bytes of the piece that are told of; what is behind belongs to a record
            that goes on in the next piece.
        lines: line ends within those bytes.
    """

    start: Numbers
    end: Numbers
    line: Numbers
    fields: Numbers
    blank: Flags
    stray: Flags
    unclosed: list[int]
    used: int
    lines: int


@dataclass(frozen=True)
class _Lines:
    """A piece of text as lines: where they begin and end, and its marks."""

    text: bytes
    delimiter: str
    starts: Numbers
    ends: Numbers
    quotes: Numbers
    delimiters: Numbers


def find_records(text: bytes, delimiter: str, width: int, *, is_last: bool) -> Records:
    """Find the records of a piece of text that begins with a record.

    A line with an odd number of quotes opens a field that goes on over the line end;
    the next such line closes it. Where no line within reach closes it with the same
    number of fields as the header, the quote was never closed: that line alone is a
    fault, and reading goes on at the next.

    Args:
        text: whole lines; only the last of a file may lack its line end.
        delimiter: one character.
        width: number of fields of the header.
        is_last: nothing comes after this piece.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    if len(data) and (not len(ends) or ends[-1] != len(data) - 1):
        ends = np.append(ends, len(data))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    lines = _Lines(
        text,
        delimiter,
        starts,
        ends,
        np.flatnonzero(data == _QUOTE),
        np.flatnonzero(data == ord(delimiter)),
    )
    heads, closes, unclosed, whole = _join_lines(lines, width, is_last=is_last)
    used = int(ends[whole - 1]) + 1 if whole else 0
    return _measure(data, lines, heads, closes, unclosed, min(used, len(text)), whole)


def _join_lines(
    lines: _Lines, width: int, *, is_last: bool
) -> tuple[Numbers, Numbers, list[int], int]:
    """Join lines into records where quotes close; list the lines where they do not.

    Returns:
        first line of each record, last line of each, lines whose quote never closes,
        number of lines that are told of.
    """
    count = len(lines.ends)
    odd = np.flatnonzero(_count_in(lines.quotes, lines.starts, lines.ends) & 1)
    if not len(odd):
        return np.arange(count), np.arange(count), [], count
    first, last = np.ones(count, dtype=bool), np.arange(count)
    unclosed: list[int] = []
    place, whole = 0, count
    while place < len(odd):
        begin = int(odd[place])
        close = int(odd[place + 1]) if place + 1 < len(odd) else -1
        if close < 0 and not is_last and count - begin <= _LONGEST_RECORD_LINES:
            # Its end may stand in the next piece.
            whole = begin
            break
        if _is_one_record(lines, begin, close, width):
            first[begin + 1 : close + 1] = False
            last[begin] = close
            place += 2
        else:
            unclosed.append(begin)
            first[begin] = False
            place += 1
    heads = np.flatnonzero(first[:whole])
    return heads, last[heads], unclosed, whole


def _is_one_record(lines: _Lines, begin: int, close: int, width: int) -> bool:
    """Tell whether the lines from one odd quote to the next are one record.

    If a line in between looks like a whole row, the quote was never closed, and taking
    it for one record would swallow rows.
    """
    if not 0 < close - begin <= _LONGEST_RECORD_LINES:
        return False
    if width != _count_fields(lines, int(lines.starts[begin]), int(lines.ends[close])):
        return False
    return width == 1 or not any(
        width == _count_fields(lines, int(lines.starts[line]), int(lines.ends[line]))
        for line in range(begin + 1, close)
    )


def _measure(
    data: npt.NDArray[np.uint8],
    lines: _Lines,
    heads: Numbers,
    closes: Numbers,
    unclosed: list[int],
    used: int,
    whole: int,
) -> Records:
    start, end = lines.starts[heads], lines.ends[closes]
    opens, shuts = _pair_quotes(lines, start, end, unclosed)
    fields = _count_in(lines.delimiters, start, end) + 1
    if len(opens):
        # A delimiter between two quotes of a pair is text.
        places = np.searchsorted(lines.delimiters, opens)
        inside = np.searchsorted(lines.delimiters, shuts) - places
        some = np.flatnonzero(inside)
        owner = np.searchsorted(start, opens[some], side="right") - 1
        np.subtract.at(fields, owner, inside[some])
    blank = _find_blank(data, lines, start, end)
    stray = _find_stray(data, lines.delimiter, opens, shuts, start)
    return Records(start, end, heads, fields, blank, stray, unclosed, used, whole)


def _find_blank(
    data: npt.NDArray[np.uint8], lines: _Lines, start: Numbers, end: Numbers
) -> Flags:
    """Mark records that hold nothing but delimiters, quotes, spaces and line ends."""
    filler = np.zeros(256, dtype=bool)
    filler[[ord(lines.delimiter), _QUOTE, ord(" "), ord("\n")]] = True
    blank = np.zeros(len(start), dtype=bool)
    # Nearly every row begins with something, so few are looked at whole.
    for place in np.flatnonzero((start == end) | filler[data[_inside(start, data)]]):
        blank[place] = bool(filler[data[start[place] : end[place]]].all())
    return blank


def _inside(places: Numbers, data: npt.NDArray[np.uint8]) -> Numbers:
    return np.minimum(places, max(len(data) - 1, 0))


def _pair_quotes(
    lines: _Lines, start: Numbers, end: Numbers, unclosed: list[int]
) -> tuple[Numbers, Numbers]:
    """Pair the quotes of every record: within one, quotes are even in number."""
    quotes = lines.quotes
    if not len(end):
        return quotes[:0], quotes[:0]
    if len(quotes) and (unclosed or quotes[-1] >= end[-1]):
        owner = np.searchsorted(start, quotes, side="right") - 1
        quotes = quotes[(owner >= 0) & (quotes < end[np.clip(owner, 0, None)])]
    return quotes[::2], quotes[1::2]


def _count_in(marks: Numbers, start: Numbers, end: Numbers) -> Numbers:
    if not len(marks):
        return np.zeros(len(start), dtype=np.int64)
    return np.searchsorted(marks, end) - np.searchsorted(marks, start)


def _find_stray(
    data: npt.NDArray[np.uint8],
    delimiter: str,
    opens: Numbers,
    shuts: Numbers,
    starts: Numbers,
) -> Flags:
    """Mark records in which a quote stands inside an unquoted text, or after one.

    A quote opens behind a delimiter, a line end or a quote (which it doubles), and
    shuts before one.
    """
    stray = np.zeros(len(starts), dtype=bool)
    if not len(opens):
        return stray
    edge = np.zeros(256, dtype=bool)
    edge[[ord(delimiter), ord("\n"), _QUOTE]] = True
    wrong = ~edge[data[np.maximum(opens - 1, 0)]] & (opens > 0)
    wrong |= ~edge[data[np.minimum(shuts + 1, len(data) - 1)]] & (shuts + 1 < len(data))
    stray[np.searchsorted(starts, opens[wrong], side="right") - 1] = True
    return stray


def _count_fields(lines: _Lines, start: int, end: int) -> int:
    """Count the fields of a piece of text that is strictly one record; else -1.

    Strictly: a quote opens at the start of a field, closes at its end, and is doubled
    in between.
    """
    record = lines.text[start:end]
    place, count = 0, 0
    field, mark = _field_pattern(lines.delimiter), lines.delimiter.encode()
    while True:
        found = field.match(record, place)
        place, count = (found.end() if found else place), count + 1
        if place == len(record):
            return count
        if record[place : place + 1] != mark:
            return -1
        place += 1


@lru_cache
def _field_pattern(delimiter: str) -> re.Pattern[bytes]:
    mark = re.escape(delimiter).encode()
    return re.compile(rb'"(?:[^"]++|"")*+"|[^"\n' + mark + rb"]*+")
