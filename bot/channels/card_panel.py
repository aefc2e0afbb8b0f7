"""The panel for the card check: what the page shows of the reader, and the one press that reads a card."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

from sanic import Request

from bot.counter.check import CardCheck
from bot.counter.process import Stage
from bot.counter.report import Report
from bot.knowledge.staff import CardWording

_LONGEST_WATCH = 20.0
"""Seconds that one question for the card's presence may take; the page asks again."""


@dataclass(frozen=True)
class CardView:
    """`state` is one short sentence, `lines` what to do; `ready` says that a card may be read.

    `consent` is what the clerk says to the holder before pressing; `words` are what else the page shows around a read.
    """

    title: str
    state: str
    lines: tuple[str, ...]
    ready: bool
    consent: tuple[str, ...] = ()
    words: dict[str, str] | None = None


Tell = Callable[[Stage], None]


class CardPanel(Protocol):
    """`view` is asked anew each time the page shows or refreshes the panel and must not block."""

    def view(self) -> CardView: ...

    async def read(self, town: str | None, tell: Tell) -> Report | None:
        """One read, for one press; None where nothing can be read. `town` is a municipality's code."""

    async def taken_away(self) -> bool:
        """Whether the card was lifted off within a while."""


class NoReader:
    """No reader is configured: says so, and what to do instead."""

    def __init__(self, wording: CardWording) -> None:
        self._wording = wording

    def view(self) -> CardView:
        state = self._wording.not_configured
        return CardView(self._wording.title, state.state, tuple(state.lines), False)

    async def read(self, town: str | None, tell: Tell) -> Report | None:
        return None

    async def taken_away(self) -> bool:
        return True


class CounterPanel:
    """The reader of a counter."""

    def __init__(self, check: CardCheck) -> None:
        self._check = check

    def view(self) -> CardView:
        panel = self._check.wording.panel
        ready = find_spec("smartcard") is not None
        message = panel.ready if ready else panel.not_installed
        names = ("button", "waiting", "reading", "clears", "cleared", "clear", "next")
        words = {name: getattr(panel, name) for name in names}
        return CardView(panel.title, message.state, tuple(message.lines), ready, tuple(panel.consent) if ready else (), words)

    async def read(self, town: str | None, tell: Tell) -> Report | None:
        return await self._check.run(town, tell)

    async def taken_away(self) -> bool:
        return await self._check.taken_away(_LONGEST_WATCH)


async def stream_read(request: Request, panel: CardPanel, town: str | None) -> None:
    """Answers with JSON lines: the stages as they come, then the report. Whoever leaves the page ends the read."""
    lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def read() -> None:
        report = await panel.read(town, lambda stage: lines.put_nowait({"stage": stage}))
        lines.put_nowait({"report": report.as_dict() if report else None})

    def ended(task: asyncio.Task[None]) -> None:
        """Also after a fault the page must not wait on."""
        if not task.cancelled() and task.exception():
            lines.put_nowait({"report": None})

    reading = asyncio.create_task(read())
    reading.add_done_callback(ended)
    try:
        response = await request.respond(content_type="application/x-ndjson")
        line: dict[str, Any] = {}
        while "report" not in line:
            line = await lines.get()
            await response.send(json.dumps(line, ensure_ascii=False) + "\n")
        await response.eof()
    finally:
        reading.cancel()
