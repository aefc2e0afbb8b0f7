"""Question → facts: patterns that an answer must and must not match."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.evaluation.files import Case
from bot.knowledge.model import Municipality


@dataclass(frozen=True)
class CaseResult:
    """`faults` say what was missing or wrong; `texts` are the bot's answers, turn by turn."""

    case: Case
    texts: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def wrong_turns(self) -> int:
        """Turns with a fault; another municipality's number spoils the last one."""
        numbers = {fault.partition(":")[0] for fault in self.faults}
        return len(numbers)

    @property
    def foreign(self) -> bool:
        """Whether another municipality's number stood in an answer."""
        return any(fault.startswith("他の自治体") for fault in self.faults)


def turn_share(results: Sequence[CaseResult]) -> float:
    """The share of turns that were right."""
    turns = sum(len(result.case.turns) for result in results)
    return 1 - sum(result.wrong_turns for result in results) / turns if turns else 1.0


def judge(case: Case, texts: Sequence[str], towns: Iterable[Municipality]) -> CaseResult:
    """Numbers of municipalities that are neither the asker's nor named in the question are faults."""
    faults: list[str] = []
    towns = list(towns)
    for number, (turn, text) in enumerate(zip(case.turns, texts, strict=False), 1):
        shown = unicodedata.normalize("NFKC", text)
        faults += [f"{number}: ない: {p}" for p in turn.must if not re.search(p, shown)]
        faults += [f"{number}: あってはならない: {p}" for p in turn.must_not if re.search(p, shown)]
        faults += [f"他の自治体の番号: {n}" for n in _foreign(case, towns) if n in shown]
    return CaseResult(case, tuple(texts), tuple(faults))


def _foreign(case: Case, towns: Sequence[Municipality]) -> list[str]:
    said = "".join(turn.text for turn in case.turns)
    home = {t.code for t in towns if t.name == case.municipality}
    named = {t.code for t in towns if any(name in said for name in (t.name, *t.aliases, *t.areas))}
    strangers = [t for t in towns if t.code not in home | named]
    return [number for town in strangers for c in town.contacts for number in (c.phone, c.fax) if number]
