"""What a conversation remembers: ids only, never a word the user typed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from bot.knowledge.answer import Button


@dataclass(frozen=True)
class Memory:
    """`municipality` is home; `focus` is the municipality last spoken of; `pending` waits for one.

    `elsewhere`: the asker lives where we hold nothing, whatever the channel is set to.
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

    def slots(self) -> dict[str, Any]:
        """As values that JSON can hold."""
        return {
            **asdict(self),
            "persons": list(self.persons),
            "aspects": list(self.aspects),
            "pending_aspects": list(self.pending_aspects),
            "offered": [asdict(b) for b in self.offered],
        }

    @classmethod
    def of(cls, slots: dict[str, Any]) -> Memory:
        """From stored values; what is missing or unknown is as in a new conversation."""
        known = {name: slots[name] for name in SLOTS if slots.get(name) is not None}
        offered = tuple(Button(b["title"], b["payload"]) for b in known.pop("offered", []))
        known |= {name: tuple(known.get(name, ())) for name in ("persons", "aspects", "pending_aspects")}
        return cls(**{**known, "offered": offered})

    def with_home(self, code: str) -> Memory:
        return replace(self, municipality=code, focus=code, elsewhere=False)


SLOTS = tuple(field.name for field in fields(Memory))
