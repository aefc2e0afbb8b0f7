"""The shape of a card of the quick reference, and the parts that every kind of card has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.knowledge.answer import PageState, Section, SourceNote
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.freshness import page_age
from bot.knowledge.model import Source
from bot.knowledge.search import Entry
from bot.knowledge.showing import plain_date

CARD_CHECK = "check_card_status"
_OPENING, _CLOSING = "（「", "）」"


@dataclass(frozen=True)
class Hit:
    """Something that Enter or a number key opens. `town` is a municipality's name, "" where it holds everywhere."""

    id: str
    kind: str
    title: str
    detail: str
    town: str


@dataclass(frozen=True)
class DatedSource:
    """A source with the age of its page."""

    title: str
    url: str | None
    date: str
    age: PageState


@dataclass(frozen=True)
class Other:
    """How another municipality differs."""

    town: str
    text: str


@dataclass(frozen=True)
class Basis:
    """What the law says, with the text it was read in."""

    title: str
    text: str
    source: DatedSource


@dataclass(frozen=True)
class Card:
    """Everything about one hit, laid out for a glance.

    `rule` is the answer itself, to be read out as it stands, a sentence an item; `easy` is the same in easy Japanese
    with furigana as 漢字《かんじ》, "" where there is none. `exceptions` are what else holds, `marks` statuses of the
    facts (disputed, planned); `compared` are the municipalities that `others` was looked for in.
    """

    id: str
    title: str
    town: str
    rule: tuple[str, ...]
    easy: str = ""
    exceptions: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    checklist: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()
    others: tuple[Other, ...] = ()
    compared: tuple[str, ...] = ()
    sources: tuple[DatedSource, ...] = ()
    checked: str = ""
    contact: str = ""
    related: tuple[Hit, ...] = ()


def topic_hit(entry: Entry, town: str) -> Hit:
    """`town` is a name."""
    return Hit(entry.id, "reader" if entry.id == f"topic:{CARD_CHECK}" else entry.kind, entry.title, entry.detail, town)


def source_of(source: Source, base: KnowledgeBase, today: date) -> DatedSource:
    return dated(SourceNote(f"{source.publisher}「{source.title}」", source.url, source.date, page_age(source, base, today)))


def dated(note: SourceNote) -> DatedSource:
    return DatedSource(note.title, note.url, plain_date(note.date) if note.date else "", note.state)


def sentences(text: str) -> tuple[str, ...]:
    """One an item, so that the eye finds the one to say; what stands in brackets stays with its sentence."""
    found: list[str] = []
    for line in text.split("\n"):
        start = depth = 0
        for position, character in enumerate(line, 1):
            depth += (character in _OPENING) - (character in _CLOSING)
            if character == "。" and depth <= 0:
                found.append(line[start:position])
                start = position
        found.append(line[start:])
    return tuple(sentence for sentence in map(str.strip, found) if sentence)
