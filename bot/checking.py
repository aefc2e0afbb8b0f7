"""The `check` command: what is wrong with the content, and what wants a look."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.content import load_content
from bot.counter.wording import read_counter_wording
from bot.knowledge.base import Entry, KnowledgeBase
from bot.knowledge.compose import compose
from bot.knowledge.easy_rules import easy_faults
from bot.knowledge.errors import ContentError
from bot.knowledge.expiry import FIGURES
from bot.knowledge.lookup import Facts, slots
from bot.knowledge.model import Point, Topic
from bot.knowledge.question import Question
from bot.knowledge.references import all_lines, every_line, keys_of
from bot.knowledge.staff import read_staff_wording

_FEWEST_PHRASES = 60
_RECHECK_DAYS = 180


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
        read_staff_wording(project / "data", content.base)
        read_counter_wording(project / "data", content.base)
    except ContentError as error:
        report.errors += error.problems
        return report
    base = content.base
    for topic in base.topics.values():
        _check_unused_aspects(topic, report)
        _check_phrases(topic, report)
    _check_duplicates(base, report)
    _check_unused(base, report)
    _check_age(base, today, report)
    _check_answers(base, today, report)
    report.errors += easy_faults(base)
    return report


def _check_unused_aspects(topic: Topic, report: Report) -> None:
    used = {a for line in all_lines(topic) if isinstance(line, Point) for a in line.about}
    used |= {a for a in topic.aspects if any(f"@{a}" in cue for cues in topic.aspects.values() for cue in cues)}
    report.warnings += [f"data/topics/{topic.topic}.yml: aspects.{a}: どの文も使っていません" for a in topic.aspects if a not in used]


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
    for line in [*every_line(base), *shared]:
        used |= keys_of(line)
    forms = [sentence for form in base.forms.values() for sentence in (*form.sentences.values(), *(ask.say for ask in form.asks.values()))]
    used |= {key for sentence in [*base.wording.sentences.values(), *forms] for key in slots(sentence)} | FIGURES
    report.warnings += [f"data/knowledge: {key}（{value.title}）: どの文からも使われていません" for key, value in base.keys.items() if key not in used]


def _check_age(base: KnowledgeBase, today: date, report: Report) -> None:
    for entry in _entries(base):
        place = f"data/knowledge: {entry.municipality or 'national'}: {entry.fact.key}"
        if entry.fact.until and entry.fact.until < today and Facts(base, entry.municipality, today).expired(entry.fact.key):
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
            if compose(Question(topic.topic, town), base, today).lead == base.wording.sentences["nothing_known"]:
                report.errors.append(f"data/topics/{topic.topic}.yml: points: 言える文がありません（{town or '市区町村の指定なし'}）")
