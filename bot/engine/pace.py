"""Answers are made a few a turn of the loop, so that whoever else waits for the loop (a new connection, a health check) waits for these few."""

from __future__ import annotations

import asyncio
from itertools import count

from bot.engine.lanes import Lanes

_LANES = 4
"""So many answers together take about as long as a turn in which hundreds are refused: one alone would hardly get on in a flood."""


class Pace:
    def __init__(self) -> None:
        self._lanes, self._numbers = Lanes(), count()

    async def step(self) -> None:
        """Returns in a turn of the loop in which no more than a few others' `step` return, about in the order of asking."""
        async with self._lanes.of(next(self._numbers) % _LANES):
            await asyncio.sleep(0)
