from __future__ import annotations

import json
import re
from datetime import datetime

import icalendar
import pytest

from bot.dialogue.memory import TRANSIENT
from bot.dialogue.turn import Content
from bot.knowledge.answer import Answer
from bot.settings import JAPAN
from tests.dialogue.test_given_dates import ASKS_BIRTHDAY, ASKS_ISSUE, BEGIN, Said, asks, talk

BOTH: Said = ("発行は2021年12月10日、誕生日は12月3日。期限はいつですか", "check_expiry")
"""Ends on 2026-12-03: renewal from 09-04 nationwide, 09-05 in Suginami, 09-03 in three others; insurance to 2027-03-31."""
EARLY, BETWEEN, WINDOW = "まだ更新の期間ではありません", "今はその間です", "^はい、もう更新できます"
LAST, GRACE, OVER = (
    "^はい、今日（2026年12月3日.*今日まで使えて、更新もできます",
    "切れています.*マイナ保険証としては2027年3月31日.*まで使えます",
    "猶予も2027年3月31日.*で終わっています",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


def section(answer: Answer, label: str) -> str:
    return "\n".join(line for part in answer.sections if part.label == label for line in part.lines)


def days_of(answer: Answer) -> list[str]:
    """The days in the calendar file; empty when there is none."""
    found = [icalendar.Calendar.from_ical(file.content) for file in answer.attachments]
    return [event.decoded("dtstart").isoformat() for calendar in found for event in calendar.walk("VEVENT")]


def test_it_asks_for_one_thing_at_a_time_and_then_tells_the_last_day(content: Content) -> None:
    answers, memory = talk(content, [BEGIN, "令和3年12月10日", "12月3日"])
    assert asks(answers[0], ASKS_ISSUE)
    assert "誕生日" not in answers[0].text
    assert asks(answers[1], ASKS_BIRTHDAY)
    assert re.search(r"2026年12月3日（令和8年12月3日）", answers[2].lead)
    assert "発行日2021年12月10日（令和3年12月10日）、誕生日12月3日" in section(answers[2], "期限")
    assert "2026年12月4日" in section(answers[2], "期限を過ぎると")
    assert "無料" in section(answers[2], "手数料")
    assert answers[2].sources
    assert memory.asked is None


@pytest.mark.parametrize(
    "start",
    [
        ("いつ切れるか計算できますか", "check_expiry"),
        ("期限の計算をお願いします", "validity_period"),
        ("私の期限はいつ?", "check_expiry"),
        ("期限を計算する", "renewal"),
    ],
)
def test_a_calculation_can_be_asked_for_in_other_words(content: Content, start: Said) -> None:
    assert asks(talk(content, [start])[0][0], ASKS_ISSUE)


def test_the_button_under_a_general_answer_starts_it(content: Content) -> None:
    answers, _ = talk(content, [("有効期間は何年ですか", "validity_period"), "期限を計算する", "2021年12月10日", "12月3日"])
    assert "期限を計算する" in [button.title for button in answers[0].buttons]
    assert asks(answers[1], ASKS_ISSUE)
    assert "2026年12月3日" in answers[3].lead


@pytest.mark.parametrize(
    ("town", "moment", "state"),
    [
        *[
            (town, moment, state)
            for town in (None, "中野区")
            for moment, state in [("2026-09-02T10:00", EARLY), ("2026-09-03T23:59", EARLY), ("2026-09-04T00:00", WINDOW), ("2026-12-02T23:59", WINDOW)]
        ],
        ("杉並区", "2026-09-03T23:59", EARLY),
        ("杉並区", "2026-09-04T00:00", BETWEEN),
        ("杉並区", "2026-09-04T23:59", BETWEEN),
        ("杉並区", "2026-09-05T00:00", WINDOW),
        *[
            (town, moment, state)
            for town in ("名古屋市", "西東京市", "野田村")
            for moment, state in [("2026-09-02T23:59", EARLY), ("2026-09-03T00:00", BETWEEN), ("2026-09-03T23:59", BETWEEN), ("2026-09-04T00:00", WINDOW)]
        ],
        *[
            (town, moment, state)
            for town in (None, "杉並区", "名古屋市")
            for moment, state in [
                ("2026-12-03T00:00", LAST),
                ("2026-12-03T23:59", LAST),
                ("2026-12-04T00:00", GRACE),
                ("2027-03-31T23:59", GRACE),
                ("2027-04-01T00:00", OVER),
            ]
        ],
    ],
)
def test_the_state_changes_on_the_right_day(content: Content, town: str | None, moment: str, state: str) -> None:
    (answer,), _ = talk(content, [BOTH], at(moment), town)
    assert "2026年12月3日" in answer.lead
    assert [other for other in (EARLY, BETWEEN, WINDOW, LAST, GRACE, OVER) if re.search(other, answer.lead)] == [state]


@pytest.mark.parametrize(
    ("town", "own", "counted", "phone"),
    [
        ("杉並区", "2026年9月5日", "3か月前の翌々日", "03-3312-2111"),
        ("名古屋市", "2026年9月3日", "3か月前", "052-953-7584"),
        ("西東京市", "2026年9月3日", "3か月前", "042-460-9820"),
        ("野田村", "2026年9月3日", "3か月前", "0194-78-2928"),
    ],
)
@pytest.mark.parametrize("moment", ["2026-08-01T10:00", "2026-09-03T10:00", "2026-09-04T10:00", "2026-10-01T10:00"])
def test_a_city_that_counts_otherwise_has_both_first_days_named_with_its_page(
    content: Content, town: str, own: str, counted: str, phone: str, moment: str
) -> None:
    (answer,), _ = talk(content, [BOTH], at(moment), town)
    for text in (answer.lead, section(answer, "更新できる最初の日")):
        assert re.search(rf"{town}のページ.*?{own}", text)
        assert re.search(r"全国の多くの市区町村.*2026年9月4日", text, re.S)
    assert counted in answer.lead
    assert answer.municipality == town
    assert any(town in source.title for source in answer.sources)
    assert phone in answer.text
    assert "通知書" in section(answer, "更新できる最初の日")


def test_where_the_page_says_nothing_only_the_nationwide_day_is_named(content: Content) -> None:
    (answer,), _ = talk(content, [BOTH], at("2026-08-01T10:00"), "中野区")
    assert "2026年9月4日" in answer.lead
    assert not re.search("2026年9月[35]日|中野区のページ", answer.lead + section(answer, "更新できる最初の日"))
    assert "03-3228-5425" in answer.text


@pytest.mark.parametrize(
    ("ends", "town", "first"),
    [
        ("2027年5月31日", None, "2027年3月1日"),
        ("2027年5月29日", None, "2027年3月1日"),
        ("2028年5月28日", None, "2028年2月29日"),
        ("2027年11月30日", None, "2027年8月31日"),
        ("2027年5月31日", "杉並区", "2027年3月2日"),
        ("2027年3月30日", "杉並区", "2027年1月1日"),
    ],
)
def test_the_first_day_is_right_where_months_are_shorter(content: Content, ends: str, town: str | None, first: str) -> None:
    (answer,), _ = talk(content, [(f"期限は{ends}です。いつから更新できますか", "renewal")], town=town)
    assert first in answer.lead


@pytest.mark.parametrize(
    ("issued", "birthday", "moment", "following", "too_early"),
    [
        ("2021年12月10日", "12月3日", "2026-08-01T10:00", "2031年12月3日", "2030年12月3日"),
        ("2021年12月10日", "12月3日", "2026-09-03T10:00", "2031年12月3日", "2030年12月3日"),
        ("2021年12月10日", "12月3日", "2026-09-04T10:00", "2031年12月3日", None),
        ("2021年12月10日", "12月3日", "2026-12-02T10:00", "2031年12月3日", None),
        ("2021年12月10日", "12月3日", "2026-12-03T10:00", "2031年12月3日", None),
        ("2021年12月10日", "12月3日", "2026-12-04T10:00", "2031年12月3日", None),
        ("2021年12月10日", "12月3日", "2027-12-02T10:00", "2031年12月3日", None),
        ("2021年12月10日", "12月3日", "2027-12-03T10:00", "2032年12月3日", None),
        ("2022年6月10日", "2月29日", "2026-11-20T10:00", "2032年2月29日", "2031年2月28日"),
    ],
)
def test_the_next_last_day_and_the_cost_of_going_too_early(
    content: Content, issued: str, birthday: str, moment: str, following: str, too_early: str | None
) -> None:
    said = section(talk(content, [BEGIN, issued, birthday], at(moment))[0][-1], "次の期限")
    assert following in said
    assert ("1年短く" in said) == (too_early is not None)
    assert too_early is None or too_early in said


@pytest.mark.parametrize(
    ("card", "ends", "bound"),
    [
        ("2026年11月30日", "2026年11月30日", True),
        ("2026年12月2日", "2026年12月2日", True),
        ("2026年12月4日", "2026年12月3日", False),
        ("2031年12月3日", "2026年12月3日", False),
    ],
)
def test_a_card_that_ends_earlier_ends_the_certificate(content: Content, card: str, ends: str, bound: bool) -> None:
    message = f"発行は2021年12月10日、誕生日は12月3日、カードの有効期限は{card}です。期限はいつ?"
    (answer,), _ = talk(content, [(message, "check_expiry")])
    assert ends in answer.lead
    assert f"証明用も{ends}" in section(answer, "期限")
    assert ("カード本体の期限" in section(answer, "期限")) == bound


def test_a_renewal_is_not_promised_beyond_the_card_that_was_named(content: Content) -> None:
    message = "発行は2021年12月10日、誕生日は12月3日、カードの有効期限は2026年11月30日です。期限はいつ?"
    (answer,), _ = talk(content, [(message, "check_expiry")])
    assert "2031年12月3日" not in answer.text


@pytest.mark.parametrize(
    ("renewed", "ends", "count"),
    [
        ("2021年9月3日", "2025年12月3日", "5回目"),
        ("2021年9月4日", "2026年12月3日", "6回目"),
        ("2021年12月2日", "2026年12月3日", "6回目"),
        ("2021年12月4日", "2026年12月3日", "5回目"),
        ("2021年6月10日", "2025年12月3日", "5回目"),
    ],
)
def test_renewed_in_time_it_counts_one_birthday_more(content: Content, renewed: str, ends: str, count: str) -> None:
    (answer,), _ = talk(content, [(f"{renewed}に更新しました。誕生日は12月3日です。期限はいつ?", "check_expiry")])
    assert f"証明用も{ends}" in section(answer, "期限")
    assert set(re.findall("[56]回目", section(answer, "期限"))) == {count}


def test_renewed_on_the_last_day_itself_was_not_too_early(content: Content) -> None:
    (answer,), _ = talk(content, [("2021年12月3日に更新しました。誕生日は12月3日です。期限はいつ?", "check_expiry")])
    assert "証明用も2026年12月3日" in section(answer, "期限")
    assert "期間より前" not in section(answer, "期限")


@pytest.mark.parametrize(
    ("issued", "ends", "noted"),
    [("2021年12月2日", "2025年12月3日", False), ("2021年12月3日", "2026年12月3日", True), ("2021年12月4日", "2026年12月3日", False)],
)
def test_a_birthday_on_the_day_of_issue_is_not_counted_and_that_is_said(content: Content, issued: str, ends: str, noted: bool) -> None:
    answer = talk(content, [BEGIN, issued, "12月3日"])[0][-1]
    assert ends in answer.lead
    assert ("同じ日の誕生日は数えません" in section(answer, "期限")) == noted


@pytest.mark.parametrize(
    ("issued", "birthday", "ends", "noted"),
    [
        ("2022年6月10日", "2月29日", "2027年2月28日", True),
        ("2022年6月10日", "2月28日", "2027年2月28日", False),
        ("2022年6月10日", "3月1日", "2027年3月1日", False),
        ("2024年2月29日", "2月28日", "2029年2月28日", False),
    ],
)
def test_for_29_february_it_says_how_it_counted(content: Content, issued: str, birthday: str, ends: str, noted: bool) -> None:
    answer = talk(content, [BEGIN, issued, birthday])[0][-1]
    assert ends in answer.lead
    assert ("2月29日生まれ" in section(answer, "期限")) == noted


@pytest.mark.parametrize("reply", ["分からない", "わかりません", "分かりません", "わからないです", "覚えていません", "忘れました"])
@pytest.mark.parametrize("before", [[], ["2021年12月10日"], ["2021年12月", "12月3日"]])
def test_who_does_not_know_is_told_where_it_stands(content: Content, before: list[Said], reply: str) -> None:
    answers, memory = talk(content, [BEGIN, *before, reply])
    assert re.search("おもて面.*マイナポータル.*窓口", answers[-1].text, re.S)
    assert (memory.asked, memory.given) == (None, {})


@pytest.mark.parametrize("reply", ["やめる", "やめます", "やっぱりやめる", "もういいです", "キャンセル", "計算はいいです"])
@pytest.mark.parametrize("before", [[], ["2021年12月10日"], ["2021年12月", "12月3日"]])
def test_it_can_be_stopped_at_any_question_and_forgets_at_once(content: Content, before: list[Said], reply: str) -> None:
    answers, memory = talk(content, [BEGIN, *before, reply, "12月3日"])
    assert "ここまでにします" in answers[-2].text
    assert "2026年12月3日" not in answers[-1].text
    assert (memory.asked, memory.given) == (None, {})


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (("手数料はいくら?", "fees"), "無料"),
        (("カードをなくしたらどうする?", "card_lost"), "0120-95-0178"),
        (("土曜は開いてる?", "office_hours"), "土曜"),
        (("窓口は何時まで?", "office_hours"), "午後5時"),
        (("明日は開いてる?", "office_hours"), "11月21日"),
        (("11月23日は開いていますか", "office_hours"), "11月23日"),
    ],
)
@pytest.mark.parametrize(("before", "then"), [([BEGIN], ["2021年12月10日", "12月3日"]), ([BEGIN, "2021年12月10日"], ["12月3日"])])
def test_another_question_is_answered_and_the_calculation_goes_on(content: Content, before: list[Said], then: list[Said], question: Said, said: str) -> None:
    answers, _ = talk(content, [*before, question, *then], town="中野区")
    interruption = answers[len(before)]
    assert interruption.topic == question[1]
    assert said in interruption.text
    assert re.search("計算を続けるときは、.*(発行日|誕生日).*「やめる」", interruption.text)
    assert "やめる" in [button.title for button in interruption.buttons]
    assert "2026年12月3日" in answers[-1].lead


def test_the_calculation_is_let_go_after_a_second_interruption(content: Content) -> None:
    fees, lost = ("手数料はいくら?", "fees"), ("カードをなくした", "card_lost")
    answers, memory = talk(content, [BEGIN, "2021年12月10日", fees, lost, "12月3日"])
    assert "計算を続けるとき" in answers[2].text
    assert answers[3].topic == "card_lost"
    assert "計算を続けるとき" not in answers[3].text
    assert "2026年12月3日" not in answers[4].text
    assert memory.asked is None


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-08-01T10:00", "2027年3月31日.*まで使えます"),
        ("2026-12-03T10:00", "2027年3月31日.*まで使えます"),
        ("2026-12-04T10:00", "2027年3月31日.*まで使えます.*2026年12月3日.*切れています"),
        ("2027-04-01T10:00", "2027年3月31日.*で終わっています"),
    ],
)
@pytest.mark.parametrize("follow_up", [("保険証は?", "health_insurance"), "保険証は?", ("病院ではいつまで使えますか", "health_insurance")])
def test_after_a_result_the_insurance_is_told_for_the_same_dates(content: Content, follow_up: Said, moment: str, said: str) -> None:
    answer = talk(content, [BOTH, follow_up], at(moment))[0][-1]
    assert re.search(said, answer.lead)


@pytest.mark.parametrize(
    ("follow_up", "moment", "said"),
    [
        (("いつから更新できる?", "renewal"), "2026-08-01T10:00", "2026年9月4日"),
        ("いつから更新できる?", "2026-08-01T10:00", "2026年9月4日"),
        (("もう更新できますか", "renewal"), "2026-09-04T10:00", "^はい"),
        (("もう更新できますか", "renewal"), "2026-09-03T10:00", "まだ更新の期間ではありません"),
        (("いつまでに行けばいい?", "renewal"), "2026-10-01T10:00", "2026年12月3日"),
        (("更新したら次はいつまで?", "renewal"), "2026-10-01T10:00", "2031年12月3日"),
        (("今更新したら損?", "renewal"), "2026-08-01T10:00", "2030年12月3日.*1年短く"),
    ],
)
def test_after_a_result_its_other_sides_can_be_asked(content: Content, follow_up: Said, moment: str, said: str) -> None:
    answer = talk(content, [BOTH, follow_up], at(moment))[0][-1]
    assert re.search(said, answer.lead)


def test_a_follow_up_without_a_result_is_answered_in_general(content: Content) -> None:
    (answer,), _ = talk(content, [("いつから更新できますか", "renewal")])
    assert "3か月前の翌日" in answer.lead
    assert answer.attachments == ()


@pytest.mark.parametrize(
    ("town", "moment", "days"),
    [
        (None, "2026-08-01T10:00", ["2026-09-04", "2026-12-03"]),
        (None, "2026-09-04T10:00", ["2026-09-04", "2026-12-03"]),
        (None, "2026-09-05T10:00", ["2026-12-03"]),
        (None, "2026-12-03T23:59", ["2026-12-03"]),
        (None, "2026-12-04T00:00", []),
        (None, "2027-05-01T10:00", []),
        ("杉並区", "2026-09-05T10:00", ["2026-09-05", "2026-12-03"]),
        ("杉並区", "2026-09-06T10:00", ["2026-12-03"]),
        ("名古屋市", "2026-08-01T10:00", ["2026-09-04", "2026-12-03"]),
    ],
)
def test_the_calendar_file_holds_only_days_that_are_still_to_come(content: Content, town: str | None, moment: str, days: list[str]) -> None:
    """Where the pages differ, the later first day: on it nobody comes too early."""
    (answer,), _ = talk(content, [BOTH], at(moment), town)
    assert days_of(answer) == days
    assert len(answer.attachments) == bool(days)


def test_the_calendar_file_tells_nothing_of_what_was_given(content: Content) -> None:
    (file,) = talk(content, [BEGIN, "2022年3月7日", "2月25日"])[0][-1].attachments
    assert not re.search("2022|0307|3月7日|2月25日", file.content)
    assert "20261126" in file.content  # the first renewal day


CONVERSATIONS: list[list[Said]] = [
    [BEGIN, "2021年6月10日", "8月5日", ("保険証は?", "health_insurance"), ("窓口は何時まで?", "office_hours")],
    [BEGIN, "2021年6月", ("手数料は?", "fees"), "8月5日", ("更新したい", "renewal")],
    [BEGIN, "2021年6月10日", ("カードをなくした", "card_lost"), ("手数料は?", "fees"), ("8月5日生まれです", "check_expiry")],
    [("2021年6月10日に発行して誕生日は8月5日です。期限はいつ?", "check_expiry"), ("土曜は?", "office_hours")],
    [("発行日2021/6/10誕生日8/5", "check_expiry"), ("窓口は開いてる?", "office_hours")],
    [("誕生日は8月5日です。更新したいのですが", "renewal"), "2021年6月10日"],
    [("8月5日が誕生日なんですが手数料はいくらですか", "fees")],
    [("2021年6月10日に作って8月5日生まれです。窓口はどこですか", "office_hours")],
    [("期限は2027年8月5日です。いつから更新できますか", "renewal"), ("保険証は?", "health_insurance")],
    [("期限が8月5日なんですが、持ち物は?", "required_items")],
]


@pytest.mark.parametrize("town", [None, "中野区"])
@pytest.mark.parametrize("said", CONVERSATIONS)
def test_no_date_that_was_given_reaches_a_store(content: Content, said: list[Said], town: str | None) -> None:
    for length in range(1, len(said) + 1):
        memory = talk(content, said[:length], town=town)[1]
        stored = json.dumps({name: value for name, value in memory.slots().items() if name not in TRANSIENT}, ensure_ascii=False)
        assert not re.search(r"2021|0?6[-/月]10|0?8[-/月]0?5", stored), said[length - 1]


def test_what_was_given_is_held_for_this_process_only_and_said_so(content: Content) -> None:
    answers, memory = talk(content, [BEGIN, "2021年6月10日", "2月30日"])
    assert TRANSIENT == ("given",)
    assert "2021-06-10" in json.dumps(memory.slots()["given"])
    assert all("保存しません" in answer.text for answer in answers)


@pytest.mark.parametrize(
    "message",
    ["2021年6月10日に作りました。いつ切れますか", "誕生日は8月5日です。期限はいつですか"],
)
def test_an_invitation_to_give_a_date_says_that_it_is_not_kept(content: Content, message: str) -> None:
    assert "保存しません" in talk(content, [(message, "check_expiry")])[0][0].text
