"""When certificates end and may be renewed: date arithmetic over the dated rules of the knowledge base."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from bot.knowledge.lookup import Facts

FIGURES = {"health.grace_months", "renewal.start_offset", "renewal.start_offset_days", "year_end.first", "year_end.last", "hotline.hours"}
"""Facts that only arithmetic uses; no sentence needs to show them."""


@dataclass(frozen=True)
class Rules:
    """The figures in force, none of them written in code. Counts of birthdays, months and days."""

    birthdays: int
    birthdays_renewed: int
    months: int
    offset: int
    city_offset: int | None
    grace_months: int

    @classmethod
    def of(cls, facts: Facts) -> Rules:
        """Raises ValueError naming a figure that the knowledge base does not hold today."""
        return cls(
            birthdays=_count(facts, "validity.birthdays"),
            birthdays_renewed=_count(facts, "validity.birthdays_renewed"),
            months=_count(facts, "renewal.months"),
            offset=_count(facts, "renewal.start_offset"),
            city_offset=_optional_count(facts, "renewal.start_offset_days"),
            grace_months=_count(facts, "health.grace_months"),
        )


def birthday_in(year: int, month: int, day: int) -> date:
    """The birthday in `year`; 29 February is taken as the 28th where the year has none."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def nth_birthday(issued: date, month: int, day: int, nth: int) -> date:
    """The `nth` birthday after the day of issue; one on that very day is not counted."""
    first = issued.year + (birthday_in(issued.year, month, day) <= issued)
    return birthday_in(first + nth - 1, month, day)


def last_day(issued: date, month: int, day: int, rules: Rules, *, renewed: bool = False, card: date | None = None) -> date:
    """The certificate's last day: its birthday, or the card's own last day when that is earlier."""
    ends = nth_birthday(issued, month, day, rules.birthdays_renewed if renewed else rules.birthdays)
    return min(ends, card) if card else ends


def first_renewal_day(ends: date, months: int, offset: int) -> date:
    """`offset` days after the same date `months` earlier; a date the month lacks is taken as its last day."""
    return months_before(ends, months) + timedelta(days=offset)


def first_renewal_days(ends: date, rules: Rules) -> tuple[date, ...]:
    """The nationwide rule's first day, then the municipality's own where it has one."""
    offsets = (rules.offset,) if rules.city_offset is None else (rules.offset, rules.city_offset)
    return tuple(first_renewal_day(ends, rules.months, offset) for offset in offsets)


def months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def grace_end(ends: date, months: int) -> date:
    """The end of the month that lies `months` after the month of `ends`."""
    index = ends.year * 12 + ends.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def _count(facts: Facts, key: str) -> int:
    value = _optional_count(facts, key)
    if value is None:
        raise ValueError(f"{key}: 今日に当たる値がありません")
    return value


def _optional_count(facts: Facts, key: str) -> int | None:
    value = facts.value(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
