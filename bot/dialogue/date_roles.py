"""Which word a date belongs to: 「発行は6月10日で誕生日は8月5日」, 「6月10日に発行、8月5日生まれ」."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.model import Form
from bot.language.cues import Text, cue_holds
from bot.language.dates import DateSaid

_CLAUSE = re.compile(r"[,.?!\n ]")
_LEADS = re.compile(r"^(?:日|[はがもの:=]|って|というのは)*\s*$")
_BEFORE_PARTICLE = re.compile(r"\s+(?=[はのにがをもでへと](?:\s|$))|(?<=[のに])\s+")
_AFTER_DATE = "にで付"
_ROLES = ("born", "card", "issued", "ends", "foreign")


@dataclass(frozen=True)
class _Cue:
    role: str
    start: int
    end: int


def roles_of(text: str, dates: Sequence[DateSaid], form: Form) -> list[list[str]]:
    """For each date its roles: mostly one, two in 「発行も誕生日も12月10日」, none where no word tells."""
    edges = [0, *(edge for said in dates for edge in (said.start, said.end)), len(text)]
    spans = [_joined(text[edges[n] : edges[n + 1]]) for n in range(0, len(edges), 2)]
    gaps = [_Gap.of(span, form, outer=n in (0, len(spans) - 1)) for n, span in enumerate(spans)]
    return [_roles(gaps[n].for_next, gaps[n + 1].for_previous) for n in range(len(dates))]


def _joined(words: str) -> str:
    """「カード の きげん は」: whoever writes with spaces still says one thing."""
    return _BEFORE_PARTICLE.sub("", words)


@dataclass(frozen=True)
class _Gap:
    """The words between two dates, told apart: those of the date before and those of the date after."""

    for_previous: tuple[_Cue, ...]
    for_next: tuple[tuple[_Cue, ...], bool]

    @classmethod
    def of(cls, gap: str, form: Form, *, outer: bool) -> _Gap:
        pieces = _CLAUSE.split(gap.rstrip())
        head, tail = pieces[0], pieces[-1]
        if len(pieces) > 1 or outer:
            return cls(_cues(head, form), (_cues(tail, form), _leads(tail, form)))
        cues = _cues(gap, form)
        if not cues or not _leads(gap, form) or _trails(gap, cues):
            return cls(cues, ((), False))
        return cls(cues[:-1], (cues[-1:], True))


def _roles(before: tuple[tuple[_Cue, ...], bool], after: tuple[_Cue, ...]) -> list[str]:
    cues, leads = before
    if leads and any(cue.role == "foreign" for cue in cues):
        return ["foreign"]
    if leads and {cue.role for cue in cues} == {"born", "issued"}:
        return ["born", "issued"]
    if leads and cues:
        return [cues[-1].role]
    nearest = after[:1] or cues[-1:]
    return [cue.role for cue in nearest]


def _trails(gap: str, cues: Sequence[_Cue]) -> bool:
    """「6月12日に作った 8月1日」「7月1日発行 2月20日」: the only word there stands to the date before it."""
    beside = cues[0].start == 0 or gap.lstrip()[:1] in _AFTER_DATE
    return len(cues) == 1 and beside and cues[0].role != "born"


def _leads(words: str, form: Form) -> bool:
    """Whether the last role word leads to what follows: 「誕生日は」 and not 「に発行して」."""
    cues = _cues(words, form)
    return bool(cues) and bool(_LEADS.match(words[cues[-1].end :]))


def _cues(words: str, form: Form) -> tuple[_Cue, ...]:
    """The role words in order; of overlapping ones the longer."""
    clause = Text(words, words, "")
    found: list[_Cue] = []
    for role in _ROLES:
        for cue in form.roles[role]:
            word = cue.split("+")[0]
            start = words.find(word)
            # 「更新したら」「更新したとして」 suppose; nothing has been issued.
            if start >= 0 and cue_holds(clause, cue) and not words.startswith(("ら", "として", "とする"), start + len(word)):
                found.append(_Cue(role, start, start + len(word)))
    found.sort(key=lambda cue: (cue.start, -cue.end))
    kept: list[_Cue] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return tuple(kept)
