"""The way to a card: a command goes in, its answer comes out. A reader is one, a virtual card another."""

from __future__ import annotations

from typing import Protocol

from bot.counter.reading import Situation


class Interrupted(Exception):
    """The card cannot be talked to (any more). `situation` is all that is known: no code and no byte goes into the message."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        super().__init__(situation.value)


class Transport(Protocol):
    """Raises Interrupted when no answer comes."""

    def transmit(self, command: bytes) -> bytes: ...
