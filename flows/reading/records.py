"""Where each record of a delimited text begins and ends, found by array arithmetic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

_QUOTE = ord('"')
_LONGEST_RECORD_LINES = 200


@dataclass(frozen=True)
class Records:
    """Where each record of a text begins and ends.

    Attributes:
        start: byte offsets of the first byte of each record.
        end: byte offsets after the last byte, without the line end.
        line: line number of the first line of each record, counted from 1.
        fields: number of fields of each record.
        blank: records that hold nothing but delimiters and spaces.
        stray: records with a quote where none can be.
    """

    start: Numbers
    end: Numbers
    line: Numbers
    fields: Numbers
    blank: npt.NDArray[np.bool_]
    stray: npt.NDArray[np.bool_]


def find_records(text: bytes, delimiter: str) -> tuple[Records, list[int]]:
    """Find the records of a text, and the lines whose quote is never closed.

    A line with an odd number of quotes opens a field that goes on over the line end;
    the next such line closes it. Where no line within reach closes it with the same
    number of fields as the header, the quote was never closed: that line alone is a
    fault, and reading goes on at the next.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    if len(data) and (not len(ends) or ends[-1] != len(data) - 1):
        ends = np.append(ends, len(data))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    quotes = np.concatenate([[0], np.cumsum(data == _QUOTE, dtype=np.int64)])
    inside = (quotes[:-1] & 1).astype(bool)
    odd = np.flatnonzero((quotes[ends] - quotes[starts]) & 1)
    if not len(odd):
        outside = np.flatnonzero((data == ord(delimiter)) & ~inside)
        return _measure(
            data, starts, ends, np.arange(len(ends)), outside, delimiter
        ), []
    return _resolve_quotes(data, starts, ends, odd, delimiter)


def _resolve_quotes(
    data: npt.NDArray[np.uint8],
    starts: Numbers,
    ends: Numbers,
    odd: Numbers,
    delimiter: str,
) -> tuple[Records, list[int]]:
    """Join lines into records where quotes close; list the lines where they do not."""
    text = data.tobytes()
    expected = _count_fields(text, int(starts[0]), int(ends[0]), delimiter)
    first = np.ones(len(ends), dtype=bool)
    last = np.arange(len(ends))
    unclosed: list[int] = []
    place = 0
    while place < len(odd):
        begin = int(odd[place])
        close = int(odd[place + 1]) if place + 1 < len(odd) else -1
        lines = (starts, ends, begin, close)
        if _is_one_record(text, lines, delimiter, expected):
            first[begin + 1 : close + 1] = False
            last[begin] = close
            place += 2
        else:
            unclosed.append(begin + 1)
            first[begin] = False
            place += 1
    heads = np.flatnonzero(first)
    begins, finishes = starts[heads], ends[last[heads]]
    # Within a kept record quotes are balanced, so parity is counted per record.
    quote = (data == _QUOTE).astype(np.int64)
    running = np.concatenate([[0], np.cumsum(quote)])
    owner = np.searchsorted(begins, np.arange(len(data)), side="right") - 1
    base = running[begins][np.clip(owner, 0, None)]
    inside = ((running[:-1] - base) & 1).astype(bool)
    outside = np.flatnonzero((data == ord(delimiter)) & ~inside)
    return _measure(data, begins, finishes, heads, outside, delimiter), unclosed


def _is_one_record(
    text: bytes, lines: tuple[Numbers, Numbers, int, int], delimiter: str, expected: int
) -> bool:
    """Tell whether the lines from one odd quote to the next are one record.

    If a line in between looks like a whole row, the quote was never closed, and taking
    it for one record would swallow rows.
    """
    starts, ends, begin, close = lines
    if not 0 < close - begin <= _LONGEST_RECORD_LINES:
        return False
    if expected != _count_fields(text, int(starts[begin]), int(ends[close]), delimiter):
        return False
    between = range(begin + 1, close)
    return expected == 1 or not any(
        expected == _count_fields(text, int(starts[line]), int(ends[line]), delimiter)
        for line in between
    )


def _measure(
    data: npt.NDArray[np.uint8],
    starts: Numbers,
    ends: Numbers,
    lines: Numbers,
    delimiters: Numbers,
    delimiter: str,
) -> Records:
    fields = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts) + 1
    filler = (data == ord(" ")) | (data == _QUOTE) | (data == ord("\n"))
    filler[delimiters] = True
    running = np.concatenate([[0], np.cumsum(~filler, dtype=np.int64)])
    blank = running[ends] == running[starts]
    stray = _find_stray(data, starts, ends, delimiter)
    return Records(starts, ends, lines + 1, fields, blank, stray)


def _count_fields(text: bytes, start: int, end: int, delimiter: str) -> int:
    """Count the fields of a piece of text that is strictly one record; else -1.

    Strictly: a quote opens at the start of a field, closes at its end, and is doubled
    in between.
    """
    record = text[start:end]
    place, count = 0, 0
    field, mark = _field_pattern(delimiter), delimiter.encode()
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


def _find_stray(
    data: npt.NDArray[np.uint8], starts: Numbers, ends: Numbers, delimiter: str
) -> npt.NDArray[np.bool_]:
    """Mark records in which a quote stands inside an unquoted text, or after one."""
    stray = np.zeros(len(starts), dtype=bool)
    quotes = np.flatnonzero(data == _QUOTE)
    if not len(quotes) or not len(starts):
        return stray
    owner = np.searchsorted(starts, quotes, side="right") - 1
    own = (owner >= 0) & (quotes < ends[owner])
    opens = (np.arange(len(quotes)) - np.searchsorted(quotes, starts)[owner]) % 2 == 0
    before = data[np.maximum(quotes - 1, 0)]
    after = data[np.minimum(quotes + 1, len(data) - 1)]
    edge = (ord(delimiter), _QUOTE)
    fine_open = (quotes == starts[owner]) | np.isin(before, edge)
    fine_close = (quotes + 1 >= ends[owner]) | np.isin(after, edge)
    wrong = own & np.where(opens, ~fine_open, ~fine_close)
    stray[owner[wrong]] = True
    return stray
