"""One sound for kanji, kana and every usual way of writing romaji."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.romaji import in_kana, sound

SAME = [
    ["更新", "こうしん", "コウシン", "ｺｳｼﾝ", "koushin", "kousin", "koshin", "kosin", "kōshin", "KOUSHIN", "ｋｏｕｓｈｉｎ"],
    ["署名用", "しょめいよう", "shomeiyou", "syomeiyou", "shomeiyo"],
    ["手数料", "てすうりょう", "tesuuryou", "tesuryo"],
    ["ロック", "ろっく", "rokku"],
    ["コンビニ", "こんびに", "konbini", "kombini"],
    ["失効", "しっこう", "shikkou", "sikkou"],
    ["受付", "うけつけ", "uketsuke", "uketuke"],
    ["カード", "かーど", "kaado", "kādo"],
    ["住基", "じゅうき", "juuki", "jyuuki", "zyuuki"],
    ["続き", "つづき", "tsuzuki", "tuduki"],
    ["本人", "ほんにん", "honnin"],
    ["窓口", "まどぐち", "madoguchi", "madoguti"],
    ["e-Tax", "etax", "ｅ-Ｔａｘ"],
    ["15歳", "15さい", "15sai", "１５歳"],
]
DIFFERENT = [("更新", "申請"), ("失効", "発行"), ("期限", "機器"), ("11", "1"), ("署名", "証明書")]
IN_KANA = [
    ("nagoya jikan", "なごや じかん"),
    ("shomei rokku dairi", "しょめい ろっく だいり"),
    ("kigengire", "きげんぎれ"),
    ("15sai shomei", "15さい しょめい"),
    ("etax", "etax"),
    ("lock", "lock"),
    ("更新 tesuuryou", "更新 てすうりょう"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda s: s[0])
def test_every_spelling_sounds_the_same(spellings: list[str]) -> None:
    assert len({sound(each) for each in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_words_sound_different(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@pytest.mark.parametrize("word", ["koushin", "shomei", "tesuuryou", "konbini", "madoguchi", "juuki", "hikkoshi", "matchi"])
def test_what_is_typed_so_far_is_the_beginning_of_the_whole(word: str) -> None:
    for length in range(2, len(word)):
        assert sound(word).startswith(sound(word[:length])), word[:length]


@pytest.mark.parametrize(("text", "kana"), IN_KANA)
def test_latin_letters_that_are_romaji_become_kana(text: str, kana: str) -> None:
    assert in_kana(text) == kana


@given(st.text(max_size=40))
def test_any_text_has_a_sound_of_letters_and_digits(text: str) -> None:
    assert all(c.isalnum() and c.isascii() or c.isdigit() for c in sound(text))
    in_kana(text)
