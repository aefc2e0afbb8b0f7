"""A second question in one message: found by its own sentence, or by a joining word."""

from __future__ import annotations

import re

from bot.dialogue.turn import OUT_OF_SCOPE, Part, Turn

_ASKS = re.compile(r"[?？]$|(?:か|かな|の|かね|ですか|ますか|教えて(?:ください|下さい)?|知りたい(?:です)?|ほしい(?:です)?|は)$")
_CLAUSE = re.compile(r"[,、。?!]")
_QUESTION = re.compile(r"いつ|いくら|何|なに|どこ|誰|だれ|必要|要り|いり(?:ます|まし)|いるか|いるの|できるか|なんぼ")
_SURE = 0.5
_VERY_SURE = 0.8
_NEVER_SECOND = {"system_delay"}
_FOR_SOMEBODY_ELSE = {"expiry_notice", "expired", "check_expiry"}
"""Topics without sentences of their own for somebody who cannot go."""


def second_topics(turn: Turn, topic: str) -> list[str]:
    """Topics asked besides `topic`, the surest first."""
    parts = [part for part in turn.heard.parts if _asks(turn, part)]
    said = [part.intent for part in parts if part.intent != topic]
    joined = turn.content.lexicon.follow_ups(turn.mentions()) if turn.content.lexicon.joins(turn.text) else ()
    facets = [name for name in (*joined, *_by_clause(turn)) if name != topic and name not in _NEVER_SECOND]
    if "cannot_go" in turn.mentions().aspects and topic in _FOR_SOMEBODY_ELSE:
        facets.insert(0, "proxy")
    # With a part for the first question too, the other part is a question of its own.
    background = turn.kind(topic) == "concept" and len(parts) == 1 and parts[0] is turn.heard.parts[-1] and parts[0].confidence >= _VERY_SURE
    told_apart = said if len(parts) > 1 or background else []
    return list(dict.fromkeys((*told_apart, *facets)))


def _by_clause(turn: Turn) -> list[str]:
    """「更新はいつからで、手数料はいくら?」: clauses that each ask for another thing."""
    clauses = [clause for clause in _CLAUSE.split(turn.text.form) if _QUESTION.search(clause)]
    lexicon = turn.content.lexicon
    asked = [lexicon.follow_ups(lexicon.mentions(lexicon.prepare(clause)))[:1] for clause in clauses]
    return [name for names in asked for name in names] if len(clauses) > 1 else []


def asking_part(turn: Turn) -> Part | None:
    """The surest sentence that asks for something, where the whole message is no question from facts.

    None where another matter is told first: 「水道が止まった。どこに電話すればいい?」
    """
    told = any(part.intent == OUT_OF_SCOPE for part in turn.heard.parts)
    if told and turn.heard.intent == OUT_OF_SCOPE and not turn.memory.topic:
        return None
    parts = [part for part in turn.heard.parts if turn.speaks_of_knowledge(part.intent) and part.confidence >= _SURE]
    return max(parts, key=lambda part: part.confidence, default=None)


def _asks(turn: Turn, part: Part) -> bool:
    return part.confidence >= _SURE and turn.speaks_of_knowledge(part.intent) and bool(_ASKS.search(part.text.strip()))
