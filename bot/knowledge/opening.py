"""Whether a counter or a phone is open: weekly hours, holidays, year-end and single closed days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import jpholiday

from bot.knowledge.model import Hours, YearEnd

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOK_AHEAD_DAYS = 31

Closed = Literal["day_off", "holiday", "year_end", "closed_on"]
State = Literal["open", "before", "after", "closed"]


@dataclass(frozen=True)
class Calendar:
    """The hours of one place. `year_end` is the page's own range or the usual one; `closed_on` single days."""

    patterns: Sequence[Hours]
    year_end: YearEnd
    closed_on: Sequence[date] = ()


@dataclass(frozen=True)
class Day:
    """One day at a place: its spans of service, or why there is none. Times are Asia/Tokyo."""

    date: date
    spans: tuple[tuple[time, time], ...]
    closed: Closed | None
    holiday: str | None


@dataclass(frozen=True)
class Moment:
    """A place at a moment: `until` is when it closes today, `following` the next opening after the moment."""

    state: State
    day: Day
    until: time | None
    following: datetime | None


def day_at(place: Calendar, on: date) -> Day:
    holiday = jpholiday.is_holiday_name(on)
    if on in place.closed_on:
        return Day(on, (), "closed_on", holiday)
    weekly = [p for p in place.patterns if _applies(p, on, holiday is not None)]
    open_today = [p for p in weekly if not ("year_end" in p.closed and in_year_end(place.year_end, on))]
    spans = _merged(sorted((time.fromisoformat(p.opens), time.fromisoformat(p.closes)) for p in open_today))
    if spans:
        return Day(on, spans, None, holiday)
    return Day(on, (), _reason(place, on, holiday, bool(weekly)), holiday)


def moment_at(place: Calendar, moment: datetime) -> Moment:
    """`moment` is in Asia/Tokyo; the second of closing is already closed."""
    day, now = day_at(place, moment.date()), moment.time().replace(tzinfo=None)
    following = next(_openings(place, moment), None)
    current = next((span for span in day.spans if span[0] <= now < span[1]), None)
    if current is not None:
        return Moment("open", day, current[1], following)
    if not day.spans:
        return Moment("closed", day, None, following)
    return Moment("before" if now < day.spans[-1][0] else "after", day, None, following)


def in_year_end(closing: YearEnd, on: date) -> bool:
    """Both days of `closing` included; it may run over the turn of the year."""
    today = f"{on:%m-%d}"
    if closing.first <= closing.last:
        return closing.first <= today <= closing.last
    return today >= closing.first or today <= closing.last


def _merged(spans: list[tuple[time, time]]) -> tuple[tuple[time, time], ...]:
    """Touching and overlapping spans as one."""
    merged: list[tuple[time, time]] = []
    for opens, closes in spans:
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return tuple(merged)


def _applies(pattern: Hours, on: date, holiday: bool) -> bool:
    if holiday and "holiday" in pattern.days:
        return True
    if holiday and "holidays" in pattern.closed:
        return False
    nth = (on.day - 1) // 7 + 1
    return _WEEKDAYS[on.weekday()] in pattern.days and (not pattern.weeks or nth in pattern.weeks)


def _reason(place: Calendar, on: date, holiday: str | None, weekly: bool) -> Closed:
    if weekly or (in_year_end(place.year_end, on) and any("year_end" in p.closed for p in place.patterns)):
        return "year_end"
    weekday = _WEEKDAYS[on.weekday()]
    return "holiday" if holiday and any(weekday in p.days for p in place.patterns) else "day_off"


def _openings(place: Calendar, after: datetime) -> Iterator[datetime]:
    for ahead in range(_LOOK_AHEAD_DAYS):
        day = day_at(place, after.date() + timedelta(days=ahead))
        for opens, _ in day.spans:
            start = datetime.combine(day.date, opens, tzinfo=after.tzinfo)
            if start > after:
                yield start
