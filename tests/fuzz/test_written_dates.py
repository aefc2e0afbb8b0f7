"""A date written in any notation is read back as that date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.dates import find_dates
from bot.language.normalize import match_form
from bot.language.numerals import with_counted_days
from tests.fuzz.profiles import tries

TODAY = date(2026, 11, 20)
_ERAS = (("令和", "R", date(2019, 5, 1)), ("平成", "H", date(1989, 1, 8)), ("昭和", "S", date(1926, 12, 25)), ("大正", "T", date(1912, 7, 30)))
_WIDE = str.maketrans("0123456789./-RHST", "０１２３４５６７８９．／－ＲＨＳＴ")
_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_WEEKDAYS = "月火水木金土日"
_DAYS = st.dates(date(1912, 7, 30), date(2060, 12, 31))
_WESTERN = st.dates(date(1900, 1, 1), date(2099, 12, 31))
Write = Callable[[date], str]


def era(day: date) -> tuple[str, str, int]:
    name, letter, first = next(era for era in _ERAS if era[2] <= day)
    return name, letter, day.year - first.year + 1


def kanji(count: int) -> str:
    """29 as 二十九."""
    tens, ones = divmod(count, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{'〇一二三四五六七八九'[tens]}十") + ("" if ones == 0 else "〇一二三四五六七八九"[ones])


def in_era(day: date) -> str:
    name, _, year = era(day)
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def in_era_kanji(day: date) -> str:
    name, _, year = era(day)
    return f"{name}{'元' if year == 1 else kanji(year)}年{kanji(day.month)}月{kanji(day.day)}日"


def in_era_letter(day: date, separator: str) -> str:
    _, letter, year = era(day)
    return f"{letter}{year}{separator}{day.month}{separator}{day.day}"


def in_era_letters_with_words(day: date) -> str:
    _, letter, year = era(day)
    return f"{letter}{year}年{day.month}月{day.day}日"


def western(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


ERA_NOTATIONS: dict[str, Write] = {
    "令和3年": in_era,
    "令和三年": in_era_kanji,
    "令和 ３ 年": lambda day: in_era(day).translate(_WIDE).replace("年", " 年 ").replace("月", " 月 "),
    "R3.6.10": lambda day: in_era_letter(day, "."),
    "r3/6/10": lambda day: in_era_letter(day, "/").lower(),
    "Ｒ３－６－１０": lambda day: in_era_letter(day, "-").translate(_WIDE),
    "R3年6月10日": in_era_letters_with_words,
    "令和3年(2021年)": lambda day: in_era(day).replace("年", f"年（{day.year}年）", 1),
}
WESTERN_NOTATIONS: dict[str, Write] = {
    "2021年": western,
    "２０２１年": lambda day: western(day).translate(_WIDE),
    "二〇二一年": lambda day: f"{str(day.year).translate(_DIGITS)}年{kanji(day.month)}月{kanji(day.day)}日",
    "2021年06月": lambda day: f"{day:%Y年%m月%d日}",
    "2021/6/10": lambda day: f"{day.year}/{day.month}/{day.day}",
    "2021.6.10": lambda day: f"{day.year}.{day.month}.{day.day}",
    "2021-06-10": lambda day: day.isoformat(),
    "２０２１／０６／１０": lambda day: f"{day:%Y/%m/%d}".translate(_WIDE),
    "20210610": lambda day: f"{day:%Y%m%d}",
    "(木)": lambda day: f"{western(day)}（{_WEEKDAYS[day.weekday()]}）",
    "木曜日": lambda day: f"{western(day)}{_WEEKDAYS[day.weekday()]}曜日",
    "2021年(令和3年)": lambda day: western(day).replace("年", "年（令和3年）", 1) if day.year == 2021 else western(day),
    "2021ねん6がつ10にち": lambda day: f"{day.year}ねん{day.month}がつ{day.day}にち",
}
AROUND = st.sampled_from(["{}", "{}です", "有効期限は{}まで", "カードは{}に作りました。", "誕生日は{}生まれ", "たしか、{}に発行", "「{}」", "\u200b{}\u200b"])


@pytest.mark.parametrize("notation", ERA_NOTATIONS)
@tries(40)
@given(day=_DAYS, around=AROUND)
def test_a_date_of_an_era(notation: str, day: date, around: str) -> None:
    _is_read_back(ERA_NOTATIONS[notation](day), day, around)


@pytest.mark.parametrize("notation", WESTERN_NOTATIONS)
@tries(40)
@given(day=_WESTERN, around=AROUND)
def test_a_western_date(notation: str, day: date, around: str) -> None:
    _is_read_back(WESTERN_NOTATIONS[notation](day), day, around)


def _is_read_back(written: str, day: date, around: str) -> None:
    text = around.format(written)
    found = find_dates(with_counted_days(match_form(text)), TODAY)
    assert [said.on(TODAY) for said in found] == [day], (text, found)


@tries(150)
@given(day=st.dates(date(2024, 1, 1), date(2027, 12, 31)), write=st.sampled_from(["{0.month}月{0.day}日", "{0.month}/{0.day}に", "{0.month}がつ{0.day}にち"]))
def test_a_day_without_a_year_is_the_nearest_before_and_after(day: date, write: str) -> None:
    (said,) = find_dates(match_form(write.format(day)), TODAY)
    past, future = said.in_past(TODAY), said.in_future(TODAY)
    assert past and future and past[0] <= TODAY <= future[0]
    assert {(past[0].month, past[0].day), (future[0].month, future[0].day)} == {(day.month, day.day)}
    reach = 366 if (day.month, day.day) != (2, 29) else 4 * 366
    assert (TODAY - past[0]).days <= reach and (future[0] - TODAY).days <= reach


@tries(150)
@given(year=st.integers(1900, 2099), month=st.integers(0, 99), day=st.integers(0, 99), write=st.sampled_from(["{}年{}月{}日", "{}/{}/{}", "{}.{}.{}"]))
def test_a_day_that_is_none_is_never_read_as_another(year: int, month: int, day: int, write: str) -> None:
    try:
        wanted = date(year, month, day)
    except ValueError:
        wanted = None
    found = [said.on(TODAY) for said in find_dates(match_form(write.format(year, month, day)), TODAY)]
    assert set(found) <= {wanted, None}
