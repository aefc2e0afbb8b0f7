"""One turn of a conversation before it is answered: what was heard, remembered and found in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.memory import Memory
from bot.language.lexicon import Lexicon, Mentions, Text
from bot.language.places import Places, PlacesFound, Town

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
SHORT = 16
"""Characters; a longer text stands for itself."""


@dataclass(frozen=True)
class Heard:
    """A message after understanding. `ranking` is (topic, probability), best first.

    `choice` is a button's payload; `municipality` what the channel is set to (a name or code).
    """

    text: str
    intent: str
    ranking: tuple[tuple[str, float], ...]
    choice: str | None = None
    municipality: str | None = None

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


@dataclass(frozen=True)
class Turn:
    heard: Heard
    memory: Memory
    content: Content
    today: date
    text: Text
    places: PlacesFound
    _found: dict[tuple[str, str | None], Mentions] = field(default_factory=dict, compare=False, repr=False)

    def mentions(self, topic: str | None = None) -> Mentions:
        """What the text mentions, with the cues of `topic`; looked up once a turn."""
        key = (self.text.raw, topic)
        if key not in self._found:
            self._found[key] = self._look_up(topic)
        return self._found[key]

    def _look_up(self, topic: str | None) -> Mentions:
        local = self.content.base.topics[topic].aspects if topic in self.content.base.topics else {}
        return self.content.lexicon.mentions(self.text, local)
