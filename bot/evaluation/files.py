"""Question files in three forms: labelled questions, question → facts, dialogues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.knowledge.files import read_yaml


class QuestionFileError(Exception):
    """A question file that cannot be measured with; the message names file, entry and reason."""


@dataclass(frozen=True)
class Labelled:
    """A question and its topic; `also` are topics whose answer serves as well."""

    text: str
    topic: str
    style: str
    also: tuple[str, ...] = ()

    @property
    def fair(self) -> frozenset[str]:
        return frozenset((self.topic, *self.also))


@dataclass(frozen=True)
class Turn:
    """What the user says, and the patterns that the answer must and must not match."""

    text: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A question with facts, or a dialogue of several turns. `now` is when it is held; None is the bot's own clock."""

    name: str
    municipality: str | None
    turns: tuple[Turn, ...]
    kind: str
    now: datetime | None = None


def read_questions(path: Path) -> tuple[list[Labelled], list[Case]]:
    """Raises QuestionFileError, and ContentError when it is not YAML."""
    content = read_yaml(path)
    if not isinstance(content, list):
        raise QuestionFileError(f"{path}: 「- {{text: …, topic: …}}」の並びではありません")
    labelled: list[Labelled] = []
    cases: list[Case] = []
    for number, entry in enumerate(content, 1):
        if not isinstance(entry, dict):
            raise QuestionFileError(f"{path}: {number}番目: 「名前: 値」の形ではありません")
        try:
            if "turns" in entry or "must" in entry:
                cases.append(_case(entry))
            else:
                labelled.append(Labelled(str(entry["text"]), str(entry["topic"]), str(entry.get("style", "")), tuple(entry.get("also", ()))))
        except KeyError as error:
            raise QuestionFileError(f"{path}: {number}番目: {error.args[0]} がありません") from error
    return labelled, cases


def _case(entry: dict[str, Any]) -> Case:
    turns = entry.get("turns") or [{"user": entry["text"], "must": entry["must"], "must_not": entry.get("must_not", [])}]
    said = tuple(Turn(str(t["user"]), tuple(t.get("must") or ()), tuple(t.get("must_not") or ())) for t in turns)
    now = datetime.fromisoformat(str(entry["now"])) if "now" in entry else None
    return Case(str(entry["id"]), entry.get("municipality"), said, str(entry.get("kind", "dialogue" if "turns" in entry else "fact")), now)
