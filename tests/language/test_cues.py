"""Tables of cues find what looking for each cue finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.turn import Content
from bot.language.cues import CueTable, Text, cue_holds
from bot.language.normalize import hiragana

_WORDS = st.text("更新暗証番号アあ16歳 a", min_size=1, max_size=8)
_NAMES = st.sampled_from(["a", "b", "c"])
_PART = st.one_of(_WORDS, _WORDS.map("!{}".format), st.sampled_from(["@x", "!@x", "@y"]))
_CUES = st.lists(_PART, min_size=1, max_size=3).map("+".join)


def _one_by_one(text: Text, cues: Mapping[str, Sequence[str]], others: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    mentioned = {name for name, words in others.items() if any(cue_holds(text, cue) for cue in words)}
    return tuple(name for name, words in cues.items() if any(cue_holds(text, cue, mentioned) for cue in words))


@given(st.dictionaries(_NAMES, st.lists(_CUES, max_size=5)), st.lists(_WORDS, max_size=3), st.text("更新暗証番号アあ16歳 a", max_size=30), st.booleans())
def test_a_table_finds_what_its_cues_find(cues: dict[str, list[str]], other: list[str], form: str, kana: bool) -> None:
    text, others = Text(form, form, hiragana(form) if kana else ""), {"x": other}
    assert CueTable(cues, others).names(text) == _one_by_one(text, cues, others)


@pytest.mark.parametrize("said", ["暗証番号を忘れた", "おかねはいくらかかりますか", "16歳の息子の代わりに行きます", "", "署名用じゃなくて利用者証明用"])
def test_a_table_of_the_content_finds_what_its_cues_find(content: Content, said: str) -> None:
    text, shared = content.lexicon.prepare(said), content.lexicon.file.aspects
    assert content.lexicon.mentions(text).aspects == set(CueTable(shared).names(text))
    for topic in content.base.topics.values():
        merged = {**shared, **topic.aspects}
        mentioned = _known(text, merged)
        assert content.lexicon.aspects(text, topic.aspects) == {name for name in merged if name in mentioned}


def _known(text: Text, cues: Mapping[str, Sequence[str]]) -> set[str]:
    """What holds, found by going over all cues until nothing is added; 「!@」 is looked at last."""
    mentioned: set[str] = set()
    for _ in range(3):
        mentioned = {name for name, words in cues.items() if any(cue_holds(text, cue, mentioned) for cue in words)}
    return mentioned


def test_a_reading_of_little_length_is_no_cue() -> None:
    assert CueTable({"home": ["家"]}).names(Text("おかあさん", "おかあさん", "おかあさん")) == ()


def test_a_number_begins_where_its_digits_begin() -> None:
    table = CueTable({"six": ["6歳"], "sixteen": ["16歳"]})
    assert table.names(Text("", "16歳です", "")) == ("sixteen",) and table.names(Text("", "6歳です", "")) == ("six",)


def test_a_word_longer_than_the_pieces_is_found_whole() -> None:
    table = CueTable({"long": ["利用者証明用電子証明書"]})
    assert table.names(Text("", "利用者証明用電子証明書は", "")) == ("long",) and table.names(Text("", "利用者証明用の紙", "")) == ()
