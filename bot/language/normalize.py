"""One spelling for matching. Never shown to anybody, and never used for a figure in an answer."""

from __future__ import annotations

import re
import unicodedata

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－˗⁃─━"), "-")
_WAVES = dict.fromkeys(map(ord, "〜～∼∽"), "~")
_MARKS = {0x2044: "/", ord("、"): ",", ord("。"): ".", ord("「"): " ", ord("」"): " ", ord("『"): " ", ord("』"): " "}
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_MONTHS = re.compile(r"(?<=[0-9一二三四五六七八九十何数])[ヶヵカケか箇個](?=月)")
_LONG = re.compile(r"([ー~!?w笑.,])\1+")
_SPACES = re.compile(r"\s+")


def match_form(text: str) -> str:
    """NFKC, lower case, one kind of dash and wave, 3ヶ月 → 3か月, no control characters."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(_WAVES)))
    text = _CONTROL.sub(" ", text).translate(_DASHES).translate(_WAVES).translate(_MARKS).lower()
    text = _MONTHS.sub("か", text)
    return _SPACES.sub(" ", _LONG.sub(r"\1", text)).strip()


def hiragana(text: str) -> str:
    """Katakana as hiragana; everything else as it is."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def has_kanji(text: str) -> bool:
    return any("一" <= c <= "鿿" for c in text)
