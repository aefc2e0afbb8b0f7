"""Token buckets by name, in this process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol


@dataclass(frozen=True)
class Rate:
    """`burst` at once, then `per_second`."""

    burst: int
    per_second: float


class Buckets(Protocol):
    """Where the buckets are: in this process, or shared by several."""

    async def take(self, wanted: Sequence[tuple[str, Rate]]) -> float:
        """Takes one from each named bucket, which is full at first, and gives 0; or takes nothing and gives the seconds to wait."""


class OwnBuckets:
    """The least recently used are forgotten first, and begin full again. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = monotonic, most: int = 20_000) -> None:
        self._clock, self._most = clock, most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def take(self, wanted: Sequence[tuple[str, Rate]]) -> float:
        now = self._clock()
        if wait := self.wait(wanted):
            return wait
        for name, rate in wanted:
            self._held[name] = (self._left(name, rate, now) - 1, now)
            self._held.move_to_end(name)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return 0.0

    def wait(self, wanted: Sequence[tuple[str, Rate]]) -> float:
        """What `take` would give now, taking nothing."""
        now = self._clock()
        return max((max(0.0, 1 - self._left(name, rate, now)) / rate.per_second for name, rate in wanted), default=0.0)

    def _left(self, name: str, rate: Rate, now: float) -> float:
        held, at = self._held.get(name, (float(rate.burst), now))
        return min(float(rate.burst), held + (now - at) * rate.per_second)
