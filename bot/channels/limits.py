"""How fast messages may come: from one session, from one client, and from all of them together."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.channels.buckets import Buckets, OwnBuckets, Rate
from bot.channels.regulars import Regulars

ALL, REGULARS, OPENED = "all", "regulars", "opened"
OF_A_PROCESS = frozenset({ALL, REGULARS, OPENED})
"""The buckets that guard what one process can do: each has its own, however many there are."""
_COME_BACK = (2.0, 6.0)


@dataclass(frozen=True)
class Rates:
    """`of_one` session and `of_client` (an address, behind which a whole school or office may sit); `of_all` is somewhat less than one process answers.

    `requests_of_client` are all its requests, whatever they ask; `deliveries` those of a chat platform's server. `at_once` are
    questions that wait for their answer together: however slow the machine, whoever comes after them is told so at once.
    `of_regulars` and `regulars_at_once` are the part of it for clients that were answered a moment ago: who floods us from many
    addresses must leave the rest to residents, who ask now and then.
    """

    of_one: Rate = Rate(burst=20, per_second=0.5)
    of_client: Rate = Rate(burst=120, per_second=10)
    of_all: Rate = Rate(burst=180, per_second=90)
    of_regulars: Rate = Rate(burst=140, per_second=70)
    opened_by_client: Rate = Rate(burst=30, per_second=1)
    opened_by_all: Rate = Rate(burst=100, per_second=10)
    requests_of_client: Rate = Rate(burst=300, per_second=50)
    deliveries: Rate = Rate(burst=2_000, per_second=200)
    at_once: int = 32
    regulars_at_once: int = 24


class TooMany(Exception):
    """Come back after `seconds`, a whole number of at least 1."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f}")
        self.seconds = max(1, math.ceil(seconds))


class Limits:
    """`rates` None lets everything through: for measuring, and behind a proxy that keeps limits of its own. `refused` hears what was too much."""

    def __init__(self, rates: Rates | None = Rates(), buckets: Buckets | None = None, refused: Callable[[str], None] = lambda limit: None) -> None:
        self._rates, self._buckets, self._refused = rates, buckets or OwnBuckets(), refused
        # So wide that each process may count for itself: a request more must not cost a round trip to the others.
        self._requests = OwnBuckets()
        self._regulars = Regulars()
        self._waiting = 0

    @property
    def hold(self) -> bool:
        """False where they have been lifted."""
        return self._rates is not None

    async def message(self, conversation: str, client: str | None = None) -> None:
        """Counts one message. Raises TooMany, and then counts nothing. `client` None: a chat platform's server or this machine brings it."""
        if self._rates:
            own = [(f"client:{client}", self._rates.of_client)] if client else []
            again = [(REGULARS, self._rates.of_regulars)] if client and client in self._regulars else []
            await self._take("message", [(f"session:{conversation}", self._rates.of_one), *own, *again, (ALL, self._rates.of_all)])

    async def session(self, client: str | None = None) -> None:
        """Counts one new session. Raises TooMany."""
        if self._rates:
            own = [(f"opened:{client}", self._rates.opened_by_client)] if client else []
            await self._take("session", [*own, (OPENED, self._rates.opened_by_all)])

    async def request(self, client: str | None, *, delivers: bool = False) -> None:
        """Counts one request. Raises TooMany. `client` None: not counted. `delivers`: it is for a chat platform's webhook."""
        if self._rates and client:
            kind, rate = ("deliveries", self._rates.deliveries) if delivers else ("requests", self._rates.requests_of_client)
            if wait := await self._requests.take([(f"{kind}:{client}", rate)]):
                self._refused("request")
                raise TooMany(wait)

    def is_full(self, client: str | None = None) -> bool:
        """No place is left for this client; `place` would refuse."""
        if self._rates is None:
            return False
        regular = client is not None and client in self._regulars
        return self._waiting >= (min(self._rates.regulars_at_once, self._rates.at_once) if regular else self._rates.at_once)

    @contextmanager
    def place(self, client: str | None = None) -> Iterator[None]:
        """A place among those who wait for an answer. Raises TooMany where all are taken."""
        if self.is_full(client):
            self._refused("pressure")
            raise TooMany(come_back())
        self._waiting += 1
        if client:
            self._regulars.add(client)
        try:
            yield
        finally:
            self._waiting -= 1

    async def _take(self, limit: str, wanted: list[tuple[str, Rate]]) -> None:
        if wait := await self._buckets.take(wanted):
            self._refused(limit)
            raise TooMany(wait)


def come_back() -> float:
    """Seconds until somebody who was refused should come again: not all at the same moment."""
    return random.uniform(*_COME_BACK)
