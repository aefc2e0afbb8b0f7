"""Finding topics, facts, counters and contacts by a few words, in kanji, kana or Latin letters."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lookup import Facts, office_text
from bot.knowledge.model import Municipality, Topic, ValueType
from bot.knowledge.showing import hours_text
from bot.knowledge.values import shown
from bot.language.lexicon import Lexicon
from bot.language.normalize import match_form
from bot.language.romaji import sound
from bot.language.words import Word, words

Kind = Literal["topic", "fact", "office", "contact"]

_FOUND_BY = {"concept", "procedure", "facet", "staff"}
_SEPARATOR = re.compile(r"[\s・、,。.()/|「」~〜:：?？!！]+")
_EMPTY_WORDS = {"助詞", "助動詞", "補助記号", "記号", "空白"}
_CUE = re.compile(r"[+@]")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_TITLE, _PROCEDURE, _FOLLOW_UP, _ASPECT, _PHRASES = 10.0, 8.0, 5.0, 3.0, 8.0
_LATER_IN_TITLE = 0.5
_NATIONWIDE, _ELSEWHERE = 1.0, 4.0
"""How far a fact stands behind an equal one of the own municipality."""
_WHOLE, _BEGINNING = 1.0, 0.75
_RUN = 4
_SHORTEST = 2
_RARE_TOPICS = 6
_WORTH_SHOWING = 0.5
"""Of the best topic's score: less is chance."""


@dataclass(frozen=True)
class Entry:
    """Something that can be looked up. `municipality` is a code, None for what holds everywhere."""

    id: str
    kind: Kind
    title: str
    detail: str
    municipality: str | None = None


@dataclass(frozen=True)
class Sought:
    """A query taken apart: the municipality that it names, and the words for everything else.

    `stranger` is the name of a municipality that we hold nothing on.
    """

    municipality: str | None
    rest: str
    stranger: str | None = None

    def town(self, otherwise: str | None) -> str | None:
        """Whose answer is wanted: never another's for a municipality that we do not know."""
        return None if self.stranger else self.municipality or otherwise

    @property
    def terms(self) -> list[str]:
        return [term for term in _SEPARATOR.split(self.rest) if term]


@dataclass
class _Postings:
    """Which entries a sound leads to, and how strongly; a beginning of the sound leads there too."""

    weights: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    keys: list[str] = field(default_factory=list)

    def add(self, key: str, entry: str, weight: float) -> None:
        if len(key) >= _SHORTEST or key.isdigit():
            known = self.weights[key]
            known[entry] = max(known.get(entry, 0.0), weight)

    def close(self) -> _Postings:
        self.keys = sorted(self.weights)
        return self

    def beginning_with(self, start: str) -> dict[str, float]:
        """The best weight of each entry under every key that begins with `start`."""
        found: dict[str, float] = {}
        if len(start) < _SHORTEST and not start.isdigit():
            return found
        for key in self.keys[bisect_left(self.keys, start) :]:
            if not key.startswith(start):
                break
            factor = _WHOLE if key == start else _BEGINNING
            for entry, weight in self.weights[key].items():
                found[entry] = max(found.get(entry, 0.0), weight * factor)
        return found


class SearchIndex:
    """Built once for the content; `on` a later day it holds the facts of that day."""

    def __init__(self, base: KnowledgeBase, lexicon: Lexicon, today: date) -> None:
        self._base, self._lexicon = base, lexicon
        self._towns = {name: town.code for town in base.municipalities.values() for name in _town_names(town)}
        self._topics = [Entry(f"topic:{t.topic}", "topic", t.title, "") for t in base.topics.values() if t.kind in _FOUND_BY]
        self._topic_sounds = _topic_postings(base, lexicon)
        self._take_facts(today)

    def _take_facts(self, today: date) -> None:
        self._today = today
        self._facts = [*_facts(self._base, today), *_places(self._base)]
        self._fact_sounds = _fact_postings(self._facts)
        self._entries = {entry.id: entry for entry in (*self._topics, *self._facts)}
        self._forms = {entry.id: (match_form(entry.title), match_form(entry.detail)) for entry in self._entries.values()}

    def on(self, today: date) -> SearchIndex:
        """The same index for `today`; itself on the day it was built for."""
        if today == self._today:
            return self
        moved = copy(self)
        moved._take_facts(today)
        return moved

    def entry(self, name: str) -> Entry | None:
        """The entry with that id."""
        return self._entries.get(name)

    def take_apart(self, query: str) -> Sought:
        """Words that are a municipality's name, or sound like one, are taken out of the query."""
        form = self._lexicon.canonical(match_form(query))
        town, rest = None, []
        for word in _SEPARATOR.split(form):
            code = self._towns.get(word) or self._towns.get(sound(word))
            town = town or code
            rest += [] if code else [word]
        return Sought(town, " ".join(filter(None, rest)))

    def topics(self, sought: Sought) -> list[tuple[Entry, float]]:
        """The topics that any of the words leads to, with their scores, best first; more words count for more."""
        scores: dict[str, float] = defaultdict(float)
        for term in sought.terms:
            for name, weight in self._scored(term, self._topic_sounds, self._topics).items():
                scores[name] += weight
        best = max(scores.values(), default=0.0)
        ordered = sorted(scores.items(), key=lambda item: -item[1])
        return [(self._entries[name], score) for name, score in ordered if score >= best * _WORTH_SHOWING]

    def facts(self, sought: Sought, municipality: str | None) -> list[Entry]:
        """Facts, counters and contacts that every word leads to, best first; of equals, those of `municipality`, then nationwide ones."""
        town = sought.municipality
        if not sought.terms:
            return [entry for entry in self._facts if town and entry.municipality == town and entry.kind != "fact"]
        scored = [self._scored(term, self._fact_sounds, self._facts) for term in sought.terms]
        common = set.intersection(*(set(each) for each in scored))
        found = [self._entries[name] for name in common if town is None or self._entries[name].municipality in (town, None)]
        first = town or municipality
        behind = {first: 0.0, None: _NATIONWIDE}
        scores = {entry.id: sum(each[entry.id] for each in scored) - behind.get(entry.municipality, _ELSEWHERE) for entry in found}
        return sorted(found, key=lambda entry: (-scores[entry.id], entry.id))

    def is_one_word(self, sought: Sought) -> bool:
        """Whether the query is one word that is known, or the beginning of one: no sentence to understand."""
        terms = sought.terms
        return len(terms) == 1 and bool(self._topic_sounds.beginning_with(sound(terms[0])))

    def _scored(self, term: str, sounds: _Postings, entries: Iterable[Entry]) -> dict[str, float]:
        found = sounds.beginning_with(sound(term)) or self._of_parts(term, sounds)
        for entry in entries:
            title, detail = self._forms[entry.id]
            if term in title:
                found[entry.id] = max(found.get(entry.id, 0.0), _TITLE * _BEGINNING)
            elif len(term) > 1 and term in detail:
                found[entry.id] = max(found.get(entry.id, 0.0), _ASPECT)
        return found

    def _of_parts(self, term: str, sounds: _Postings) -> dict[str, float]:
        """A run of words typed without spaces: 更新手数料, 暗証番号を忘れた."""
        scores: dict[str, float] = defaultdict(float)
        for word in _content_words(term):
            for name, weight in sounds.beginning_with(sound(word.surface)).items():
                scores[name] += weight / 2
        return dict(scores)


def _town_names(town: Municipality) -> Iterator[str]:
    """Names as written and as they sound, with and without 市区町村."""
    for name in (town.name, town.name.removesuffix(town.unit), *town.aliases):
        yield match_form(name)
        yield sound(name)
    yield sound(town.reading)
    for ending in ("し", "く", "まち", "ちょう", "むら"):
        if town.reading.endswith(ending):
            yield sound(town.reading.removesuffix(ending))


def _content_words(text: str) -> list[Word]:
    return [word for word in words(match_form(text)) if word.pos not in _EMPTY_WORDS]


def _sounds(text: str) -> Iterator[str]:
    """Every word, and the runs of words that begin with it: 手数料 is found by 手数料 and 手数, not by 数料."""
    for part in _SEPARATOR.split(_HYPHEN.sub("", match_form(text))):
        found = _content_words(part)
        for start in range(len(found)):
            for end in range(start + 1, min(len(found), start + _RUN) + 1):
                run = found[start:end]
                if all(a.end == b.start for a, b in zip(run, run[1:], strict=False)):
                    yield sound("".join(word.reading for word in run))


def _topic_postings(base: KnowledgeBase, lexicon: Lexicon) -> _Postings:
    """Titles, the words by which the lexicon names a procedure or facet, sub-questions, and example phrases."""
    postings = _Postings()
    for topic in base.topics.values():
        if topic.kind in _FOUND_BY:
            for place, part in enumerate(filter(None, _SEPARATOR.split(topic.title))):
                _add(postings, f"topic:{topic.topic}", {part, lexicon.canonical(match_form(part))}, _TITLE - place * _LATER_IN_TITLE)
            _add(postings, f"topic:{topic.topic}", _cues(lexicon.file.procedures.get(topic.topic, [])), _PROCEDURE)
            follow_ups = [cue for aspect in lexicon.file.follow_ups.get(topic.topic, []) for cue in lexicon.file.aspects.get(aspect, [])]
            _add(postings, f"topic:{topic.topic}", _cues(follow_ups), _FOLLOW_UP)
            _add(postings, f"topic:{topic.topic}", _cues(cue for cues in topic.aspects.values() for cue in cues), _ASPECT)
    for name, key, weight in _phrase_weights([t for t in base.topics.values() if t.kind in _FOUND_BY], lexicon.canonical):
        postings.add(key, f"topic:{name}", weight)
    return postings.close()


def _add(postings: _Postings, entry: str, texts: Iterable[str], weight: float) -> None:
    for text in texts:
        for key in _sounds(text):
            postings.add(key, entry, weight)


def _cues(cues: Iterable[str]) -> list[str]:
    """Cues that are plain words; conditions and references to others name nothing by themselves."""
    return [cue for cue in cues if not _CUE.search(cue) and not cue.startswith("!")]


def _phrase_weights(topics: list[Topic], canonical: Callable[[str], str]) -> Iterator[tuple[str, str, float]]:
    """(topic, sound, weight): a word weighs by its share of the topic's phrases and by how few topics use it."""
    shares: dict[str, dict[str, float]] = {}
    for topic in topics:
        counts: Counter[str] = Counter()
        for phrase in topic.phrases:
            counts.update({sound(word.reading) for word in _content_words(canonical(match_form(phrase)))})
        shares[topic.topic] = {key: count / len(topic.phrases) for key, count in counts.items()}
    users = Counter(key for each in shares.values() for key in each)
    for name, each in shares.items():
        for key, share in each.items():
            rarity = min(1.0, math.log(1 + len(topics) / users[key]) / math.log(1 + _RARE_TOPICS))
            yield name, key, _PHRASES * rarity * min(1.0, math.sqrt(share))


def _fact_postings(entries: Iterable[Entry]) -> _Postings:
    postings = _Postings()
    for entry in entries:
        _add(postings, entry.id, [entry.title], _TITLE)
        _add(postings, entry.id, [entry.detail], _ASPECT)
    return postings.close()


def _facts(base: KnowledgeBase, today: date) -> Iterator[Entry]:
    """Every fact in force: nationwide, then each municipality's own. A choice is for rules and says nothing to a reader."""
    for town in (None, *base.municipalities):
        facts = Facts(base, town, today)
        keys = base.local[town] if town else base.national
        for key in keys:
            entry = facts.entry(key, "city" if town else "nation")
            if entry is not None and entry.fact.value is not None and base.keys[key].type is not ValueType.choice:
                detail = shown(base.keys[key], entry.fact.value)
                yield Entry(f"fact:{town or ''}/{key}", "fact", base.keys[key].title, detail, town)


def _places(base: KnowledgeBase) -> Iterator[Entry]:
    for town in base.municipalities.values():
        for number, office in enumerate(town.offices):
            detail = " ".join(filter(None, (office_text(office), hours_text(office.hours))))
            yield Entry(f"office:{town.code}/{number}", "office", f"{town.name} {office.name}", detail, town.code)
        for number, contact in enumerate(town.contacts):
            detail = " ".join(filter(None, (contact.phone, contact.email, hours_text(contact.hours))))
            yield Entry(f"contact:{town.code}/{number}", "contact", f"{town.name} 問い合わせ {contact.name.removeprefix(town.name).strip()}", detail, town.code)
