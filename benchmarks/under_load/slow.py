"""Senders who never finish: a header in single bytes, and messages that stop half way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from benchmarks.under_load.crowds import run
from benchmarks.under_load.talks import Talk
from benchmarks.under_load.wire import home, message, request
from bot.channels.session import Sessions

_FIRST_HOME = 200_000
_BYTE_EVERY = 3.0
_APART = 0.005
"""Seconds between two that come: the server's queue of new connections is short."""


@dataclass(frozen=True)
class Crawl:
    """`drips` send a byte every three seconds, `halves` half a message and then nothing; who is not closed hangs up after `seconds`."""

    port: int
    state: Path
    talk: Talk
    drips: int
    halves: int
    seconds: float


@dataclass
class Hung:
    """After how many seconds the server closed each; how many it never closed, answered before that, and never took."""

    closed: list[float] = field(default_factory=list)
    kept: int = 0
    told: int = 0
    turned_away: int = 0


@dataclass
class Crawled:
    """`begun` and `ended` are on the clock that all processes of a machine share: all were there from the one to the other."""

    begun: float = 0.0
    ended: float = 0.0
    drips: Hung = field(default_factory=Hung)
    halves: Hung = field(default_factory=Hung)


def crawl(wanted: Crawl) -> Crawled:
    """Runs them in this process to their end."""
    return run(lambda: _crawled(wanted))


async def _crawled(wanted: Crawl) -> Crawled:
    token = Sessions.kept_in(wanted.state).issue()
    whole = message(token, wanted.talk.turns[0], wanted.talk.municipality, "half")
    endless_header = request("GET", "/health").rstrip() + b"\r\nX-Slow: " + b"a" * int(wanted.seconds)
    seen = Crawled()
    everybody = [asyncio.create_task(_one(wanted, n, endless_header, True, seen.drips)) for n in range(wanted.drips)]
    everybody += [asyncio.create_task(_one(wanted, wanted.drips + n, _half(whole), False, seen.halves)) for n in range(wanted.halves)]
    seen.begun = monotonic() + len(everybody) * _APART
    await asyncio.gather(*everybody)
    seen.ended = seen.begun + wanted.seconds - len(everybody) * _APART
    return seen


def _half(whole: bytes) -> bytes:
    head, gap, body = whole.partition(b"\r\n\r\n")
    return head + gap + body[: len(body) // 2]


async def _one(wanted: Crawl, number: int, content: bytes, dripping: bool, seen: Hung) -> None:
    await asyncio.sleep(number * _APART)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", wanted.port, local_addr=(home(_FIRST_HOME + number), 0))
    except OSError:
        seen.turned_away += 1
        return
    begun = monotonic()
    closing = asyncio.create_task(_closed(reader, seen))
    sending = asyncio.create_task(_drip(writer, content)) if dripping else None
    if not dripping:
        writer.write(content)
    done, _ = await asyncio.wait({closing}, timeout=wanted.seconds)
    if done:
        seen.closed.append(monotonic() - begun)
    else:
        seen.kept += 1
    for task in (closing, sending):
        if task is not None:
            task.cancel()
    writer.transport.abort()


async def _closed(reader: asyncio.StreamReader, seen: Hung) -> None:
    """Returns when the server has ended the connection, whatever it said before."""
    told = False
    try:
        while await reader.read(4096):
            seen.told += not told
            told = True
    except OSError:
        return


async def _drip(writer: asyncio.StreamWriter, content: bytes) -> None:
    for number in range(len(content)):
        writer.write(content[number : number + 1])
        await asyncio.sleep(_BYTE_EVERY)
