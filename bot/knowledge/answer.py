"""The answer as channels receive it: a complete text, and the same in parts to lay out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Outcome = Literal["answer", "ask_back", "suggest", "out_of_scope", "handoff", "warning", "chat"]


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True)
class Section:
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class SourceNote:
    """`date` is the page's own date (YYYY-MM-DD or YYYY-MM), None where it has none."""

    title: str
    url: str | None
    date: str | None


@dataclass(frozen=True)
class Answer:
    """`text` is plain and complete alone; `checked_on` is the oldest check among its facts."""

    outcome: Outcome
    topic: str | None
    text: str
    municipality: str | None = None
    lead: str = ""
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    checked_on: str | None = None
    confidence: float = 1.0
    topics: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
