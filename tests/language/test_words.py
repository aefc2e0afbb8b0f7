from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.language.words import reading, words


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("カードをなくした", ["カード", "を", "なくし", "た"]),
        ("暗証 番号", ["暗証", "番号"]),
        ("  更新  です  ", ["更新", "です"]),
        ("マイナンバーカードの更新", ["マイ", "ナンバー", "カード", "の", "更新"]),
        ("", []),
        ("   ", []),
    ],
)
def test_a_text_is_cut_into_words_without_its_spaces(text: str, surfaces: list[str]) -> None:
    assert [word.surface for word in words(text)] == surfaces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("電子証明書", "でんししょうめいしょ"),
        ("暗証番号", "あんしょうばんごう"),
        ("代理", "だいり"),
        ("駐車場", "ちゅうしゃじょう"),
        ("パスポート", "ぱすぽーと"),
        ("更新 手続", "こうしんてつづき"),
        ("ふくろう", "ふくろう"),
        ("", ""),
    ],
)
def test_a_text_is_read_aloud_in_hiragana(text: str, expected: str) -> None:
    assert reading(text) == expected


@pytest.mark.parametrize(
    ("text", "lemma", "pos"),
    [
        ("カードをなくした", "無くす", "動詞"),
        ("更新しました", "更新", "名詞"),
        ("早く行きたい", "早い", "形容詞"),
        ("忘れちゃった", "忘れる", "動詞"),
    ],
)
def test_inflected_words_have_their_dictionary_form(text: str, lemma: str, pos: str) -> None:
    assert (lemma, pos) in [(word.lemma, word.pos) for word in words(text)]


@given(st.text())
@example("a\x00b更新")
@example("更新\n\n更新 更新")
@example("🪪のカード")
@example("ｶﾞｷﾞ㍻")
def test_any_text_gives_words_that_lie_inside_it_in_order(text: str) -> None:
    position = 0
    for word in words(text):
        assert position <= word.start < word.end <= len(text)
        assert word.surface == text[word.start : word.end]
        position = word.end
