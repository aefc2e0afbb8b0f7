"""The `check` command: what is wrong with the content, and what wants a look."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.content import load_content
from bot.knowledge.base import Entry, KnowledgeBase
from bot.knowledge.compose import compose
from bot.knowledge.conversation import Content
from bot.knowledge.errors import ContentError
from bot.knowledge.lookup import DERIVED_KEYS, slots
from bot.knowledge.model import Line, Point, Topic
from bot.knowledge.question import Question

_FEWEST_PHRASES = 60
_RECHECK_DAYS = 180
_CONTEXT = "after_"


@dataclass
class Report:
    """Errors stop the bot or are wrong answers; warnings want a person's look."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check(project: Path, today: date) -> Report:
    """Everything below `project`/data, as of `today` (Asia/Tokyo)."""
    report = Report()
    try:
        content = load_content(project / "data")
    except ContentError as error:
        report.errors += error.problems
        return report
    base = content.base
    for topic in base.topics.values():
        _check_wording(topic, content, report)
        _check_phrases(topic, report)
    _check_duplicates(base, report)
    _check_unused(base, report)
    _check_age(base, today, report)
    _check_answers(base, today, report)
    return report


def _check_wording(topic: Topic, content: Content, report: Report) -> None:
    base, place = content.base, f"data/topics/{topic.topic}.yml"
    if topic.answer is None:
        report.errors.append(f"{place}: answer: 答えの文がありません")
        return
    aspects = {*topic.aspects, *content.lexicon.file.aspects}
    for line in all_lines(topic):
        say = line.say if isinstance(line, Point) else line
        for key in slots(say):
            if key not in base.keys and key not in DERIVED_KEYS:
                report.errors.append(f"{place}: {{{key}}}: この名前の事実はありません")
        if isinstance(line, Point):
            unknown = [a for a in line.about if a not in aspects and not a.startswith(_CONTEXT)]
            report.errors += [f"{place}: about: {a}: aspects にも data/lexicon.yml にもありません" for a in unknown]
            keys = [k.partition("@")[0] for k in line.facts]
            report.errors += [f"{place}: facts: {k}: この名前の事実はありません" for k in keys if k not in base.keys and k not in DERIVED_KEYS]
            report.errors += [f"{place}: procedure: {p}: この話題はありません" for p in line.procedure if p not in base.topics]
    report.errors += [f"{place}: next: {n}: この話題はありません" for n in topic.answer.next if n not in base.topics]
    used = {a for line in all_lines(topic) if isinstance(line, Point) for a in line.about}
    report.warnings += [f"{place}: aspects.{a}: どの文も使っていません" for a in topic.aspects if a not in used]


def all_lines(topic: Topic) -> list[Line]:
    """Every sentence of a topic: leads, details and sections."""
    if topic.answer is None:
        return []
    sections = [line for lines in topic.answer.sections.values() for line in lines]
    return [*topic.answer.points, *topic.answer.details, *sections]


def _check_phrases(topic: Topic, report: Report) -> None:
    if len(topic.phrases) < _FEWEST_PHRASES:
        report.warnings.append(f"data/topics/{topic.topic}.yml: phrases: 例文が {len(topic.phrases)} しかありません（{_FEWEST_PHRASES} 以上）")


def _check_duplicates(base: KnowledgeBase, report: Report) -> None:
    """One phrase in two topics teaches the model a contradiction."""
    counts = Counter(phrase for topic in base.topics.values() for phrase in set(topic.phrases))
    for phrase, count in counts.items():
        if count > 1:
            names = [t.topic for t in base.topics.values() if phrase in t.phrases]
            report.errors.append(f"data/topics/{names[0]}.yml: phrases: 「{phrase}」は {'・'.join(names[1:])} にもあります")


def _check_unused(base: KnowledgeBase, report: Report) -> None:
    """Facts that no sentence and no rule can reach."""
    used = {"page.caution"}
    shared = [line for lines in base.wording.shared_sections.values() for line in lines]
    for line in [*(line for topic in base.topics.values() for line in all_lines(topic)), *shared]:
        used |= set(slots(line.say if isinstance(line, Point) else line))
        if isinstance(line, Point):
            used |= {k.partition("@")[0] for k in line.facts}
    used |= {key for sentence in base.wording.sentences.values() for key in slots(sentence)}
    report.warnings += [f"data/knowledge: {key}（{value.title}）: どの文からも使われていません" for key, value in base.keys.items() if key not in used]


def _check_age(base: KnowledgeBase, today: date, report: Report) -> None:
    for entry in _entries(base):
        place = f"data/knowledge: {entry.municipality or 'national'}: {entry.fact.key}"
        if entry.fact.until and entry.fact.until < today:
            report.warnings.append(f"{place}: {entry.fact.until} で期限が過ぎています")
        if (today - entry.checked_on).days > _RECHECK_DAYS:
            report.warnings.append(f"{place}: {entry.checked_on} から確かめていません")


def _entries(base: KnowledgeBase) -> list[Entry]:
    layers = [base.national, *base.local.values()]
    return [entry for layer in layers for entries in layer.values() for entry in entries]


def _check_answers(base: KnowledgeBase, today: date, report: Report) -> None:
    """Every topic must be answerable for every municipality and without one."""
    for topic in base.topics.values():
        for town in (None, *base.municipalities):
            try:
                compose(Question(topic.topic, town), base, today)
            except ValueError as error:
                report.errors.append(f"{error}（{town or '市区町村の指定なし'}）")
