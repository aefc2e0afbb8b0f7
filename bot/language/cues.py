"""Cues: the words by which a text mentions something, and tables that look for thousands of them at once."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.language.normalize import match_form
from bot.language.words import reading

_SHORTEST_READING = 3
_LONGEST_PIECE = 6
"""Characters of a cue that a table goes by; the rest of a longer one is looked at where these are found."""


@dataclass(frozen=True)
class Text:
    """A text prepared for matching: canonical spelling, and its reading where it has little kanji."""

    raw: str
    form: str
    kana: str

    @cached_property
    def pieces(self) -> frozenset[str]:
        return _pieces(self.form)

    @cached_property
    def kana_pieces(self) -> frozenset[str]:
        return _pieces(self.kana)


@dataclass(frozen=True)
class _Part:
    """A word of a cue, or the `name` that it points at. A short reading is left out, it would match by chance."""

    negated: bool
    form: str
    kana: str
    name: str

    def stands_in(self, text: Text) -> bool:
        return _stands(self.form, text.form) or (self.kana != "" and self.kana in text.kana)


Cues = Mapping[str, Sequence[str]]
"""Names, each with its cues; any of them is enough."""


def cue_holds(text: Text, cue: str, mentioned: Container[str] = ()) -> bool:
    """「A+B」 needs both, 「!A」 needs its absence, 「@name」 needs that name among those `mentioned`."""
    for part in _parts(cue):
        found = part.name in mentioned if part.name else part.stands_in(text)
        if found == part.negated:
            return False
    return True


class CueTable:
    """Which of the names a text mentions, as `cue_holds` says of each cue, in a time that hardly grows with their number.

    `others` are the cues of the names that 「@name」 may point at. Raises RecursionError where such names go round in a circle.
    """

    def __init__(self, cues: Cues, others: Cues | None = None) -> None:
        others = cues if others is None else others
        self._order = {name: place for place, name in enumerate(cues)}
        self._by_form: dict[str, list[tuple[str, str]]] = {}
        self._by_kana: dict[str, list[tuple[str, str]]] = {}
        self._without_word: list[tuple[str, str]] = []
        pointed_at: set[str] = set()
        for name, words in cues.items():
            for cue in words:
                self._add(name, cue)
                pointed_at |= {part.name for part in _parts(cue) if part.name}
        self._others = CueTable({name: others.get(name, ()) for name in sorted(pointed_at)}, others) if pointed_at else None

    def names(self, text: Text) -> tuple[str, ...]:
        """In the order of the cues that the table was made of."""
        mentioned = self._others.names(text) if self._others else ()
        found: set[str] = set()
        for name, cue in self._likely(text):
            if name not in found and cue_holds(text, cue, mentioned):
                found.add(name)
        return tuple(sorted(found, key=self._order.__getitem__))

    def _add(self, name: str, cue: str) -> None:
        word = next((part for part in _parts(cue) if part.form and not part.negated), None)
        if word is None:
            self._without_word.append((name, cue))
            return
        self._by_form.setdefault(word.form[:_LONGEST_PIECE], []).append((name, cue))
        if word.kana:
            self._by_kana.setdefault(word.kana[:_LONGEST_PIECE], []).append((name, cue))

    def _likely(self, text: Text) -> Iterator[tuple[str, str]]:
        yield from self._without_word
        for piece in self._by_form.keys() & text.pieces:
            yield from self._by_form[piece]
        for piece in self._by_kana.keys() & text.kana_pieces:
            yield from self._by_kana[piece]


def any_holds(text: Text, cues: Iterable[str]) -> bool:
    return any(cue_holds(text, cue) for cue in cues)


def _pieces(text: str) -> frozenset[str]:
    size = len(text)
    return frozenset(text[start:end] for start in range(size) for end in range(start + 1, min(start + _LONGEST_PIECE, size) + 1))


def _stands(form: str, text: str) -> bool:
    """「6歳」 is no part of 「16歳」: a number begins where its digits begin."""
    if not form[:1].isdigit():
        return form in text
    start = text.find(form)
    while start > 0 and text[start - 1].isdigit():
        start = text.find(form, start + 1)
    return start >= 0


@lru_cache(maxsize=16_384)
def _parts(cue: str) -> tuple[_Part, ...]:
    return tuple(_part(part.strip()) for part in cue.split("+"))


def _part(said: str) -> _Part:
    form = match_form(said.removeprefix("!"))
    if form.startswith("@"):
        return _Part(said.startswith("!"), "", "", form[1:])
    kana = reading(form)
    return _Part(said.startswith("!"), form, kana if len(kana) >= _SHORTEST_READING else "", "")
