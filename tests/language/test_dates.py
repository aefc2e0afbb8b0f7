from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.dates import DateSaid, Fault, find_dates
from bot.language.normalize import match_form
from bot.language.times import TimeSaid, find_times

TODAY = date(2026, 3, 11)  # a Wednesday
Fields = tuple["int | None", "int | None", "int | None"]


def said_in(text: str) -> list[DateSaid]:
    return find_dates(match_form(text), TODAY)


def only(text: str) -> DateSaid:
    found = said_in(text)
    assert len(found) == 1, (text, found)
    return found[0]


def fields(said: DateSaid) -> Fields:
    return said.year, said.month, said.day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("令和3年6月10日に作りました", (2021, 6, 10)),
        ("令和三年六月十日に作りました", (2021, 6, 10)),
        ("令和03年06月10日", (2021, 6, 10)),
        ("令和 3年 6月 10日", (2021, 6, 10)),
        ("令和元年5月1日生まれです", (2019, 5, 1)),
        ("令和十一年十二月三十一日まで", (2029, 12, 31)),
        ("れいわ3ねん6がつ10にち に つくりました", (2021, 6, 10)),
        ("令和がんねん5がつ1にち", (2019, 5, 1)),
        ("㋿3年6月10日", (2021, 6, 10)),
        ("㍻28年2月15日", (2016, 2, 15)),
        ("平成元年1月8日生まれ", (1989, 1, 8)),
        ("平成二十八年二月二十九日", (2016, 2, 29)),
        ("平成28年の2月15日に取得", (2016, 2, 15)),
        ("平成31年4月30日", (2019, 4, 30)),
        ("平成31年5月1日", (2019, 5, 1)),
        ("平成31年12月31日まで有効", (2019, 12, 31)),
        ("昭和64年1月7日生まれ", (1989, 1, 7)),
        ("昭和34年3月3日です", (1959, 3, 3)),
        ("大正10年5月3日生まれの祖母", (1921, 5, 3)),
        ("明治45年7月29日", (1912, 7, 29)),
        ("令和3年(2021年)6月10日", (2021, 6, 10)),
        ("2021年（令和3年）6月10日", (2021, 6, 10)),
        ("R3.6.10", (2021, 6, 10)),
        ("Ｒ３．６．１０", (2021, 6, 10)),
        ("r3/6/10", (2021, 6, 10)),
        ("R03.06.10に発行", (2021, 6, 10)),
        ("R3年6月10日", (2021, 6, 10)),
        ("R 3. 6. 10", (2021, 6, 10)),
        ("H28-2-15", (2016, 2, 15)),
        ("H元.5.1", (1989, 5, 1)),
        ("S60.1.2", (1985, 1, 2)),
        ("T10.5.3", (1921, 5, 3)),
        ("平28.2.15", (2016, 2, 15)),
        ("令和3.6.10", (2021, 6, 10)),
        ("2021年6月10日", (2021, 6, 10)),
        ("２０２１年６月１０日", (2021, 6, 10)),
        ("西暦2021年6月10日", (2021, 6, 10)),
        ("二〇二一年六月十日", (2021, 6, 10)),
        ("2021/6/10", (2021, 6, 10)),
        ("2021-06-10", (2021, 6, 10)),
        ("2021.6.10", (2021, 6, 10)),
        ("更新しました。2021.6.10。", (2021, 6, 10)),
        ("作ったのは20210610です", (2021, 6, 10)),
        ("'21年6月10日", (2021, 6, 10)),
        ("’21/6/10", (2021, 6, 10)),
        ("99年6月10日", (1999, 6, 10)),
        ("令和3年6月10日(木)に行きました", (2021, 6, 10)),
        ("2026年3月11日水曜日", (2026, 3, 11)),
        ("平成28年2月に取った", (2016, 2, None)),
        ("平成31年6月", (2019, 6, None)),
        ("'21年6月", (2021, 6, None)),
        ("1990年3月生まれ", (1990, 3, None)),
        ("2021/6に作成", (2021, 6, None)),
        ("2021-06", (2021, 6, None)),
        ("令和3年に作った", (2021, None, None)),
        ("平成元年生まれ", (1989, None, None)),
        ("2028年の新カード", (2028, None, None)),
        ("カードの表には2031年とある", (2031, None, None)),
    ],
)
def test_dates_with_their_year_are_read(text: str, expected: Fields) -> None:
    said = only(text)
    assert (fields(said), said.rough, said.fault) == (expected, False, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6月10日に行きます", (None, 6, 10)),
        ("六月十日", (None, 6, 10)),
        ("十月十日", (None, 10, 10)),
        ("六月三〇日", (None, 6, 30)),
        ("3 月 5 日", (None, 3, 5)),
        ("期限が5月28日なんだけど", (None, 5, 28)),
        ("２月２９日生まれ", (None, 2, 29)),
        ("うるう年の2月29日生まれ", (None, 2, 29)),
        ("10月5日付の通知", (None, 10, 5)),
        ("6月末日まで", (None, 6, 30)),
        ("6/10", (None, 6, 10)),
        ("期限は12/31まで", (None, 12, 31)),
        ("行った。6/10に", (None, 6, 10)),
        ("6/10(火)", (None, 6, 10)),
        ("1/2に行きます", (None, 1, 2)),
        ("1/2(金)は開いてる?", (None, 1, 2)),
        ("元日に再開する?", (None, 1, 1)),
        ("元旦", (None, 1, 1)),
        ("1月1日", (None, 1, 1)),
        ("大晦日は開いてますか", (None, 12, 31)),
        ("大みそかに締切がある", (None, 12, 31)),
        ("クリスマスは?", (None, 12, 25)),
        ("4月に期限が切れた", (None, 4, None)),
        ("四月から復職する", (None, 4, None)),
        ("6月中野区に引っ越します", (None, 6, None)),
        ("6月初めて行きます", (None, 6, None)),
    ],
)
def test_a_year_that_was_not_said_stays_open(text: str, expected: Fields) -> None:
    said = only(text)
    assert (fields(said), said.rough, said.fault) == (expected, False, None)
    assert said.span(TODAY) is None
    assert said.on(TODAY) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今日は開いてますか", (2026, 3, 11)),
        ("本日の受付", (2026, 3, 11)),
        ("きょうは なんじまで", (2026, 3, 11)),
        ("昨日もらった", (2026, 3, 10)),
        ("きのう作った", (2026, 3, 10)),
        ("一昨日の午後", (2026, 3, 9)),
        ("おととい無くした", (2026, 3, 9)),
        ("明日で期限切れる", (2026, 3, 12)),
        ("あした行く", (2026, 3, 12)),
        ("あすは?", (2026, 3, 12)),
        ("明後日の正午", (2026, 3, 13)),
        ("あさって行きます", (2026, 3, 13)),
        ("三日前に届いた", (2026, 3, 8)),
        ("3日後です", (2026, 3, 14)),
        ("締切が三日後に迫っています", (2026, 3, 14)),
        ("帰国は十日後で、それまで", (2026, 3, 21)),
        ("たしか10日前に引っ越した", (2026, 3, 1)),
        ("2週間前に引っ越してきた", (2026, 2, 25)),
        ("今月10日", (2026, 3, 10)),
        ("来月の5日に行く", (2026, 4, 5)),
        ("誕生日は来月の二十日", (2026, 4, 20)),
        ("先月15日", (2026, 2, 15)),
        ("今月末日", (2026, 3, 31)),
        ("月末日", (2026, 3, 31)),
        ("令和6年2月末日", (2024, 2, 29)),
        ("来週の月曜", (2026, 3, 16)),
        ("来週月曜に行く", (2026, 3, 16)),
        ("らいしゅうのげつようび", (2026, 3, 16)),
        ("今週の金曜", (2026, 3, 13)),
        ("今週の月曜", (2026, 3, 9)),
        ("再来週の火曜日", (2026, 3, 24)),
        ("先週の金曜に出した", (2026, 3, 6)),
        ("次の土曜", (2026, 3, 14)),
        ("次の水曜", (2026, 3, 18)),
        ("今度の日曜やってる?", (2026, 3, 15)),
        ("土曜は?", (2026, 3, 14)),
        ("水曜日は何時まで", (2026, 3, 11)),
        ("図書館は月曜やってる?", (2026, 3, 16)),
        ("どようびは あいていますか", (2026, 3, 14)),
        ("去年は6月10日に更新した", (2025, 6, 10)),
        ("昨年8月3日", (2025, 8, 3)),
        ("来年2月15日", (2027, 2, 15)),
        ("去年の大晦日", (2025, 12, 31)),
        ("3年前の6月10日", (2023, 6, 10)),
        ("5年後の6月10日まで", (2031, 6, 10)),
    ],
)
def test_days_counted_from_today_are_exact(text: str, expected: tuple[int, int, int]) -> None:
    said = only(text)
    assert (fields(said), said.rough, said.fault) == (expected, False, None)
    assert said.on(TODAY) == date(*expected)
    assert said.span(TODAY) == (date(*expected), date(*expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("去年の8月", (2025, 8, None)),
        ("今年の9月", (2026, 9, None)),
        ("ことしの9月", (2026, 9, None)),
        ("今年は2月に誕生日がきた", (2026, 2, None)),
        ("五年前の6月", (2021, 6, None)),
        ("先月切れた", (2026, 2, None)),
        ("今月", (2026, 3, None)),
        ("来月で切れる", (2026, 4, None)),
        ("らいげつ きれます", (2026, 4, None)),
        ("再来月", (2026, 5, None)),
        ("一か月前", (2026, 2, None)),
        ("ひと月前に無くした", (2026, 2, None)),
        ("３ヶ月後", (2026, 6, None)),
        ("期限は2か月先です", (2026, 5, None)),
        ("もう3か月前に切れた", (2025, 12, None)),
        ("期限が二か月前に切れていて", (2026, 1, None)),
        ("作ったのは3か月前です", (2025, 12, None)),
        ("1年前", (2025, None, None)),
        ("五年前に作った", (2021, None, None)),
        ("前回の更新は5年前。また同じ?", (2021, None, None)),
        ("カードを5年前に作りました", (2021, None, None)),
        ("三十年前に出た高校", (1996, None, None)),
        ("期限は2年先なのに失効", (2028, None, None)),
        ("再来年です", (2028, None, None)),
        ("らいねん きれます", (2027, None, None)),
        ("去年亡くなりました", (2025, None, None)),
        ("おととし作った", (2024, None, None)),
    ],
)
def test_months_and_years_counted_from_today_have_no_day(text: str, expected: Fields) -> None:
    said = only(text)
    assert (fields(said), said.rough, said.fault) == (expected, False, None)
    assert said.on(TODAY) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("来月の頭", (2026, 4)),
        ("来月初めに引っ越す", (2026, 4)),
        ("来月の中旬", (2026, 4)),
        ("来月下旬", (2026, 4)),
        ("来月末", (2026, 4)),
        ("来月の月末", (2026, 4)),
        ("今月末で切れる", (2026, 3)),
        ("締切が月末です", (2026, 3)),
        ("月末ごろ", (2026, 3)),
        ("9月末で切れるから", (None, 9)),
        ("三月の終わりに引っ越した", (None, 3)),
        ("2月末日", (None, 2)),
        ("6月中に引っ越します", (None, 6)),
        ("6月ごろ", (None, 6)),
        ("6月10日ごろ", (None, 6)),
        ("6/10ごろ", (None, 6)),
        ("令和3年6月頃", (2021, 6)),
        ("2021年くらい", (2021, None)),
        ("半年前", (2025, 9)),
        ("期限が半年先だけど", (2026, 9)),
        ("3年半前", (2022, 9)),
        ("3年くらい前に作った", (2023, None)),
        ("約3年前", (2023, None)),
        ("一昨年の春", (2024, None)),
        ("おととしの春", (2024, None)),
        ("去年の年末", (2025, None)),
        ("年内に済ませたい", (2026, None)),
        ("今年中に", (2026, None)),
        ("春ごろ引っ越す", (None, None)),
        ("来春から高校生", (None, None)),
        ("来週引っ越します", (2026, 3)),
        ("今週の土日は?", (2026, 3)),
        ("21年6月10日", (None, None)),
        ("21/6/10", (None, None)),
        ("3年6月10日", (None, None)),
    ],
)
def test_what_pins_no_day_is_rough(text: str, expected: tuple[int | None, int | None]) -> None:
    said = only(text)
    assert (fields(said), said.rough, said.fault) == ((*expected, None), True, None)
    assert said.on(TODAY) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2月30日", Fault.no_such_day),
        ("6月31日", Fault.no_such_day),
        ("13月1日", Fault.no_such_day),
        ("0月5日", Fault.no_such_day),
        ("6月0日", Fault.no_such_day),
        ("2021年2月29日", Fault.no_such_day),
        ("令和3年13月", Fault.no_such_day),
        ("2021/2/30", Fault.no_such_day),
        ("H28.2.30", Fault.no_such_day),
        ("来月31日", Fault.no_such_day),
        ("平成40年", Fault.no_such_year),
        ("平成40年2月末日", Fault.no_such_year),
        ("平成32年1月1日", Fault.no_such_year),
        ("H32.1.1", Fault.no_such_year),
        ("令和0年", Fault.no_such_year),
        ("昭和70年", Fault.no_such_year),
        ("令和元年3月", Fault.no_such_year),
        ("令和元年4月30日", Fault.no_such_year),
        ("平成元年1月7日", Fault.no_such_year),
    ],
)
def test_days_and_years_that_never_were_are_faults(text: str, fault: Fault) -> None:
    said = only(text)
    assert (said.fault, said.rough) == (fault, False)
    assert (said.on(TODAY), said.span(TODAY), said.in_past(TODAY), said.in_future(TODAY)) == (None, None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "期限の3か月前",
        "3か月前から更新できる?",
        "3か月前の翌日",
        "有効期限の3か月前に更新",
        "更新は3か月前にできますか",
        "更新を3か月前にしたい",
        "更新は3か月前ですか",
        "更新 3か月前",
        "普通は3か月前に来るの?",
        "期限の約2〜3か月前に届く予定です",
        "誕生日の一か月前",
        "更新の10日前",
        "引っ越しの1か月前",
        "申請から3週間後に受け取れる?",
        "1年前から更新できるってほんと?",
        "10年前のページを案内するな",
        "10年前後",
        "2、3年前に作った",
        "何年も前",
        "数日前",
        "5年",
        "5年で切れる",
        "5回目",
        "5回目の誕生日",
        "10年間",
        "3日間",
        "15歳",
        "24時間",
        "1日2回",
        "一日違い",
        "10日",
        "毎月10日",
        "8時半",
        "17:00",
        "4桁",
        "6〜16文字",
        "200円",
        "03-3228-5425",
        "0120-95-0178",
        "1階8番",
        "第3土曜日",
        "第2・第4土曜",
        "毎週土曜",
        "次の次の土曜",
        "土日",
        "土・日曜",
        "土曜と日曜は?",
        "土曜・日曜・祝日",
        "土曜日や祝日",
        "平日",
        "月〜金",
        "月曜〜金曜",
        "火曜と木曜の午後だけ",
        "月曜以外",
        "(土)",
        "お金",
        "土地",
        "日本",
        "何曜日",
        "年末",
        "年末年始",
        "正月",
        "お盆",
        "ゴールデンウィーク",
        "令和3年度の申請",
        "今年度",
        "令和何年",
        "平成の終わりごろ",
        "昭和区",
        "毎年6月10日",
        "令和100年6月10日",
        "同年12月28日",
        "まだ三月以上あるけれど",
        "3か月",
        "1/2",
        "1/2の確率",
        "1/2に減った",
        "2/3以上",
        "24/7",
        "v6/10",
        "R3.6",
        "v2021.6.10",
        "1.6.10.5",
        "https://example.com/2021/6/10/",
        "20211310",
        "20210610円",
        "202106101234",
        "更新することしかできない",
        "きょうと市",
        "きのうしない",
        "べんきょうする",
        "わたしはかようびょういん",
        "その月末",
        "証明日",
        "ポイント還元日",
        "基本日数",
        "将来年金をもらう",
        "6月前に",
        "3か月前にまだ来ない場合",
        "期限は3か月先の月末です",
        "",
    ],
)
def test_durations_rules_lists_and_figures_are_no_dates(text: str) -> None:
    assert said_in(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6月10日から7月1日まで", [(None, 6, 10), (None, 7, 1)]),
        ("6/10〜6/12", [(None, 6, 10), (None, 6, 12)]),
        ("昨日2回間違えて今日1回間違えた", [(2026, 3, 10), (2026, 3, 11)]),
        ("1990年3月生まれで2022年に作りました", [(1990, 3, None), (2022, None, None)]),
        ("平成元年生まれ、去年の春に更新した", [(1989, None, None), (2025, None, None)]),
        ("9月末で切れるから7月に行ってもええ?", [(None, 9, None), (None, 7, None)]),
    ],
)
def test_several_dates_come_in_order(text: str, expected: list[Fields]) -> None:
    assert [fields(said) for said in said_in(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("たしか令和3年6月10日に作った", "令和3年6月10日"),
        ("6月10日(火)ごろ", "6月10日(火)ごろ"),
        ("作ったのは五年前の6月です", "五年前の6月"),
        ("明日の土曜", "明日の土曜"),
    ],
)
def test_offsets_mark_the_words_of_the_date(text: str, expected: str) -> None:
    said, form = only(text), match_form(text)
    assert form[said.start : said.end] == expected


@pytest.mark.parametrize(
    ("text", "past", "future"),
    [
        ("6月10日", (date(2025, 6, 10), date(2025, 6, 10)), (date(2026, 6, 10), date(2026, 6, 10))),
        ("2月1日", (date(2026, 2, 1), date(2026, 2, 1)), (date(2027, 2, 1), date(2027, 2, 1))),
        ("3月11日", (date(2026, 3, 11), date(2026, 3, 11)), (date(2026, 3, 11), date(2026, 3, 11))),
        ("2月29日", (date(2024, 2, 29), date(2024, 2, 29)), (date(2028, 2, 29), date(2028, 2, 29))),
        ("6月", (date(2025, 6, 1), date(2025, 6, 30)), (date(2026, 6, 1), date(2026, 6, 30))),
        ("3月", (date(2026, 3, 1), date(2026, 3, 11)), (date(2026, 3, 11), date(2026, 3, 31))),
        ("9月末", (date(2025, 9, 1), date(2025, 9, 30)), (date(2026, 9, 1), date(2026, 9, 30))),
        ("元日", (date(2026, 1, 1), date(2026, 1, 1)), (date(2027, 1, 1), date(2027, 1, 1))),
        ("令和3年6月", (date(2021, 6, 1), date(2021, 6, 30)), (date(2021, 6, 1), date(2021, 6, 30))),
        ("2031年", (date(2031, 1, 1), date(2031, 12, 31)), (date(2031, 1, 1), date(2031, 12, 31))),
        ("春ごろ", None, None),
    ],
)
def test_a_missing_year_is_taken_before_or_after_today(text: str, past: tuple[date, date] | None, future: tuple[date, date] | None) -> None:
    said = only(text)
    assert (said.in_past(TODAY), said.in_future(TODAY)) == (past, future)


def test_a_week_across_two_months_names_only_the_year() -> None:
    assert fields(find_dates("来週", date(2026, 3, 25))[0]) == (2026, None, None)
    assert fields(find_dates("来週", date(2026, 12, 22))[0]) == (None, None, None)


def test_months_are_counted_across_the_year() -> None:
    assert [fields(find_dates(word, date(2026, 12, 31))[0]) for word in ("来月", "再来月", "3か月後")] == [(2027, 1, None), (2027, 2, None), (2027, 3, None)]
    assert [fields(find_dates(word, date(2026, 1, 1))[0]) for word in ("先月", "一昨日")] == [(2025, 12, None), (2025, 12, 30)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17時", (17, 0, None)),
        ("１７時すぎても平気?", (17, 0, None)),
        ("17時過ぎ", (17, 0, None)),
        ("5時15分", (5, 15, None)),
        ("四時二十分頃に着きそう", (4, 20, None)),
        ("8時半から", (8, 30, None)),
        ("午後5時半", (17, 30, "pm")),
        ("午後の3時", (15, 0, "pm")),
        ("午後12時半", (12, 30, "pm")),
        ("ごご5じはん", (17, 30, "pm")),
        ("5じに おわります", (5, 0, None)),
        ("午前0時", (0, 0, "am")),
        ("夕方6時", (18, 0, "pm")),
        ("朝8時", (8, 0, "am")),
        ("朝の八時", (8, 0, "am")),
        ("夜の 7時", (19, 0, "pm")),
        ("夜12時", (0, 0, "am")),
        ("夜中の二時", (2, 0, "am")),
        ("深夜11時", (23, 0, "pm")),
        ("昼の12時台", (12, 0, "pm")),
        ("昼1時", (13, 0, "pm")),
        ("昼の11時", (11, 0, "am")),
        ("8:30", (8, 30, None)),
        ("午後5:30", (17, 30, "pm")),
        ("10:30 PM", (22, 30, "pm")),
        ("正午まで", (12, 0, None)),
        ("夜中の一時になりました", (1, 0, "am")),
        ("24時", (0, 0, None)),
    ],
)
def test_times_of_day_are_read(text: str, expected: tuple[int, int, str | None]) -> None:
    found = find_times(match_form(text))
    assert [(said.hour, said.minute, said.spoken_half) for said in found] == [expected]


def test_a_range_of_times_is_two_times() -> None:
    assert find_times("9:00~午後5時") == [TimeSaid(0, 4, 9, 0), TimeSaid(5, 9, 17, 0, "pm")]


@pytest.mark.parametrize(
    "text", ["24時間", "2時間待ち", "何時まで", "時間外", "一時停止", "一時的", "同時", "25時", "10:75", "第1時限", "1:2", "12:30:45", "5分", ""]
)
def test_durations_are_no_times(text: str) -> None:
    assert find_times(match_form(text)) == []


_ONES = ("", *"一二三四五六七八九")


def kanji(value: int) -> str:
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else _ONES[tens] if tens > 1 else "") + ("十" if tens else "") + _ONES[ones]


def era(day: date) -> tuple[str, str, int]:
    return ("令和", "r", day.year - 2018) if day >= date(2019, 5, 1) else ("平成", "h", day.year - 1988)


def spellings(day: date) -> list[str]:
    name, letter, year = era(day)
    first = "元" if year == 1 else str(year)
    return [
        f"{name}{first}年{day.month}月{day.day}日",
        f"{name}{kanji(year)}年{kanji(day.month)}月{kanji(day.day)}日",
        f"{letter}{year}.{day.month}.{day.day}",
        f"{letter}{year:02}/{day.month:02}/{day.day:02}",
        f"{letter}{year}-{day.month}-{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y-%m-%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
    ]


@given(st.dates(date(1989, 1, 8), date(2099, 12, 31)))
def test_every_day_is_found_in_every_spelling(day: date) -> None:
    for spelling in spellings(day):
        form = match_form(f"たしか{spelling}に作りました")
        assert [(said.on(TODAY), said.rough, said.end - said.start) for said in find_dates(form, TODAY)] == [(day, False, len(spelling))], spelling


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_a_day_without_year_lies_within_reach_of_today(day: date, today: date) -> None:
    for form in (f"{day.month}月{day.day}日", f"{kanji(day.month)}月{kanji(day.day)}日", f"{day.month}月"):
        [said] = find_dates(form, today)
        past, future = said.in_past(today), said.in_future(today)
        assert past is not None and future is not None
        assert past[0] <= past[1] <= today <= future[0] <= future[1]
        assert future[0] - past[1] <= timedelta(days=8 * 366)
        assert {past[0].month, past[1].month, future[0].month, future[1].month} == {day.month}


_PIECES = (
    *"rh'元十二〇0年月日時分半前後先のにはを.,/-:~()今末頃火約た",
    *("令和", "平成", "1", "3", "10", "31", "99", "2021", "9999", "か月", "週間", "年前", "末日"),
    *("来月", "来週", "今年", "五年前", "土曜", "一昨日", "きのう", "元日", "正午", "午後"),
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)), st.dates())
def test_no_text_crashes_and_what_is_found_never_overlaps(text: str, today: date) -> None:
    form = match_form(text)
    for found in (find_dates(form, today), find_times(form)):
        places = [(said.start, said.end) for said in found]
        assert all(start < end <= len(form) for start, end in places)
        assert all(first[1] <= second[0] for first, second in zip(places, places[1:], strict=False))
    for said in find_dates(form, today):
        check(said, today)
    assert all(0 <= said.hour < 24 and 0 <= said.minute < 60 for said in find_times(form))


def check(said: DateSaid, today: date) -> None:
    assert not (said.rough and (said.day or said.fault))
    day, past, future = said.on(today), said.in_past(today), said.in_future(today)
    assert day is None or said.span(today) == (day, day)
    if said.fault:
        assert (day, past, future) == (None, None, None)
    if said.year is None:
        assert past is None or past[1] <= today
        assert future is None or future[0] >= today
    else:
        assert said.fault or said.span(today) is not None


def test_a_long_text_is_read_quickly() -> None:
    start = perf_counter()
    for piece in ("土曜 ", "1", "十", "3か月前に", "令和3年", "6/10 ", "月"):
        find_dates(piece * 1500, TODAY)
        find_times(piece * 1500)
    assert perf_counter() - start < 5
