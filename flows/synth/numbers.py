"""Invented numbers of real shape: check digits right, ranges that nobody is given."""

from __future__ import annotations

import duckdb
import numpy as np

PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
"""A PNC or CRO check letter is the number, year first, modulo 23 in this list."""

NOBODY = 0
"""Stands for a person without the number."""

_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_TEST_RANGE = 999_000_000


def draw_nhs_numbers(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return different valid NHS numbers of the test range, which starts with 999.

    The range holds 909,091 valid numbers: in a larger place the last people have none.
    """
    bodies = np.arange(_TEST_RANGE, _TEST_RANGE + 1_000_000, dtype=np.int64)
    total = np.zeros(len(bodies), dtype=np.int64)
    for place in range(9):
        total += bodies // 10 ** (8 - place) % 10 * (10 - place)
    check = (11 - total % 11) % 11
    valid = (bodies * 10 + check)[check < 10]
    numbers = np.full(count, NOBODY, dtype=np.int64)
    drawn = rng.permutation(valid)[:count]
    numbers[: len(drawn)] = drawn
    return numbers


def count_postcode_units(people: int) -> int:
    """Return how many postcodes a sector has, so that about twelve people share one."""
    return int(np.clip(people // (81 * 12), 2, len(_LETTERS) ** 2))


def add_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Teach a connection to write numbers out."""
    letter = f"substr('{PNC_LETTERS}', (n % 23)::int + 1, 1)"
    unit = f"substr('{_LETTERS}', {{}} % {len(_LETTERS)} + 1, 1)"
    for macro in (
        f"check_letter(n) as {letter}",
        f"unit_letter(n) as {unit.format('n')}",
        "write_pnc(year, serial) as year || '/' || lpad(serial::varchar, 7, '0') || "
        "check_letter((year % 100) * 10000000 + serial)",
        "write_cro(year, serial) as lpad(serial::varchar, 6, '0') || '/' || "
        "lpad((year % 100)::varchar, 2, '0') || "
        "check_letter((year % 100) * 1000000 + serial)",
        # QQ is never issued, so the number is nobody's.
        "write_nino(n) as 'QQ' || lpad((n // 4 % 1000000)::varchar, 6, '0') || "
        "substr('ABCD', (n % 4)::int + 1, 1)",
        "write_crn(n) as substr('XWVUTS', (n // 1000000)::int + 1, 1) || "
        "lpad((n % 1000000)::varchar, 6, '0')",
        "write_noms(n) as 'Z' || lpad((n % 10000)::varchar, 4, '0') || "
        "unit_letter((n // 200000)::int) || unit_letter((n // 10000)::int)",
        "write_postcode(n) as 'QX' || (n // 3600 + 1) || ' ' || (n // 400 % 9 + 1) || "
        "unit_letter((n // 20 % 20)::int) || unit_letter((n % 20)::int)",
    ):
        connection.execute(f"create or replace macro {macro}")
