"""Updates in the order in which Telegram numbered them."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable

from telegram import Update

_PATIENCE = 0.3
_NEW_COUNT = 1_000
"""Telegram begins to count anew after a quiet week: a number this far below is no late one."""


class Arrivals:
    """Hands updates to `release`. One that overtook its neighbours waits `patience` seconds for them.

    Webhook deliveries run side by side.
    """

    def __init__(self, release: Callable[[Update], None], patience: float = _PATIENCE) -> None:
        self._release, self._patience = release, patience
        self._held: list[tuple[int, Update]] = []
        self._next: int | None = None
        self._timer: asyncio.TimerHandle | None = None

    def add(self, updates: Iterable[Update]) -> None:
        """Needs the running loop. An update without a number is none, and would be in the way of all that have one."""
        for update in updates:
            if isinstance(update.update_id, int):
                heapq.heappush(self._held, (update.update_id, update))
        self._hand_on()
        if self._held and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._patience, self.flush)

    def flush(self) -> None:
        """Waits no longer for what is missing."""
        self._stop_timer()
        while self._held:
            self._next = self._held[0][0]
            self._hand_on()

    def _hand_on(self) -> None:
        while self._held and (self._next is None or self._held[0][0] <= self._next):
            number, update = heapq.heappop(self._held)
            begun_anew = self._next is None or self._next - number > _NEW_COUNT
            self._next = number + 1 if begun_anew else max(self._next or 0, number + 1)
            self._release(update)
        if not self._held:
            self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
