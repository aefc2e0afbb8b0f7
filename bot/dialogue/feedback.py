"""「役に立った」「立たなかった」: what somebody thought of an answer, with a reason, without a word of theirs."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.forms import Reply, filled, form_text, is_cue, put
from bot.dialogue.turn import Turn
from bot.knowledge.answer import Answer, Feedback

NAME = "feedback"
TOPIC = "feedback"
_SURE = 0.75


def begin(turn: Turn) -> Reply | None:
    """The reply to 「役に立った」 or 「立たなかった」; None when the text is neither."""
    roles = turn.base.forms[NAME].roles
    choice = turn.heard.choice or ""
    if not choice and (turn.places.codes or (turn.speaks_of_knowledge(turn.heard.intent) and turn.heard.confidence >= _SURE)):
        return None
    if choice == f"{NAME}:unhelpful" or (not choice and is_cue(turn, roles["unhelpful"])):
        return _asking_why(turn)
    if choice == f"{NAME}:helpful" or (not choice and is_cue(turn, roles["helpful"])):
        return _thanked(turn, True, None)
    return None


def proceed(turn: Turn, question: str) -> Reply | None:
    """The reason; None when the text is about something else."""
    form, choice = turn.base.forms[NAME], turn.heard.choice or ""
    reasons = form.asks["reason"].buttons
    if choice.startswith(f"{NAME}:") and choice.partition(":")[2] in reasons:
        return _thanked(turn, False, choice.partition(":")[2])
    reason = next((name for name in reasons if is_cue(turn, form.roles.get(name, []))), None)
    return _thanked(turn, False, reason) if reason and len(turn.text.form) <= 30 else None


def _asking_why(turn: Turn) -> Reply:
    """The verdict is kept at once: whoever leaves now has still said that it was no help."""
    answer, memory = put(turn, NAME, "reason")
    return replace(answer, topic=TOPIC, topics=(TOPIC,), outcome="chat", feedback=_record(turn, False, None)), memory


def _thanked(turn: Turn, helpful: bool, reason: str | None) -> Reply:
    name = "helpful" if helpful else f"reason_{reason}"
    sentences = turn.base.forms[NAME].sentences
    text = form_text(turn, NAME, name) if name in sentences else filled(turn, sentences["unhelpful"])
    town = turn.town()
    answer = Answer("chat", TOPIC, text, town.name if town else None, lead=text, topics=(TOPIC,), feedback=_record(turn, helpful, reason))
    return answer, turn.memory.asking(None)


def _record(turn: Turn, helpful: bool, reason: str | None) -> Feedback:
    return Feedback(helpful, reason, turn.memory.topic, turn.memory.focus or turn.municipality())
