"""Found by fuzzing: texts that were misread, or kept a parser busy."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Content, Heard
from bot.language.dates import Fault, find_dates
from bot.language.furigana import Furigana
from bot.language.normalize import match_form
from bot.settings import read_settings

TODAY = date(2026, 11, 20)


def test_a_kanji_that_the_dictionary_cannot_read_stays_without_a_reading() -> None:
    """It stood as its own reading: 另《另》."""
    assert Furigana().annotate("另") == "另" and Furigana().annotate("另と日") == "另と日《ひ》"


@pytest.mark.parametrize("text", ["たしか、20210610に発行", "発行日,20210610"])
def test_eight_digits_after_a_comma_are_a_date(text: str) -> None:
    """The comma was taken for one inside a number."""
    assert [said.on(TODAY) for said in find_dates(match_form(text), TODAY)] == [date(2021, 6, 10)]


def test_eight_digits_inside_a_number_are_none() -> None:
    assert find_dates(match_form("1,20210610円"), TODAY) == []


@pytest.mark.parametrize("text", ["9999年12月31日", "0001年1月1日", "2200年1月1日", "1867年12月31日"])
def test_a_year_outside_any_life_is_none(text: str) -> None:
    """Ten months after the end of the calendar no answer was left but an apology."""
    (said,) = find_dates(text, TODAY)
    assert said.fault is Fault.no_such_year and said.span(TODAY) is None


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("期限が9999年12月31日です。いつまで使えますか", "check_expiry"),
        ("今開いてる？9999年12月31日の99時99分", "office_hours"),
        ("99999日後は開いてますか", "office_hours"),
    ],
)
def test_a_question_about_the_end_of_the_calendar_is_answered(content: Content, text: str, topic: str) -> None:
    answer, _ = respond(Heard(text, topic, ((topic, 0.9),)), Memory(municipality="nakano"), content, read_settings().now())
    assert answer.text


def test_a_text_full_of_town_names_is_read_once(content: Content) -> None:
    """Every name had the whole text taken apart anew: two seconds for one message."""
    prepared = content.lexicon.prepare("中野区じゃなくて杉並区で" * 80)
    began = process_time()
    content.places.find(prepared)
    assert process_time() - began < 0.5


def test_yes_to_a_question_whose_dates_a_restart_lost_asks_for_them_again(content: Content) -> None:
    """Which side of the birthday was asked; the dates live in the process only, and without them the question had no words."""
    memory = Memory(municipality="nakano", topic="check_expiry", asked="expiry.side")
    answer, after = respond(Heard("はい", "affirm", (("affirm", 0.9),)), memory, content, read_settings().now())
    assert answer.text and answer.outcome == "ask_back" and after.asked == "expiry.issued"


def test_a_question_about_the_other_pin_without_the_first_asks_for_it(content: Content) -> None:
    memory = Memory(topic="pin_forgotten", asked="pin.other")
    answer, after = respond(Heard("はい", "affirm", (("affirm", 0.9),)), memory, content, read_settings().now())
    assert answer.text and after.asked == "pin.which"
