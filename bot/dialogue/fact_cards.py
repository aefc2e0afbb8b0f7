"""The cards of single things: a fact, a counter, a contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.dialogue.reference_card import Card, Hit, Other, sentences, source_of, topic_hit
from bot.knowledge.base import Entry as FactEntry
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import contact_block
from bot.knowledge.lookup import Facts, contact_line, office_text
from bot.knowledge.model import Municipality, Office
from bot.knowledge.search import Entry, SearchIndex
from bot.knowledge.showing import hours_text, plain_date
from bot.knowledge.values import shown

_MOST_RELATED = 6
_ABOUT_PLACES = ("office_hours", "office_location", "contact")


@dataclass(frozen=True)
class FactCards:
    """`users` are the facts that each topic's wording says."""

    base: KnowledgeBase
    index: SearchIndex
    users: Mapping[str, frozenset[str]]
    today: date

    def card(self, entry: Entry) -> Card:
        town = self.base.municipalities.get(entry.municipality or "")
        if entry.kind == "fact":
            return self._fact(entry, town)
        assert town is not None
        return self._place(entry, town)

    def _fact(self, entry: Entry, town: Municipality | None) -> Card:
        key = entry.id.rpartition("/")[2]
        facts = self._facts(town)
        fact = facts.entry(key, "city" if town else "nation")
        assert fact is not None
        status = self.base.wording.sentences.get(f"status_{fact.fact.status.value}")
        days = [f"{plain_date(day.isoformat())}{word}" for day, word in ((fact.fact.since, "から"), (fact.fact.until, "まで")) if day]
        others = [other for other in self.base.municipalities.values() if other != town and key in self.base.local[other.code]]
        return Card(
            entry.id,
            entry.title,
            town.name if town else "",
            sentences(entry.detail),
            notes=tuple([*([status] if status else []), *days]),
            marks=(fact.fact.status.value,) if status else (),
            others=tuple(self._otherwise(key, fact, others)),
            compared=tuple(other.name for other in others),
            sources=(source_of(fact.source, self.base, self.today),),
            checked=plain_date(fact.checked_on.isoformat()),
            contact=contact_block(facts),
            related=tuple(self._related([name for name, keys in self.users.items() if key in keys], town)),
        )

    def _otherwise(self, key: str, fact: FactEntry, others: list[Municipality]) -> list[Other]:
        held = [(other, entry.fact.value) for other in others if (entry := self._facts(other).entry(key, "city"))]
        return [Other(other.name, shown(self.base.keys[key], value)) for other, value in held if value not in (None, fact.fact.value)]

    def _place(self, entry: Entry, town: Municipality) -> Card:
        number = int(entry.id.rpartition("/")[2])
        place = town.offices[number] if entry.kind == "office" else town.contacts[number]
        hours = hours_text(place.hours)
        lines = (office_text(place), hours) if isinstance(place, Office) else (contact_line(place), place.address, hours)
        facts = self._facts(town)
        return Card(
            entry.id,
            entry.title,
            town.name,
            tuple(line for line in lines if line),
            notes=tuple(filter(None, [facts.fill("{page.caution@city}")])),
            sources=(source_of(town.sources[place.source], self.base, self.today),),
            checked=plain_date(town.checked_on.isoformat()),
            contact=contact_block(facts),
            related=tuple(self._related(_ABOUT_PLACES, town)),
        )

    def _facts(self, town: Municipality | None) -> Facts:
        return Facts(self.base, town.code if town else None, self.today)

    def _related(self, topics: list[str] | tuple[str, ...], town: Municipality | None) -> list[Hit]:
        entries = [self.index.entry(f"topic:{name}") for name in topics]
        return [topic_hit(entry, town.name if town else "") for entry in entries if entry][:_MOST_RELATED]
