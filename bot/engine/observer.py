"""What happens, told to whoever counts it: never a word that somebody typed, never an id of anybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, Protocol

Channel = Literal["web", "telegram", "line", "console", "staff"]
"""Where a question comes from."""


class Observer(Protocol):
    """Called in the middle of a turn: each method is quick and raises nothing."""

    def answered(self, channel: Channel, answer: Mapping[str, Any], seconds: float) -> None:
        """One turn is over, its answer as channels receive it; `seconds` from the message to the answer."""

    def masked(self, kinds: Collection[str]) -> None:
        """One message held private data of these kinds (bot.language.private_data)."""

    def judged(self, helpful: bool) -> None:
        """Somebody said what an answer was worth."""

    def fault(self, name: str) -> None:
        """A fault began (bot.engine.faults)."""

    def refused(self, limit: str) -> None:
        """Something came too fast: `limit` names what was limited."""

    def opened(self) -> None:
        """A session was given out."""

    def forgotten(self) -> None:
        """A conversation was deleted because its user said so."""


class Unobserved:
    """Counts nothing: for commands that end at once, and for tests."""

    def answered(self, channel: Channel, answer: Mapping[str, Any], seconds: float) -> None:
        return None

    def masked(self, kinds: Collection[str]) -> None:
        return None

    def judged(self, helpful: bool) -> None:
        return None

    def fault(self, name: str) -> None:
        return None

    def refused(self, limit: str) -> None:
        return None

    def opened(self) -> None:
        return None

    def forgotten(self) -> None:
        return None
