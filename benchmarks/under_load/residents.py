"""Residents who ask, read the answer and ask on. Without a time to read they show what the server can do at most."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic

from benchmarks.under_load.crowds import Cpu, CpuMeter, run
from benchmarks.under_load.talks import Talk, endless
from benchmarks.under_load.wire import Line, Reply, home, message, opening

_BUSY, _UNABLE = 429, 503
_DEFAULT_WAIT = 1.0
_SEED = 7


@dataclass(frozen=True)
class Crowd:
    """`think` is the mean of an exponential time between an answer and the next question; 0 is none.

    Residents come one by one over `arriving` seconds; what is counted begins `settling` seconds after the last came. It ends
    after `seconds`, or with the answer to the last of `turns` questions where that is given.
    """

    port: int
    server: int
    talks: tuple[Talk, ...]
    clients: int
    think: float
    seconds: float
    arriving: float = 0.0
    settling: float = 0.0
    turns: int | None = None
    seed: int = _SEED


@dataclass
class Seen:
    """What a crowd met while it was counted. `latencies` are those of answers, in milliseconds; `letters` their length. `failed` counts by status what was
    no answer and no refusal, NO_ANSWER among it.
    """

    latencies: list[float] = field(default_factory=list)
    asked: int = 0
    refused: int = 0
    opened: int = 0
    turned_away: int = 0
    unable: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    letters: int = 0
    seconds: float = 0.0
    cpu: Cpu = Cpu()

    @property
    def throughput(self) -> float:
        return len(self.latencies) / self.seconds


def gather(crowd: Crowd) -> Seen:
    """Runs the crowd in this process to its end."""
    return run(lambda: _Gathering(crowd).held())


class _Gathering:
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._seen = Seen()
        self._counting = False
        self._left = crowd.turns
        self._over = asyncio.Event()

    async def held(self) -> Seen:
        crowd = self._crowd
        everybody = [asyncio.create_task(self._resident(number)) for number in range(crowd.clients)]
        try:
            await asyncio.sleep(crowd.arriving + crowd.settling)
            meter, begun = CpuMeter(crowd.server), monotonic()
            self._counting = True
            await _at_most(crowd.seconds, self._over)
            self._counting = False
            self._seen.seconds, self._seen.cpu = monotonic() - begun, meter.read()
        finally:
            for task in everybody:
                task.cancel()
            ended = await asyncio.gather(*everybody, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error
        return self._seen

    async def _resident(self, number: int) -> None:
        crowd = self._crowd
        chance = random.Random(crowd.seed * 1_000_003 + number)
        await asyncio.sleep(crowd.arriving * number / crowd.clients)
        line = Line(crowd.port, home(number))
        try:
            for talk in endless(crowd.talks, chance):
                token = await self._token(line, chance)
                for text in talk.turns:
                    await self._think(chance)
                    if not self._may_ask():
                        return
                    await self._turn(line, message(token, text, talk.municipality, f"{chance.getrandbits(64):x}"), chance)
        finally:
            line.close()

    def _may_ask(self) -> bool:
        if self._left is not None:
            if self._left <= 0:
                return False
            self._left -= 1
        return True

    async def _think(self, chance: random.Random) -> None:
        if self._crowd.think:
            await asyncio.sleep(chance.expovariate(1 / self._crowd.think))

    async def _token(self, line: Line, chance: random.Random) -> str:
        while True:
            reply = await line.ask(opening())
            if self._counting:
                self._seen.opened += 1
                self._seen.turned_away += reply.status == _BUSY
                if reply.status not in (201, _BUSY):
                    self._seen.failed[reply.status] += 1
            if reply.status == 201:
                return str(json.loads(reply.body)["session"])
            await _wait(reply, chance)

    async def _turn(self, line: Line, content: bytes, chance: random.Random) -> None:
        """The same message again, under the same name, until it is answered."""
        while True:
            reply = await line.ask(content)
            self._note(reply)
            if reply.status == 200:
                break
            await _wait(reply, chance)
        if self._crowd.turns is not None and len(self._seen.latencies) >= self._crowd.turns:
            self._over.set()

    def _note(self, reply: Reply) -> None:
        if not self._counting:
            return
        self._seen.asked += 1
        self._seen.refused += reply.status == _BUSY
        self._seen.unable += reply.status == _UNABLE
        if reply.status not in (200, _BUSY, _UNABLE):
            self._seen.failed[reply.status] += 1
        if reply.status == 200:
            self._seen.latencies.append(reply.milliseconds)
            self._seen.letters += len(json.loads(reply.body)["text"])


async def _wait(reply: Reply, chance: random.Random) -> None:
    """As long as the server says, and a little more, so that not all come back at once."""
    await asyncio.sleep((reply.retry_after or _DEFAULT_WAIT) * (1 + chance.random() / 2))


async def _at_most(seconds: float, over: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except asyncio.TimeoutError:
        over.set()
