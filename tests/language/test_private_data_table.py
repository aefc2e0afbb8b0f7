"""Both ways over tests/language/private_data.yml: what is private never stays, what is not is never touched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue.turn import Content
from bot.language.private_data import KINDS, SECRET, has_check_digit, mask, mask_for_keeping
from tests.conftest import PROJECT

_TABLE = yaml.safe_load((Path(__file__).parent / "private_data.yml").read_text(encoding="utf-8"))
_PRIVATE = [(kind, case) for kind, cases in _TABLE["private"].items() for case in cases]
_PUBLIC: list[str] = _TABLE["public"]
_SECOND = yaml.safe_load((Path(__file__).parent / "private_data_second.yml").read_text(encoding="utf-8"))
_OFFICES = ["03-3228-5425", "042-460-9820", "0194-78-2928", "0120-95-0178", "7584@oshiete-dial.jp", "052-953-7584", "050-3642-1234"]
_SECRET_PART = re.compile("《([^》]*)》")
_MARK = "〔[^〔〕]*〕"
_TOLERATED = 0.01

_WIDE = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@"}
_AROUND = ["", "すみません、", "2024年6月7日に作りました。", "手数料は1,000円ですか。\n", "はじめまして。中野区に住む70歳です。", "平日8:30-17:00に行きます。"]


def _typed(case: str) -> str:
    return _SECRET_PART.sub(r"\1", case)


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def _left(case: str, shown: str) -> list[str]:
    """Fragments of three signs of what was private that are still to be read."""
    rest = [_plain(part) for part in re.split(_MARK, shown)]
    parts = [_plain(part) for part in _SECRET_PART.findall(case)]
    return [part[i : i + 3] for part in parts for i in range(max(1, len(part) - 2)) if any(part[i : i + 3] in kept for kept in rest)]


def test_the_table_is_large_enough() -> None:
    assert len(_PRIVATE) >= 260 and len(_PUBLIC) >= 260 and len({case for _, case in _PRIVATE}) == len(_PRIVATE)


@pytest.mark.parametrize(("kind", "case"), _PRIVATE, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(_PRIVATE)])
def test_what_is_private_is_blanked_and_nothing_around_it(kind: str, case: str) -> None:
    pieces = _SECRET_PART.split(case)
    expected = "".join(_MARK if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))
    found = mask(_typed(case), _OFFICES)
    assert re.fullmatch(expected, found.text) and not _left(case, found.text), found.text
    assert found.kinds <= KINDS
    assert found.kinds & SECRET if kind not in ("phone", "mail") else kind in found.kinds


def test_nothing_private_of_a_second_writer_is_kept(content: Content) -> None:
    shown = [(case, mask_for_keeping(case["text"], content.base.public_numbers()).text) for case in _SECOND if case["secrets"]]
    assert len(shown) == 160 and not [text for case, text in shown if any(secret in text for secret in case["secrets"])]


def test_at_most_one_in_a_hundred_of_a_second_writers_harmless_texts_is_touched(content: Content) -> None:
    harmless = [case["text"] for case in _SECOND if not case["secrets"]]
    touched = [text for text in harmless if mask_for_keeping(text, content.base.public_numbers()).text != text]
    assert len(harmless) == 140 and len(touched) <= len(harmless) * _TOLERATED, touched


def test_at_most_one_in_a_hundred_harmless_texts_is_touched() -> None:
    touched = [text for text in _PUBLIC if mask(text, _OFFICES).text != text]
    assert len(touched) <= _TOLERATED * len(_PUBLIC), touched


def _own_phrases() -> Iterator[str]:
    for path in sorted((PROJECT / "data" / "topics").glob("*.yml")):
        yield from (phrase for phrase in yaml.safe_load(path.read_text(encoding="utf-8"))["phrases"] if isinstance(phrase, str))


def test_the_questions_residents_ask_are_left_alone() -> None:
    phrases = list(_own_phrases())
    touched = [phrase for phrase in phrases if mask(phrase, _OFFICES).text != phrase]
    assert len(phrases) > 10_000 and len(touched) <= 0.001 * len(phrases), touched


@pytest.mark.parametrize("case", _TABLE["birthday"])
def test_a_day_of_birth_is_blanked_where_a_text_is_kept(case: str) -> None:
    assert mask_for_keeping(_typed(case)).text == _SECRET_PART.sub("〔生年月日〕", case)
    assert mask(_typed(case)).text == _typed(case), "the calculator reads it"


def test_a_phone_number_behind_a_birthday_is_no_birthday() -> None:
    assert mask_for_keeping("昭和22年11月23日生まれ、090-8765-4321").text == "〔生年月日〕生まれ、〔電話番号〕"


@pytest.mark.parametrize(
    "text",
    [
        "2021年6月10日に発行",
        "期限は2027年3月20日",
        "誕生日の3か月前から",
        "5回目の誕生日",
        "10回目の誕生日まで",
        "2026年の誕生日まで",
        "20歳の誕生日",
        "誕生日から3か月",
        "生年月日を変更したい。2026年11月25日に行く",
        "誕生日は土日だと? 12時まで",
    ],
)
def test_other_days_stay_in_what_is_kept(text: str) -> None:
    assert mask_for_keeping(text).text == text


@given(st.sampled_from(_PRIVATE), st.sampled_from(_AROUND), st.sampled_from(["", "。よろしくお願いします", "\n更新できますか", "。5回間違えました"]))
@settings(max_examples=600)
def test_no_sentence_around_it_lets_it_through(private: tuple[str, str], before: str, behind: str) -> None:
    _, case = private
    for masking in (mask, mask_for_keeping):
        shown = masking(before + _typed(case) + behind, _OFFICES).text
        assert shown.startswith(before) and shown.endswith(behind)
        assert not _left(case, shown[len(before) : len(shown) - len(behind)]), shown


@given(st.sampled_from([case for _, case in _PRIVATE]))
@settings(max_examples=400)
def test_no_width_lets_it_through(case: str) -> None:
    shown = mask(_typed(case).translate(_WIDE), _OFFICES).text
    assert not _left(case, shown), shown


_SEPARATORS = st.text(alphabet=" 　-‐‑–—−ー－・.,、/／_~〜|:()\u200b\u2060\xad", max_size=3)


@given(
    st.text(alphabet="0123456789", min_size=12, max_size=12),
    st.lists(_SEPARATORS, min_size=11, max_size=11),
    st.sampled_from(["マイナンバーは", "個人番号 ", "番号:"]),
)
@settings(max_examples=400)
def test_no_separators_let_an_individual_number_through(digits: str, separators: list[str], name: str) -> None:
    typed = "".join(digit + separator for digit, separator in zip(digits, [*separators, ""], strict=True))
    shown = mask(f"{name}{typed}です。手数料は?").text
    assert not re.search(r"[0-9０-９](?:[^0-9０-９〔〕]{0,3}[0-9０-９]){7}", shown), shown


@given(
    st.text(alphabet="0123456789", min_size=12, max_size=12),
    st.sampled_from(["", " ", "-", "　", "−", "ー", "・", "\n", "の", "と", "/", "~", ":", "→", "\u200b"]),
)
def test_no_individual_number_survives_in_any_of_the_usual_groups(digits: str, gap: str) -> None:
    for size in (3, 4, 6, 12):
        typed = gap.join(digits[at : at + size] for at in range(0, 12, size))
        shown = mask(f"マイナンバーは{typed}です").text
        assert shown == "マイナンバーは〔12桁の番号〕です", shown


_SIGNS = "0123456789１２〇一二三千億万ー-. 、のと年月日@aAbZ暗証番号口座記号パスワードはいちさん生まれ〔〕:/\n"


@given(st.one_of(st.text(), st.text(alphabet=_SIGNS, max_size=60), st.lists(st.sampled_from([_typed(case) for _, case in _PRIVATE]), max_size=3).map("".join)))
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_what_was_masked_is_masked_for_good(text: str) -> None:
    for masking in (mask, mask_for_keeping):
        once = masking(text)
        again = masking(once.text)
        assert again.text == once.text and not again.kinds


@given(st.text(alphabet="0123456789", min_size=11, max_size=11))
def test_exactly_one_check_digit_fits(digits: str) -> None:
    assert sum(has_check_digit(f"{digits}{last}") for last in range(10)) == 1


@pytest.mark.parametrize("digits", ["2023 2024 2026", "2019 2020 2021"])
def test_three_years_are_a_number_only_when_they_are_called_one_or_have_its_check_digit(digits: str) -> None:
    assert mask(f"個人番号は{digits}").kinds == {"individual_number"}
    assert bool(mask(digits).kinds) == has_check_digit(digits.replace(" ", ""))


@pytest.mark.parametrize(
    "sign",
    [
        "1",
        "1-",
        "1 ",
        "いち",
        "いちにさん",
        "一",
        "暗証番号",
        "暗証番号は1985年",
        "a",
        "a.",
        "a@",
        "a1",
        "a1-",
        "口座は123",
        "記号番号",
        " ",
        '"',
        "2024 ",
        "生年月日1年",
        "oil-",
        "a at ",
    ],
)
def test_a_long_run_of_anything_is_read_to_its_end(sign: str) -> None:
    text = (sign * 1000)[:1000]
    once = mask_for_keeping(text).text
    assert mask_for_keeping(once).text == once
