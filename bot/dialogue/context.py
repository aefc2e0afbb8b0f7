"""Which topic a message is about, with the help of what was said before."""

from __future__ import annotations

from bot.dialogue.turn import FALLBACK, SHORT, Turn
from bot.language.lexicon import Mentions

_BARE = 12
_SURE_ENOUGH = 0.75
_OF_THE_PROCEDURE = {"how_long", "visits"}


def topic_of(turn: Turn) -> str | None:
    """The topic, with the conversation's help; None when candidates should be offered."""
    intent, memory = turn.heard.intent, turn.memory
    in_context = _in_context(turn) if memory.topic else None
    if in_context is not None:
        return in_context
    if intent in turn.base.topics:
        return intent
    bare = turn.content.lexicon.follow_ups(turn.mentions()) if len(turn.text.form) <= _BARE else ()
    return bare[0] if bare else None


def _in_context(turn: Turn) -> str | None:
    """What a short text means after what was said before; None when it stands for itself."""
    memory, lexicon, mentions = turn.memory, turn.content.lexicon, turn.mentions()
    follow_ups = lexicon.follow_ups(mentions)
    short, bare = len(turn.text.form) <= SHORT, len(turn.text.form) <= _BARE
    unsure = turn.heard.intent == FALLBACK or turn.heard.confidence < _SURE_ENOUGH
    if memory.procedure and short and mentions.aspects & _OF_THE_PROCEDURE and not turn.places.codes:
        return memory.procedure
    if bare and memory.procedure and follow_ups and _is_kind(turn, turn.heard.intent, "concept"):
        return follow_ups[0]
    if short and turn.heard.intent == "cert_types" and mentions.certificates and not mentions.aspects:
        return memory.topic
    if bare and _is_kind(turn, memory.topic, "facet") and lexicon.procedures(turn.text) and not mentions.aspects and lexicon.continues(turn.text):
        return memory.topic
    if unsure and short and follow_ups:
        return follow_ups[0]
    if unsure and turn.places.codes and _ellipsis(turn):
        return memory.topic
    if turn.heard.intent == FALLBACK and short and lexicon.continues(turn.text) and _refines(mentions):
        return memory.topic
    return None


def _is_kind(turn: Turn, topic: str | None, kind: str) -> bool:
    found = turn.base.topics.get(topic or "")
    return found is not None and found.kind == kind


def _ellipsis(turn: Turn) -> bool:
    """「杉並のも教えて、実家なんで」: a place and no other matter."""
    return turn.content.lexicon.continues(turn.text) and not turn.content.lexicon.procedures(turn.text)


def _refines(mentions: Mentions) -> bool:
    return bool(mentions.persons or mentions.certificates or mentions.documents or mentions.aspects)
