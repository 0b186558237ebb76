"""The SQL of a row's texts: trimmed, corrected, blanks null; its key and flags."""

from __future__ import annotations

from collections.abc import Mapping as Named

import duckdb

from flows.duck import quote_text
from flows.mappings import Mapping
from flows.reading.fields import Source, list_sources

# Tabs, line ends and the no-break space that office software leaves behind.
_ODD_SPACES = "\t\n\r\u00a0"


def texts_sql(
    mapping: Mapping, places: Named[str, int], *, has_odd_spaces: bool = True
) -> str:
    """SQL over the table ``reading`` (``c0``, ``c1`` ..., ``_line``).

    It gives ``_line``, the row's key, a hash of all that matters in it, its flags, and
    ``t<n>``, the text of the n-th source.

    Args:
        mapping: which column fills which field.
        places: heading -> its place in the file; one it does not have is null.
        has_odd_spaces: look for more than plain spaces around texts.
    """
    spaces = " " + (_ODD_SPACES if has_odd_spaces else "")
    used = sorted(mapping.file.headings_used)
    whose = mapping.file.names_provider
    wanted = sorted({*used, *([whose] if whose else [])})
    names = {heading: f"h{place}" for place, heading in enumerate(wanted)}
    trimmed = ", ".join(
        f"{_trimmed(places.get(heading), spaces)} as {name}"
        for heading, name in sorted(names.items())
    )
    texts = ", ".join(
        f"{_text_sql(mapping, source, names)} as {source.text}"
        for source in list_sources(mapping)
    )
    key = ", ".join(f"coalesce({names[h]}, '')" for h in mapping.file.row_key)
    empty = " and ".join(f"{names[h]} is null" for h in mapping.file.row_key)
    every = ", ".join(names[heading] for heading in used)
    lacking = " or ".join(f"{names[h]} is null" for h in mapping.file.required)
    corrected = "".join(
        f", {names[c.column]} = {quote_text(c.found)} as _corrected{n}"
        for n, c in enumerate(mapping.provider.corrections)
        if c.file == mapping.file_kind
    )
    return f"""
        select
            _line,
            concat_ws(chr(31), {key}) as _row_key,
            {empty} as _has_no_key,
            xor(hash({every}), {_fingerprint(mapping)}::ubigint) as _row_hash,
            {_deleted_sql(mapping, names)} as _is_deleted,
            {_any_sql(mapping.file.alias_when, names)} as _is_alias,
            {_any_sql(mapping.file.blank_when, names)} as _is_blank,
            {lacking or "false"} as _lacks_required,
            {names[whose] if whose else "null::varchar"} as _whose,
            {texts}{corrected}
        from (select _line, {trimmed} from reading)
    """


def _trimmed(place: int | None, spaces: str) -> str:
    """SQL of a column's text without spaces around it; a field no row has is null.

    Looking whether there is a space to take away costs a tenth of taking it away.
    """
    if place is None:
        return "null::varchar"
    text, some = (
        f"c{place}",
        " or ".join(
            f"c{place} like {quote_text(f'{space}%')} "
            f"or c{place} like {quote_text(f'%{space}')}"
            for space in spaces
        ),
    )
    trimmed = f"nullif(trim({text}, {quote_text(spaces)}), '')"
    return f"case when {some} then {trimmed} when {text} <> '' then {text} end"


def corrections_sql(mapping: Mapping) -> str:
    """SQL: the flags that say whether a known fault was found in a row."""
    return "".join(
        f", _corrected{n}"
        for n, correction in enumerate(mapping.provider.corrections)
        if correction.file == mapping.file_kind
    )


def _fingerprint(mapping: Mapping) -> int:
    """A row's hash changes with what it means, and with what hashes it."""
    own = int(mapping.fingerprint, 16)
    return own ^ int.from_bytes(duckdb.__version__.encode()[:8].ljust(8), "big")


def _text_sql(mapping: Mapping, source: Source, names: Named[str, str]) -> str:
    text = names[source.heading]
    for correction in mapping.provider.corrections:
        if (correction.file, correction.column) == (mapping.file_kind, source.heading):
            text = (
                f"case when {text} = {quote_text(correction.found)} "
                f"then {quote_text(correction.meant)} else {text} end"
            )
    blanks = (*mapping.blanks, *mapping.blank_dates, *source.target.blanks)
    if blanks:
        longest = max(len(blank.encode()) for blank in blanks)
        listed = ", ".join(quote_text(blank.upper()) for blank in blanks)
        text = (
            f"case when strlen({text}) > {longest} or upper({text}) not in ({listed}) "
            f"then {text} end"
        )
    if source.target.when:
        text = f"case when {_any_sql(source.target.when, names)} then {text} end"
    return text


def _any_sql(condition: dict[str, tuple[str, ...]], names: Named[str, str]) -> str:
    """SQL of a condition: each named column holds one of its values."""
    parts = [
        f"coalesce(upper({names[heading]}) in "
        f"({', '.join(quote_text(value.upper()) for value in wanted)}), false)"
        for heading, wanted in condition.items()
    ]
    return " and ".join(parts) or "false"


def _deleted_sql(mapping: Mapping, names: Named[str, str]) -> str:
    """SQL: the source marks the row as deleted (a flag that is set, or a date)."""
    heading = mapping.file.deleted_when
    if heading is None:
        return "false"
    return f"coalesce(upper({names[heading]}) not in ('0', 'N', 'FALSE'), false)"
