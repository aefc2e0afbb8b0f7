"""How sure the classifier is of a turn."""

from __future__ import annotations

from bot.dialogue.turn import FALLBACK, OUT_OF_SCOPE, Turn

SURE_ENOUGH = 0.75
_DOUBTFUL = 0.5
_TALK = ("handoff", "thanks", "bot_challenge", "feedback")
"""Conversation that means itself, whatever is being talked about."""


def unsure(turn: Turn) -> bool:
    """Not understood, or taken for conversation although a matter is being talked about."""
    talk = not turn.speaks_of_knowledge(turn.heard.intent) and turn.heard.intent not in _TALK
    return talk or turn.heard.confidence < SURE_ENOUGH


def sure_of_knowledge(turn: Turn) -> bool:
    return turn.speaks_of_knowledge(turn.heard.intent) and turn.heard.confidence >= SURE_ENOUGH


def lost(turn: Turn) -> bool:
    """Next to nothing was understood."""
    return turn.heard.intent in (FALLBACK, OUT_OF_SCOPE) or turn.heard.confidence < _DOUBTFUL
