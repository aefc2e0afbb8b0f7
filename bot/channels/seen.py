"""What has come before, as far back as a bounded memory goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class Seen:
    """Remembers the last `most` names."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: OrderedDict[Hashable, None] = OrderedDict()

    def is_new(self, name: Hashable) -> bool:
        """True the first time; from then on the name is known."""
        known = name in self._names
        self._names[name] = None
        self._names.move_to_end(name)
        if len(self._names) > self._most:
            self._names.popitem(last=False)
        return not known

    def forget(self, name: Hashable) -> None:
        self._names.pop(name, None)
