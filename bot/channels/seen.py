"""Which deliveries have come before: platforms send the same one again when they are in doubt."""

from __future__ import annotations

from collections import OrderedDict

_MOST = 20_000


class Seen:
    """The last ids, in memory only; the oldest are forgotten first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()

    def is_new(self, name: str) -> bool:
        """True the first time; from then on `name` is known."""
        if name in self._ids:
            self._ids.move_to_end(name)
            return False
        self._ids[name] = None
        if len(self._ids) > self._most:
            self._ids.popitem(last=False)
        return True
