"""How far the server's loop is behind: what it cannot answer in time it refuses at once, however fast the machine is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

_BEAT = 0.1
_LONGEST_WAIT = 1.0


class Pressure:
    """A pulse in the loop: where it comes late, whatever waits for the loop comes late by as much. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._due: float | None = None
        self._pulse: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Needs a running loop."""
        self._pulse = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        self._due = None
        if self._pulse is not None:
            self._pulse.cancel()
            await asyncio.gather(self._pulse, return_exceptions=True)

    def behind(self) -> float:
        """Seconds; 0 before the start."""
        return 0.0 if self._due is None else max(0.0, self._clock() - self._due)

    def is_high(self) -> bool:
        """Whoever comes now would wait too long."""
        return self.behind() > _LONGEST_WAIT

    async def _beat(self) -> None:
        while True:
            self._due = self._clock() + _BEAT
            await asyncio.sleep(_BEAT)
