"""Every parser of bot/language: whatever it is given it returns, and what it says stands in the text."""

from __future__ import annotations

import re
from datetime import date, timedelta
from string import ascii_lowercase
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.dialogue.turn import Content
from bot.language.dates import DateSaid, find_dates
from bot.language.features import VIEWS, terms
from bot.language.furigana import Furigana, bare_runs, rubies, without_furigana
from bot.language.normalize import hiragana, match_form
from bot.language.numerals import FOUR_DIGITS, NUMBER, number, with_counted_days
from bot.language.places import relatives, town_in_kana
from bot.language.romaji import in_kana, is_romaji, sound
from bot.language.sentences import sentences
from bot.language.times import find_times
from bot.language.words import reading, words
from tests.fuzz.nasty import DATE_TEXTS, TEXTS
from tests.fuzz.profiles import tries

TODAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31)) | st.sampled_from([date(2024, 2, 29), date(2026, 12, 31), date.min, date.max])


@tries(150)
@given(text=TEXTS)
def test_the_form_for_matching_is_final(text: str) -> None:
    form = match_form(text)
    assert form == form.strip() and "\n" not in form and not re.search(r"[\x00-\x1f\u200b\ufeff\ud800-\udfff]", form)
    assert len(hiragana(form)) == len(form)


@tries(250)
@given(text=DATE_TEXTS | TEXTS, today=TODAYS)
def test_dates_stand_in_the_text_and_exist(text: str, today: date) -> None:
    form = with_counted_days(match_form(text))
    last = 0
    for said in find_dates(form, today):
        assert last <= said.start < said.end <= len(form)
        last = said.end
        _is_sound(said, today)


def _is_sound(said: DateSaid, today: date) -> None:
    spans = [span for span in (said.span(today), said.in_past(today), said.in_future(today)) if span]
    assert all(first <= end for first, end in spans)
    assert not (said.rough and said.day) and not (said.fault and spans), said
    if said.year and said.month and said.day and not said.fault:
        assert said.on(today) == date(said.year, said.month, said.day)
    if said.year is None and not said.fault:
        past, future = said.in_past(today), said.in_future(today)
        assert past is None or past[1] <= today
        assert future is None or future[0] >= today


@tries(250)
@given(text=DATE_TEXTS | TEXTS)
def test_times_stand_in_the_text_and_exist(text: str) -> None:
    form, last = match_form(text), 0
    for said in find_times(form):
        assert last <= said.start < said.end <= len(form) and 0 <= said.hour < 24 and 0 <= said.minute < 60
        last = said.end


@tries(150)
@given(text=st.from_regex(NUMBER, fullmatch=True) | st.from_regex(FOUR_DIGITS, fullmatch=True))
def test_what_looks_like_a_number_is_one(text: str) -> None:
    assert 0 <= number(text) <= 9999


@tries(150)
@given(text=TEXTS)
def test_sentences_are_parts_of_the_message(text: str) -> None:
    found = sentences(text)
    assert len(found) in (0, 2, 3, 4, 5) and all(part in text for part in found)


@tries(100)
@given(text=TEXTS)
def test_places_are_known_ones_or_words_of_the_text(content: Content, text: str) -> None:
    prepared = content.lexicon.prepare(text)
    town_in_kana(prepared)
    relatives(prepared)
    for home in (None, "nagoya"):
        found = content.places.find(prepared, home)
        assert {*found.codes, *(code for _, code in found.kin)} <= set(content.base.municipalities)
        assert found.home is None or found.home in content.base.municipalities
        assert found.unknown is None or found.unknown in prepared.form


@tries(100)
@given(text=TEXTS)
def test_the_lexicon_finds_only_what_it_holds(content: Content, text: str) -> None:
    lexicon, file = content.lexicon, content.lexicon.file
    prepared = lexicon.prepare(text)
    assert lexicon.opened(text) == text or text.endswith(lexicon.opened(text))
    found = lexicon.mentions(prepared)
    assert found.aspects <= set(file.aspects) and found.persons <= set(file.persons) and found.documents <= set(file.documents)
    assert found.certificates <= set(file.certificates) and found.cases <= set(file.cases)
    assert lexicon.points_at(prepared) in (None, *file.recall) and set(lexicon.procedures(prepared)) <= set(file.procedures)
    for ask in (lexicon.joins, lexicon.corrects, lexicon.means_home, lexicon.means_other, lexicon.continues):
        assert ask(prepared) in (True, False)
    assert lexicon.leans(text) in (True, False)


@tries(100)
@given(text=TEXTS)
def test_words_lie_in_the_text_in_order(text: str) -> None:
    form, last = match_form(text), 0
    for word in words(form):
        assert last <= word.start < word.end <= len(form) and form[word.start : word.end] == word.surface
        last = word.end
    assert isinstance(reading(form), str)


@tries(60)
@given(text=TEXTS)
def test_the_classifier_sees_a_bounded_number_of_terms(content: Content, text: str) -> None:
    found = terms(text * 20, content.lexicon)
    assert tuple(found) == VIEWS and sum(map(len, found.values())) < 20_000


@tries(100)
@example("今日")
@given(text=TEXTS.map(lambda text: match_form(text).replace("《", "").replace("》", "")))
def test_furigana_adds_readings_and_nothing_else(text: str) -> None:
    furigana = Furigana({"今日": "きょう"})
    annotated = furigana.annotate(text)
    assert without_furigana(annotated) == text
    assert furigana.annotate(annotated) == annotated
    assert all(run in text and kana for run, kana in rubies(annotated)) and isinstance(bare_runs(annotated), list)


@tries(100)
@given(text=TEXTS)
def test_sounds_are_letters_to_compare(text: str) -> None:
    assert all(character.isdigit() or character in ascii_lowercase for character in sound(text))
    assert isinstance(in_kana(text), str) and is_romaji(text) in (True, False)


_REPEATED = [
    "1",
    "十",
    "年",
    "1年",
    "令和",
    "R1.",
    "1/",
    "20210610",
    "1月1日",
    "来週の",
    "の",
    "じゃなくて",
    "あ",
    "漢",
    "中野区",
    "名古屋市港区",
    "横浜市",
    "母は",
    "？",
    "。",
    "、",
    "あと",
    "けど、",
    "てて",
    "n'",
    "kya",
    "ー",
    "ァ",
    "(",
    "[",
    "+",
    " ",
    "午後",
    "1時",
    "半",
    "〇",
    "@",
    "a.",
    "暗証番号",
    "今日",
    "ﷺ",
    "㌢",
    "\u0301",
    "😀",
    "𠮷",
    "\u200b",
]


@pytest.mark.parametrize("piece", _REPEATED)
def test_no_text_keeps_a_parser_busy(content: Content, piece: str) -> None:
    """A thousand characters, the most that are taken; compatibility forms stand for up to eighteen each."""
    text = (piece * 1000)[:1000]
    began = process_time()
    prepared = content.lexicon.prepare(text)
    find_dates(prepared.form, date(2026, 11, 20))
    find_times(prepared.form)
    content.lexicon.mentions(prepared)
    content.lexicon.opened(text)
    content.places.find(prepared)
    sentences(text)
    terms(text, content.lexicon)
    sound(text)
    assert process_time() - began < 2.0


def test_every_day_of_a_century_is_told_from_its_neighbours() -> None:
    today = date(2026, 11, 20)
    for offset in range(0, 36_525, 97):
        day = date(1950, 1, 1) + timedelta(offset)
        (said,) = find_dates(f"{day.year}年{day.month}月{day.day}日", today)
        assert said.on(today) == day
