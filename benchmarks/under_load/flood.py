"""Many more messages than can be answered, on time and without waiting for what the server says."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from benchmarks.under_load.crowds import Cpu, CpuMeter, run
from benchmarks.under_load.talks import Talk, endless
from benchmarks.under_load.wire import Line, Reply, home, message, opening
from bot.channels.session import Sessions

_OPENINGS = 10
"""One request in so many opens a session; the others are messages."""
_BUSY, _UNABLE = 429, 503


@dataclass(frozen=True)
class Flood:
    """`rate` requests a second over `lines` connections from `homes` addresses, sessions of five messages. `state` is the server's folder.

    One request at a time on a connection: where the server is slower than the rate, connections fall behind it.
    """

    port: int
    server: int
    state: Path
    talks: tuple[Talk, ...]
    rate: float
    seconds: float
    lines: int
    homes: int


@dataclass
class Flooded:
    """Milliseconds of the answered and of the refused; counts of the rest, of the `failed` by status. `unnamed` refusals told no time to wait.

    The last request was sent before `ended`, the last reply had come at `over`, on the clock that all processes share.
    """

    begun: float = 0.0
    ended: float = 0.0
    over: float = 0.0
    sent: int = 0
    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    opened: int = 0
    unnamed: int = 0
    unable: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    cpu: Cpu = Cpu()


def pour(flood: Flood) -> Flooded:
    """Runs the flood in this process to its end."""
    return run(lambda: _poured(flood))


async def _poured(flood: Flood) -> Flooded:
    seen, meter = Flooded(begun=monotonic()), CpuMeter(flood.server)
    await asyncio.gather(*(_one_line(flood, number, seen) for number in range(flood.lines)))
    seen.ended, seen.over, seen.cpu = seen.begun + flood.seconds, monotonic(), meter.read()
    return seen


async def _one_line(flood: Flood, number: int, seen: Flooded) -> None:
    line, chance = Line(flood.port, home(number % flood.homes)), random.Random(number)
    sessions, talks = Sessions.kept_in(flood.state), endless(flood.talks, chance)
    every, end = flood.lines / flood.rate, seen.begun + flood.seconds
    due = seen.begun + chance.random() * every
    texts: Iterator[str] = iter(())
    while due < end and monotonic() < end:
        await asyncio.sleep(max(0.0, due - monotonic()))
        due += every
        if chance.randrange(_OPENINGS) == 0:
            _note(seen, await line.ask(opening()))
            continue
        text = next(texts, None)
        if text is None:
            talk, token = next(talks), sessions.issue()
            text, *others = talk.turns
            texts = iter(others)
        _note(seen, await line.ask(message(token, text, talk.municipality, f"{chance.getrandbits(64):x}")))
    line.close()


def _note(seen: Flooded, reply: Reply) -> None:
    seen.sent += 1
    if reply.status == 200:
        seen.answered.append(reply.milliseconds)
    elif reply.status == _BUSY:
        seen.refused.append(reply.milliseconds)
        seen.unnamed += reply.retry_after is None
    elif reply.status == _UNABLE:
        seen.unable += 1
    elif reply.status == 201:
        seen.opened += 1
    else:
        seen.failed[reply.status] += 1
