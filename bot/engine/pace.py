"""Answers are made one a turn of the loop, so that whoever else waits for the loop (a new connection, a health check) waits for one answer."""

from __future__ import annotations

import asyncio

from bot.engine.lanes import Lanes

_ONE = "one"


class Pace:
    def __init__(self) -> None:
        self._lanes = Lanes()

    async def step(self) -> None:
        """Returns in a turn of the loop in which nobody else's `step` returns, in the order of asking."""
        async with self._lanes.of(_ONE):
            await asyncio.sleep(0)
