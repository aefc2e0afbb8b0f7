"""The quick reference for staff: hits for a few words, and a card for each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.dialogue.fact_cards import FactCards
from bot.dialogue.reference_card import CARD_CHECK, Card, Hit, topic_hit
from bot.dialogue.topic_cards import DECIDED, TopicCards
from bot.dialogue.turn import Content
from bot.knowledge.references import all_lines, keys_of
from bot.knowledge.search import Entry, SearchIndex, Sought
from bot.language.normalize import match_form
from bot.language.places import PlacesFound

_MOST_TOPICS, _MOST_FACTS, _MOST_HITS = 6, 5, 9
_SPOKEN_FOR = 0.6
"""Of the best topic's score: so much of it a single word must give to what the brain took it for."""


class Reference:
    """`legal_basis` are the facts that are read in a law. Nothing of a query is remembered."""

    def __init__(self, content: Content, legal_basis: Sequence[str], today: date) -> None:
        self._content, self._base = content, content.base
        self._index = SearchIndex(content.base, content.lexicon, today)
        lines = {name: all_lines(topic) for name, topic in content.base.topics.items()}
        self._users = {name: frozenset(key for line in each for key in keys_of(line)) for name, each in lines.items()}
        self._legal = {name: [key for key in legal_basis if key in keys] for name, keys in self._users.items()}

    def hits(self, query: str, municipality: str | None, understood: Mapping[str, Any], now: datetime) -> list[Hit]:
        """What `query` may mean, likeliest first. `understood` is the brain's answer to the same query: its topic leads,
        except where a single word is still being typed."""
        index, sought = self._index_of(now), self.sought(query)
        scores = {entry.id: score for entry, score in index.topics(sought)}
        offered = [b["payload"] for b in understood.get("buttons", []) if understood.get("outcome") == "suggest"]
        lead = self._leading(sought, understood, scores)
        names = dict.fromkeys([*([lead] if lead else []), *scores, *offered])
        topics = [entry for name in names if (entry := index.entry(name))]
        room = _MOST_HITS - min(len(topics), _MOST_TOPICS)
        facts = index.facts(sought, sought.town(municipality))[: min(room, _MOST_FACTS) if topics else room]
        town = self._name(sought.town(municipality))
        return [topic_hit(entry, town) for entry in topics[: _MOST_HITS - len(facts)]] + [self._fact_hit(entry) for entry in facts]

    def card(self, hit: str, query: str, municipality: str | None, understood: Mapping[str, Any], now: datetime) -> Card | None:
        """The card of a hit; None when there is no such thing today. `query` narrows a topic to a person, certificate and the like."""
        index = self._index_of(now)
        entry = index.entry(hit)
        if entry is None:
            return None
        if entry.kind != "topic":
            return FactCards(self._base, index, self._users, now.date()).card(entry)
        sought = self.sought(query)
        return TopicCards(self._content, index, self._legal, now).card(entry, sought.rest, sought.town(municipality), understood)

    def sought(self, query: str) -> Sought:
        """The query taken apart. A municipality that stands inside a sentence is found by the same rules as in a resident's message."""
        sought = self._index.take_apart(query)
        if sought.municipality:
            return sought
        if strangers := [term for term in sought.terms if self._places(term).unknown]:
            return Sought(None, " ".join(term for term in sought.terms if term not in strangers), strangers[0])
        found = self._places(sought.rest)
        if not found.codes:
            return sought
        town = self._base.municipalities[found.codes[0]]
        names = sorted({match_form(name) for name in (town.name, *town.aliases)}, key=len, reverse=True)
        return Sought(town.code, re.sub("|".join(map(re.escape, names)), "", sought.rest).strip())

    def _places(self, text: str) -> PlacesFound:
        return self._content.places.find(self._content.lexicon.prepare(text))

    def _index_of(self, now: datetime) -> SearchIndex:
        self._index = self._index.on(now.date())
        return self._index

    def _leading(self, sought: Sought, understood: Mapping[str, Any], scores: Mapping[str, float]) -> str | None:
        topic = understood.get("topic")
        name = f"topic:{topic}"
        if self._index.entry(name) is None or not (understood.get("outcome") in DECIDED or topic == CARD_CHECK):
            return None
        unfinished = self._index.is_one_word(sought) and scores.get(name, 0.0) < max(scores.values(), default=0.0) * _SPOKEN_FOR
        return None if unfinished else name

    def _fact_hit(self, entry: Entry) -> Hit:
        return Hit(entry.id, entry.kind, entry.title, entry.detail, self._name(entry.municipality))

    def _name(self, code: str | None) -> str:
        return self._base.municipalities[code].name if code else ""
