"""What one content file names in another: facts, aspects, topics. A broken name drops a sentence in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.conditions import SELF
from bot.knowledge.lookup import COMPUTED, DERIVED_KEYS, slots
from bot.knowledge.model import EasyPoint, Line, Point, Topic, Wording
from bot.language.lexicon import Lexicon

_CONTEXT = "after_"
_COMPOSED = {"publisher", "date", "sources", "checked", "contact"}


@dataclass(frozen=True)
class WordedFile:
    """A file with wording of its own."""

    place: str
    aspects: Mapping[str, list[str]]
    answer: Wording
    easy: Sequence[EasyPoint]


def broken_references(base: KnowledgeBase, lexicon: Lexicon) -> list[str]:
    """One sentence for each name that leads nowhere, with its file."""
    found = [f"data/topics/{t.topic}.yml: answer: 答えの文がありません" for t in base.topics.values() if t.answer is None]
    found += [problem for worded in worded_files(base) for problem in _of_wording(worded, base, lexicon)]
    for name, lines in base.wording.shared_sections.items():
        found += [f"data/wording.yml: shared_sections.{name}: {{{key}}}: この名前の事実はありません" for line in lines for key in _unknown(keys_of(line), base)]
    for name, sentence in base.wording.sentences.items():
        found += [f"data/wording.yml: sentences.{name}: {{{key}}}: この名前の事実はありません" for key in _unknown(set(slots(sentence)) - _COMPOSED, base)]
    shared = [*base.easy.sentences.values(), *(line for lines in base.easy.lines.values() for line in lines)]
    found += [f"data/easy.yml: {{{key}}}: この名前の事実はありません" for line in shared for key in _unknown(keys_of(line) - _COMPOSED, base)]
    for event in base.events.values():
        found += [f"data/life_events/{event.event}.yml: topics: {name}: この話題はありません" for name in event.topics if name not in base.topics]
    for form in base.forms.values():
        found += [f"data/forms/{form.form}.yml: topics: {name}: この話題はありません" for name in form.topics if name not in base.topics]
        sentences = [*form.sentences.values(), *(text for ask in form.asks.values() for text in (ask.say, ask.invite, ask.resume, ask.easy) if text)]
        found += [f"data/forms/{form.form}.yml: {{{key}}}: この名前の事実はありません" for text in sentences for key in _unknown(set(slots(text)), base)]
    return found + [f"data/wording.yml: menu: {name}: この話題はありません" for name in base.wording.menu if name not in base.topics]


def wording_lines(answer: Wording) -> list[Line]:
    """Every sentence of a wording: leads, details, sections and checklist."""
    parts = [line for lines in (*answer.sections.values(), *answer.checklist.values()) for line in lines]
    return [*answer.points, *answer.details, *parts]


def all_lines(topic: Topic) -> list[Line]:
    return wording_lines(topic.answer) if topic.answer else []


def every_line(base: KnowledgeBase) -> Iterator[Line]:
    """The lines of all topics, life events and forms."""
    for worded in worded_files(base):
        yield from wording_lines(worded.answer)


def keys_of(line: Line) -> set[str]:
    """The facts that a sentence says or asks for."""
    if isinstance(line, Point):
        return {*slots(line.say), *(key.partition("@")[0] for key in line.facts)}
    return set(slots(line))


def worded_files(base: KnowledgeBase) -> Iterator[WordedFile]:
    """The files of all topics, life events and forms."""
    for topic in base.topics.values():
        if topic.answer is not None:
            yield WordedFile(f"data/topics/{topic.topic}.yml", topic.aspects, topic.answer, topic.easy)
    for event in base.events.values():
        yield WordedFile(f"data/life_events/{event.event}.yml", event.aspects, event.answer, event.easy)
    for form in base.forms.values():
        yield WordedFile(f"data/forms/{form.form}.yml", form.aspects, form.answer, form.easy)


def _unknown(keys: Iterable[str], base: KnowledgeBase) -> list[str]:
    known = {*base.keys, *DERIVED_KEYS}
    return sorted(key for key in keys if key not in known and not key.startswith(COMPUTED))


def _of_wording(worded: WordedFile, base: KnowledgeBase, lexicon: Lexicon) -> list[str]:
    place, answer = worded.place, worded.answer
    found = [f"{place}: next: {name}: この話題はありません" for name in answer.next if name not in base.topics]
    found += [f"{place}: {name}: この節はありません" for name in (*answer.sections, *answer.checklist) if name not in base.wording.sections]
    for line in wording_lines(answer):
        found += [f"{place}: {{{key}}}: この名前の事実はありません" for key in _unknown(keys_of(line), base)]
        if isinstance(line, Point):
            found += _of_point(line, worded, base, lexicon)
    for point in worded.easy:
        found += [f"{place}: easy: {{{key}}}: この名前の事実はありません" for key in _unknown(keys_of(point), base)]
        found += [f"{place}: easy: then: {name}: data/easy.yml の lines にありません" for name in point.then if name not in base.easy.lines]
        found += _of_point(point, worded, base, lexicon)
    return found


def _of_point(point: Point, worded: WordedFile, base: KnowledgeBase, lexicon: Lexicon) -> list[str]:
    words, place = lexicon.file, worded.place
    unknown = [a for a in point.about if a not in worded.aspects and a not in words.aspects and not a.startswith(_CONTEXT)]
    found = [f"{place}: about: {name}: aspects にも data/lexicon.yml にもありません" for name in unknown]
    found += [f"{place}: procedure: {name}: この話題はありません" for name in point.procedure if name not in base.topics]
    for condition, names, known in (
        ("document", point.document, set(words.documents)),
        ("person", point.person, {*words.persons, SELF}),
        ("certificate", point.certificate, set(words.certificates)),
        ("case", [case.removeprefix("!") for case in point.case], set(words.cases)),
    ):
        found += [f"{place}: {condition}: {name}: data/lexicon.yml にありません" for name in names if name not in known]
    return found
