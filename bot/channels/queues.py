"""Work that keeps its order within a chat while the chats go on side by side."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from collections.abc import Awaitable, Callable

from bot.logs import leave_request, what_failed

_log = logging.getLogger(__name__)
_MOST_WAITING = 2_000
Work = Callable[[], Awaitable[None]]


class Queues:
    """One piece of work at a time in each chat, the earliest first. An empty queue takes no memory."""

    def __init__(self, most_waiting: int = _MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._numbers = itertools.count()
        self._waiting: dict[str, list[tuple[int, int, Work]]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def has_room_for(self, more: int) -> bool:
        return sum(len(chat) for chat in self._waiting.values()) + more <= self._most_waiting

    def __len__(self) -> int:
        """How much is not done yet."""
        return sum(len(chat) for chat in self._waiting.values()) + len(self._running)

    def put(self, chat: str, when: int, work: Work) -> None:
        """Does `work` after what came before `when` and still waits in `chat`. Needs a running loop."""
        heapq.heappush(self._waiting.setdefault(chat, []), (when, next(self._numbers), work))
        if chat not in self._running:
            self._running[chat] = asyncio.get_running_loop().create_task(self._run(chat))

    async def drained(self, seconds: float) -> None:
        """Returns when all is done, or after `seconds`: what is then left is given up."""
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=seconds)
            for task in late:
                task.cancel()

    async def _run(self, chat: str) -> None:
        leave_request()
        try:
            while waiting := self._waiting[chat]:
                _, _, work = heapq.heappop(waiting)
                await _done(work)
        finally:
            del self._waiting[chat], self._running[chat]


async def _done(work: Work) -> None:
    """One failure must not stop those behind it; its words might hold what somebody typed."""
    try:
        await work()
    except Exception as error:
        _log.error("会話の仕事ができませんでした", extra=what_failed(error))
