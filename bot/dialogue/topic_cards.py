"""The card of a topic: the answer that residents get, with what only staff need beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.dialogue.answering import answer_topic
from bot.dialogue.inquiry import question_of
from bot.dialogue.memory import Memory
from bot.dialogue.reference_card import Basis, Card, Hit, Other, dated, sentences, source_of, topic_hit
from bot.dialogue.turn import Content, Heard, Turn
from bot.knowledge.answer import Answer, Button, Section, SourceNote
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import compose, contact_block
from bot.knowledge.lookup import Facts
from bot.knowledge.model import Municipality, Status
from bot.knowledge.search import Entry, SearchIndex
from bot.knowledge.showing import plain_date
from bot.knowledge.values import shown
from bot.language.places import PlacesFound

DECIDED = ("answer", "ask_back")
"""The outcomes that say what a question is about."""


@dataclass(frozen=True)
class TopicCards:
    """`legal_basis` are, for each topic, the facts read in a law that its wording says. `now` is in Asia/Tokyo."""

    content: Content
    index: SearchIndex
    legal_basis: Mapping[str, Sequence[str]]
    now: datetime

    def card(self, entry: Entry, text: str, town: str | None, understood: Mapping[str, Any]) -> Card:
        """`understood` is the brain's answer to the same question: it is shown where it is about this topic."""
        topic = entry.id.partition(":")[2]
        turn = self._turn(topic, text, town)
        own, _ = answer_topic(turn, topic)
        same = understood.get("topic") == topic and understood.get("outcome") in DECIDED
        answer = _answer(understood) if same else own
        facts = Facts(self._base, town, self.now.date())
        return Card(
            entry.id,
            entry.title,
            facts.town.name if facts.town else "",
            sentences(answer.lead or answer.text),
            exceptions=tuple(line for part in answer.sections if not part.label for line in part.lines),
            sections=tuple(part for part in answer.sections if part.label),
            checklist=answer.checklist or self._checklist(turn, topic),
            notes=answer.notes,
            marks=self._marks(answer),
            easy=str((understood.get("easy") if same else getattr(own, "easy", "")) or ""),
            basis=tuple(self._basis(topic)),
            others=tuple(self._differences(topic, text, town, own)),
            compared=tuple(other.name for other in self._base.municipalities.values() if other.code != town),
            sources=tuple(dated(note) for note in answer.sources),
            checked=plain_date(answer.checked_on) if answer.checked_on else "",
            contact=contact_block(facts),
            related=tuple(self._related(answer.buttons, facts.town)),
        )

    @property
    def _base(self) -> KnowledgeBase:
        return self.content.base

    def _turn(self, topic: str, text: str, town: str | None) -> Turn:
        """The text as if a resident of `town` had begun with it, taken to be about `topic`. A place in it, such as a
        branch's name, does not lead elsewhere: the same text is answered for every municipality in turn."""
        prepared = self.content.lexicon.prepare(text)
        return Turn(Heard(text, topic, ((topic, 1.0),)), Memory(municipality=town), self.content, self.now, prepared, PlacesFound())

    def _checklist(self, turn: Turn, topic: str) -> tuple[Section, ...]:
        """The list to tick of this procedure, or of the one that the query names; residents see it only when they ask for items."""
        question = question_of(turn, topic)
        wanted = [name for name in (topic, *question.procedures) if (found := self._base.topics[name].answer) and found.checklist]
        return compose(replace(question, checklists=tuple(wanted[:1])), self._base, turn.today).checklist if wanted else ()

    def _differences(self, topic: str, text: str, town: str | None, own: Answer) -> list[Other]:
        """What the other municipalities' answers say otherwise than this one's, names and phones aside."""
        towns = self._base.municipalities
        here = [_neutral(sentence, towns.get(town or "")) for sentence in sentences(own.lead)]
        leads = {code: answer_topic(self._turn(topic, text, code), topic)[0].lead for code in towns if code != town}
        return [Other(towns[code].name, said) for code, lead in leads.items() if (said := _unlike(lead, towns[code], here))]

    def _basis(self, topic: str) -> list[Basis]:
        facts, today = Facts(self._base, None, self.now.date()), self.now.date()
        entries = [(key, entry) for key in self.legal_basis.get(topic, ()) if (entry := facts.entry(key, "nation")) and entry.fact.value is not None]
        keys = self._base.keys
        return [Basis(keys[k].title, shown(keys[k], e.fact.value), source_of(e.source, self._base, today)) for k, e in entries if e.fact.value is not None]

    def _marks(self, answer: Answer) -> tuple[str, ...]:
        say = self._base.wording.sentences
        return tuple(status.value for status in (Status.disputed, Status.planned) if say[f"status_{status.value}"] in answer.notes)

    def _related(self, buttons: Sequence[Button], town: Municipality | None) -> list[Hit]:
        entries = [self.index.entry(button.payload) for button in buttons]
        return [topic_hit(entry, town.name if town else "") for entry in entries if entry]


def _answer(understood: Mapping[str, Any]) -> Answer:
    """An answer back from its JSON form: what the card shows of it."""
    return Answer(
        understood["outcome"],
        understood["topic"],
        understood["text"],
        understood["municipality"],
        understood["lead"],
        sections=tuple(Section(part["label"], tuple(part["lines"])) for part in understood["sections"]),
        checklist=tuple(Section(part["label"], tuple(part["lines"])) for part in understood["checklist"]),
        notes=tuple(understood["notes"]),
        buttons=tuple(Button(button["title"], button["payload"]) for button in understood["buttons"]),
        sources=tuple(SourceNote(note["title"], note["url"], note["date"], note["state"]) for note in understood["sources"]),
        checked_on=understood["checked_on"],
    )


def _unlike(lead: str, town: Municipality, here: Sequence[str]) -> str:
    """What `lead` says otherwise than `here`; the whole of it where it only leaves something out, "" where it says the same."""
    said = sentences(lead)
    neutral = [_neutral(sentence, town) for sentence in said]
    if neutral == list(here):
        return ""
    return "".join(sentence for sentence, plain in zip(said, neutral, strict=True) if plain not in here) or "".join(said)


def _neutral(sentence: str, town: Municipality | None) -> str:
    """A sentence without what names the municipality: two that differ in nothing else say the same."""
    if town is None:
        return sentence
    names = [town.name, town.hall, *(n for c in town.contacts for n in (c.name, c.phone, c.fax, c.email) if n)]
    names += [plain_date(source.date) for source in town.sources.values() if source.date]
    unit = rf"(?<![市区町村]){re.escape(town.unit)}(?![区町村])"
    return re.sub("|".join([*map(re.escape, sorted(names, key=len, reverse=True)), unit]), "○", sentence)
