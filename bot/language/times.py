"""Times of day as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.numerals import NUMBER, NUMBER_START, number


@dataclass(frozen=True)
class TimeSaid:
    """A time of day; without 午前 or 午後 the hour is as it was said."""

    start: int
    end: int
    hour: int
    minute: int
    spoken_half: str | None = None


_HALVES = {word: "am" for word in ("午前", "ごぜん", "am", "早朝", "朝", "明け方")}
_HALVES |= {word: "pm" for word in ("午後", "ごご", "pm", "夕方", "夕", "夜間", "夜", "晩")}
# Words that do not tell the half on their own, and the hours that are after noon with them.
_LATE = {"深夜": range(9, 12), "真夜中": range(9, 12), "夜中": range(9, 12), "お昼": range(1, 6), "昼": range(1, 6)}
_HALF = rf"(?<![a-z])(?P<half>{'|'.join([*_LATE, *_HALVES])})\s?の?\s?"
_ONCE = r"(?!一時(?!に|半|から|まで|ごろ|頃|過ぎ|すぎ|前|[,.?!\s]|$))"
_HOUR = rf"{_ONCE}(?P<hour>{NUMBER})\s?(?:時(?![間点期代刻限給短効差計的])|じ(?!かん|ゃ|ゅ|ょ|き|てん|だい))"
_MINUTE = rf"(?:(?P<half_past>半|はん)|(?P<minute>{NUMBER})\s?(?:分|ふん|ぷん))?"
_CLOCK = r"(?<![0-9:.])(?P<clock>[0-9]{1,2}):(?P<clock_minute>[0-5][0-9])(?![0-9:])(?:\s?(?P<after>am|pm))?"
_TIME = re.compile(rf"(?P<noon>正午)|(?:{_HALF})?(?:{NUMBER_START}{_HOUR}{_MINUTE}|{_CLOCK})")


def find_times(form: str) -> list[TimeSaid]:
    """In order, never overlapping. `form` is in match_form."""
    return [said for match in _TIME.finditer(form) if (said := _time(match))]


def _time(match: re.Match[str]) -> TimeSaid | None:
    if match["noon"]:
        return TimeSaid(match.start(), match.end(), 12, 0)
    said, minute = number(match["hour"] or match["clock"]), 30 if match["half_past"] else number(match["minute"] or match["clock_minute"] or "0")
    half, hour = _half_and_hour(match["half"] or match["after"], said)
    return TimeSaid(match.start(), match.end(), hour % 24, minute, half) if said <= 24 and minute < 60 else None


def _half_and_hour(word: str | None, said: int) -> tuple[str | None, int]:
    """夜12時 is midnight, 昼の11時 is before noon, 深夜11時 is before midnight."""
    if word in ("夜", "晩", "夜間") and said == 12:
        return "am", 0
    late = _LATE.get(word or "", range(1, 12))
    if word in _LATE and said not in late:
        return ("am" if said < 12 else "pm"), said
    half = "pm" if word in _LATE else _HALVES.get(word or "")
    return half, said + 12 if half == "pm" and said in late else said
