"""The day an export was made and the days it speaks of, as its name tells them."""

from __future__ import annotations

import datetime as dt
import re

from flows.errors import ExportRefused
from flows.provider_files import Provider

_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


def find_export_date(file_name: str, modified: dt.datetime) -> dt.date:
    """Tell the day an export was made: the last date in its name, else the file's own.

    Raises:
        ExportRefused: the date in the name does not exist or lies in the future; it
            would set the day in view for every provider.
    """
    today = dt.datetime.now(dt.UTC).date()
    days = _dates_in_name(file_name)
    if not days:
        return min(modified.date(), today)
    if days[-1] > today + dt.timedelta(days=1):
        written = _DATE_IN_NAME.findall(file_name)[-1]
        raise ExportRefused(
            "impossible_export_date",
            f"The file's name says {written}, which is no day up to today. Correct the "
            "date in the name.",
        )
    return days[-1]


def find_period(
    provider: Provider, file_name: str, day: dt.date
) -> tuple[dt.date, dt.date] | None:
    """Tell the days an export of a period speaks of; None for any other export.

    Two dates in the name are its first and last day; otherwise it speaks of the week,
    month or quarter (the provider's cadence) its day lies in.
    """
    if provider.exports != "period":
        return None
    days = _dates_in_name(file_name)
    if len(days) > 1:
        return days[-2], days[-1]
    if provider.cadence == "weekly":
        first = day - dt.timedelta(days=day.weekday())
        return first, first + dt.timedelta(days=6)
    months = 3 if provider.cadence == "quarterly" else 1
    month = (day.month - 1) // months * months + 1
    first = day.replace(month=month, day=1)
    after = dt.date(
        first.year + (month + months > 12), (month + months - 1) % 12 + 1, 1
    )
    return first, after - dt.timedelta(days=1)


def _dates_in_name(file_name: str) -> list[dt.date]:
    """List the dates in a name; a day that does not exist lies for ever ahead."""
    found = []
    for text in _DATE_IN_NAME.findall(file_name):
        try:
            found.append(dt.date.fromisoformat(text))
        except ValueError:
            found.append(dt.date.max)
    return found
