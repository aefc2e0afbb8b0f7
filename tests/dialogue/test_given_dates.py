from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.given_dates import Given
from bot.dialogue.memory import Memory
from bot.dialogue.turn import FALLBACK, Content, Heard
from bot.knowledge.answer import Answer
from bot.settings import JAPAN

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
NOT_UNDERSTOOD = (("renewal", 0.3), ("expired", 0.25), ("greet", 0.2))
Said = str | tuple[str, str]
"""What is said; with the topic that it is understood as, or alone when it is not understood."""
BEGIN: Said = ("期限を計算して", "check_expiry")
ASKS_ISSUE = "発行日.*年から"
ASKS_BIRTHDAY = "誕生日（月と日）"
ASKS_SIDE = "より前ですか、あとですか"


def talk(content: Content, said: Sequence[Said], now: datetime = NOW, town: str | None = None) -> tuple[list[Answer], Memory]:
    """A conversation of `said`, one message after the other."""
    memory, answers = Memory(), []
    for message in said:
        text, intent = message if isinstance(message, tuple) else (message, FALLBACK)
        ranking = NOT_UNDERSTOOD if intent == FALLBACK else ((intent, 0.95), ("out_of_scope", 0.05))
        answer, memory = respond(Heard(text, intent, ranking, None, town), memory, content, now)
        answers.append(answer)
    return answers, memory


def asks(answer: Answer, what: str) -> bool:
    return answer.outcome == "ask_back" and re.search(what, answer.text) is not None


@pytest.mark.parametrize(
    "issued",
    [
        "令和3年6月10日",
        "令和三年六月十日",
        "れいわ3年6月10日です",
        "R3.6.10",
        "r3/6/10",
        "2021/6/10",
        "２０２１／６／１０",
        "2021-06-10",
        "20210610",
        "2021年6月10日",
        "２０２１年６月１０日です。",
        "2021年の6月10日にもらいました",
        "たしか2021年6月10日だったと思います",
        "発行日は令和3年6月10日です",
        "五年前の6月10日",
    ],
)
def test_the_day_of_issue_may_be_written_in_any_way(content: Content, issued: str) -> None:
    answers, _ = talk(content, [BEGIN, issued, "8月5日"])
    assert asks(answers[0], ASKS_ISSUE)
    assert asks(answers[1], ASKS_BIRTHDAY)
    assert answers[2].outcome == "answer"
    assert "2025年8月5日" in answers[2].lead
    assert "2021年6月10日" in answers[2].text


@pytest.mark.parametrize(
    ("birthday", "ends"),
    [
        ("8月5日", "2025年8月5日"),
        ("８月５日です", "2025年8月5日"),
        ("八月五日", "2025年8月5日"),
        ("8/5", "2025年8月5日"),
        ("8.5", "2025年8月5日"),
        ("0805", "2025年8月5日"),
        ("誕生日は8月5日です", "2025年8月5日"),
        ("8月5日生まれです", "2025年8月5日"),
        ("昭和50年8月5日", "2025年8月5日"),
        ("1975年8月5日生まれ", "2025年8月5日"),
        ("S50.8.5", "2025年8月5日"),
        ("３月５日", "2026年3月5日"),
        ("6月9日", "2026年6月9日"),
        ("6月10日", "2026年6月10日"),
        ("6月11日", "2025年6月11日"),
        ("2月29日", "2026年2月28日"),
        ("12月31日", "2025年12月31日"),
        ("元日", "2026年1月1日"),
    ],
)
def test_a_birthday_may_be_written_in_any_way_with_or_without_its_year(content: Content, birthday: str, ends: str) -> None:
    answer = talk(content, [BEGIN, "2021年6月10日", birthday])[0][-1]
    assert answer.outcome == "answer"
    assert ends in answer.lead


@pytest.mark.parametrize(
    "message",
    [
        "令和3年6月10日に発行、誕生日は8月5日です。期限を計算して",
        "誕生日は8月5日、発行日は令和3年6月10日。期限を計算して",
        "令和3年6月10日に作りました。8月5日生まれです。いつ切れますか",
        "2021年6月10日に発行、8月5日生まれです。期限はいつ?",
        "発行日2021/6/10 誕生日8/5",
        "発行日:2021/6/10\n誕生日:8/5",
        "カードをもらったのは2021年6月10日、誕生日は昭和50年8月5日",
        "2021年6月10日に発行して誕生日は8月5日です。期限はいつ?",
        "2021年6月10日に作って誕生日は8月5日です。いつ切れますか",
        "発行日2021/6/10誕生日8/5",
    ],
)
def test_both_dates_may_come_in_one_message(content: Content, message: str) -> None:
    answers, memory = talk(content, [(message, "check_expiry")])
    assert answers[0].outcome == "answer"
    assert "2025年8月5日" in answers[0].lead
    assert "誕生日8月5日" in answers[0].text
    assert memory.asked is None


@pytest.mark.parametrize(
    "message", ["発行日は令和3年6月10日で誕生日は8月5日です", "令和3年6月10日発行で、誕生日は8月5日", "2021年6月10日、誕生日は8月5日", "2021/6/10 8/5"]
)
def test_both_dates_may_come_in_one_reply(content: Content, message: str) -> None:
    answer = talk(content, [BEGIN, message])[0][-1]
    assert answer.outcome == "answer"
    assert "2025年8月5日" in answer.lead


def test_the_birthday_may_come_first(content: Content) -> None:
    answers, _ = talk(content, [BEGIN, "誕生日は8月5日です", "2021年6月10日"])
    assert asks(answers[1], ASKS_ISSUE)
    assert "2025年8月5日" in answers[2].lead


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("12月3日が誕生日です。更新はいつから?", "発行日を年から"),
        ("誕生日は12月3日です。更新したいのですが", "発行日を年から"),
        ("2021年12月10日に作りました。いつ切れますか", "誕生日（月と日）"),
    ],
)
def test_a_date_in_a_general_question_is_answered_in_general_and_the_other_date_invited(content: Content, message: str, asked: str) -> None:
    other = "誕生日は12月3日" if "2021年" in message else "2021年12月10日"
    answers, _ = talk(content, [(message, "renewal"), other])
    assert answers[0].outcome == "answer"
    assert asked in answers[0].text
    assert "2026年12月3日" in answers[1].lead


@pytest.mark.parametrize(
    ("side", "ends"),
    [
        ("誕生日より前", "2025年6月20日"),
        ("誕生日か、それよりあと", "2026年6月20日"),
        ("1", "2025年6月20日"),
        ("2番", "2026年6月20日"),
        ("前です", "2025年6月20日"),
        ("誕生日の前だったと思う", "2025年6月20日"),
        ("誕生日よりあとです", "2026年6月20日"),
        ("たしか後です", "2026年6月20日"),
        ("誕生日の後", "2026年6月20日"),
        ("前", "2025年6月20日"),
        ("あと", "2026年6月20日"),
        ("6月19日です", "2025年6月20日"),
        ("6月20日です", "2026年6月20日"),
        ("2021年6月25日でした", "2026年6月20日"),
    ],
)
def test_a_month_of_issue_that_holds_the_birthday_needs_to_know_before_or_after(content: Content, side: str, ends: str) -> None:
    answers, _ = talk(content, [BEGIN, "五年前の6月", "6月20日", side])
    assert asks(answers[2], ASKS_SIDE)
    assert "2021年6月の誕生日（6月20日）" in answers[2].text
    assert [button.title for button in answers[2].buttons] == ["誕生日より前", "誕生日か、それよりあと"]
    assert answers[3].outcome == "answer"
    assert ends in answers[3].lead


@pytest.mark.parametrize(("side", "invented"), [("誕生日より前", "6月1日"), ("誕生日よりあと", "6月30日")])
def test_a_day_that_was_never_given_is_not_shown_as_the_day_of_issue(content: Content, side: str, invented: str) -> None:
    assert invented not in talk(content, [BEGIN, "2021年6月", "6月20日", side])[0][-1].text


@pytest.mark.parametrize(
    ("issued", "birthday", "ends"),
    [
        ("2021年6月", "6月1日", "2026年6月1日"),
        ("2021年6月", "6月2日", None),
        ("2021年6月ごろ", "6月20日", None),
        ("2021年6月", "6月30日", None),
        ("2021年6月", "7月1日", "2025年7月1日"),
        ("2021年6月", "5月31日", "2026年5月31日"),
        ("2021年2月", "2月29日", None),
        ("2021年1月", "2月29日", "2025年2月28日"),
        ("2021年", "1月1日", "2026年1月1日"),
        ("2021年", "1月2日", None),
        ("2021年", "12月31日", None),
        ("令和3年の春", "6月20日", None),
    ],
)
def test_before_or_after_is_asked_only_where_it_makes_a_difference(content: Content, issued: str, birthday: str, ends: str | None) -> None:
    answer = talk(content, [BEGIN, issued, birthday])[0][-1]
    assert asks(answer, ASKS_SIDE) == (ends is None)
    assert ends is None or ends in answer.lead


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("2021年2月30日", "暦にありません"),
        ("2021年2月29日", "暦にありません"),
        ("2021年13月10日", "暦にありません"),
        ("2021/6/31", "暦にありません"),
        ("令和0年6月10日", "元号"),
        ("平成40年6月10日", "元号"),
        ("令和40年6月10日", "今日より先"),
        ("2027年6月10日", "今日より先"),
        ("明日", "今日より先"),
        ("2026年11月21日", "今日より先"),
        ("2015年12月31日", "2016年"),
        ("2015年", "2016年"),
        ("平成20年6月10日", "2016年"),
    ],
)
def test_an_impossible_day_of_issue_is_named_and_asked_for_again(content: Content, said: str, fault: str) -> None:
    answers, _ = talk(content, [BEGIN, said, "2021年6月10日", "8月5日"])
    assert fault in answers[1].text
    assert asks(answers[1], ASKS_ISSUE)
    assert asks(answers[2], ASKS_BIRTHDAY)
    assert "2025年8月5日" in answers[3].lead


@pytest.mark.parametrize(
    ("issued", "birthday", "ends"),
    [("2026年11月20日", "11月20日", "2031年11月20日"), ("2016年1月1日", "1月2日", "2020年1月2日"), ("今日", "11月21日", "2030年11月21日")],
)
def test_today_and_the_first_day_of_cards_are_possible(content: Content, issued: str, birthday: str, ends: str) -> None:
    assert ends in talk(content, [BEGIN, issued, birthday])[0][-1].lead


@pytest.mark.parametrize("birthday", ["2月30日", "12月32日", "13月3日", "0231"])
def test_an_impossible_birthday_is_named_and_asked_for_again(content: Content, birthday: str) -> None:
    answers, _ = talk(content, [BEGIN, "2021年6月10日", birthday, "2月28日"])
    assert "暦にありません" in answers[2].text
    assert asks(answers[2], ASKS_BIRTHDAY)
    assert "2026年2月28日" in answers[3].lead


@pytest.mark.parametrize(
    "message",
    [
        "2021年2月30日に発行、誕生日は8月5日です。期限はいつ?",
        "令和40年6月10日に発行、誕生日は8月5日です。期限はいつ?",
        "発行は2015年6月10日、誕生日は8月5日です。期限はいつ?",
    ],
)
def test_what_was_right_in_a_message_with_a_slip_is_kept(content: Content, message: str) -> None:
    answers, _ = talk(content, [(message, "check_expiry"), "2021年6月10日"])
    assert asks(answers[0], ASKS_ISSUE)
    assert "2025年8月5日" in answers[1].lead


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        (["2027年6月10日", "2021年です", "8月5日"], "2025年8月5日"),
        (["2021年2月29日", "すみません、2020年です", "8月5日"], "2024年8月5日"),
        (["2021年6月10日", "すみません、2022年です", "8月5日"], "2026年8月5日"),
        (["6月10日", "2021年", "8月5日"], "2025年8月5日"),
        (["6月", "2021年です", "8月5日"], "2025年8月5日"),
        (["2021年6月10日", "発行日は2022年7月1日でした", "8月5日"], "2026年8月5日"),
        (["2021年6月10日", "8月5日", "発行は2022年でした"], "2026年8月5日"),
        (["2021年6月10日", "8月5日", ("やっぱり発行日は2022年7月1日でした", "check_expiry")], "2026年8月5日"),
    ],
)
def test_a_slip_is_mended_piece_by_piece(content: Content, said: list[Said], ends: str) -> None:
    answer = talk(content, [BEGIN, *said])[0][-1]
    assert answer.outcome == "answer"
    assert ends in answer.lead


@pytest.mark.parametrize("said", ["6月", "夏ごろ", "21年12月10日", "6月10日"])
def test_a_day_of_issue_without_a_certain_year_is_asked_for_again(content: Content, said: str) -> None:
    answer = talk(content, [BEGIN, said])[0][-1]
    assert asks(answer, ASKS_ISSUE)


def test_the_year_is_named_as_missing_where_the_day_was_given(content: Content) -> None:
    assert "日まで分かると" not in talk(content, [BEGIN, "6月10日"])[0][-1].text


def test_a_birthday_without_its_day_is_asked_for_again(content: Content) -> None:
    answers, _ = talk(content, [BEGIN, "2021年12月10日", "12月", "3日じゃなくて12月4日"])
    assert asks(answers[2], "日まで.*\n.*誕生日（月と日）")
    assert "2026年12月4日" in answers[3].lead


@pytest.mark.parametrize("wish", ["更新したいのですが", "更新したいです。いつから行けますか"])
def test_the_wish_to_renew_is_no_renewal(content: Content, wish: str) -> None:
    """Issued in October with a birthday in December: taken for a renewal, it would run a year longer."""
    answer = talk(content, [(f"誕生日は12月3日、発行は2022年10月10日です。{wish}", "renewal")])[0][0]
    assert "2026年12月3日" in answer.lead
    assert "2027年12月3日" not in answer.lead


@pytest.mark.parametrize(
    ("message", "ends"),
    [
        ("証明書の期限は2027年1月15日です。いつから更新できますか", "2027年1月15日"),
        ("有効期限が令和9年1月15日までです。いつから更新できますか", "2027年1月15日"),
        ("期限は1月15日です。いつから更新できますか", "2027年1月15日"),
        ("期限は11月20日です。いつから更新できますか", "2026年11月20日"),
        ("期限は11月19日です。いつから更新できますか", "2027年11月19日"),
        ("期限は11月19日でした。もう切れましたか", "2026年11月19日"),
        ("期限が1月15日に切れました。どうすればいいですか", "2026年1月15日"),
    ],
)
def test_a_last_day_that_is_known_needs_no_birthday(content: Content, message: str, ends: str) -> None:
    """Without its year it is the coming one, or the latest where it is told as past."""
    answers, memory = talk(content, [(message, "renewal")])
    assert answers[0].outcome == "answer"
    assert ends in answers[0].lead
    assert memory.asked is None


@pytest.mark.parametrize(
    "given",
    [
        Given(),
        Given(issued=(date(2021, 6, 1), date(2021, 6, 30)), draft=(2021, 6, None)),
        Given(issued=(date(2021, 6, 10), date(2021, 6, 10)), born=(None, 2, 29), renewed=True, draft=(2021, 6, 10)),
        Given(born=(1975, 8, 5), card=date(2031, 8, 5)),
        Given(ends=date(2026, 12, 3), draft=(None, 6, None)),
    ],
)
def test_what_was_given_survives_from_one_turn_to_the_next(given: Given) -> None:
    stored = given.stored()
    assert Given.of(stored) == given
    assert all(isinstance(value, str) for value in stored.values())
