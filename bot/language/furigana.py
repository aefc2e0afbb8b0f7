"""Furigana: 漢字《かんじ》, the reading behind each run of kanji; read by UniDic, corrected by a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bot.language.normalize import hiragana
from bot.language.words import reading as read_aloud
from bot.language.words import words

_KANJI = "一-鿿々〆"
_RUN = re.compile(f"[{_KANJI}]+")
_RUBY = re.compile(f"([{_KANJI}]+)《([ぁ-ゖー]+)》")
_MARK = re.compile(r"《[^》]*》")
_KANA = re.compile("[ぁ-ゖー]+")
_COUNTED = re.compile(r"(?:(\d+)月)?(\d+)(日(?!曜)|分|階)")
_WEEKDAYS = {"月": "げつ", "火": "か", "水": "すい", "木": "もく", "金": "きん", "土": "ど", "日": "にち", "祝": "しゅく"}
_WEEKDAY = re.compile(f"(?<=[（・〜])[{''.join(_WEEKDAYS)}](?=[）・〜])")
_DAYS_IN_KA = {2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 20, 24}
_DOUBLED_ENDS = "134680"
"""Last digits after which ふん is spoken ぷん."""


@dataclass(frozen=True)
class Furigana:
    """`corrected` are readings of words and names that UniDic reads otherwise, the longest first."""

    corrected: Mapping[str, str] = field(default_factory=dict)

    def annotate(self, text: str) -> str:
        """`text` with a reading behind every run of kanji; readings that stand there already are kept."""
        return "".join(part if _RUBY.fullmatch(part) else self._read(part) for part in _stretches(text))

    def _read(self, text: str) -> str:
        return _annotated(text, tuple(sorted(self.corrected.items(), key=lambda item: -len(item[0])))) if _RUN.search(text) else text


def rubies(text: str) -> list[tuple[str, str]]:
    """Each run of kanji that has a reading, with it."""
    return _RUBY.findall(text)


def bare_runs(text: str) -> list[str]:
    """The runs of kanji that have none."""
    return [found.group() for found in _RUN.finditer(text) if text[found.end() : found.end() + 1] != "《"]


def without_furigana(text: str) -> str:
    return _MARK.sub("", text)


def _stretches(text: str) -> Iterator[str]:
    position = 0
    for found in _RUBY.finditer(text):
        yield text[position : found.start()]
        yield found.group()
        position = found.end()
    yield text[position:]


@lru_cache(maxsize=4096)
def _annotated(text: str, corrected: tuple[tuple[str, str], ...]) -> str:
    """Kanji that stand together share one mark, whatever words they belong to."""
    out: list[str] = []
    base = reading = ""
    for part, read in _parts(text, corrected):
        if read is not None:
            base, reading = base + part, reading + read
            continue
        out += [_marked(base, reading), part]
        base = reading = ""
    return "".join([*out, _marked(base, reading)])


def _marked(base: str, reading: str) -> str:
    """A kanji that UniDic cannot read comes back as its own reading, which is none."""
    return f"{base}《{reading}》" if _KANA.fullmatch(reading) else base


def _parts(text: str, corrected: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str | None]]:
    """Pieces of `text`, each with its reading where it is kanji."""
    names = "|".join(re.escape(name) for name, _ in corrected) or "\x00"
    pattern = re.compile(f"({names})|{_COUNTED.pattern}|({_WEEKDAY.pattern})")
    readings, position = dict(corrected), 0
    for found in pattern.finditer(text):
        yield from _words(text[position : found.start()])
        if found[1]:
            yield from _aligned(found[1], readings[found[1]])
        elif found[5]:
            yield found[5], _WEEKDAYS[found[5]]
        else:
            yield from _counted(found[2], found[3], found[4])
        position = found.end()
    yield from _words(text[position:])


def _words(text: str) -> Iterator[tuple[str, str | None]]:
    position = 0
    for word in words(text):
        if gap := text[position : word.start]:
            yield gap, None
        yield from _aligned(word.surface, word.reading)
        position = word.end
    if rest := text[position:]:
        yield rest, None


def _aligned(surface: str, reading: str) -> Iterator[tuple[str, str | None]]:
    """持ち物, もちもの → 持《も》 ち 物《もの》: kana of the word itself stay outside.

    A reading that does not fit the spelling is dropped; each run is then read by itself.
    """
    if not _RUN.search(surface):
        yield surface, None
        return
    pieces = [piece for piece in re.split(f"([{_KANJI}]+)", surface) if piece]
    pattern = "".join("(.+?)" if _RUN.match(piece) else re.escape(hiragana(piece)) for piece in pieces)
    found = re.fullmatch(pattern, hiragana(reading))
    runs = [piece for piece in pieces if _RUN.match(piece)]
    taken = iter(found.groups() if found else [hiragana(reading)] if len(runs) == len(pieces) else map(read_aloud, runs))
    for piece in pieces:
        yield piece, (next(taken) if _RUN.match(piece) else None)


def _counted(month: str | None, number: str, unit: str) -> Iterator[tuple[str, str | None]]:
    """Units whose reading hangs on the number: 4月1日《ついたち》, 14日《か》, 30分《ぷん》, 3階《がい》."""
    if month:
        yield month, None
        yield "月", "がつ"
    yield number, None
    if unit == "日":
        yield unit, "ついたち" if month and number == "1" else "か" if int(number) in _DAYS_IN_KA else "にち"
    elif unit == "分":
        yield unit, "ぷん" if number[-1] in _DOUBLED_ENDS else "ふん"
    else:
        yield unit, "がい" if number[-1] == "3" else "かい"
