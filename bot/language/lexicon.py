"""The lexicon: what a text mentions — aspects, persons, certificates, ID documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pydantic import BaseModel, Extra

from bot.language.normalize import has_kanji, hiragana, match_form
from bot.language.numerals import with_counted_days
from bot.language.words import reading

_SHORTEST_READING = 3


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

    class Config:
        extra = Extra.forbid


@dataclass(frozen=True)
class Text:
    """A text prepared for matching: canonical spelling, and its reading where it has little kanji."""

    raw: str
    form: str
    kana: str


@dataclass(frozen=True)
class Mentions:
    """Ids of what a text mentions."""

    aspects: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lexicon:
    file: LexiconFile
    _variants: re.Pattern[str]
    _standards: Mapping[str, str]
    _openings: re.Pattern[str]

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
        return cls(file, variants, standards, re.compile(opening))

    def prepare(self, text: str) -> Text:
        form = with_counted_days(match_form(text))
        return Text(text, self.canonical(form), _kana_of(form))

    def canonical(self, form: str) -> str:
        """Variants, old names and usual misspellings replaced by the standard name."""
        return self._variants.sub(lambda found: self._standards[found.group()], form)

    def mentions(self, text: Text, local_aspects: Mapping[str, list[str]]) -> Mentions:
        """`local_aspects` are those of the topic in question; they come before the shared ones."""
        return Mentions(
            aspects=frozenset(_hits(text, {**self.file.aspects, **local_aspects})),
            persons=frozenset(_hits(text, self.file.persons)),
            certificates=self._certificates(text),
            documents=frozenset(_longest_documents(text, self.file.documents)),
            cases=frozenset(_hits(text, self.file.cases)),
        )

    def _certificates(self, text: Text) -> frozenset[str]:
        """「署名用じゃなくて利用者証明用」 means the second; 「署名用じゃなくて」 alone means the other one."""
        tail = _corrected(text)
        if tail is not None:
            return frozenset(_hits(tail, self.file.certificates))
        return frozenset(self.file.certificates) - set(_hits(text, self.file.certificates))

    def points_at(self, text: Text) -> str | None:
        """Which earlier matter the text goes back to: an id of `recall`."""
        return next((where for where, cues in self.file.recall.items() if any(cue_holds(text, cue) for cue in cues)), None)

    def procedures(self, text: Text) -> tuple[str, ...]:
        """The procedures that the text names, in the file's order."""
        return tuple(_hits(text, self.file.procedures))

    def follow_ups(self, mentions: Mentions) -> tuple[str, ...]:
        """The topics that a bare 「土曜は?」 belongs to."""
        return tuple(topic for topic, ids in self.file.follow_ups.items() if mentions.aspects & set(ids))

    @property
    def facet_aspects(self) -> frozenset[str]:
        """What belongs to a facet of its own (a price, a day, a proxy) and is asked anew each time."""
        return frozenset(aspect for ids in self.file.follow_ups.values() for aspect in ids)

    def joins(self, text: Text) -> bool:
        """Whether the text asks two things: 「予約いる?あと手数料は?」"""
        return text.form.rstrip("?").count("?") > 0 or any(cue_holds(text, cue) for cue in self.file.joins)

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
        return any(cue_holds(text, cue) for cue in self.file.home)

    def means_other(self, text: Text) -> bool:
        """「もう片方」「もうひとつのほう」 of two."""
        return any(cue_holds(text, cue) for cue in self.file.other)

    def continues(self, text: Text) -> bool:
        """Whether the text leans on what was said before."""
        return any(cue_holds(text, cue) for cue in self.file.deixis)


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


def _hits(text: Text, cues: Mapping[str, list[str]]) -> Iterable[str]:
    for name, words in cues.items():
        for cue in words:
            if cue_holds(text, cue, cues):
                yield name
                break


def _longest_documents(text: Text, documents: Mapping[str, Document]) -> set[str]:
    """資格確認書 must not also be counted as a part of another document's longer name."""
    hits = {name: max((len(w) for w in d.words if cue_holds(text, w)), default=0) for name, d in documents.items()}
    return {name for name, length in hits.items() if length}


def cue_holds(text: Text, cue: str, others: Mapping[str, list[str]] | None = None) -> bool:
    """「A+B」 needs both, 「!A」 needs its absence, 「@name」 stands for the cues of `others`."""
    plain, parts = _parts(cue)
    if plain is not None:
        return plain[0] in text.form or (plain[1] != "" and plain[1] in text.kana)
    for negated, form, kana in parts:
        if form.startswith("@"):
            found = any(cue_holds(text, other, others) for other in (others or {}).get(form[1:], []))
        else:
            found = _stands(form, text.form) or (bool(kana) and kana in text.kana)
        if found == negated:
            return False
    return True


def _stands(form: str, text: str) -> bool:
    """「6歳」 is no part of 「16歳」: a number begins where its digits begin."""
    if not form[:1].isdigit():
        return form in text
    start = text.find(form)
    while start > 0 and text[start - 1].isdigit():
        start = text.find(form, start + 1)
    return start >= 0


Plain = tuple[str, str]
"""Form and reading of a cue that is one word, which stands wherever it is found."""


@lru_cache(maxsize=8192)
def _parts(cue: str) -> tuple[Plain | None, tuple[tuple[bool, str, str], ...]]:
    """The cue as a plain word, which most are, and (negated, form, reading) of each part; a short reading is left out, it would match by chance."""
    parts = []
    for part in cue.split("+"):
        form = match_form(part.strip().removeprefix("!"))
        kana = reading(form)
        parts.append((part.strip().startswith("!"), form, kana if len(kana) >= _SHORTEST_READING else ""))
    negated, form, kana = parts[0]
    plain = len(parts) == 1 and not negated and not form.startswith("@") and not form[:1].isdigit()
    return ((form, kana) if plain else None), tuple(parts)
