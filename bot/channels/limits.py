"""How fast messages may come: token buckets for each session and for all of them together."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True)
class Rate:
    """`burst` at once, then `per_second`."""

    burst: int
    per_second: float


MESSAGES_OF_ONE = Rate(burst=20, per_second=0.5)
"""A resident types and taps; this is far above a person's pace."""
MESSAGES_OF_ALL = Rate(burst=200, per_second=100)
"""Somewhat less than one process answers (docs/performance.md)."""
SESSIONS_OF_ALL = Rate(burst=100, per_second=10)
_ENDLESS = Rate(burst=1_000_000_000, per_second=1_000_000_000)
_MOST_SESSIONS = 10_000


class TooMany(Exception):
    """Come back after `seconds`, a whole number of at least 1."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f}")
        self.seconds = max(1, math.ceil(seconds))


class Bucket:
    """Full at first. `clock` gives seconds."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._left, self._at = float(rate.burst), clock()

    def wait(self) -> float:
        """Seconds until one may be taken; 0 when one may be taken now."""
        now = self._clock()
        self._left = min(float(self._rate.burst), self._left + (now - self._at) * self._rate.per_second)
        self._at = now
        return 0.0 if self._left >= 1 else (1 - self._left) / self._rate.per_second

    def take(self) -> None:
        self._left -= 1


class Limits:
    """The least recently seen sessions are forgotten first; a forgotten one begins with a full bucket."""

    def __init__(
        self, one: Rate = MESSAGES_OF_ONE, every: Rate = MESSAGES_OF_ALL, opened: Rate = SESSIONS_OF_ALL, clock: Callable[[], float] = monotonic
    ) -> None:
        self._one, self._clock = one, clock
        self._all, self._opened = Bucket(every, clock), Bucket(opened, clock)
        self._sessions: OrderedDict[str, Bucket] = OrderedDict()

    @classmethod
    def none(cls) -> Limits:
        """For measuring, and behind a proxy that keeps limits of its own."""
        return cls(_ENDLESS, _ENDLESS, _ENDLESS)

    def message(self, conversation: str) -> None:
        """Counts one message. Raises TooMany, and then counts nothing."""
        mine = self._sessions.pop(conversation, None) or Bucket(self._one, self._clock)
        self._sessions[conversation] = mine
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        _take(mine, self._all)

    def session(self) -> None:
        """Counts one new session. Raises TooMany."""
        _take(self._opened)


def _take(*buckets: Bucket) -> None:
    wait = max(bucket.wait() for bucket in buckets)
    if wait:
        raise TooMany(wait)
    for bucket in buckets:
        bucket.take()
