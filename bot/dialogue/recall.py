"""「最初の」「さっきの」: going back to what was answered before."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.memory import Memory, Spoken
from bot.dialogue.turn import Turn
from bot.language.places import PlacesFound

_POINTER = re.compile(
    r"(?:一番|いちばん)?(?:最初|さいしょ|はじめ|初め|その前|一つ前|1つ前|ひとつ前|前|さっき|元|もと)の?(?:話|質問|件|やつ|ほう|方|手続)?(?:に戻[^,.?!]*|に聞いた[^,.?!]{0,4}|に言った[^,.?!]{0,4})?(?:だけど|ですが|なんだけど|の|は)?[,\s]*"
)
_FIRST, _BEFORE = "first", "before"


def recalled(turn: Turn) -> Turn:
    """The turn with its context moved to the thing pointed at; as it was when nothing is."""
    entry = _pointed_at(turn)
    if entry is None:
        return turn
    memory = replace(turn.memory, topic=entry.topic, procedure=entry.procedure, focus=entry.municipality or turn.memory.focus)
    # 「最初の話の手数料は?」 must not read as the fee of a first issue.
    text = turn.content.lexicon.prepare(_POINTER.sub("", turn.text.form) or turn.text.form)
    there = PlacesFound((entry.municipality,)) if entry.municipality and not turn.places.codes else turn.places
    return replace(turn, memory=memory, places=there, text=text, recalled=True)


def _pointed_at(turn: Turn) -> Spoken | None:
    where, memory = turn.content.lexicon.points_at(turn.text), turn.memory
    if where is None or not memory.history:
        return None
    if where == _FIRST:
        return memory.history[0]
    if where == _BEFORE:
        return _other_matter(memory)
    return None


def _other_matter(memory: Memory) -> Spoken:
    """「その前の」: the latest matter that is not the present one."""
    present = memory.procedure or memory.topic
    earlier = [entry for entry in memory.history if (entry.procedure or entry.topic) != present]
    return earlier[-1] if earlier else memory.history[-1]
