"""One turn of a conversation before it is answered: what was heard, remembered and found in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from bot.dialogue.memory import Memory
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.model import Municipality
from bot.language.cues import CueTable, Text
from bot.language.dates import DateSaid, find_dates
from bot.language.lexicon import Lexicon, Mentions
from bot.language.places import Places, PlacesFound, Town, relatives
from bot.language.times import TimeSaid, find_times

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
NOT = "not_"
"""Aspects of this name say what a text is not about."""
FORMER, STILL = "former home", "present home"
"""Where somebody moves from, kept among the towns of relatives: until the move it is still home."""
_FORMER_WORDS = re.compile(r"(?:前|元|もと|以前)の(?:住所|市|区|村|町|役所|ところ|所)|引っ?越す前|転出元")
_STILL_WORDS = re.compile(r"(?:今|いま|現在)の(?:住所|市|区|村|町|役所|ところ|所)")
_THERE = ("そこ", "あっち", "そっち", "向こう", "むこう")
SHORT, SHORT_IN_KANA = 16, 20
"""Characters; a longer text stands for itself."""


@dataclass(frozen=True)
class Part:
    """One sentence of a longer message, understood by itself."""

    text: str
    intent: str
    confidence: float


@dataclass(frozen=True)
class Heard:
    """A message after understanding. `ranking` is (topic, probability), best first.

    `choice` is a button's payload; `municipality` what the channel is set to (a name or code).
    `parts` are its sentences where it has several; `leans` says that it began with 「じゃあ」 and the like,
    `masked` that a number in it was blanked, and the asker told so.
    """

    text: str
    intent: str
    ranking: tuple[tuple[str, float], ...]
    choice: str | None = None
    municipality: str | None = None
    parts: tuple[Part, ...] = ()
    leans: bool = False
    masked: bool = False

    @property
    def confidence(self) -> float:
        return next((p for topic, p in self.ranking if topic == self.intent), self.ranking[0][1] if self.ranking else 0.0)


@dataclass(frozen=True)
class Content:
    """All that answering needs, loaded once."""

    base: KnowledgeBase
    lexicon: Lexicon
    places: Places

    @classmethod
    def of(cls, base: KnowledgeBase, lexicon: Lexicon) -> Content:
        towns = [
            Town(t.code, [t.name, t.reading, *t.aliases, *t.areas], t.local_areas, t.not_this) for t in base.municipalities.values()
        ]  # fmt: skip
        return cls(base, lexicon, Places(towns))

    @cached_property
    def events(self) -> CueTable:
        """The events in somebody's life, by the words that tell of them."""
        return CueTable({name: event.cues for name, event in self.base.events.items()})


@dataclass(frozen=True)
class Turn:
    """`now` is in Asia/Tokyo; `recalled` says that the text goes back to an earlier matter."""

    heard: Heard
    memory: Memory
    content: Content
    now: datetime
    text: Text
    places: PlacesFound
    recalled: bool = False
    _found: dict[tuple[str, str | None], Mentions] = field(default_factory=dict, compare=False, repr=False)

    @property
    def base(self) -> KnowledgeBase:
        return self.content.base

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def short(self) -> bool:
        return len(self.text.form.replace(" ", "")) <= (SHORT_IN_KANA if self.text.kana else SHORT)

    @cached_property
    def dates(self) -> list[DateSaid]:
        return find_dates(self.text.form, self.today)

    @cached_property
    def times(self) -> list[TimeSaid]:
        return find_times(self.text.form)

    def mentions(self, topic: str | None = None) -> Mentions:
        """What the text mentions, with the cues of `topic`; looked up once a turn."""
        key = (self.text.raw, topic)
        if key not in self._found:
            own, lexicon = self._aspects_of(topic), self.content.lexicon
            self._found[key] = replace(self.mentions(), aspects=lexicon.aspects(self.text, own)) if own else lexicon.mentions(self.text)
        return self._found[key]

    def own_words(self, topic: str) -> bool:
        """Whether the text asks for something that is a matter of `topic` alone: 「警察も?」 of a loss."""
        own = self._aspects_of(topic)
        # By sound alone a text in kana would have such words by chance.
        return bool(own) and not self.text.kana and any(not name.startswith(NOT) for name in self.mentions(topic).aspects & own.keys())

    def _aspects_of(self, topic: str | None) -> dict[str, list[str]]:
        return self.base.topics[topic].aspects if topic in self.base.topics else {}

    @property
    def leans(self) -> bool:
        """Whether the text leans on what was said before."""
        return self.heard.leans or self.content.lexicon.continues(self.text)

    def kind(self, topic: str | None) -> str | None:
        found = self.base.topics.get(topic or "")
        return found.kind if found else None

    def speaks_of_knowledge(self, topic: str | None) -> bool:
        """Whether `topic` is answered from facts, and not a part of conversation."""
        return self.kind(topic) in ("concept", "procedure", "facet")

    def municipality(self) -> str | None:
        """Named in the text; else the one just spoken of when the text points at it; else home."""
        if self.places.codes:
            return self.places.codes[0]
        if spoken := next((self.memory.kin[who] for who in reversed(relatives(self.text)) if who in self.memory.kin), None):
            return spoken
        if left := self._left_behind():
            return left
        if self.content.lexicon.means_home(self.text):
            return self.memory.municipality or self.memory.focus
        if self.memory.elsewhere and self.memory.municipality is None:
            return self.memory.focus if any(word in self.text.form for word in _THERE) else None
        if self.memory.whose in self.memory.kin:
            return self.memory.kin[self.memory.whose or ""]
        there = any(word in self.text.form for word in _THERE)
        pointing = there or self.places.only or self.memory.pending is not None
        return (self.memory.focus if pointing else None) or self.memory.municipality or self.memory.focus

    def _left_behind(self) -> str | None:
        """The home that somebody moves away from, when the text speaks of it."""
        kin = self.memory.kin
        if FORMER in kin and _FORMER_WORDS.search(self.text.form):
            return kin[FORMER]
        return kin[STILL] if STILL in kin and _STILL_WORDS.search(self.text.form) else None

    def town(self) -> Municipality | None:
        code = self.municipality()
        return self.base.municipalities[code] if code else None
