"""What the classifier sees of a text: n-grams over surface, lemma and kana reading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.language.lexicon import Lexicon
from bot.language.normalize import match_form
from bot.language.words import Word, words

VIEWS = ("characters", "reading", "lemmas", "surfaces", "pairs")
_CONTENT = {"名詞", "動詞", "形容詞", "形状詞", "副詞", "代名詞", "接尾辞"}
_PUNCTUATION = re.compile(r"[,.!?~\s…・()\"'\-]+")
_LONGEST = 400
_PAIR_REACH = 4


def terms(text: str, lexicon: Lexicon) -> dict[str, list[str]]:
    """The terms of each view of VIEWS. Only the first and last part of a very long text counts."""
    form = lexicon.canonical(match_form(text))
    if len(form) > _LONGEST:
        form = form[: _LONGEST // 2] + form[-_LONGEST // 2 :]
    found = words(form)
    return {
        "characters": list(_ngrams(_framed(form), 1, 4)),
        "reading": list(_ngrams(_framed("".join(w.reading for w in found)), 2, 5)),
        "lemmas": list(_phrases([w.lemma for w in found])),
        "surfaces": list(_phrases([w.surface for w in found])),
        "pairs": list(_pairs(found)),
    }


def _framed(text: str) -> str:
    return f"^{_PUNCTUATION.sub('', text)}$"


def _ngrams(text: str, shortest: int, longest: int) -> Iterator[str]:
    for length in range(shortest, longest + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def _phrases(units: list[str]) -> Iterator[str]:
    yield from units
    yield from (f"{a} {b}" for a, b in zip(units, units[1:], strict=False))


def _pairs(found: list[Word]) -> Iterator[str]:
    """Content words that stand near each other, in order: 「カード…なくす」 whatever lies between."""
    content = [w.lemma for w in found if w.pos in _CONTENT]
    for index, first in enumerate(content):
        yield from (f"{first}~{second}" for second in content[index + 1 : index + 1 + _PAIR_REACH])
