"""A text beside its plain form: one width, one kana, ASCII digits, nothing invisible; and what of it is to be blanked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

Match = re.Match[str]

KEPT, BLANKED = "\ue000", "\ue001"
"""Stand in the form for what is settled, so that no later pattern reads it."""
_CLUSTER = re.compile("[^\uff9e\uff9f\u0300-\u036f\u3099\u309a\ufe0e\ufe0f\u20e3]?[\uff9e\uff9f\u0300-\u036f\u3099\u309a\ufe0e\ufe0f\u20e3]+|.", re.DOTALL)
_SPELT_NUMERALS = str.maketrans({"壱": "一", "壹": "一", "弐": "二", "貳": "二", "参": "三", "拾": "十", "○": "〇", "◯": "〇"})
_WAVES, _MORE_DASHES = "~〜～∼˜", "−﹣⁻₋─━"
_FIRST_KATAKANA, _LAST_KATAKANA, _TO_HIRAGANA = "ァ", "ヶ", 0x60


class Sheet:
    """`form` is what patterns read; every claim keeps its length."""

    def __init__(self, text: str) -> None:
        self._text, self.kinds = text, set[str]()
        self._places: list[tuple[int, int]] = []
        self._marks: list[tuple[int, int, str]] = []
        form: list[str] = []
        for cluster in _CLUSTER.finditer(text):
            plain = _plain(cluster.group())
            form.append(plain)
            self._places += [cluster.span()] * len(plain)
        self.form = "".join(form)

    def keep(self, pattern: re.Pattern[str], when: Callable[[Match], bool] = bool) -> None:
        """What matches stays readable."""
        self.form = pattern.sub(lambda match: KEPT * len(match.group()) if when(match) else match.group(), self.form)

    def blank(self, pattern: re.Pattern[str], kind: str, mark: str, when: Callable[[Match], bool] = bool) -> None:
        """The groups of `pattern` are blanked, or the whole of it where it has none."""
        spans = [
            match.span(group)
            for match in pattern.finditer(self.form)
            if when(match)
            for group in (range(1, pattern.groups + 1) if pattern.groups else (0,))
            if match.span(group)[1] > match.span(group)[0]
        ]
        for span in spans:
            self.blank_span(*span, kind, mark)

    def blank_span(self, start: int, end: int, kind: str, mark: str) -> None:
        self.kinds.add(kind)
        self._marks.append((self._places[start][0], self._places[end - 1][1], mark))
        self.form = self.form[:start] + BLANKED * (end - start) + self.form[end:]

    def keep_span(self, start: int, end: int) -> None:
        self.form = self.form[:start] + KEPT * (end - start) + self.form[end:]

    def text(self) -> str:
        """The text with marks where something was blanked."""
        parts, at = [], 0
        for start, end, mark in sorted(self._marks):
            parts += [self._text[at:start], mark]
            at = end
        return "".join([*parts, self._text[at:]])


def plain_form(text: str) -> str:
    return "".join(_plain(cluster.group()) for cluster in _CLUSTER.finditer(text))


@lru_cache(maxsize=4096)
def _plain(cluster: str) -> str:
    digit = unicodedata.digit(cluster, None) if len(cluster) == 1 else None
    folded = str(digit) if digit is not None else unicodedata.normalize("NFKC", cluster).lower()
    return "".join(map(_folded, folded)).translate(_SPELT_NUMERALS)


def _folded(char: str) -> str:
    if char == "\n" or char.isascii() and char.isprintable() and char not in _WAVES:
        return char
    if char in (KEPT, BLANKED):
        return " "
    if _FIRST_KATAKANA <= char <= _LAST_KATAKANA:
        return chr(ord(char) - _TO_HIRAGANA)
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category[0] == "Z" or category == "Cc":
        return " "
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if char in _WAVES:
        return "~"
    return "-" if category == "Pd" and char != "゠" or char in _MORE_DASHES else char
