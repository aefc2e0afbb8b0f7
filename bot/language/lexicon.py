"""The lexicon: what a text mentions — aspects, persons, certificates, ID documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel, Extra

from bot.language.cues import Cues, CueTable, Text, any_holds
from bot.language.normalize import has_kanji, hiragana, match_form
from bot.language.numerals import with_counted_days
from bot.language.others import OtherMatters, Others


class Document(BaseModel):
    """An identity document: its proper name, and the words people use for it."""

    title: str
    words: list[str]

    class Config:
        extra = Extra.forbid


class LexiconFile(BaseModel):
    notations: dict[str, list[str]]
    persons: dict[str, list[str]]
    certificates: dict[str, list[str]]
    documents: dict[str, Document]
    aspects: dict[str, list[str]]
    procedures: dict[str, list[str]]
    cases: dict[str, list[str]]
    follow_ups: dict[str, list[str]]
    deixis: list[str]
    recall: dict[str, list[str]]
    stop: list[str]
    home: list[str]
    other: list[str]
    openings: list[str]
    connectives: list[str]
    joins: list[str]
    other_matters: OtherMatters

    class Config:
        extra = Extra.forbid


@dataclass(frozen=True)
class Mentions:
    """Ids of what a text mentions."""

    aspects: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()


class _Tables:
    """The cues of the file, ready to be looked for."""

    def __init__(self, file: LexiconFile) -> None:
        self._shared: Cues = file.aspects
        self._pointing = {name: cues for name, cues in file.aspects.items() if any("@" in cue for cue in cues)}
        self.aspects, self.persons, self.certificates = CueTable(file.aspects), CueTable(file.persons), CueTable(file.certificates)
        self.documents = CueTable({name: document.words for name, document in file.documents.items()})
        self.cases, self.procedures = CueTable(file.cases), CueTable(file.procedures)
        self._own: dict[int, tuple[Cues, CueTable, frozenset[str]]] = {}

    def with_own(self, own: Cues) -> tuple[CueTable, frozenset[str]]:
        """The table of what a topic's own cues can change, and its names: a shared aspect may point at one that is the topic's own."""
        if id(own) not in self._own:
            anew = {**self._pointing, **own}
            # `own` is held here, so that no other mapping can come to its place.
            self._own[id(own)] = own, CueTable(anew, {**self._shared, **own}), frozenset(anew)
        return self._own[id(own)][1:]


@dataclass(frozen=True)
class Lexicon:
    file: LexiconFile
    _variants: re.Pattern[str]
    _standards: Mapping[str, str]
    _openings: re.Pattern[str]
    _tables: _Tables

    @classmethod
    def of(cls, file: LexiconFile) -> Lexicon:
        standards = {match_form(v): match_form(standard) for standard, variants in file.notations.items() for v in variants}
        # A standard name stands for itself, so that no shorter variant is replaced inside it.
        standards = {match_form(name): match_form(name) for name in file.notations} | standards
        longest_first = sorted(standards, key=len, reverse=True)
        openings = "|".join(map(re.escape, sorted(file.openings, key=len, reverse=True)))
        variants = re.compile("|".join(map(_variant, longest_first)))
        # A short opening needs a pause after it: 「あ、更新」 but not 「ありがとう」.
        pause = r"(?:[、,。.…\s!！]+|(?<=て)|(?<=けど)|(?<=ですが)|(?<=やっぱり))"
        connectives = "|".join(map(re.escape, sorted(file.connectives, key=len, reverse=True)))
        opening = rf"^\s*(?:(?:{openings}){pause}|(?:{connectives})[、,。\s]*(?=[^、,。\s]{{2}}))"
        return cls(file, variants, standards, re.compile(opening), _Tables(file))

    def prepare(self, text: str) -> Text:
        form = with_counted_days(match_form(text))
        return Text(text, self.canonical(form), _kana_of(form))

    def canonical(self, form: str) -> str:
        """Variants, old names and usual misspellings replaced by the standard name."""
        return self._variants.sub(lambda found: self._standards[found.group()], form)

    @cached_property
    def others(self) -> Others:
        """Matters that are not ours."""
        return Others(self.file.other_matters, lambda word: self.canonical(match_form(word)))

    def mentions(self, text: Text) -> Mentions:
        """What it mentions, whatever the topic."""
        return Mentions(
            aspects=frozenset(self._tables.aspects.names(text)),
            persons=frozenset(self._tables.persons.names(text)),
            certificates=self._certificates(text),
            documents=frozenset(self._tables.documents.names(text)),
            cases=frozenset(self._tables.cases.names(text)),
        )

    def aspects(self, text: Text, own: Cues) -> frozenset[str]:
        """The aspects where a topic, event or form has cues of its `own`, which come before the shared ones of their names."""
        shared = frozenset(self._tables.aspects.names(text))
        if not own:
            return shared
        anew, names = self._tables.with_own(own)
        return shared - names | frozenset(anew.names(text))

    def _certificates(self, text: Text) -> frozenset[str]:
        """「署名用じゃなくて利用者証明用」 means the second; 「署名用じゃなくて」 alone means the other one."""
        tail = _corrected(text)
        if tail is not None:
            return frozenset(self._tables.certificates.names(tail))
        return frozenset(self.file.certificates) - set(self._tables.certificates.names(text))

    def points_at(self, text: Text) -> str | None:
        """Which earlier matter the text goes back to: an id of `recall`."""
        return next((where for where, cues in self.file.recall.items() if any_holds(text, cues)), None)

    def procedures(self, text: Text) -> tuple[str, ...]:
        """The procedures that the text names, in the file's order."""
        return self._tables.procedures.names(text)

    def follow_ups(self, mentions: Mentions) -> tuple[str, ...]:
        """The topics that a bare 「土曜は?」 belongs to."""
        return tuple(topic for topic, ids in self.file.follow_ups.items() if mentions.aspects & set(ids))

    @property
    def facet_aspects(self) -> frozenset[str]:
        """What belongs to a facet of its own (a price, a day, a proxy) and is asked anew each time."""
        return frozenset(aspect for ids in self.file.follow_ups.values() for aspect in ids)

    def joins(self, text: Text) -> bool:
        """Whether the text asks two things: 「予約いる?あと手数料は?」"""
        return text.form.rstrip("?").count("?") > 0 or any_holds(text, self.file.joins)

    def leans(self, raw: str) -> bool:
        """Whether a text begins with 「じゃあ」「ほな」 and the like; 「やっぱり」「間違えた」 correct instead."""
        return any(raw.lstrip().startswith(word) for word in self.file.connectives)

    def opened(self, text: str) -> str:
        """The text without 「いや、」「そうじゃなくて」 in front, if something is left to ask."""
        rest = self._openings.sub("", text, count=1)
        return rest if len(rest.strip()) > 1 else text

    def corrects(self, text: Text) -> bool:
        """「署名用じゃなくて4桁のほう」"""
        return bool(_CORRECTION.search(text.form))

    def means_home(self, text: Text) -> bool:
        """「当市は?」「うちのほうは?」: back to the asker's own municipality."""
        return any_holds(text, self.file.home)

    def means_other(self, text: Text) -> bool:
        """「もう片方」「もうひとつのほう」 of two."""
        return any_holds(text, self.file.other)

    def continues(self, text: Text) -> bool:
        """Whether the text leans on what was said before."""
        return any_holds(text, self.file.deixis)


_CORRECTION = re.compile(r"じゃなくて?|ではなくて?|でなくて?|やのうて|じゃのうて|じゃない(?:です)?(?![かの?])|じゃねえ|ではありません|とちゃうて|ちゃうくて")
_AFTER_CORRECTION = re.compile(r"[\s,.?!]|です|ですが|よ|の?方|の?ほう|の?やつ|の$")


def _corrected(text: Text) -> Text | None:
    """What follows the correction, or the whole text where there is none; None when nothing follows."""
    tail = _CORRECTION.split(text.form)[-1]
    if tail == text.form:
        return text
    rest = _AFTER_CORRECTION.sub("", tail)
    return Text(text.raw, tail, _kana_of(tail)) if len(rest) > 1 else None


def _variant(variant: str) -> str:
    """Latin letters only as a word of their own."""
    edges = ("(?<![a-z])" if variant[0].isascii() else "", "(?![a-z])" if variant[-1].isascii() else "")
    return f"{edges[0]}{re.escape(variant)}{edges[1]}"


def _kana_of(form: str) -> str:
    """The reading, only for texts written (almost) without kanji: elsewhere it would match by chance."""
    kanji = sum(map(has_kanji, form))
    return hiragana(re.sub(r"\s", "", form)) if kanji <= len(form) * 0.12 else ""
