"""Questions that the bot puts: putting one, putting it again, and taking the end of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue.memory import Memory
from bot.dialogue.turn import Turn
from bot.knowledge.answer import Answer, Button
from bot.knowledge.easy import easy_sentence, finished
from bot.knowledge.lookup import Facts
from bot.knowledge.model import Ask
from bot.language.cues import any_holds

Reply = tuple[Answer, Memory]


def is_cue(turn: Turn, cues: Sequence[str]) -> bool:
    return any_holds(turn.text, cues)


def form_text(turn: Turn, form: str, sentence: str, values: Mapping[str, str] | None = None) -> str:
    """A sentence of the form, filled; empty when a fact it needs is not known."""
    return filled(turn, turn.base.forms[form].sentences[sentence], values)


def filled(turn: Turn, sentence: str, values: Mapping[str, str] | None = None) -> str:
    return Facts(turn.base, turn.municipality(), turn.today, computed=values or {}).fill(sentence) or ""


def easy_filled(turn: Turn, name: str, values: Mapping[str, str] | None = None) -> str:
    """A sentence of data/easy.yml for the asker's municipality; empty where nobody has written it."""
    return easy_sentence(name, Facts(turn.base, turn.municipality(), turn.today), values)


def reply_buttons(turn: Turn, form: str, question: str) -> tuple[Button, ...]:
    ask = turn.base.forms[form].asks[question]
    return tuple(Button(filled(turn, title), f"{form}:{reply}") for reply, title in ask.buttons.items())


def easy_question(turn: Turn, ask: Ask) -> str:
    """`ask` in easy Japanese; empty where nobody has written it."""
    facts = Facts(turn.base, turn.municipality(), turn.today)
    said = facts.fill(ask.easy) if ask.easy else None
    return finished([said], facts) if said else ""


def put(turn: Turn, form: str, question: str, *, before: str = "", values: Mapping[str, str] | None = None) -> Reply:
    """The form's question, and nothing else."""
    say = filled(turn, turn.base.forms[form].asks[question].say, values)
    text = f"{before}\n{say}" if before else say
    town = turn.town()
    easy = "" if before else easy_question(turn, turn.base.forms[form].asks[question])
    answer = Answer("ask_back", turn.memory.topic, text, town.name if town else None, lead=text, buttons=reply_buttons(turn, form, question), easy=easy)
    return answer, turn.memory.asking(f"{form}.{question}")


def again(turn: Turn, form: str, question: str, fault: str) -> Reply:
    """The same question once more, after saying what was wrong with the reply."""
    return put(turn, form, question, before=form_text(turn, form, fault))


def answered(turn: Turn, answer: Answer, topic: str) -> Reply:
    """The form is done."""
    return replace(answer, topics=(topic,)), replace(turn.memory.asking(None), topic=topic, focus=turn.municipality() or turn.memory.focus)


def dropped(turn: Turn, sentence: str, easy: str = "") -> Reply:
    """The asker does not want, or cannot, go on; `easy` is the sentence in easy Japanese."""
    text = filled(turn, sentence)
    town = turn.town()
    answer = Answer("answer", turn.memory.topic, text, town.name if town else None, lead=text, easy=easy)
    return answer, replace(turn.memory.asking(None), given={})
