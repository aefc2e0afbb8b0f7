"""What one content file names in another: facts, aspects, topics. A broken name drops a sentence in silence."""

from __future__ import annotations

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lookup import DERIVED_KEYS, slots
from bot.knowledge.model import Line, Point, Topic
from bot.language.lexicon import Lexicon

_CONTEXT = "after_"


def broken_references(base: KnowledgeBase, lexicon: Lexicon) -> list[str]:
    """One sentence for each name that leads nowhere, with its file."""
    found = [problem for topic in base.topics.values() for problem in _of_topic(topic, base, lexicon)]
    known = {*base.keys, *DERIVED_KEYS}
    for name, lines in base.wording.shared_sections.items():
        found += [f"data/wording.yml: shared_sections.{name}: {{{key}}}: この名前の事実はありません" for line in lines for key in keys_of(line) - known]
    for name, sentence in base.wording.sentences.items():
        found += [f"data/wording.yml: sentences.{name}: {{{key}}}: この名前の事実はありません" for key in set(slots(sentence)) - known - _COMPOSED]
    return found + [f"data/wording.yml: menu: {name}: この話題はありません" for name in base.wording.menu if name not in base.topics]


_COMPOSED = {"publisher", "date", "sources", "checked", "contact"}


def all_lines(topic: Topic) -> list[Line]:
    """Every sentence of a topic: leads, details and sections."""
    if topic.answer is None:
        return []
    sections = [line for lines in topic.answer.sections.values() for line in lines]
    return [*topic.answer.points, *topic.answer.details, *sections]


def keys_of(line: Line) -> set[str]:
    """The facts that a sentence says or asks for."""
    if isinstance(line, Point):
        return {*slots(line.say), *(key.partition("@")[0] for key in line.facts)}
    return set(slots(line))


def _of_topic(topic: Topic, base: KnowledgeBase, lexicon: Lexicon) -> list[str]:
    place = f"data/topics/{topic.topic}.yml"
    if topic.answer is None:
        return [f"{place}: answer: 答えの文がありません"]
    known, aspects = {*base.keys, *DERIVED_KEYS}, {*topic.aspects, *lexicon.file.aspects}
    found = [f"{place}: next: {name}: この話題はありません" for name in topic.answer.next if name not in base.topics]
    found += [f"{place}: sections.{name}: この節はありません" for name in topic.answer.sections if name not in base.wording.sections]
    for line in all_lines(topic):
        found += [f"{place}: {{{key}}}: この名前の事実はありません" for key in sorted(keys_of(line) - known)]
        if isinstance(line, Point):
            unknown = [a for a in line.about if a not in aspects and not a.startswith(_CONTEXT)]
            found += [f"{place}: about: {a}: aspects にも data/lexicon.yml にもありません" for a in unknown]
            found += [f"{place}: procedure: {name}: この話題はありません" for name in line.procedure if name not in base.topics]
            found += [f"{place}: document: {name}: data/lexicon.yml にありません" for name in line.document if name not in lexicon.file.documents]
    return found
