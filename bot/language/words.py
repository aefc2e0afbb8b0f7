"""Words, lemmas and kana readings by fugashi with UniDic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import fugashi

from bot.language.normalize import hiragana


@dataclass(frozen=True)
class Word:
    """`reading` is in hiragana; `start` and `end` are offsets in the text that was given."""

    surface: str
    lemma: str
    reading: str
    pos: str
    detail: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _tagger() -> fugashi.Tagger:
    return fugashi.Tagger()


def words(text: str) -> list[Word]:
    """The words of `text`; spaces separate words and are none themselves."""
    found: list[Word] = []
    position = 0
    for node in _tagger()(text):
        start = text.find(node.surface, position)
        if start < 0:
            continue
        position = start + len(node.surface)
        feature = node.feature
        reading = hiragana(feature.kana or node.surface) if feature.kana != "*" else hiragana(node.surface)
        lemma = (feature.lemma or node.surface).split("-")[0]
        found.append(Word(node.surface, lemma, reading, feature.pos1, f"{feature.pos2}-{feature.pos3}", start, position))
    return found


def reading(text: str) -> str:
    """The whole text as it is read aloud, in hiragana, without spaces."""
    return "".join(word.reading for word in words(text))
