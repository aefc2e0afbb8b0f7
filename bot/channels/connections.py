"""How many connections are open at once: of one client and together. Those that only wait give way to newcomers."""

from __future__ import annotations

import resource
from collections import OrderedDict
from typing import Protocol

_MOST, _FEWEST = 1_000, 64
_MOST_LEAVING = 100
TAKEN_AT_ONCE = 512
"""New connections that wait to be taken, and are taken in one turn of the loop, before any of them is looked at."""
_OTHER_FILES = 200 + _MOST_LEAVING + TAKEN_AT_ONCE
OF_CLIENT = 100


class Connection(Protocol):
    """One that is open."""

    def is_waiting(self) -> bool:
        """For the client to send: nothing is being answered on it."""

    def give_way(self) -> None:
        """Ends it at once."""


class Connections:
    """`of_client` None where all come from a proxy, which has to count for itself."""

    def __init__(self, of_client: int | None = OF_CLIENT, most: int | None = None) -> None:
        self._of_client, self._most = of_client, most or _room()
        self._open: OrderedDict[Connection, str] = OrderedDict()
        self._leaving: set[Connection] = set()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection, client: str) -> bool:
        """False where it must be turned away, since so many are being answered. `client` empty: counted with all, and with nobody's."""
        own = [other for other, name in self._open.items() if name == client] if self._of_client and client else []
        if self._of_client and len(own) >= self._of_client and not self._end_one(own):
            return False
        if len(self._open) >= self._most and not self._end_one(list(self._open)):
            return False
        self._open[connection] = client
        return True

    def may_leave(self, connection: Connection) -> bool:
        """Whether one that was turned away may take a moment to read why."""
        if len(self._leaving) >= _MOST_LEAVING:
            return False
        self._leaving.add(connection)
        return True

    def discard(self, connection: Connection) -> None:
        self._open.pop(connection, None)
        self._leaving.discard(connection)

    def _end_one(self, of: list[Connection]) -> bool:
        """The one that has been open longest."""
        connection = next((each for each in of if each.is_waiting()), None)
        if connection is None:
            return False
        self.discard(connection)
        connection.give_way()
        return True


def _room() -> int:
    """What the process may open, less what its files, databases and own calls need."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if allowed == resource.RLIM_INFINITY else max(_FEWEST, min(_MOST, allowed - _OTHER_FILES))
