from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.normalize import has_kanji, hiragana, match_form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＰＩＮコード", "pinコード"),
        ("ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞ", "マイナンバーカード"),
        ("ｅ－Ｔａｘ", "e-tax"),
        ("１２３４", "1234"),
        ("A‐B‑C‒D–E—F―G−H－I", "a-b-c-d-e-f-g-h-i"),
        ("10〜16", "10~16"),
        ("10～16", "10~16"),
        ("10∼16", "10~16"),
        ("カード、更新。", "カード,更新."),
        ("「更新」とは", "更新 とは"),
        ("『署名用』", "署名用"),
        ("½", "1/2"),
        ("サーバー", "サーバー"),
        ("㍻27年", "平成27年"),
    ],
)
def test_width_case_dashes_waves_and_marks_become_one_spelling(text: str, expected: str) -> None:
    assert match_form(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3ヶ月前", "3か月前"),
        ("３ヵ月前", "3か月前"),
        ("3カ月前", "3か月前"),
        ("3ｶ月前", "3か月前"),
        ("3ケ月前", "3か月前"),
        ("三箇月前", "三か月前"),
        ("3个月", "3个月"),
        ("何ヶ月前", "何か月前"),
        ("数ヶ月", "数か月"),
        ("ひばりヶ丘", "ひばりヶ丘"),
        ("阿佐ヶ谷", "阿佐ヶ谷"),
        ("ヶ月", "ヶ月"),
    ],
)
def test_months_are_counted_with_one_letter_and_place_names_keep_theirs(text: str, expected: str) -> None:
    assert match_form(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("更\u200b新", "更新"),
        ("\ufeff更新", "更新"),
        ("更\u00ad新", "更新"),
        ("更\u2060新\u202e", "更新"),
        ("更新\x00です", "更新 です"),
        ("更新\r\n\tです", "更新 です"),
        ("更新\x1b[31m", "更新 [31m"),
        ("\x85更新\x9f", "更新"),
        ("  更新　　 です  ", "更新 です"),
        ("\u200b \n", ""),
        ("", ""),
    ],
)
def test_invisible_and_control_characters_leave_no_trace(text: str, expected: str) -> None:
    assert match_form(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("えーーーーと", "えーと"),
        ("まって〜〜〜", "まって~"),
        ("なに!!!!", "なに!"),
        ("なに？？？", "なに?"),
        ("うけるwwww", "うけるw"),
        ("笑笑笑", "笑"),
        ("えっと......", "えっと."),
        ("ええと。。。", "ええと."),
        ("!?!?", "!?!?"),
        ("1000", "1000"),
        ("あああ", "あああ"),
    ],
)
def test_long_repeats_of_marks_shrink_to_one(text: str, expected: str) -> None:
    assert match_form(text) == expected


@given(st.text())
def test_no_text_crashes_it_or_keeps_control_characters_and_double_spaces(text: str) -> None:
    form = match_form(text)
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in form)
    assert "  " not in form
    assert form == form.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("カタカナ", "かたかな"),
        ("ヴァ", "ゔぁ"),
        ("カード", "かーど"),
        ("ひらがな", "ひらがな"),
        ("漢字abc1", "漢字abc1"),
        ("・ー", "・ー"),
        ("", ""),
    ],
)
def test_katakana_becomes_hiragana_and_nothing_else_changes(text: str, expected: str) -> None:
    assert hiragana(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("更新", True), ("カードの中", True), ("カード", False), ("abc1、。", False), ("", False)])
def test_kanji_are_recognised(text: str, expected: bool) -> None:
    assert has_kanji(text) is expected
