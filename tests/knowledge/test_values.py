from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge.model import Hours, Key, Value
from bot.knowledge.showing import clock, hours_text, japanese_date, plain_date
from bot.knowledge.values import fault, shown


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2015, 12, 22), "2015年12月22日（平成27年12月22日）"),
        (date(2019, 5, 1), "2019年5月1日（令和元年5月1日）"),
        (date(2019, 4, 30), "2019年4月30日（平成31年4月30日）"),
        (date(2020, 1, 1), "2020年1月1日（令和2年1月1日）"),
        (date(2026, 11, 20), "2026年11月20日（令和8年11月20日）"),
        (date(1989, 1, 8), "1989年1月8日（平成元年1月8日）"),
        (date(1989, 1, 7), "1989年1月7日（昭和64年1月7日）"),
        (date(1926, 12, 25), "1926年12月25日（昭和元年12月25日）"),
    ],
)
def test_a_date_is_shown_in_both_calendars(day: date, expected: str) -> None:
    assert japanese_date(day) == expected


@pytest.mark.parametrize(("text", "expected"), [("2016-02-15", "2016年2月15日"), ("2025-05", "2025年5月"), ("2024-12-01", "2024年12月1日")])
def test_a_source_s_date_is_shown_as_a_day_or_a_month(text: str, expected: str) -> None:
    assert plain_date(text) == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("yen", 0, "無料"),
        ("yen", 200, "200円"),
        ("yen", 1000, "1,000円"),
        ("count", 0, "0"),
        ("count", 5, "5"),
        ("items", ["カード", "通知書"], "カード、通知書"),
        ("items", ["カード"], "カード"),
        ("date", date(2024, 12, 2), "2024年12月2日（令和6年12月2日）"),
        ("phone", "0120-95-0178", "0120-95-0178"),
        ("text", "約1か月", "約1か月"),
    ],
)
def test_a_value_is_shown_as_it_stands_in_a_sentence(kind: str, value: Value, expected: str) -> None:
    assert shown(Key.parse_obj({"type": kind, "title": "-"}), value) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("yen", 0),
        ("count", 3),
        ("items", ["カード"]),
        ("date", date(2024, 12, 2)),
        ("phone", "03-3228-5425"),
        ("phone", "0120-95-0178"),
        ("email", "7584@oshiete-dial.jp"),
        ("url", "https://www2.jpki.go.jp/"),
        ("text", "本人"),
        ("choice", "a"),
    ],
)
def test_a_value_of_its_kind_has_no_fault(kind: str, value: Value) -> None:
    assert fault(Key.parse_obj({"type": kind, "title": "-", "choices": ["a", "b"]}), value) is None


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("text", None, "value がありません"),
        ("text", " ", "文字で"),
        ("text", 5, "文字で"),
        ("yen", -1, "0以上の整数"),
        ("yen", True, "0以上の整数"),
        ("count", "5", "0以上の整数"),
        ("items", [], "並び"),
        ("items", "カード", "並び"),
        ("date", "2024-12-02", "日付"),
        ("phone", "3228-5425", "phone の形"),
        ("phone", "03-3228-5425 内線1", "phone の形"),
        ("email", "oshiete-dial.jp", "email の形"),
        ("url", "www2.jpki.go.jp", "url の形"),
        ("choice", "c", "a・b のどれか"),
    ],
)
def test_a_value_of_another_kind_has_a_fault_with_its_reason(kind: str, value: Value | None, reason: str) -> None:
    assert reason in (fault(Key.parse_obj({"type": kind, "title": "-", "choices": ["a", "b"]}), value) or "")


@pytest.mark.parametrize(
    ("time", "expected"),
    [("08:30", "午前8時30分"), ("17:00", "午後5時"), ("12:00", "正午"), ("00:00", "午前0時"), ("11:59", "午前11時59分"), ("13:05", "午後1時5分")],
)
def test_a_time_is_shown_in_words(time: str, expected: str) -> None:
    assert clock(time) == expected


@pytest.mark.parametrize(
    ("days", "closed", "expected"),
    [
        (["mon", "tue", "wed", "thu", "fri"], ["holidays", "year_end"], "月〜金曜の午前9時〜午後5時（祝日・年末年始を除く）"),
        (["mon", "tue", "wed", "thu", "fri"], [], "月〜金曜の午前9時〜午後5時"),
        (["sat", "sun"], ["holidays"], "土・日曜の午前9時〜午後5時（祝日を除く）"),
        (["tue"], [], "火曜の午前9時〜午後5時"),
    ],
)
def test_hours_are_shown_in_words(days: list[str], closed: list[str], expected: str) -> None:
    assert hours_text([Hours.parse_obj({"days": days, "opens": "09:00", "closes": "17:00", "closed": closed})]) == expected
