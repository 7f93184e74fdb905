"""Dates and confidence levels, read from the texts of a ledger."""

from calendar import monthrange
from datetime import date

MONTHS = (  # calendar.month_name depends on the locale
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def confidence_level(text: str) -> float:
    """Confidence level, as a fraction, from ``0.9``, ``90`` or ``90%``.

    Raises
    ------
    ValueError
        If it is not a number, or not between 50% and 100%.
    """
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        value = 0.0
    level = value / 100 if value > 1 else value
    if not 0.5 <= level < 1:
        raise ValueError(f"{text!r} is not a confidence level; write it as 0.95 or as 95")
    return level


def day_range(printed: str) -> tuple[date, date]:
    """First and last day that a printed date can mean.

    Raises
    ------
    ValueError
        If it is neither like ``April 15, 2024`` nor like ``September 2022``.
    """
    words = printed.replace(",", " ").split()
    try:
        month = MONTHS.index(words[0]) + 1
        if len(words) == 3:
            day = date(int(words[2]), month, int(words[1]))
            return day, day
        first = date(int(words[1]), month, 1)
    except (ValueError, IndexError):
        raise ValueError(
            f"{printed!r} is not a date; write it as April 15, 2024 or as April 2024"
        ) from None
    return first, first.replace(day=monthrange(first.year, month)[1])
