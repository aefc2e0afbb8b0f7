"""One turn at a time in a conversation, the first to come first, without waiting for a poll."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockStore

from bot.engine.lanes import Lanes

if TYPE_CHECKING:
    from bot.engine.redis_link import RedisLink


class Locks(LockStore):
    """What a Bot takes its turns by. `link` is the Redis that other processes take theirs by too, None: there are no others."""

    link: RedisLink | None = None

    async def close(self) -> None:
        """Ends what it holds of another server."""


class OwnLocks(Locks):
    """Within this process. Rasa's own store looks only once a second whether a turn may begin."""

    def __init__(self) -> None:
        self._lanes = Lanes()

    @asynccontextmanager
    async def lock(self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1) -> AsyncIterator[TicketLock]:
        """`lock_lifetime` and `wait_time_in_seconds` are Rasa's and mean nothing here: a turn ends by itself, and wakes the next."""
        async with self._lanes.of(conversation_id):
            yield TicketLock(conversation_id)
