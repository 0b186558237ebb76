"""Values of a closed list, by a map from what sources write, as DuckDB SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flows.duck import quote_text
from flows.placeholders import Context
from flows.reading.values import ANYWHERE, Value, blame, is_placeholder, list_values

_WORDS = re.compile(r"[a-z][^a-z0-9]+[a-z]")


def mapped_value(
    text: str,
    values: Mapping[str, str],
    others: str | None,
    *,
    flag: bool = False,
    context: Context = ANYWHERE,
) -> Value:
    """A value of a closed list, by the value map; compared without case.

    Words are compared without punctuation as well: ``White - British`` is
    ``white british``.

    Args:
        text: SQL of the text.
        values: source value in lower case -> the contract's value.
        others: ``blank`` to leave unmapped values out without remark, a value of the
            contract to give them, or None to remark on them.
        flag: the result is true or false.
        context: where the value stands.
    """
    meant = {str(found).lower(): value for found, value in values.items()}
    kind = "flag" if flag else "type"
    written = [v for v in list_values(kind, context) if v.lower() not in meant]
    stand_in = is_placeholder(f"upper({text})", written)
    rest = "null"
    if others is not None and others != "blank":
        given = _literal(others, flag)
        rest = f"case when {text} is not null and not {stand_in} then {given} end"
    if loose := _loosen(meant):
        words = f"replace(replace(lower({text}), '&', ' and '), '''', '')"
        words = f"trim(regexp_replace({words}, '[^a-z0-9]+', ' ', 'g'))"
        rest = _choose(words, loose, rest, flag=flag)
    return Value(
        _choose(f"lower({text})", meant, rest, flag=flag),
        blame(text, stand_in, "unknown_code" if others is None else ""),
    )


def _choose(text: str, meant: Mapping[str, str], rest: str, *, flag: bool) -> str:
    """SQL that takes the meaning of a text, or else the rest, asked only then."""
    cases = " ".join(
        f"when {quote_text(found)} then {_literal(value, flag)}"
        for found, value in meant.items()
    )
    return f"case {text} {cases} else {rest} end" if cases else rest


def _literal(value: str, flag: bool) -> str:
    return f"{quote_text(value)}::boolean" if flag else quote_text(value)


def _loosen(meant: Mapping[str, str]) -> dict[str, str]:
    """Give words without their punctuation; none where two would then be alike."""
    loose: dict[str, str] = {}
    for found, value in meant.items():
        if _WORDS.search(found):
            written = found.replace("&", " and ").replace("'", "")
            plain = re.sub(r"[^a-z0-9]+", " ", written).strip()
            if loose.setdefault(plain, value) != value:
                return {}
    return loose
