"""Small numbers as dates and times need them: 10, 十, 二十九, 三〇, 元."""

from __future__ import annotations

import re

_UNITS = "〇一二三四五六七八九"
_ONE_TO_NINE = _UNITS[1:]

# Not in the middle of a longer number.
NUMBER_START = rf"(?<![0-9{_UNITS}零十百千万])(?<![0-9][./])"
NUMBER = rf"(?:[0-9]{{1,2}}|[{_ONE_TO_NINE}]?十[{_ONE_TO_NINE}]?|[{_ONE_TO_NINE}][{_UNITS}零]|[{_ONE_TO_NINE}])(?![0-9])"
FOUR_DIGITS = rf"(?:[0-9]{{4}}|[一二][{_UNITS}零]{{3}})"


def number(text: str) -> int:
    """The value of a text that NUMBER or FOUR_DIGITS matched; 元 is the first year."""
    if text.isascii():
        return int(text)
    if text in ("元", "がん", "ひと"):
        return 1
    if "十" in text:
        tens, ones = text.split("十")
        return 10 * (_digit(tens) if tens else 1) + (_digit(ones) if ones else 0)
    return int("".join(str(_digit(c)) for c in text))


def _digit(char: str) -> int:
    return 0 if char == "零" else _UNITS.index(char)


_COUNTED_DAYS = {
    "ついたち": 1, "ふつか": 2, "みっか": 3, "よっか": 4, "いつか": 5, "むいか": 6, "なのか": 7, "ようか": 8, "ここのか": 9, "とおか": 10, "はつか": 20,
}  # fmt: skip
_COUNTED_DAY = re.compile(rf"(?<=[月つ])\s?({'|'.join(_COUNTED_DAYS)})")


def with_counted_days(text: str) -> str:
    """「5がつ みっか」 as 「5がつ3日」; elsewhere 「いつか」 is no fifth day."""
    return _COUNTED_DAY.sub(lambda found: f"{_COUNTED_DAYS[found[1]]}日", text)
