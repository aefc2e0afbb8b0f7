"""Dates, times and hours as they stand inside a Japanese sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bot.knowledge.model import Hours

_ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"), (date(1926, 12, 25), "昭和"))
_WEEKDAYS = "月火水木金土日"
_DAY_NAMES = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"), (*_WEEKDAYS, "祝日"), strict=True))
_CLOSED_NAMES = {"holidays": "祝日", "year_end": "年末年始"}


def japanese_date(day: date) -> str:
    """2015年12月22日（平成27年12月22日）: both calendars, since people ask in either."""
    return f"{day.year}年{day.month}月{day.day}日（{_era_year(day)}{day.month}月{day.day}日）"


def plain_date(text: str) -> str:
    """A source's date as text: 2016-02-15 → 2016年2月15日, 2025-05 → 2025年5月."""
    year, month, *rest = (int(part) for part in text.split("-"))
    return f"{year}年{month}月" + (f"{rest[0]}日" if rest else "")


def weekday_date(day: date) -> str:
    """11月25日（水）"""
    return f"{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"


def moment_text(moment: datetime) -> str:
    """11月26日（木）午前8時30分"""
    return f"{weekday_date(moment.date())}{clock(f'{moment:%H:%M}')}"


def month_day(text: str) -> str:
    """12-29 → 12月29日"""
    month, day = (int(part) for part in text.split("-"))
    return f"{month}月{day}日"


def clock(time: str) -> str:
    """17:00 → 午後5時, 12:00 → 正午"""
    hour, minute = (int(part) for part in time.split(":"))
    if (hour, minute) == (12, 0):
        return "正午"
    half, hour = ("午前", hour) if hour < 12 else ("午後", hour - 12)
    return f"{half}{hour}時" + (f"{minute}分" if minute else "")


def hours_text(patterns: Sequence[Hours]) -> str:
    """月〜金曜の午前8時30分〜午後5時（祝日・年末年始を除く）; several patterns one after the other."""
    return "、".join(map(_pattern_text, patterns))


def _pattern_text(hours: Hours) -> str:
    closed = "・".join(_CLOSED_NAMES[c] for c in hours.closed)
    days = _days_text([_DAY_NAMES[day] for day in hours.days], hours.weeks)
    return f"{days}{clock(hours.opens)}〜{clock(hours.closes)}" + (f"（{closed}を除く）" if closed else "")


def _days_text(names: Sequence[str], weeks: Sequence[int]) -> str:
    weekdays = [name for name in names if len(name) == 1]
    if len(weekdays) == len(_WEEKDAYS):
        return "毎日"
    in_a_row = len(weekdays) > 2 and "".join(weekdays) in _WEEKDAYS
    shown = f"{weekdays[0]}〜{weekdays[-1]}曜" if in_a_row else "・".join(weekdays) + ("曜" if weekdays else "")
    nth = "・".join(f"第{week}" for week in weeks)
    return "・".join(filter(None, (f"{nth}{shown}", "祝日" if "祝日" in names else ""))) + "の"


def _era_year(day: date) -> str:
    for first, name in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}年"
    return f"{day.year}年"
