# ruff: noqa: E501 — one row of a table stands on one line
from __future__ import annotations

import re
from datetime import datetime

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import FALLBACK, Content, Heard
from bot.knowledge.answer import Answer
from bot.settings import JAPAN

FRIDAY = "2026-11-20T10:00"
"""Before a long weekend: Monday the 23rd is a holiday."""
UNSURE = (("renewal", 0.3), ("expired", 0.25), ("greet", 0.2))
NAKANO_PHONE = "03-3228-5425"
NATIONAL_PHONE = "0120-95-0178"
WITHOUT_HOURS = {"名古屋市": "052-953-7584", "杉並区": "03-3312-2111", "西東京市": "042-460-9820", "野田村": "0194-78-2928"}
"""The municipalities whose page gives no opening hours of the counter, with the phone on it."""
COUNTER_CLOCK = r"午前8時30分|〜午後5時(?!30分)|午後5時まで"
"""Nakano's hours; a time that was asked about may be said back."""
TUESDAY = "11月24日（火）午前8時30分"
MONDAY_4 = "1月4日（月）午前8時30分"
USUAL = "12月29日〜1月3日"


def hear(text: str, intent: str | None, town: str | None) -> Heard:
    """`intent` None: not understood."""
    return Heard(text, intent or FALLBACK, ((intent, 0.95), ("out_of_scope", 0.05)) if intent else UNSURE, None, town)


def talk(content: Content, moment: str, *texts: str, town: str | None = "中野区", intent: str | None = "office_hours") -> list[Answer]:
    """The first text is understood as `intent`, a later one only by what was said before."""
    memory, answers, now = Memory(), [], datetime.fromisoformat(moment).replace(tzinfo=JAPAN)
    for number, text in enumerate(texts):
        answer, memory = respond(hear(text, None if number else intent, town), memory, content, now)
        answers.append(answer)
    return answers


def told(content: Content, moment: str, *texts: str, town: str | None = "中野区", intent: str | None = "office_hours") -> str:
    """The sentence that answers the last text."""
    return talk(content, moment, *texts, town=town, intent=intent)[-1].lead


def says(lead: str, verdict: str, *facts: str) -> bool:
    """Yes or no comes first ("" where neither is said), and every fact stands in the sentence."""
    first = lead.partition("、")[0]
    return (first if first in ("はい", "いいえ") else "") == verdict and all(fact in lead for fact in facts)


@pytest.mark.parametrize("text", ["今開いてる?", "いま開いてますか", "今やってる?", "まだやってる?", "今日は?"])
@pytest.mark.parametrize(
    ("moment", "verdict", "facts"),
    [
        ("2026-11-20T08:29", "いいえ", ["まだ", "午前8時30分"]),
        ("2026-11-20T08:30", "はい", ["午後5時まで"]),
        ("2026-11-20T16:59", "はい", ["午後5時まで"]),
        ("2026-11-20T17:00", "いいえ", ["終わ", TUESDAY]),
        ("2026-11-19T17:00", "いいえ", ["終わ", "11月20日（金）午前8時30分"]),
        ("2026-11-20T23:59", "いいえ", ["終わ", TUESDAY]),
        ("2026-11-21T10:00", "いいえ", [TUESDAY]),
        ("2026-11-22T10:00", "いいえ", [TUESDAY]),
        ("2026-11-23T10:00", "いいえ", ["勤労感謝の日", TUESDAY]),
        ("2026-05-06T10:00", "いいえ", ["振替休日", "5月7日（木）午前8時30分"]),
        ("2026-09-22T10:00", "いいえ", ["国民の休日", "9月24日（木）午前8時30分"]),
        ("2026-12-28T16:59", "はい", ["午後5時まで"]),
        ("2026-12-28T17:00", "いいえ", ["終わ", MONDAY_4]),
        ("2026-12-29T10:00", "いいえ", ["年末年始", USUAL, MONDAY_4, NAKANO_PHONE]),
        ("2026-12-31T23:59", "いいえ", ["年末年始", MONDAY_4, NAKANO_PHONE]),
        ("2027-01-01T00:00", "いいえ", ["年末年始", MONDAY_4, NAKANO_PHONE]),
        ("2027-01-03T12:00", "いいえ", ["年末年始", MONDAY_4, NAKANO_PHONE]),
        ("2027-01-04T08:29", "いいえ", ["まだ", "午前8時30分"]),
        ("2027-01-04T08:30", "はい", ["午後5時まで"]),
    ],
)  # fmt: skip
def test_whether_nakano_is_open_now(content: Content, text: str, moment: str, verdict: str, facts: list[str]) -> None:
    lead = told(content, moment, text)
    assert says(lead, verdict, *facts), lead


@pytest.mark.parametrize(
    ("moment", "text", "verdict", "facts"),
    [
        (FRIDAY, "明日は?", "いいえ", ["明日（11月21日（土））", TUESDAY]),
        (FRIDAY, "明日開いてる?", "いいえ", ["11月21日（土）", TUESDAY]),
        ("2026-11-18T10:00", "明日は?", "はい", ["明日（11月19日（木））", "午前8時30分", "午後5時"]),
        ("2026-11-22T22:00", "明日は?", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        ("2026-11-23T10:00", "明日は?", "はい", ["11月24日（火）"]),
        ("2026-12-28T10:00", "明日は?", "いいえ", ["12月29日（火）", "年末年始", MONDAY_4]),
        ("2027-01-03T10:00", "明日は?", "はい", ["1月4日（月）", "午前8時30分"]),
        (FRIDAY, "あさっては?", "いいえ", ["あさって（11月22日（日））", TUESDAY]),
        (FRIDAY, "来週の月曜", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        (FRIDAY, "来週の月曜は開いてますか", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        (FRIDAY, "来週の火曜", "はい", ["11月24日（火）", "午前8時30分", "午後5時"]),
        ("2026-11-23T10:00", "来週の月曜", "はい", ["11月30日（月）"]),
        ("2026-12-21T10:00", "来週の月曜", "はい", ["12月28日（月）"]),
        ("2026-12-28T10:00", "来週の月曜", "はい", ["1月4日（月）"]),
        (FRIDAY, "今週の土曜は?", "いいえ", ["11月21日（土）", TUESDAY]),
        (FRIDAY, "次の日曜は?", "いいえ", ["11月22日（日）", TUESDAY]),
        (FRIDAY, "11月23日", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        (FRIDAY, "11月23日は開いてる?", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        (FRIDAY, "11/23は?", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        (FRIDAY, "11月24日に行きます。開いてますか", "はい", ["11月24日（火）", "午後5時"]),
        ("2026-11-24T10:00", "11月25日", "はい", ["明日（11月25日（水））"]),
        ("2026-11-24T10:00", "11月23日は?", "いいえ", ["11月23日（火）", "勤労感謝の日", "11月24日（水）午前8時30分"]),
        (FRIDAY, "12月28日は?", "はい", ["12月28日（月）", "午後5時"]),
        (FRIDAY, "12月29日は?", "いいえ", ["12月29日（火）", USUAL, MONDAY_4, NAKANO_PHONE]),
        (FRIDAY, "大晦日は?", "いいえ", ["12月31日（木）", "年末年始", MONDAY_4]),
        (FRIDAY, "元日は?", "いいえ", ["1月1日（金）", "年末年始", MONDAY_4]),
        (FRIDAY, "1月3日は?", "いいえ", ["1月3日（日）", "年末年始", MONDAY_4]),
        (FRIDAY, "1月4日は?", "はい", ["1月4日（月）", "午前8時30分"]),
        ("2027-04-28T10:00", "5月5日は?", "いいえ", ["5月5日（水）", "こどもの日", "5月6日（木）午前8時30分"]),
        ("2026-04-28T10:00", "5月6日は?", "いいえ", ["5月6日（水）", "振替休日", "5月7日（木）午前8時30分"]),
        (FRIDAY, "29日は?", "いいえ", ["11月29日（日）", "11月30日（月）午前8時30分"]),
        (FRIDAY, "23日は?", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        (FRIDAY, "25日は?", "はい", ["11月25日（水）"]),
        (FRIDAY, "19日は?", "いいえ", ["12月19日（土）", "12月21日（月）午前8時30分"]),
        (FRIDAY, "31日は?", "いいえ", ["12月31日（木）", "年末年始"]),
        ("2026-11-30T10:00", "29日は?", "いいえ", ["12月29日（火）", "年末年始", MONDAY_4]),
        ("2027-01-30T10:00", "29日は?", "はい", ["3月29日（月）"]),
        (FRIDAY, "来月の3日は?", "はい", ["12月3日（木）"]),
    ],
)  # fmt: skip
def test_whether_nakano_is_open_on_a_day(content: Content, moment: str, text: str, verdict: str, facts: list[str]) -> None:
    lead = told(content, moment, text)
    assert says(lead, verdict, *facts), lead


@pytest.mark.parametrize(
    ("moment", "text", "verdict", "facts"),
    [
        (FRIDAY, "17時半に行って間に合う?", "いいえ", ["11月20日（金）", "午後5時30分", "午後5時まで", TUESDAY]),
        (FRIDAY, "17時に行って間に合う?", "いいえ", ["午後5時", TUESDAY]),
        (FRIDAY, "16時59分に行って間に合う?", "はい", ["午後4時59分"]),
        (FRIDAY, "16時半に間に合う?", "はい", ["午後4時30分", "午後5時"]),
        (FRIDAY, "4時50分に着きそう", "はい", ["午後4時50分"]),
        (FRIDAY, "5時", "いいえ", ["11月20日（金）", "午後5時", TUESDAY]),
        (FRIDAY, "5時に行く", "いいえ", ["午後5時", TUESDAY]),
        (FRIDAY, "4時", "はい", ["午後4時"]),
        (FRIDAY, "夜8時は?", "いいえ", ["午後8時", TUESDAY]),
        ("2026-11-20T07:00", "8時15分に行ったら開いてる?", "いいえ", ["午前8時15分", "まだ", "午前8時30分"]),
        ("2026-11-20T07:00", "朝5時は?", "いいえ", ["午前5時", "まだ"]),
        ("2026-11-20T07:00", "8時半に行ったら開いてる?", "はい", ["午前8時30分"]),
        ("2026-11-18T10:00", "明日の17時は?", "いいえ", ["11月19日（木）", "午後5時", "11月20日（金）午前8時30分"]),
        ("2026-11-18T10:00", "明日の午後3時は?", "はい", ["11月19日（木）", "午後3時"]),
        (FRIDAY, "明日の午後3時に行ってもいい?", "いいえ", ["11月21日（土）", TUESDAY]),
        (FRIDAY, "月曜の3時は?", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        (FRIDAY, "来週の火曜の5時半は?", "いいえ", ["11月24日（火）", "午後5時30分", "11月25日（水）午前8時30分"]),
        (FRIDAY, "12月29日の10時は?", "いいえ", ["12月29日（火）", "年末年始", MONDAY_4]),
        ("2026-11-21T10:00", "15時に行って間に合う?", "いいえ", ["11月21日（土）", TUESDAY]),
        ("2026-11-20T14:00", "2時間後に行っても開いてる?", "はい", ["午後4時"]),
        ("2026-11-20T15:00", "2時間後に行っても開いてる?", "いいえ", ["午後5時", TUESDAY]),
        ("2026-11-20T23:00", "2時間後は?", "いいえ", ["11月21日（土）", TUESDAY]),
        ("2026-11-20T16:30", "1時間後に着くけど間に合う?", "いいえ", ["午後5時30分", TUESDAY]),
    ],
)  # fmt: skip
def test_whether_nakano_is_open_at_a_time(content: Content, moment: str, text: str, verdict: str, facts: list[str]) -> None:
    lead = told(content, moment, text)
    assert says(lead, verdict, *facts), lead


@pytest.mark.parametrize(("moment", "text"), [("2026-11-20T16:45", "30分後に着くけど間に合う?"), ("2026-11-20T16:30", "一時間後に行っても開いてる?")])
def test_a_time_from_now_is_told_in_minutes_or_with_kanji_too(content: Content, moment: str, text: str) -> None:
    lead = told(content, moment, text)
    assert says(lead, "いいえ", TUESDAY), lead


@pytest.mark.parametrize(
    ("moment", "text"),
    [("2026-11-20T20:00", "朝9時に行っていい?"), ("2026-11-20T20:00", "8時半に行ったら開いてる?"), ("2026-12-28T18:00", "9時に行っていい?"), ("2026-11-20T18:00", "金曜は?")],
)  # fmt: skip
def test_service_that_is_over_today_is_not_promised(content: Content, moment: str, text: str) -> None:
    """On Friday evening 「朝9時」 is tomorrow at the earliest, and tomorrow is closed; on Friday itself it is over."""
    lead = told(content, moment, text)
    assert not re.match("はい、今日", lead), lead
    assert text == "金曜は?" or not lead.startswith("はい"), lead


def test_a_day_of_another_year_than_the_next_has_its_year(content: Content) -> None:
    """「2月29日は?」 in 2026 can only be 2028."""
    assert "2028年" in told(content, FRIDAY, "2月29日は?")


@pytest.mark.parametrize("text", ["今日は何時まで?", "今日何時まで?"])
@pytest.mark.parametrize(("moment", "opens"), [("2026-11-21T10:00", TUESDAY), ("2026-11-23T10:00", TUESDAY), ("2026-12-30T10:00", MONDAY_4)])
def test_until_when_today_is_no_on_a_closed_day(content: Content, text: str, moment: str, opens: str) -> None:
    lead = told(content, moment, text)
    assert says(lead, "いいえ", opens), lead


@pytest.mark.parametrize("text", ["今日は何時まで?", "今日何時まで?", "何時まで?"])
def test_until_when_today_is_the_closing_time(content: Content, text: str) -> None:
    assert "午後5時" in told(content, FRIDAY, text)


@pytest.mark.parametrize("text", ["次に開くのは?", "次はいつ開きますか", "次に開くのはいつですか"])
@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-20T08:00", "11月20日（金）午前8時30分"),
        ("2026-11-20T08:30", TUESDAY),
        ("2026-11-20T17:00", TUESDAY),
        ("2026-11-21T10:00", TUESDAY),
        ("2026-11-23T23:59", TUESDAY),
        ("2026-11-24T00:00", TUESDAY),
        ("2026-12-28T17:00", MONDAY_4),
        ("2026-12-30T10:00", MONDAY_4),
        ("2027-01-03T10:00", MONDAY_4),
        ("2027-01-04T10:00", "1月5日（火）午前8時30分"),
        ("2026-05-02T10:00", "5月7日（木）午前8時30分"),
        ("2026-09-19T10:00", "9月24日（木）午前8時30分"),
    ],
)  # fmt: skip
def test_the_next_opening(content: Content, text: str, moment: str, opens: str) -> None:
    lead = told(content, moment, text)
    assert opens in lead
    assert ("今開いて" in lead) == (moment in ("2026-11-20T08:30", "2027-01-04T10:00"))


@pytest.mark.parametrize("text", ["年末は?", "年明けは?", "年末年始は?", "年末はいつまで?", "年明けはいつから?"])
@pytest.mark.parametrize(
    ("moment", "last", "first"),
    [
        (FRIDAY, "12月28日（月）", MONDAY_4),
        ("2026-12-28T10:00", "12月28日（月）", MONDAY_4),
        ("2027-11-01T10:00", "12月28日（火）", "1月4日（火）午前8時30分"),
        ("2025-11-04T10:00", "12月26日（金）", "1月5日（月）午前8時30分"),
    ],
)
def test_the_year_end_is_told_as_the_usual_one_and_to_be_asked(content: Content, text: str, moment: str, last: str, first: str) -> None:
    lead = told(content, moment, text)
    assert says(lead, "いいえ", last, first, USUAL, NAKANO_PHONE, "ページに書かれていません"), lead


@pytest.mark.parametrize("text", ["年明けは?", "年末は?", "年末年始は?"])
@pytest.mark.parametrize("moment", ["2026-12-29T10:00", "2026-12-31T10:00", "2027-01-02T10:00"])
def test_during_the_year_end_the_first_day_of_the_new_year_is_told(content: Content, text: str, moment: str) -> None:
    lead = told(content, moment, text)
    assert MONDAY_4 in lead and NAKANO_PHONE in lead, lead


@pytest.mark.parametrize("town", WITHOUT_HOURS)
@pytest.mark.parametrize(
    "text",
    ["今開いてる?", "明日は?", "来週の月曜", "11月23日", "11月24日は開いてる?", "年末は?", "年明けは?", "12月31日は?", "17時半に行って間に合う?", "5時", "次に開くのは?", "29日は?", "何時まで?", "土曜は?", "祝日は?", "2時間後に行っても開いてる?", "昼休みは?", "夜間もやってる?"],
)  # fmt: skip
@pytest.mark.parametrize("moment", [FRIDAY, "2026-11-21T22:00", "2026-12-28T10:00", "2027-01-01T10:00"])
def test_a_page_without_hours_is_neither_yes_nor_no_but_its_own_phone(content: Content, town: str, text: str, moment: str) -> None:
    answer = talk(content, moment, text, town=town)[-1]
    assert answer.municipality == town
    assert says(answer.lead, "", WITHOUT_HOURS[town]), answer.lead
    assert re.search(r"載っていない|載っていません|書いているだけ", answer.lead), answer.lead
    assert not re.search(COUNTER_CLOCK, answer.text), answer.text
    others = {NAKANO_PHONE, *WITHOUT_HOURS.values()} - {WITHOUT_HOURS[town]}
    assert not any(phone in answer.text for phone in others), answer.text


@pytest.mark.parametrize("text", ["11月23日は開いてる?", "来週の月曜", "23日は?"])
@pytest.mark.parametrize("town", WITHOUT_HOURS)
def test_a_holiday_is_named_even_where_the_hours_are_unknown(content: Content, text: str, town: str) -> None:
    assert says(told(content, FRIDAY, text, town=town), "", "11月23日（月）", "勤労感謝の日")


@pytest.mark.parametrize(
    "text", ["今開いてる?", "明日は?", "何時まで?", "17時半に行って間に合う?", "5時", "区役所は今やってる?", "支所は何時まで?", "24日は?", "電話は何時まで?"]
)
@pytest.mark.parametrize("moment", ["2026-11-20T07:59", "2026-11-20T08:00", "2026-11-20T20:59", "2026-11-20T21:00", "2026-11-22T12:00"])
def test_the_hours_of_nagoya_s_hotline_are_never_those_of_the_counter(content: Content, text: str, moment: str) -> None:
    answer = talk(content, moment, text, town="名古屋市")[-1]
    assert says(answer.lead, "", "052-953-7584"), answer.lead
    if "午後9時" in answer.lead:
        assert "窓口の時間ではありません" in answer.lead, answer.lead


@pytest.mark.parametrize(
    ("moment", "open_now"), [("2026-11-20T07:59", False), ("2026-11-20T08:00", True), ("2026-11-22T20:59", True), ("2026-11-22T21:00", False)]
)
def test_nagoya_s_hotline_is_offered_for_now_only_while_it_answers(content: Content, moment: str, open_now: bool) -> None:
    assert ("今つながる時間" in told(content, moment, "今開いてる?", town="名古屋市")) == open_now


@pytest.mark.parametrize(
    ("town", "moment", "text", "verdict", "facts"),
    [
        ("中野区", "2026-11-20T14:59", "2時間後に電話してもいい?", "はい", ["午後4時59分", NAKANO_PHONE]),
        ("中野区", "2026-11-20T15:00", "2時間後に電話してもいい?", "いいえ", ["午後5時", NAKANO_PHONE]),
        ("中野区", "2026-11-20T06:00", "2時間後に電話してもいい?", "いいえ", ["午前8時", NAKANO_PHONE]),
        ("中野区", "2026-11-20T23:00", "2時間後に電話してもいい?", "いいえ", ["11月21日（土）午前1時"]),
        ("中野区", "2026-11-21T13:00", "2時間後に電話してもいい?", "いいえ", ["11月21日（土）午後3時"]),
        ("中野区", "2026-11-23T13:00", "2時間後に電話してもいい?", "いいえ", ["11月23日（月）午後3時"]),
        ("中野区", "2026-12-29T13:00", "2時間後に電話してもいい?", "いいえ", ["12月29日（火）午後3時"]),
        ("中野区", "2026-11-20T10:00", "今電話したらつながる?", "はい", ["午後5時まで", NAKANO_PHONE]),
        ("中野区", "2026-11-20T17:00", "今電話したらつながる?", "いいえ", [TUESDAY, NAKANO_PHONE]),
        ("名古屋市", "2026-11-20T18:59", "2時間後に電話してもいい?", "はい", ["午後8時59分", "052-953-7584"]),
        ("名古屋市", "2026-11-20T19:00", "2時間後に電話してもいい?", "いいえ", ["午後9時", "052-953-7584"]),
        ("名古屋市", "2027-01-01T13:00", "2時間後に電話してもいい?", "はい", ["1月1日（金）午後3時"]),
        ("名古屋市", "2026-11-22T20:59", "今電話したらつながる?", "はい", ["午後9時まで", "052-953-7584"]),
        ("名古屋市", "2026-11-22T21:00", "今電話したらつながる?", "いいえ", ["11月23日（月）午前8時", "052-953-7584"]),
        ("杉並区", FRIDAY, "2時間後に電話してもいい?", "", ["書かれていません", "03-3312-2111"]),
        ("西東京市", FRIDAY, "2時間後に電話してもいい?", "", ["書かれていません", "042-460-9820"]),
        ("野田村", "2026-11-21T10:00", "今電話したらつながる?", "", ["書かれていません", "0194-78-2928"]),
    ],
)  # fmt: skip
def test_whether_somebody_answers_the_phone(content: Content, town: str, moment: str, text: str, verdict: str, facts: list[str]) -> None:
    lead = told(content, moment, text, town=town, intent="contact")
    assert says(lead, verdict, *facts), lead


@pytest.mark.parametrize("text", ["明日電話してもいい?", "土曜に電話してもいい?", "11月23日に電話してもいい?"])
def test_a_day_on_which_nobody_answers_the_phone_is_not_answered_for_now(content: Content, text: str) -> None:
    lead = told(content, FRIDAY, text, intent="contact")
    assert not lead.startswith("はい") and "今つながる" not in lead, lead


@pytest.mark.parametrize(
    "text",
    ["荻窪区民事務所は明日開いてる?", "西荻窪は今開いてる?", "高円寺の区民事務所は日曜やってる?", "井草は何時まで?", "高井戸は今やってる?", "永福和泉区民事務所は土曜は?", "荻窪は17時半に行って間に合う?", "11月24日、井草区民事務所は開いてる?"],
)  # fmt: skip
@pytest.mark.parametrize("town", ["杉並区", None])
def test_a_branch_office_of_suginami_is_not_given_hours_either(content: Content, text: str, town: str | None) -> None:
    answer = talk(content, FRIDAY, text, town=town)[-1]
    assert answer.municipality == "杉並区"
    assert says(answer.lead, "", "03-3312-2111", "杉並区のページ"), answer.lead
    assert not re.search(COUNTER_CLOCK, answer.text), answer.text


@pytest.mark.parametrize(
    ("texts", "town", "then", "verdict", "facts"),
    [
        (["11月23日は開いてる?", "杉並だと?"], "中野区", "杉並区", "", ["11月23日（月）", "勤労感謝の日", "03-3312-2111"]),
        (["明日は?", "杉並だと?"], "中野区", "杉並区", "", ["明日（11月21日（土））", "03-3312-2111"]),
        (["今開いてる?", "杉並だと?"], "中野区", "杉並区", "", ["今開いているかどうか", "03-3312-2111"]),
        (["25日は?", "名古屋だと?"], "中野区", "名古屋市", "", ["11月25日（水）", "052-953-7584"]),
        (["明日は?", "野田村の場合は?", "西東京市なら?"], "中野区", "西東京市", "", ["11月21日（土）", "042-460-9820"]),
        (["11月23日は開いてる?", "杉並だと?", "中野だと?"], "中野区", "中野区", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        (["11月24日は開いてる?", "中野だと?"], "杉並区", "中野区", "はい", ["11月24日（火）", "午後5時"]),
        (["明日は?", "中野区だと?"], "名古屋市", "中野区", "いいえ", ["11月21日（土）", TUESDAY]),
        (["17時半に行って間に合う?", "中野だと?"], "西東京市", "中野区", "いいえ", ["午後5時30分", TUESDAY]),
        (["年末は?", "中野だと?"], "西東京市", "中野区", "いいえ", ["12月28日（月）", MONDAY_4]),
        (["12月31日は?", "中野だと?"], "野田村", "中野区", "いいえ", ["12月31日（木）", "年末年始", MONDAY_4]),
        (["次に開くのは?", "中野だと?"], "野田村", "中野区", "", [TUESDAY]),
    ],
)  # fmt: skip
def test_another_municipality_is_answered_for_the_same_moment(content: Content, texts: list[str], town: str, then: str, verdict: str, facts: list[str]) -> None:
    answer = talk(content, FRIDAY, *texts, town=town)[-1]
    assert answer.municipality == then
    assert says(answer.lead, verdict, *facts), answer.lead


@pytest.mark.parametrize(
    ("text", "verdict", "facts"),
    [
        ("今開いてる?", "はい", ["午後5時"]),
        ("明日は?", "いいえ", ["11月21日（土）", TUESDAY]),
        ("来週の月曜", "いいえ", ["11月23日（月）", "勤労感謝の日"]),
        ("11月23日は開いてる?", "いいえ", ["11月23日（月）", "勤労感謝の日"]),
        ("11月24日は開いてる?", "はい", ["11月24日（火）"]),
        ("17時半に行って間に合う?", "いいえ", ["午後5時30分", TUESDAY]),
        ("5時", "いいえ", ["午後5時", TUESDAY]),
        ("29日は?", "いいえ", ["11月29日（日）"]),
        ("年末は?", "いいえ", ["12月28日（月）", MONDAY_4]),
        ("次に開くのは?", "", [TUESDAY]),
        ("2時間後に行っても開いてる?", "はい", ["11月20日（金）"]),
    ],
)
@pytest.mark.parametrize("reply", ["中野区です", "中野", "中野区"])
def test_the_moment_is_kept_while_the_municipality_is_asked_for(content: Content, text: str, verdict: str, facts: list[str], reply: str) -> None:
    first, second = talk(content, FRIDAY, text, reply, town=None)
    assert (first.outcome, first.municipality, second.municipality) == ("ask_back", None, "中野区")
    assert says(second.lead, verdict, *facts), second.lead


@pytest.mark.parametrize(("town", "phone"), WITHOUT_HOURS.items())
def test_the_moment_is_kept_for_a_municipality_without_hours(content: Content, town: str, phone: str) -> None:
    assert says(talk(content, FRIDAY, "11月24日は開いてる?", town, town=None)[-1].lead, "", "11月24日（火）", phone)


def test_a_moment_is_forgotten_when_something_else_is_asked(content: Content) -> None:
    """「いつまで」 after other things is no longer about the 23rd."""
    memory, now = Memory(), datetime.fromisoformat(FRIDAY).replace(tzinfo=JAPAN)
    for text, intent in [("11月23日は開いてる?", "office_hours"), ("手数料は?", "fees"), ("何時まで?", "office_hours")]:
        answer, memory = respond(hear(text, intent, "中野区"), memory, content, now)
    assert "11月23日" not in answer.text
    assert "午後5時" in answer.lead


@pytest.mark.parametrize(
    ("texts", "verdict", "facts"),
    [
        (["今開いてる?", "明日は?"], "いいえ", ["11月21日（土）", TUESDAY]),
        (["今開いてる?", "来週の月曜は?"], "いいえ", ["11月23日（月）", "勤労感謝の日"]),
        (["今開いてる?", "じゃあ17時半は?"], "いいえ", ["午後5時30分", TUESDAY]),
        (["明日は?", "来週の火曜は?"], "はい", ["11月24日（火）"]),
        (["今開いてる?", "次に開くのは?"], "", [TUESDAY]),
        (["今開いてる?", "年末は?"], "いいえ", ["12月28日（月）", MONDAY_4]),
        (["今開いてる?", "29日は?"], "いいえ", ["11月29日（日）", "11月30日（月）午前8時30分"]),
    ],
)
def test_a_short_follow_up_asks_about_another_moment(content: Content, texts: list[str], verdict: str, facts: list[str]) -> None:
    lead = told(content, FRIDAY, *texts)
    assert says(lead, verdict, *facts), lead


@pytest.mark.parametrize(
    ("texts", "verdict", "facts"),
    [
        (["来週の火曜は?", "5時半は?"], "いいえ", ["午後5時30分", "11月25日（水）午前8時30分"]),
        (["来週の火曜は?", "じゃあ午後3時は?"], "はい", ["11月24日（火）", "午後3時"]),
        (["明日は?", "午後3時なら?"], "いいえ", ["11月21日（土）", TUESDAY]),
    ],
)
def test_a_time_after_a_day_is_a_time_of_that_day(content: Content, texts: list[str], verdict: str, facts: list[str]) -> None:
    lead = told(content, FRIDAY, *texts)
    assert says(lead, verdict, *facts), lead


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("12月25日生まれです。何時まで?", "12月25日"),
        ("有効期限は12月25日です。窓口は何時まで?", "12月25日"),
        ("12月25日に切れます。受付は何時から?", "12月25日"),
        ("2021年12月1日に発行しました。受付時間は?", "12月1日"),
        ("11月23日に期限が切れるんですが、窓口は何時まで?", "11月23日"),
        ("誕生日は11月23日です。受付時間を教えて", "11月23日"),
        ("カードの有効期限が2027年2月11日です。何時まで?", "2月11日"),
    ],
)
def test_a_date_of_the_asker_s_own_is_no_opening_day(content: Content, text: str, own: str) -> None:
    lead = told(content, FRIDAY, text)
    assert own not in lead and says(lead, "", "午前8時30分", "午後5時"), lead


@pytest.mark.parametrize(
    "text",
    [
        "12月31日が誕生日です。窓口の時間を教えて",
        "有効期限が1月3日ですが窓口は何時まで?",
        "12月29日までの期限なんだけど窓口は何時まで",
        "誕生日は1月1日です。受付時間は?",
    ],
)
def test_a_date_of_the_asker_s_own_around_new_year_does_not_ask_about_the_year_end(content: Content, text: str) -> None:
    lead = told(content, FRIDAY, text)
    assert says(lead, "", "午前8時30分", "午後5時"), lead


@pytest.mark.parametrize(
    ("text", "verdict", "facts", "own"),
    [
        ("期限が11月23日なんですが今開いてる?", "はい", ["午後5時"], "11月23日"),
        ("期限は11月30日なんですが、明日開いてる?", "いいえ", ["11月21日（土）", TUESDAY], "11月30日"),
        ("誕生日が11月25日で、明日行けますか", "いいえ", ["11月21日（土）", TUESDAY], "11月25日"),
        ("有効期限が11月25日です。24日は開いてる?", "はい", ["11月24日（火）"], "11月25日"),
        ("2021年11月24日に作りました。来週の月曜は開いてる?", "いいえ", ["11月23日（月）", "勤労感謝の日"], "2021年"),
    ],
)
def test_beside_a_date_of_the_asker_s_own_the_day_asked_about_is_found(content: Content, text: str, verdict: str, facts: list[str], own: str) -> None:
    lead = told(content, FRIDAY, text)
    assert says(lead, verdict, *facts) and own not in lead, lead


@pytest.mark.parametrize(
    ("text", "verdict", "facts"),
    [
        ("更新したい。11月23日は開いてる?", "いいえ", ["11月23日（月）", "勤労感謝の日", TUESDAY]),
        ("明日更新しに行きます", "いいえ", ["11月21日（土）", TUESDAY]),
        ("来週の火曜に更新に行きたい", "はい", ["11月24日（火）", "午後5時"]),
    ],
)
def test_a_day_named_beside_a_procedure_is_answered_under_it(content: Content, text: str, verdict: str, facts: list[str]) -> None:
    answer = talk(content, FRIDAY, text, intent="renewal")[-1]
    assert answer.topics == ("renewal", "office_hours")
    assert any(says(line, verdict, *facts) for section in answer.sections for line in section.lines), answer.text
