"""Starting the child, listening to it, and ending it when it takes too long."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from bot.counter.reading import Reading, ReadingError, Situation

Stage = Literal["waiting", "reading"]
Progress = Callable[[Stage], None]
_BEGIN = "import sys; sys.path[:0] = sys.argv.pop().split('\\n'); from bot.counter.child import main; main()"
"""`-I` keeps foreign modules and settings out, and with them the places that this process imports from: they are handed over."""
_NEEDED = ("SYSTEMROOT",)
"""All of the environment that the child gets: without it Windows starts nothing. PC/SC has variables that point elsewhere."""


@dataclass(frozen=True)
class Patience:
    """Seconds: for starting up, for a card to be laid on, for reading it."""

    start: float = 8.0
    wait: float = 5.0
    read: float = 8.0


class Child:
    """The read as one process each. Nothing of the card reaches this process but states."""

    def __init__(self, patience: Patience | None = None, begin: str = _BEGIN) -> None:
        self._patience, self._begin = patience or Patience(), begin

    async def read(self, roots: Sequence[bytes], now: datetime, progress: Progress) -> Reading:
        """Whatever happens, there is a reading."""
        patience = self._patience
        task = {"do": "read", "wait": patience.wait, "now": now.isoformat(), "roots": [base64.b64encode(root).decode() for root in roots]}
        async with self._running(task) as child:
            try:
                line = await asyncio.wait_for(_line(child), patience.start)
                while stage := _stage(line):
                    progress(stage)
                    line = await asyncio.wait_for(_line(child), patience.read if stage == "reading" else patience.wait + patience.start)
                return Reading.of(line.get("reading"))
            except asyncio.TimeoutError:
                return Reading(Situation.no_answer)
            except ReadingError:
                return Reading(Situation.failed)

    async def taken_away(self, seconds: float) -> bool:
        """Whether the card is off the reader before `seconds` are over. When that cannot be told, it counts as gone."""
        async with self._running({"do": "watch", "seconds": seconds}) as child:
            try:
                line = await asyncio.wait_for(_line(child), self._patience.start)
                while _stage(line):
                    line = await asyncio.wait_for(_line(child), seconds + self._patience.start)
                return line.get("removed") is not False
            except (asyncio.TimeoutError, ReadingError):
                return True

    @asynccontextmanager
    async def _running(self, task: Mapping[str, Any]) -> AsyncIterator[asyncio.subprocess.Process]:
        places = "\n".join(place for place in sys.path if place and Path(place).is_absolute())
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-B",
            "-c",
            self._begin,
            places,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
        )
        try:
            if child.stdin:
                child.stdin.write(json.dumps(task).encode() + b"\n")
            yield child
        finally:
            if child.returncode is None:
                with suppress(ProcessLookupError):
                    child.kill()
            await child.communicate()


async def _line(child: asyncio.subprocess.Process) -> dict[str, Any]:
    """Raises ReadingError when the child says something else, or nothing any more."""
    try:
        line = json.loads(await child.stdout.readline()) if child.stdout else None
    except ValueError as error:
        raise ReadingError("no line") from error
    if not isinstance(line, dict):
        raise ReadingError("no line")
    return line


def _stage(line: Mapping[str, Any]) -> Stage | None:
    stage = line.get("stage")
    return stage if stage in ("waiting", "reading") else None
