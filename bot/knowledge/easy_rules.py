"""What the `check` command holds against an easy text: no reading, a hard fact, or a place nobody comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lookup import slots
from bot.knowledge.model import EasyPoint, Line, Point, ValueType, Wording
from bot.knowledge.references import worded_files
from bot.language.furigana import bare_runs, without_furigana

_COUNTER = re.compile(r"(?<=\})(?:日前?|回目?|歳|分|階)")
"""Read by the figure before it (14日《か》, 15日《にち》), so the composer adds the reading."""
_RUNS_ON = re.compile(r"\}([一-鿿]+)")
LONGEST = 40
"""Characters of a sentence, without readings, spaces and what stands in brackets or is filled in."""


def easy_faults(base: KnowledgeBase) -> list[str]:
    """One sentence for each fault, with its file."""
    found = [f"{place}: {fault}" for place, text in _texts(base) for fault in text_faults(text, base)]
    for worded in worded_files(base):
        found += [f"{worded.place}: easy: 「{_first_line(point)}」は、どの答えにも使われません" for point in unreachable(worded.easy, worded.answer)]
    return found


def text_faults(text: str, base: KnowledgeBase) -> list[str]:
    """Kanji without a reading, a name of a fact that runs into kanji, whole sentences as facts, sentences that are too long."""
    text = _COUNTER.sub("", text)
    faults = [f"easy: 「{run}」に読みがありません" for run in bare_runs(text)]
    faults += [f"easy: {{…}} のすぐあとに「{run}」は書けません（間をあけます）" for run in _RUNS_ON.findall(text)]
    faults += [f"easy: {{{key}}} は文なので入れられません" for key in slots(text) if key in base.keys and base.keys[key].type is ValueType.statement]
    return faults + [f"easy: 「{sentence}」が長すぎます" for sentence in sentences(text) if len(sentence) > LONGEST]


def sentences(text: str) -> list[str]:
    """The sentences of an easy text as they are measured."""
    plain, depth, kept = without_furigana(text), 0, []
    for char in plain:
        depth += (char in "（{") - (char in "）}")
        kept.append(char if depth == 0 and char not in "）} " else "")
    return [sentence for sentence in "".join(kept).replace("。", "\n").splitlines() if sentence]


def unreachable(easy: Sequence[EasyPoint], answer: Wording) -> list[EasyPoint]:
    """Points that no answer leads to, and those that an earlier one always comes before."""
    lost = [point for point in easy if not any(_may_answer(point, lead) for lead in answer.points)]
    return lost + [point for at, point in enumerate(easy) if point not in lost and any(_covers(earlier, point) for earlier in easy[:at])]


def _may_answer(easy: EasyPoint, lead: Point) -> bool:
    if not easy.specific:
        return not lead.specific or "office.named" in lead.facts
    return bool(set(easy.about) & set(lead.about) or set(easy.document) & set(lead.document) or {"office.named"} & easy.facts.keys() & lead.facts.keys())


def _covers(earlier: EasyPoint, later: EasyPoint) -> bool:
    pairs = [(getattr(earlier, name), getattr(later, name)) for name in ("about", "person", "certificate", "procedure", "document", "case")]
    listed = all(bool(mine) == bool(theirs) and set(theirs) <= set(mine) for mine, theirs in pairs)
    facts = earlier.facts.keys() == later.facts.keys() and all(set(later.facts[key]) <= set(wanted) for key, wanted in earlier.facts.items())
    return listed and facts and earlier.municipality in (None, later.municipality) and set(slots(earlier.say)) <= set(slots(later.say))


def _texts(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    for worded in worded_files(base):
        yield from ((worded.place, point.say) for point in worded.easy)
    for form in base.forms.values():
        yield from ((f"data/forms/{form.form}.yml", ask.easy) for ask in form.asks.values() if ask.easy)
    for text in (*(_say(line) for lines in base.easy.lines.values() for line in lines), *base.easy.sentences.values()):
        yield "data/easy.yml", text
    for term, meaning in base.easy.terms.items():
        yield "data/easy.yml", f"{term}（{meaning}）"


def _say(line: Line) -> str:
    return line.say if isinstance(line, Point) else line


def _first_line(point: EasyPoint) -> str:
    return without_furigana(point.say).splitlines()[0]
