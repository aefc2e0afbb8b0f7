"""What residents say: the dialogues of tests/questions, as far as they are long enough for a session."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation.files import read_questions

TURNS = 5
_FILES = ("dialogues", "dialogues_residents", "dialogues_second")


@dataclass(frozen=True)
class Talk:
    """One session of TURNS questions, none like the one before it."""

    municipality: str | None
    turns: tuple[str, ...]


def read_talks(root: Path) -> tuple[Talk, ...]:
    cases = [case for name in _FILES for case in read_questions(root / f"tests/questions/{name}.yml")[1]]
    talks = [Talk(case.municipality, tuple(turn.text for turn in case.turns[:TURNS])) for case in cases]
    return tuple(talk for talk in talks if len(talk.turns) == TURNS and all(a != b for a, b in zip(talk.turns, talk.turns[1:], strict=False)))


def endless(talks: tuple[Talk, ...], chance: random.Random) -> Iterator[Talk]:
    """One after the other in any order; none begins with what was said last."""
    said = ""
    while True:
        talk = chance.choice(talks)
        if talk.turns[0] != said:
            said = talk.turns[-1]
            yield talk
