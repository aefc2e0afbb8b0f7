"""Long answers in several messages: nothing lost, nothing torn."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.splitting import split

_URLS = ("https://www.city.example.jp/kurashi/a.html?id=1,2&x=!", "http://a.jp/")
_NUMBERS = ("0120-95-0178", "03-3228-5425", "2026年11月20日", "1,000円", "８時30分", "16:45", "１２３４")
_WORDS = ("更新", "電子証明書は", "窓口で、", "本当ですか？", "はい！", "「できます。」", "\n", "\n\n", " ", "　", "が\u3099", "👨\u200d👩\u200d👧", "𠮷野")
_WHOLES = (*(f"{url}\n" for url in _URLS), *(f"{number}、" for number in _NUMBERS))
_texts = st.lists(st.sampled_from((*_WORDS, *_WHOLES)), max_size=60).map("".join)
_limits = st.integers(min_value=64, max_value=200)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _without_space(text: str) -> str:
    return "".join(text.split())


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_any_text_keeps_all_but_white_space(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert _without_space("".join(parts)) == _without_space(text)
    assert all(part.strip() == part and part and _units(part) <= limit for part in parts)


@given(_texts, _limits)
def test_no_address_or_number_is_torn(text: str, limit: int) -> None:
    parts = split(text, limit)
    for whole in (*_URLS, *_NUMBERS):
        assert sum(part.count(whole) for part in parts) == text.count(whole), whole
    assert _without_space("".join(parts)) == _without_space(text)
    assert all(_units(part) <= limit for part in parts)


@given(st.lists(st.text("あ漢a1", min_size=1, max_size=30).map(lambda said: said + "。"), min_size=1, max_size=30))
def test_every_part_ends_with_a_sentence_that_fits(said: list[str]) -> None:
    assert all(part.endswith("。") for part in split("".join(said), 31))


@given(_texts)
def test_what_fits_stays_one(text: str) -> None:
    assert split(text, max(2, _units(text))) == ([text.strip()] if text.strip() else [])


def test_an_address_longer_than_a_message_is_cut_all_the_same() -> None:
    assert split("https://a.jp/" + "x" * 30, 20) == ["https://a.jp/" + "x" * 7, "x" * 20, "x" * 3]


def test_a_mark_stays_with_its_letter() -> None:
    assert not any(re.match("[\u3099\u200d]", part) for part in split("が\u3099👨‍👩‍👧" * 20, 16))


@pytest.mark.parametrize("limit", [1, 0, -5])
def test_a_limit_that_fits_no_character_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        split("更新", limit)
