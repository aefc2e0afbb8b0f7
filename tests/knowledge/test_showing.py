from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from bot.knowledge.model import Hours
from bot.knowledge.showing import clock, hours_text, japanese_date, moment_text, month_day, plain_date, weekday_date
from bot.settings import JAPAN

WEEK = ["mon", "tue", "wed", "thu", "fri"]
CLOSED = ["holidays", "year_end"]


def hours(days: Sequence[str], opens: str, closes: str, closed: Sequence[str] = (), weeks: Sequence[int] = ()) -> Hours:
    return Hours.parse_obj({"days": list(days), "opens": opens, "closes": closes, "closed": list(closed), "weeks": list(weeks)})


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2015-12-22", "2015年12月22日（平成27年12月22日）"),
        ("2019-04-30", "2019年4月30日（平成31年4月30日）"),
        ("2019-05-01", "2019年5月1日（令和元年5月1日）"),
        ("2019-12-31", "2019年12月31日（令和元年12月31日）"),
        ("2020-01-01", "2020年1月1日（令和2年1月1日）"),
        ("2026-11-20", "2026年11月20日（令和8年11月20日）"),
        ("1989-01-07", "1989年1月7日（昭和64年1月7日）"),
        ("1989-01-08", "1989年1月8日（平成元年1月8日）"),
        ("1926-12-25", "1926年12月25日（昭和元年12月25日）"),
        ("1964-10-10", "1964年10月10日（昭和39年10月10日）"),
        ("2028-02-29", "2028年2月29日（令和10年2月29日）"),
    ],
)
def test_a_day_stands_in_both_calendars(day: str, text: str) -> None:
    assert japanese_date(date.fromisoformat(day)) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [("2016-02-15", "2016年2月15日"), ("2025-05", "2025年5月"), ("2024-12-01", "2024年12月1日"), ("2023-10", "2023年10月")],
)
def test_a_page_s_date_is_as_exact_as_the_page(given: str, text: str) -> None:
    assert plain_date(given) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-11-23", "11月23日（月）"),
        ("2026-11-24", "11月24日（火）"),
        ("2026-11-25", "11月25日（水）"),
        ("2026-12-31", "12月31日（木）"),
        ("2027-01-01", "1月1日（金）"),
        ("2027-01-02", "1月2日（土）"),
        ("2027-01-03", "1月3日（日）"),
        ("2028-02-29", "2月29日（火）"),
    ],
)
def test_a_day_has_its_weekday(day: str, text: str) -> None:
    assert weekday_date(date.fromisoformat(day)) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("00:00", "午前0時"),
        ("00:05", "午前0時5分"),
        ("08:00", "午前8時"),
        ("08:30", "午前8時30分"),
        ("11:59", "午前11時59分"),
        ("13:00", "午後1時"),
        ("17:00", "午後5時"),
        ("17:15", "午後5時15分"),
        ("23:59", "午後11時59分"),
    ],
)
def test_a_time_of_day_names_its_half(given: str, text: str) -> None:
    assert clock(given) == text


@pytest.mark.parametrize(("given", "texts"), [("12:00", ("正午", "午後0時", "昼の12時")), ("12:30", ("午後0時30分", "昼の12時30分"))])
def test_noon_is_not_called_an_hour_that_may_be_midnight(given: str, texts: tuple[str, ...]) -> None:
    """午後12時 is midnight by the letter; clerks say 正午 or 午後0時."""
    assert clock(given) in texts


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 26, 8, 30), "11月26日（木）午前8時30分"),
        (datetime(2027, 1, 4, 17, 0), "1月4日（月）午後5時"),
        (datetime(2026, 11, 21, 1, 0), "11月21日（土）午前1時"),
    ],
)
def test_a_moment_is_a_day_and_a_time(moment: datetime, text: str) -> None:
    assert moment_text(moment.replace(tzinfo=JAPAN)) == text


@pytest.mark.parametrize(("given", "text"), [("12-29", "12月29日"), ("01-03", "1月3日"), ("10-10", "10月10日")])
def test_a_day_of_the_year_has_no_leading_zeros(given: str, text: str) -> None:
    assert month_day(given) == text


@pytest.mark.parametrize(
    ("days", "weeks", "closed", "text"),
    [
        (WEEK, [], CLOSED, "月〜金曜の午前9時〜午後5時（祝日・年末年始を除く）"),
        (WEEK, [], [], "月〜金曜の午前9時〜午後5時"),
        (WEEK, [], ["year_end"], "月〜金曜の午前9時〜午後5時（年末年始を除く）"),
        ([*WEEK, "sat"], [], [], "月〜土曜の午前9時〜午後5時"),
        (["wed"], [], [], "水曜の午前9時〜午後5時"),
        (["tue", "thu"], [], [], "火・木曜の午前9時〜午後5時"),
        (["sat", "sun"], [], [], "土・日曜の午前9時〜午後5時"),
        (["sat", "sun", "holiday"], [], ["year_end"], "土・日曜・祝日の午前9時〜午後5時（年末年始を除く）"),
        (["holiday"], [], [], "祝日の午前9時〜午後5時"),
        (["sun"], [2], [], "第2日曜の午前9時〜午後5時"),
        (["sat"], [1, 3], ["holidays"], "第1・第3土曜の午前9時〜午後5時（祝日を除く）"),
        (["sat", "sun"], [4], [], "第4土・日曜の午前9時〜午後5時"),
    ],
)
def test_the_hours_of_one_pattern(days: list[str], weeks: list[int], closed: list[str], text: str) -> None:
    assert hours_text([hours(days=days, weeks=weeks, opens="09:00", closes="17:00", closed=closed)]) == text


def test_every_day_of_the_week_is_every_day() -> None:
    assert hours_text([hours(days=[*WEEK, "sat", "sun"], opens="08:00", closes="21:00")]) == "毎日午前8時〜午後9時"
    assert hours_text([hours(days=[*WEEK, "sat", "sun", "holiday"], opens="08:00", closes="21:00")]) == "毎日午前8時〜午後9時"


@pytest.mark.parametrize(
    ("days", "names"),
    [
        (["mon", "wed", "fri"], "月水金"),
        (["mon", "tue", "thu", "fri"], "月火木金"),
        (["tue", "wed", "sat", "sun"], "火水土日"),
        (["wed", "thu", "fri", "sat"], "水木金土"),
    ],
)
def test_just_the_days_of_a_pattern_are_told(days: list[str], names: str) -> None:
    """月・水・金曜 is not 月〜金曜: somebody would come on a Tuesday."""
    text, week = hours_text([hours(days=days, opens="09:00", closes="17:00")]), "月火水木金土日"
    parts = [part.split("〜") for part in text.split("曜")[0].split("・")]
    told = "".join(week[week.index(part[0]) : week.index(part[-1]) + 1] for part in parts)
    assert told == names, text


def test_several_patterns_stand_one_after_the_other() -> None:
    hotline = [
        hours(days=WEEK, opens="09:30", closes="20:00", closed=CLOSED),
        hours(days=["sat", "sun", "holiday"], opens="09:30", closes="17:30", closed=["year_end"]),
    ]
    wanted = "月〜金曜の午前9時30分〜午後8時（祝日・年末年始を除く）、土・日曜・祝日の午前9時30分〜午後5時30分（年末年始を除く）"
    assert hours_text(hotline) == wanted


def test_no_patterns_are_no_text() -> None:
    assert hours_text([]) == ""
