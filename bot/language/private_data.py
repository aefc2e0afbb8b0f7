"""Numbers nobody should have typed, blanked before anything is stored, logged or counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_DIGIT = "[0-9０-９〇零一二三四五六七八九]"
_GAP = r"[\s\-‐‑–—―ー−・_.．,，　]{0,2}"
_NUMBER_WORDS = r"(?:暗証番号|暗唱番号|パスワード|パスコード|PIN(?:コード)?|ピン|あんしょうばんごう|ぱすわーど)"
_SAID = r"(?:\s*(?:は|が|を|って|の番号は|:|：|=|＝|「|『|\s)\s*){1,3}"


@dataclass(frozen=True)
class Masked:
    """The text without its private parts, and the kinds that were found."""

    text: str
    kinds: frozenset[str]


_PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("mail", re.compile(r"[\w.+-]+[@＠][\w-]+(?:\.[\w-]+)+", re.ASCII), "〔メール〕"),
    ("card", re.compile(rf"(?<!{_DIGIT})(?:{_DIGIT}{_GAP}){{13,18}}{_DIGIT}(?!{_DIGIT})"), "〔番号〕"),
    ("individual_number", re.compile(rf"(?<!{_DIGIT})(?:{_DIGIT}{_GAP}){{11}}{_DIGIT}(?!{_DIGIT})"), "〔12桁の番号〕"),
    (
        "phone",
        re.compile(r"(?<![0-9０-９])[0０][0-9０-９]{1,4}[-‐－ー\s(（]{0,1}[0-9０-９]{1,4}[-‐－ー\s)）]{0,1}[0-9０-９]{3,4}(?![0-9０-９])"),
        "〔電話番号〕",
    ),
    (
        "pin",
        re.compile(
            rf"({_NUMBER_WORDS}{_SAID})((?=[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]*[0-9０-９])[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]{{6,16}}|[0-9０-９]{{4}})(?![A-Za-z0-9０-９])",
            re.I,
        ),
        r"\1〔暗証番号〕",
    ),
)


def mask(text: str, public_numbers: Iterable[str] = ()) -> Masked:
    """`public_numbers` are offices' own phone numbers, which stay readable."""
    public = {_bare(number) for number in public_numbers}
    kinds: set[str] = set()

    for kind, pattern, replacement in _PATTERNS:

        def blank(match: re.Match[str], kind: str = kind, replacement: str = replacement) -> str:
            if kind in ("phone", "mail") and _bare(match.group()) in public:
                return match.group()
            kinds.add(kind)
            return match.expand(replacement)

        text = pattern.sub(blank, text)
    return Masked(text, frozenset(kinds))


def _bare(number: str) -> str:
    return re.sub(r"[^0-9a-z@.]", "", number.lower())
