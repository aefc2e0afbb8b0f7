"""In order within one conversation, side by side across conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Lanes:
    """One at a time for each key, first come first served. A lane that nobody is in takes no memory."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._inside: dict[Hashable, int] = {}

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[None]:
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._inside[key] = self._inside.get(key, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._inside[key] -= 1
            if not self._inside[key]:
                del self._inside[key], self._locks[key]

    def __len__(self) -> int:
        """How many keys are in use."""
        return len(self._locks)
