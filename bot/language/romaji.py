"""One spelling of how a word sounds, so that 更新, こうしん, koushin and kosin meet."""

from __future__ import annotations

import re
from functools import lru_cache

import jaconv

from bot.language.normalize import has_kanji, hiragana, match_form
from bot.language.words import reading

_MACRONS = str.maketrans({"ā": "a", "ī": "i", "ū": "u", "ē": "e", "ō": "o", "â": "a", "î": "i", "û": "u", "ê": "e", "ô": "o"})
_SPELLINGS = (
    (r"xtsu|xtu|ltu", "t"),
    (r"[ct]ch|tc$", "ch"),
    (r"sh(?=i|$)|s(?=h$)", "s"),
    (r"sh", "sy"),
    (r"ch(?=i|$)|c$", "t"),
    (r"ch|c(?=y)", "ty"),
    (r"ts", "t"),
    (r"j(?=i|$)", "z"),
    (r"jy?", "zy"),
    (r"d(?=i)|d(?=u)", "z"),
    (r"f", "h"),
    (r"l", "r"),
    (r"m(?=[bpm])", "n"),
    (r"ou", "o"),
    (r"[^a-z0-9]", ""),
    (r"(.)\1+", r"\1"),
)
"""Hepburn and its relatives as Kunrei; long vowels and doubled consonants as single ones."""
_DIGITS = re.compile(r"(\d+)")
_LATIN_WORD = re.compile(r"[a-zāīūēōâîûêô][a-zāīūēōâîûêô'\-]*")
_DOUBLED = r"(?:([kstpgzdbcr])(?=\1)|t(?=ch))?"
_SYLLABLE = r"(?:[kgnhbpmrsztdj]?y?[aiueo]|(?:sh|ch)[aiueo]|tsu|f[aiueo]|wa|wo)"
_ENDING = r"n(?![aiueoy])|n'|m(?=[bpm])"
_ROMAJI = re.compile(rf"(?:{_DOUBLED}{_SYLLABLE}|{_ENDING})+")


@lru_cache(maxsize=65_536)
def sound(text: str) -> str:
    """How `text` (kanji, kana or Latin letters) sounds, as letters and digits only to compare; "" where nothing is left."""
    form = match_form(text)
    kana = reading(form) if has_kanji(form) else form
    letters = jaconv.kana2alphabet(hiragana(kana)).lower().translate(_MACRONS)
    return "".join(part if part.isdigit() else _folded(part) for part in _DIGITS.split(letters))


def _folded(letters: str) -> str:
    for pattern, spelling in _SPELLINGS:
        letters = re.sub(pattern, spelling, letters)
    return letters


def in_kana(text: str) -> str:
    """A text typed in Latin letters as hiragana; words that are no romaji, and everything else, stay as they are."""
    return _LATIN_WORD.sub(lambda word: _kana(word.group()), match_form(text))


def is_romaji(text: str) -> bool:
    """Whether `text` is several words of Latin letters, each of which is Japanese: 「madoguchi no jikan」 and not 「pin」."""
    words = match_form(text).split()
    return len(words) > 1 and all(_ROMAJI.fullmatch(word.translate(_MACRONS)) for word in words)


def _kana(word: str) -> str:
    plain = word.translate(_MACRONS)
    return str(jaconv.alphabet2kana(plain)) if _ROMAJI.fullmatch(plain) else word
