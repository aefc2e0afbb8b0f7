"""The answer as channels receive it: a complete text, and the same in parts to lay out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Outcome = Literal["answer", "ask_back", "suggest", "out_of_scope", "handoff", "warning", "chat"]
PageState = Literal["fresh", "aging", "old", "undated"]
Opening = Literal["open", "closed"]


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
    """`date` is the page's own date (YYYY-MM-DD or YYYY-MM), None where it has none; `state` its age on the day of the answer."""

    title: str
    url: str | None
    date: str | None
    state: PageState


@dataclass(frozen=True)
class Attachment:
    """A file that goes with an answer; `content` is its text."""

    name: str
    media_type: str
    content: str


@dataclass(frozen=True)
class Feedback:
    """What somebody thought of an answer: ids only, never a word of theirs."""

    helpful: bool
    reason: str | None
    topic: str | None
    municipality: str | None


@dataclass(frozen=True)
class Answer:
    """`text` is plain and complete alone; `checked_on` is the oldest check among its facts.

    `checklist` holds what to tick before going; it stands in `text` too. `disputed` says that sources differ, `opening`
    whether the counter is open at the moment that was asked about. `easy` is the whole answer once more in やさしい日本語,
    a sentence a line, readings as 漢字《かんじ》; empty where nobody has written one for just this question. `feedback` is
    for the bot to store and no part of what channels show.
    """

    outcome: Outcome
    topic: str | None
    text: str
    municipality: str | None = None
    lead: str = ""
    sections: tuple[Section, ...] = ()
    checklist: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    checked_on: str | None = None
    confidence: float = 1.0
    topics: tuple[str, ...] = field(default=())
    attachments: tuple[Attachment, ...] = ()
    disputed: bool = False
    opening: Opening | None = None
    feedback: Feedback | None = None
    easy: str = ""

    def followed_by(self, sentence: str, easy: str) -> Answer:
        """With one more sentence at the end; the easy text gets its own, and is dropped for want of one."""
        return replace(self, text=f"{self.text}\n{sentence}", easy=f"{self.easy}\n{easy}" if self.easy and easy else "")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
