"""What a conversation remembers: ids only, never a word the user typed."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from bot.knowledge.answer import Button

_LONGEST_HISTORY = 12


@dataclass(frozen=True)
class Spoken:
    """One thing that was answered: what 「最初の」 and 「さっきの」 can point at."""

    topic: str
    procedure: str | None = None
    municipality: str | None = None


@dataclass(frozen=True)
class Memory:
    """`municipality` is home; `focus` is the municipality last spoken of; `pending` waits for one.

    `elsewhere`: the asker lives where we hold nothing, whatever the channel is set to.
    `asked` is the open question of the bot ("form.question"), `interrupted` how often something else
    came instead of its answer. `misses` counts turns in a row that were not understood, `unlike` the
    candidates for 「そうじゃなくて」. `when` is the moment that was asked about ("how/ISO 8601").
    `kin` are the municipalities of relatives spoken of, `whose` the one whose matter this is. `given` are dates for a calculation:
    they live in this process only and are never written to a store.
    """

    municipality: str | None = None
    focus: str | None = None
    topic: str | None = None
    procedure: str | None = None
    pending: str | None = None
    pending_aspects: tuple[str, ...] = ()
    offered: tuple[Button, ...] = ()
    last_outcome: str | None = None
    persons: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    elsewhere: bool = False
    certificates: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    event: str | None = None
    asked: str | None = None
    interrupted: int = 0
    misses: int = 0
    unlike: tuple[str, ...] = ()
    history: tuple[Spoken, ...] = ()
    when: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    whose: str | None = None
    kin: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def slots(self) -> dict[str, Any]:
        """As values that JSON can hold."""
        return {name: _plain(getattr(self, name)) for name in SLOTS}

    @classmethod
    def of(cls, slots: dict[str, Any]) -> Memory:
        """From stored values; what is missing or unknown is as in a new conversation."""
        known = {name: slots[name] for name in SLOTS if slots.get(name) is not None}
        known |= {name: tuple(known.get(name, ())) for name in _TUPLES}
        known["offered"] = tuple(Button(b["title"], b["payload"]) for b in known["offered"])
        known["history"] = tuple(Spoken(**entry) for entry in known["history"])
        return cls(**known)

    def with_home(self, code: str) -> Memory:
        return replace(self, municipality=code, focus=code, elsewhere=False)

    def spoken(self, topic: str, procedure: str | None, municipality: str | None) -> Memory:
        """With one more thing answered; the first one is kept however long the talk."""
        history = (*self.history, Spoken(topic, procedure, municipality))
        if len(history) > _LONGEST_HISTORY:
            history = (history[0], *history[2:])
        return replace(self, history=history)

    def asking(self, question: str | None) -> Memory:
        """With `question` open, or none."""
        return replace(self, asked=question, interrupted=0)


SLOTS = tuple(f.name for f in fields(Memory))
TRANSIENT = ("given",)
"""Slots that a store must not write."""
_TUPLES = ("persons", "aspects", "pending_aspects", "certificates", "cases", "unlike", "offered", "history")


def _plain(value: Any) -> Any:
    """dataclasses.asdict would copy every word of it, twice a turn."""
    if isinstance(value, tuple):
        return [vars(each).copy() if isinstance(each, (Button, Spoken)) else each for each in value]
    return value.copy() if isinstance(value, dict) else value
