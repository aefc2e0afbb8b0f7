"""What a server does beside answering: small chores, each at its own pace, none of which may stop the others."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from bot.logs import what_failed

_log = logging.getLogger(__name__)
_LOOK = 0.5


@dataclass(frozen=True)
class Chore:
    """`every` is in seconds, counted from the end of the last time."""

    name: str
    every: float
    work: Callable[[], Awaitable[None] | None]


class Keeper:
    """Runs in the server's loop from `start` to `stop`."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Needs a running loop."""
        self._tasks = [asyncio.create_task(_again_and_again(chore)) for chore in self._chores]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _again_and_again(chore: Chore) -> None:
    while True:
        due = monotonic() + chore.every
        while monotonic() < due:
            await asyncio.sleep(min(_LOOK, chore.every))
        try:
            done = chore.work()
            if inspect.isawaitable(done):
                await done
        except Exception as error:
            _log.error("%s: 見回りの仕事ができませんでした", chore.name, extra={"fault": "chore", **what_failed(error)})
