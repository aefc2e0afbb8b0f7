"""The card check: one press, one read, one report. Nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.counter.process import Progress
from bot.counter.reading import Reading, Situation
from bot.counter.report import Report, Reporter
from bot.counter.roots import Roots
from bot.counter.wording import CounterWording
from bot.knowledge.base import KnowledgeBase


class Reader(Protocol):
    """`bot.counter.process.Child`, or what stands for it."""

    async def read(self, roots: Sequence[bytes], now: datetime, progress: Progress) -> Reading: ...

    async def taken_away(self, seconds: float) -> bool: ...


class CardCheck:
    """`now` gives the moment in Asia/Tokyo."""

    def __init__(self, wording: CounterWording, base: KnowledgeBase, roots: Roots, reader: Reader, now: Callable[[], datetime]) -> None:
        self.wording = wording
        self._reporter, self._roots, self._reader, self._now = Reporter(wording, base), roots, reader, now
        self._one_at_a_time = asyncio.Lock()

    def adopt(self, wording: CounterWording, base: KnowledgeBase) -> None:
        """From the next read on it reports by these."""
        self.wording, self._reporter = wording, Reporter(wording, base)

    async def run(self, town: str | None, progress: Progress = lambda stage: None) -> Report:
        """Reads the card once, and only ever when somebody has pressed for it. `town` is a municipality's code."""
        roots, now = self._roots.ders(), self._now()
        if self._one_at_a_time.locked():
            return self._reporter.report(Reading(Situation.busy), town, now.date(), bool(roots))
        async with self._one_at_a_time:
            reading = await self._reader.read(roots, now, progress)
        return self._reporter.report(reading, town, now.date(), bool(roots))

    async def taken_away(self, seconds: float) -> bool:
        """Whether the card is lifted off within that time."""
        return await self._reader.taken_away(seconds)
