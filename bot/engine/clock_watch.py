"""Whether the machine's clock can be believed: answers say what holds today, and old conversations are deleted by age."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.engine.faults import CLOCK_WRONG, Faults
from bot.knowledge.base import KnowledgeBase

CLOCK_JUMPED = "clock_jumped"
_LARGEST_STEP = 300.0
_DOUBTED_FOR = 3600.0
_ZONE_SLACK = timedelta(days=1)


def boot_time() -> float:
    """Seconds since the machine started, its sleep included, whatever is done to the clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockWatch:
    """`base` gives the knowledge in use: what was checked on a day cannot be answered from before that day."""

    def __init__(
        self,
        faults: Faults,
        base: Callable[[], KnowledgeBase],
        now: Callable[[], datetime],
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = boot_time,
    ) -> None:
        self._faults, self._base, self._now, self._wall, self._steady = faults, base, now, wall, steady
        self._offset = wall() - steady()
        self._trusted_from = steady()

    def look(self) -> None:
        """Call now and then."""
        step = self._wall() - self._steady() - self._offset
        if abs(step) > _LARGEST_STEP:
            self._offset += step
            self._trusted_from = self._steady() + _DOUBTED_FOR
            self._faults.happened(CLOCK_JUMPED, f"時計が {step:+.0f} 秒とびました。正しいか確かめてください。1時間は、日数による削除をしません")
        today, checked = self._now().date(), self._base().newest_check()
        if today < checked - _ZONE_SLACK:
            self._faults.begin(
                CLOCK_WRONG, f"時計が {today} です。内容を確かめた日（{checked}）より前なので、日付の要る答えをやめています。時計を直してください"
            )
        else:
            self._faults.end(CLOCK_WRONG)

    def is_trusted(self) -> bool:
        """False for an hour after a jump, and while the clock is certainly wrong."""
        return self._steady() >= self._trusted_from and not self._faults.has(CLOCK_WRONG)
