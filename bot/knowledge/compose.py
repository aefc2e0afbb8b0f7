"""From a question and the facts to a worded answer; no rasa, no wording of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from bot.knowledge.answer import Answer, Opening, Outcome, Section, SourceNote
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.conditions import holds
from bot.knowledge.easy import easy_text
from bot.knowledge.freshness import page_age
from bot.knowledge.lookup import Facts, Use, contact_line, layer_named
from bot.knowledge.model import Form, LifeEvent, Line, Point, Status, Topic, Wording
from bot.knowledge.question import Question
from bot.knowledge.showing import plain_date

_MOST_LEADS = 2
_MOST_SOURCES = 4
_NUMBERED = re.compile(r"\d+\. ")
Worded = Topic | LifeEvent | Form
"""Whatever file an answer is worded by."""
_ONLY_SLOT = re.compile(r"\{([a-z_0-9.]+)(?:@(city|nation))?\}")


def compose(question: Question, base: KnowledgeBase, today: date, *, worded: Worded | None = None, computed: Mapping[str, str] | None = None) -> Answer:
    """The answer to `question` as of `today` (Asia/Tokyo), in the topic's wording where no other file is given."""
    worded = worded or base.topics[question.topic]
    wording = _wording(worded, question.topic)
    facts = Facts(base, question.municipality, today, office=question.office, computed=computed or {})
    leads = _leads(wording, question, facts)
    lead = _lead(leads, facts)
    sections = _sections(wording, question, facts, lead)
    checklist = _checklist(question, facts)
    notes = _notes(facts)
    return Answer(
        outcome="answer",
        topic=question.topic,
        text=_text(lead, sections, checklist, notes, facts),
        municipality=facts.town.name if facts.town else None,
        lead=lead,
        sections=tuple(sections),
        checklist=tuple(checklist),
        notes=tuple(notes),
        sources=tuple(_source_notes(facts)),
        checked_on=min((use.checked_on.isoformat() for use in facts.uses), default=None),
        disputed=any(use.status is Status.disputed for use in facts.uses),
        opening=_opening(facts),
        easy=easy_text(worded.easy, [point for point, _ in leads], question, facts),
    )


def compose_chat(question: Question, base: KnowledgeBase, today: date, computed: Mapping[str, str] | None = None) -> Answer:
    """The reply to a conversational topic: one text, no sources; handoff and out_of_scope are outcomes."""
    facts = Facts(base, question.municipality, today, computed=computed or {})
    topic = base.topics[question.topic]
    leads = _leads(_wording(topic, question.topic), question, facts)
    lead = _lead(leads, facts)
    easy = easy_text(topic.easy, [point for point, _ in leads], question, facts, closing=False)
    outcomes: dict[str, Outcome] = {"handoff": "handoff", "out_of_scope": "out_of_scope"}
    town = facts.town.name if facts.town else None
    return Answer(outcomes.get(question.topic, "chat"), question.topic, lead, town, lead=lead, easy=easy)


def asks_something_special(question: Question, base: KnowledgeBase, today: date) -> bool:
    """Whether the topic has a sentence for just what is asked, and not only its general one."""
    facts = Facts(base, question.municipality, today, office=question.office)
    points = _wording(base.topics[question.topic], question.topic).points
    said = next((p for p in points if holds(p, question, facts) and facts.fill(p.say) is not None), None)
    return said is not None and said.specific


def _wording(worded: Worded, name: str) -> Wording:
    if worded.answer is None:
        raise ValueError(f"data/topics/{name}.yml: answer がありません")
    return worded.answer


def _leads(wording: Wording, question: Question, facts: Facts) -> list[tuple[Point, str]]:
    """The points that answer what was asked, each filled; the topic's general one where nothing special was."""
    said: list[tuple[Point, str]] = []
    covered: set[str] = set()
    for point in wording.points:
        if len(said) == _MOST_LEADS or (said and not point.specific):
            break
        asked = set(point.about) & question.aspects
        if said and asked <= covered:
            continue
        if holds(point, question, facts) and (text := facts.fill(point.say)) is not None:
            said.append((point, text.strip()))
            covered |= asked
            if not point.specific:
                break
    return said


def _lead(leads: list[tuple[Point, str]], facts: Facts) -> str:
    """Where all of them rest on facts that are unknown or have expired, it says just that."""
    return "\n".join(text for _, text in leads) or facts.base.wording.sentences["nothing_known"]


def _sections(wording: Wording, question: Question, facts: Facts, lead: str) -> list[Section]:
    """A detail that already stands in the lead is not said again; the checklists stay whole."""
    shared = facts.base.wording
    found = []
    for name, lines in [("details", wording.details), *wording.sections.items()]:
        said = _lines(lines or shared.shared_sections.get(name, []), question, facts)
        if name == "order" and len(said) > 1:
            said = [f"{number}. {line}" for number, line in enumerate(said, 1)]
        if name == "details":
            said = [line for line in said if line.rstrip("。") not in lead]
        if said:
            found.append(Section(shared.sections[name], tuple(said)))
    return found


def _checklist(question: Question, facts: Facts) -> list[Section]:
    """What to tick for each procedure whose items are asked for."""
    labels = facts.base.wording.sections
    wanted = [facts.base.topics[name] for name in question.checklists if name in facts.base.topics]
    blocks = [(name, lines) for topic in wanted if topic.answer for name, lines in topic.answer.checklist.items()]
    found = [Section(labels[name], tuple(said)) for name, lines in blocks if (said := _lines(lines, question, facts))]
    return found


def _lines(lines: list[Line] | list[str], question: Question, facts: Facts) -> list[str]:
    """Every line that can be said; among neighbouring points with conditions each stands for itself."""
    said: list[str] = []
    for line in lines:
        if isinstance(line, Point) and not holds(line, question, facts):
            continue
        sentence = line.say if isinstance(line, Point) else line
        text = facts.fill(sentence)
        if text:
            parts = _items(sentence, facts) or text.strip().split("\n")
            said += [part for part in parts if part not in said]
    return said


def _items(sentence: str, facts: Facts) -> list[str]:
    """A line that is nothing but a list of items gives one line each: one thing to tick."""
    only = _ONLY_SLOT.fullmatch(sentence)
    value = facts.value(only.group(1), layer_named(only.group(2))) if only else None
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _notes(facts: Facts) -> list[str]:
    """What a reader must know of the pages' age; one note a page."""
    found: list[str] = []
    for use in facts.uses:
        if use.municipality is None:
            continue
        note = _freshness(use, facts)
        if note and note not in found:
            found.append(note)
    caution = facts.fill("{page.caution@city}") if found else None
    say = facts.base.wording.sentences
    statuses = {use.status for use in facts.uses}
    found += [caution] if caution else []
    found += [say[f"status_{status.value}"] for status in (Status.disputed, Status.planned) if status in statuses]
    return [*found, say["expired_fact"]] if facts.outdated else found


def _freshness(use: Use, facts: Facts) -> str | None:
    page = use.source
    sentence = facts.base.wording.sentences.get(f"page_{page_age(page, facts.base, facts.today)}")
    if sentence is None:
        return None
    filled = sentence.format(publisher=page.publisher, date=plain_date(page.date) if page.date else "")
    return f"{filled}{page.superseded}。" if page.superseded else filled


def _opening(facts: Facts) -> Opening | None:
    """None when no moment was asked about, or the page gives no hours."""
    state = facts.computed.get("opening.state", "unknown")
    return None if state == "unknown" else "open" if state == "open" else "closed"


def _source_notes(facts: Facts) -> list[SourceNote]:
    ordered = sorted(facts.uses, key=lambda use: use.municipality is None)
    pages = (use.source for use in ordered)
    unique = dict.fromkeys(SourceNote(f"{p.publisher}「{p.title}」", p.url, p.date, page_age(p, facts.base, facts.today)) for p in pages)
    return list(unique)[:_MOST_SOURCES]


def _text(lead: str, sections: list[Section], checklist: list[Section], notes: list[str], facts: Facts) -> str:
    say = facts.base.wording.sentences
    blocks = [lead]
    blocks += ["\n".join([f"【{part.label}】", *(f"□ {line}" for line in part.lines)]) for part in checklist]
    for section in sections:
        lines = [line if _NUMBERED.match(line) else f"・{line}" for line in section.lines] if len(section.lines) > 1 else list(section.lines)
        blocks.append("\n".join([f"【{section.label}】", *lines]) if section.label else "\n".join(f"・{line}" for line in section.lines))
    blocks += ["\n".join(f"※{note.rstrip('。')}。" for note in notes)] if notes else []
    sources = _source_notes(facts)
    if sources:
        shown = "、".join(f"{s.title}（{plain_date(s.date) if s.date else say['no_date']}）" for s in sources)
        checked = min(use.checked_on for use in facts.uses)
        blocks.append(say["sources"].format(sources=shown, checked=plain_date(checked.isoformat())))
    blocks.append(contact_block(facts))
    return "\n".join(block for block in blocks if block)


def contact_block(facts: Facts) -> str:
    """Whom to ask: the municipality's own contact, or the national line where none is chosen."""
    say = facts.base.wording.sentences
    if facts.town is not None:
        return say["contact"].format(contact=contact_line(facts.town.contacts[0]))
    return Facts(facts.base, None, facts.today).fill(say["contact_national"]) or ""
