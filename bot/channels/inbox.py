"""What chat platforms delivered and nobody has answered yet: at rest before it is acknowledged, gone once it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class InboxError(Exception):
    """The inbox cannot be read or written; the message names it and what to do."""


@dataclass(frozen=True)
class Arrival:
    """One event of a `channel`.

    `names` are the platform's names of it, its own first; it is known as soon as one of them is, as pictures sent together
    are by their album. `body` is what it takes to answer it, as JSON. `tried`: an answer may have been sent already.
    """

    channel: str
    names: tuple[str, ...]
    body: dict[str, Any]
    tried: bool = False


class Inbox(Protocol):
    """`take`, `waiting` and `trying` may raise InboxError, and then have done nothing."""

    async def take(self, arrivals: Sequence[Arrival]) -> list[bool]:
        """Writes those that never came before, also in an earlier process; says of each whether it was new. Returns when they would outlast a power cut."""

    async def waiting(self, channel: str) -> list[Arrival]:
        """What an earlier process left, in the order in which it came. To be asked for once, before anything is taken."""

    async def trying(self, channel: str, name: str) -> None:
        """From now on an answer may have been sent."""

    async def done(self, channel: str, name: str) -> None:
        """Deletes it; that it came stays known. Where nothing can be written now, it goes with what is written next."""

    async def close(self) -> None: ...
