"""What is wrong at this moment, by name: told once in the log when it begins and when it ends, and shown by /health."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

CLOCK_WRONG = "clock_wrong"
"""While this lasts nothing that depends on the day may be answered."""
FAILED = "failed"
"""In an answer: it only says whom to ask; the same message may be sent again."""
_log = logging.getLogger(__name__)
_MOST_PAST = 20


@dataclass(frozen=True)
class Fault:
    """`message` tells the operator, in Japanese, what is wrong and what to do; `until` None while it lasts."""

    name: str
    message: str
    since: datetime
    until: datetime | None = None


class Faults:
    """`now` gives the moment in Asia/Tokyo. `counted` hears the name of each fault as it begins."""

    def __init__(self, now: Callable[[], datetime], counted: Callable[[str], None] = lambda name: None) -> None:
        self._now, self._counted = now, counted
        self._lasting: dict[str, Fault] = {}
        self._past: list[Fault] = []

    def begin(self, name: str, message: str) -> None:
        """Once for as long as it lasts, however often it is met."""
        if name in self._lasting:
            return
        self._lasting[name] = Fault(name, message, self._now())
        self._counted(name)
        _log.error("%s", message, extra={"fault": name, "fault_state": "begins"})

    def end(self, name: str) -> None:
        """Of one that does not last: nothing."""
        fault = self._lasting.pop(name, None)
        if fault is None:
            return
        self._past = [*self._past, Fault(name, fault.message, fault.since, self._now())][-_MOST_PAST:]
        _log.warning("なおりました: %s", fault.message, extra={"fault": name, "fault_state": "ends"})

    def happened(self, name: str, message: str) -> None:
        """One that is over as soon as it is met."""
        self.begin(name, message)
        self.end(name)

    def has(self, name: str) -> bool:
        return name in self._lasting

    def lasting(self) -> tuple[Fault, ...]:
        return tuple(self._lasting.values())

    def past(self) -> tuple[Fault, ...]:
        """The last ones that ended, the earliest first."""
        return tuple(self._past)
