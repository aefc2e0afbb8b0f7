"""Who was answered a moment ago: when not all can be answered, they wait for those who were not."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

_MOMENT = 10.0


class Regulars:
    """The last ones are remembered by name for some seconds, in memory only. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = monotonic, moment: float = _MOMENT, most: int = 20_000) -> None:
        self._clock, self._moment, self._most = clock, moment, most
        self._answered: OrderedDict[str, float] = OrderedDict()

    def add(self, client: str) -> None:
        now = self._clock()
        self._answered[client] = now
        self._answered.move_to_end(client)
        while len(self._answered) > self._most or next(iter(self._answered.values())) < now - self._moment:
            self._answered.popitem(last=False)

    def __contains__(self, client: str) -> bool:
        return self._clock() - self._answered.get(client, float("-inf")) <= self._moment
