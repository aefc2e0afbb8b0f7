"""Three messages of one sender at once: how long until the last has its turn, with this bot's locks and with Rasa's."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.under_load.crowds import run
from benchmarks.under_load.talks import Talk
from benchmarks.under_load.wire import Line, home, message, opening

if TYPE_CHECKING:
    from rasa.core.lock_store import LockStore

_AT_ONCE = 3
_FIRST_HOME = 300_000


@dataclass(frozen=True)
class Contest:
    port: int
    talk: Talk
    rounds: int


@dataclass
class Waited:
    """Seconds until the last of three turns of no length had begun and ended, by lock; and of three real messages over HTTP.

    `alone` is one real message, sent when nothing else was under way.
    """

    ours: list[float] = field(default_factory=list)
    stock: list[float] = field(default_factory=list)
    over_http: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)

    @property
    def gain(self) -> float:
        return median(self.stock) / median(self.ours)


def contend(contest: Contest) -> Waited:
    """Alternates between the two, so that whatever else the machine does falls on both alike."""
    return run(lambda: _contended(contest))


async def _contended(contest: Contest) -> Waited:
    from bot.engine.without_tensorflow import keep_tensorflow_out

    keep_tensorflow_out()
    from rasa.core.lock_store import InMemoryLockStore

    from bot.engine.locks import OwnLocks

    waited = Waited()
    for number in range(contest.rounds):
        waited.ours.append(await _last_of(OwnLocks()))
        waited.stock.append(await _last_of(InMemoryLockStore()))
        alone, together = await _over_http(contest, number)
        waited.alone.append(alone)
        waited.over_http.append(together)
    return waited


async def _last_of(locks: LockStore) -> float:
    async def turn() -> None:
        async with locks.lock("one sender"):
            await asyncio.sleep(0)

    begun = perf_counter()
    await asyncio.gather(*(turn() for _ in range(_AT_ONCE)))
    return perf_counter() - begun


async def _over_http(contest: Contest, number: int) -> tuple[float, float]:
    lines = [Line(contest.port, home(_FIRST_HOME + number)) for _ in range(_AT_ONCE)]
    token = json.loads((await lines[0].ask(opening())).body)["session"]
    contents = [message(token, text, contest.talk.municipality, f"{number}-{text}") for text in contest.talk.turns]
    alone = await lines[0].ask(contents[0])
    begun = perf_counter()
    replies = await asyncio.gather(*(line.ask(content) for line, content in zip(lines, contents[1 : 1 + _AT_ONCE], strict=True)))
    together = perf_counter() - begun
    for line in lines:
        line.close()
    if bad := {reply.status for reply in (alone, *replies)} - {200}:
        raise RuntimeError(f"a message of three was answered with {bad}")
    return alone.milliseconds / 1000, together
