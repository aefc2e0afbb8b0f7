"""Handing over to a person: whom to call, whether they answer now, and what to say to them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.opening_hours import phone_values
from bot.dialogue.turn import Turn
from bot.knowledge.lookup import Facts


def handover_values(turn: Turn) -> dict[str, str]:
    """`phone.*` and `handover.summary`: the case in ids' own titles, without anything typed."""
    values = phone_values(turn, turn.municipality(), at_once=True)
    summary = "、".join(_summary(turn))
    return values | ({"handover.summary": summary} if summary else {})


def _summary(turn: Turn) -> Iterator[str]:
    memory, base = turn.memory, turn.base
    titles = base.wording.case_titles
    named = turn.content.lexicon.procedures(turn.text)
    if memory.topic is None and not named:
        return
    if memory.event in base.events:
        yield base.events[memory.event].title
    matter = dict.fromkeys(name for name in (*named, memory.procedure, memory.topic) if name and name != "contact" and turn.speaks_of_knowledge(name))
    yield from (base.topics[name].title for name in matter)
    yield from (titles[name] for name in (*memory.persons, *memory.certificates, *memory.cases) if name in titles)
    facts = Facts(base, turn.municipality(), turn.today)
    if facts.town and matter:
        yield facts.town.name
