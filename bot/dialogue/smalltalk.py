"""What is no answer from facts: greetings and thanks, a person wanted, candidates, and declining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.answering import answer_topic
from bot.dialogue.forms import Reply
from bot.dialogue.handover import handover_values
from bot.dialogue.turn import OUT_OF_SCOPE, Turn
from bot.knowledge.answer import Answer, Button
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import compose_chat, contact_block
from bot.knowledge.lookup import Facts
from bot.knowledge.question import Question

_MOST_CANDIDATES = 3
_WITH_MENU = (OUT_OF_SCOPE, "greet", "bot_challenge")


def chat(turn: Turn, topic: str) -> Reply:
    """The reply to a conversational topic, in the light of what was said last."""
    memory = turn.memory
    if topic == "affirm" and memory.last_outcome == "suggest" and memory.offered:
        return _first_candidate(turn)
    context = {f"after_{memory.last_outcome}"} if memory.last_outcome else set()
    context |= {f"after_{memory.topic}"} if memory.topic else set()
    question = Question(topic, turn.municipality(), aspects=turn.mentions(topic).aspects | context)
    answer = compose_chat(question, turn.base, turn.today, handover_values(turn))
    buttons: Sequence[Button] = menu_buttons(turn.base) if topic in _WITH_MENU else ()
    return replace(answer, buttons=tuple(buttons), topics=(topic,)), memory


def suggest(turn: Turn) -> Reply:
    """Two or three candidates; nothing near enough means that we decline."""
    names = [name for name, _ in turn.heard.ranking if turn.speaks_of_knowledge(name)]
    return _candidates(turn, names, "suggest") or chat(turn, OUT_OF_SCOPE)


def suggest_others(turn: Turn) -> Reply:
    """「そうじゃなくて」: what else the last message may have meant."""
    return _candidates(turn, list(turn.memory.unlike), "suggest_others") or chat(turn, "deny")


def menu_buttons(base: KnowledgeBase) -> tuple[Button, ...]:
    return tuple(Button(base.topics[name].title, f"topic:{name}") for name in base.wording.menu if name in base.topics)


def _first_candidate(turn: Turn) -> Reply:
    kind, _, name = turn.memory.offered[0].payload.partition(":")
    if kind != "topic" or not turn.speaks_of_knowledge(name):
        return chat(replace(turn, memory=replace(turn.memory, last_outcome=None)), "affirm")
    return answer_topic(replace(turn, text=turn.content.lexicon.prepare("")), name)


def _candidates(turn: Turn, names: Sequence[str], sentence: str) -> Reply | None:
    base = turn.base
    buttons = tuple(Button(base.topics[name].title, f"topic:{name}") for name in names[:_MOST_CANDIDATES])
    if len(buttons) < 2:
        return None
    facts = Facts(base, turn.municipality(), turn.today)
    titles = "\n".join(f"・{button.title}" for button in buttons)
    lead = base.wording.sentences[sentence]
    text = f"{lead}\n{titles}\n{contact_block(facts)}"
    answer = Answer("suggest", names[0], text, facts.town.name if facts.town else None, lead=lead, buttons=buttons)
    return answer, replace(turn.memory, unlike=())
