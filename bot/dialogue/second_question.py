"""A second question in one message: found by its own sentence, or by a joining word."""

from __future__ import annotations

import re

from bot.dialogue.turn import Part, Turn

_ASKS = re.compile(r"[?？]$|(?:か|かな|の|かね|ですか|ますか|教えて(?:ください|下さい)?|知りたい(?:です)?|ほしい(?:です)?|は)$")
_SURE = 0.5
_NEVER_SECOND = {"system_delay"}


def second_topics(turn: Turn, topic: str) -> list[str]:
    """Topics asked besides `topic`, the surest first."""
    parts = [part for part in turn.heard.parts if _asks(turn, part)]
    said = [part.intent for part in parts if part.intent != topic]
    joined = turn.content.lexicon.follow_ups(turn.mentions()) if turn.content.lexicon.joins(turn.text) else ()
    facets = [name for name in joined if name != topic and name not in _NEVER_SECOND]
    # With a part for the first question too, the other part is a question of its own.
    told_apart = said if len(parts) > 1 else []
    return list(dict.fromkeys((*told_apart, *facets)))


def _asks(turn: Turn, part: Part) -> bool:
    return part.confidence >= _SURE and turn.speaks_of_knowledge(part.intent) and bool(_ASKS.search(part.text.strip()))
