"""A long answer in several messages: cut where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LINE_ENDS = re.compile(r"\n+")
_SENTENCE_ENDS = re.compile(r"[。！？!?]+[」』）】)]*")
_PAUSES = re.compile(r"[、，,・\s]+")
_DIGIT = "0-9０-９"
_UNITS = "年月日時分円歳桁回"
_WHOLE = re.compile(
    rf"https?://[!-~]+|[A-Za-z{_DIGIT}](?:(?!https?://)[!-~{_DIGIT}．，：／－])*"  # an address, a word, a number, a phone number
    rf"(?:[{_UNITS}](?:(?!https?://)[!-~{_DIGIT}．，：／－])*)*"  # a date, a sum
)
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}
_SMALLEST = 2


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` UTF-16 units, as the chat platforms count; no part is empty.

    Cuts after a line or a sentence, else at a pause, else between two characters; inside an address or a number only when
    it is longer than `limit` itself. Between the parts nothing but white space is lost. Raises ValueError for a limit below 2.
    """
    if limit < _SMALLEST:
        raise ValueError(f"limit {limit}: no character may fit")
    return list(_parts(text.strip(), limit))


def _parts(rest: str, limit: int) -> Iterator[str]:
    while rest:
        cut = _cut(rest, limit)
        if part := rest[:cut].strip():
            yield part
        rest = rest[cut:].strip()


def _cut(text: str, limit: int) -> int:
    """Where the next part ends; at least 1."""
    furthest = _fitting(text, limit)
    if furthest == len(text):
        return furthest
    allowed = _boundaries(text, furthest)
    for ends in ((_LINE_ENDS, _SENTENCE_ENDS), (_PAUSES,)):
        found = allowed & {match.end() for pattern in ends for match in pattern.finditer(text, 0, furthest)}
        if found:
            return max(found)
    return max(allowed, default=furthest)


def _fitting(text: str, limit: int) -> int:
    """How many characters fit into `limit` UTF-16 units."""
    left = limit
    for place, character in enumerate(text):
        left -= 2 if ord(character) > 0xFFFF else 1
        if left < 0:
            return place
    return len(text)


def _boundaries(text: str, furthest: int) -> set[int]:
    """The places up to `furthest` that lie in no word, number or address, and part no mark from its letter."""
    inside = {place for match in _WHOLE.finditer(text) if match.start() < furthest for place in range(match.start() + 1, match.end())}
    return {place for place in range(1, furthest + 1) if place not in inside and not _clings(text, place)}


def _clings(text: str, place: int) -> bool:
    if place >= len(text):
        return False
    here = text[place]
    return bool(unicodedata.combining(here)) or here in _JOINERS or text[place - 1] == "\u200d"
