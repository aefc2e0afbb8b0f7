"""What others see while the server is beset: an ordinary resident, and whoever watches /health and /ready."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from benchmarks.under_load.crowds import run
from benchmarks.under_load.talks import Talk
from benchmarks.under_load.wire import Line, Reply, home, message, request
from bot.channels.session import Sessions

RESIDENT, HEALTH, READY = "resident", "health", "ready"
_FIRST_HOME = 100_000
"""No flooder lives there."""
_ASKED_EVERY, _WATCHED_EVERY = 0.2, 0.5
_STEADY = 5
_ALIKE = 2.0


@dataclass(frozen=True)
class Watch:
    """`state` is the server's folder, whose key signs the residents' sessions. It ends by itself after `seconds`."""

    port: int
    state: Path
    talks: tuple[Talk, ...]
    seconds: float


@dataclass(frozen=True)
class Sample:
    """`at` is on the clock that all processes of a machine share."""

    at: float
    who: str
    reply: Reply


def look(watch: Watch) -> list[Sample]:
    """Runs the watch in this process to its end."""
    return run(lambda: _looked(watch))


def between(samples: Sequence[Sample], who: str, begun: float, ended: float) -> list[Reply]:
    return [sample.reply for sample in samples if sample.who == who and begun <= sample.at < ended]


def recovered(samples: Sequence[Sample], ended: float, usual: float) -> float | None:
    """Seconds from `ended` to the first of five residents in a row who were answered about as fast as `usual` (milliseconds).

    None where that never came.
    """
    after = sorted((s for s in samples if s.who == RESIDENT and s.at >= ended), key=lambda sample: sample.at)
    good = [s.reply.status == 200 and s.reply.milliseconds <= _ALIKE * usual for s in after]
    first = next((n for n in range(len(good) - _STEADY + 1) if all(good[n : n + _STEADY])), None)
    return None if first is None else after[first].at - ended


async def _looked(watch: Watch) -> list[Sample]:
    sessions, chance = Sessions.kept_in(watch.state), random.Random(_FIRST_HOME)
    samples: list[Sample] = []

    def resident(number: int) -> bytes:
        talk = watch.talks[number % len(watch.talks)]
        return message(sessions.issue(), talk.turns[0], talk.municipality, f"{chance.getrandbits(64):x}")

    async def one(who: str, number: int, content: bytes) -> None:
        line, at = Line(watch.port, home(_FIRST_HOME + number)), monotonic()
        samples.append(Sample(at, who, await line.ask(content)))
        line.close()

    async def all_of(who: str, every: float) -> None:
        """On time, however late the answers are."""
        begun = monotonic()
        asked: list[asyncio.Task[None]] = []
        for number in range(int(watch.seconds / every)):
            await asyncio.sleep(max(0.0, begun + number * every - monotonic()))
            content = resident(number) if who == RESIDENT else request("GET", f"/{who}")
            asked.append(asyncio.create_task(one(who, number, content)))
        await asyncio.gather(*asked)

    await asyncio.gather(all_of(RESIDENT, _ASKED_EVERY), all_of(HEALTH, _WATCHED_EVERY), all_of(READY, _WATCHED_EVERY))
    return samples
