"""How long anything is kept, and its end: by age, by hand or on a timer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.engine.faults import Faults
from bot.engine.feedback_store import FeedbackStore
from bot.engine.misses_store import MissesStore
from bot.engine.rows import StoreError
from bot.engine.sqlite_rows import QUARANTINED
from bot.knowledge.base import KnowledgeBase

UNPURGED = "unpurged"
COUNTED_DAYS = 366
"""Verdicts and counts tell of nobody; a year of them shows what changed."""
_SECONDS_A_DAY = 86_400.0
_SLACK, _LONGEST_UNCHECKED = timedelta(days=1), timedelta(days=3 * 366)


class RetentionError(Exception):
    """Nothing may be deleted by age now; the message says why."""


class _Conversations(Protocol):
    def purge(self, before: float) -> int: ...


@dataclass(frozen=True)
class Kept:
    """All that is at rest. `state` None: everything is in memory."""

    conversations: _Conversations
    feedback: FeedbackStore
    misses: MissesStore
    state: Path | None


@dataclass(frozen=True)
class Purged:
    """How many of each were deleted."""

    conversations: int
    words: int
    counts: int
    files: tuple[Path, ...]

    def lines(self) -> Iterable[str]:
        yield f"会話: {self.conversations} 件"
        yield f"答えられなかった質問の文: {self.words} 件"
        yield f"ご意見と、答えられなかった質問の数（{COUNTED_DAYS}日より前）: {self.counts} 件"
        yield f"壊れて移されたファイル: {len(self.files)} 個"
        yield from (f"  {path}" for path in self.files)

    def any(self) -> bool:
        return bool(self.conversations or self.words or self.counts or self.files)


def purge(kept: Kept, days: int, today: date, clock: Callable[[], float] = time.time) -> Purged:
    """Deletes what is older than `days`; what holds no words and no ids stays for a year at least. Raises StoreError."""
    before = clock() - days * _SECONDS_A_DAY
    # The last day on which something was written that is not older than `days`.
    first_day = today - timedelta(days=days - 1) if days else today + timedelta(days=1)
    counted_from = today - timedelta(days=max(days, COUNTED_DAYS))
    return Purged(
        kept.conversations.purge(before),
        kept.misses.purge_words(first_day),
        kept.misses.purge(counted_from) + kept.feedback.purge(counted_from),
        tuple(_old_files(kept.state, before)) if kept.state else (),
    )


def check_clock(today: date, base: KnowledgeBase) -> None:
    """Raises RetentionError on a day that cannot be: by a wrong clock everything would be old."""
    checked = base.newest_check()
    if not checked - _SLACK <= today <= checked + _LONGEST_UNCHECKED:
        raise RetentionError(f"時計が {today} です。内容をいちばん新しく確かめた日（{checked}）に合わないので、何も消していません。時計を直してください")


class Retention:
    """Purges now and then while a server runs. `trusted` says whether the machine's clock can be believed."""

    def __init__(self, kept: Kept, days: int, now: Callable[[], datetime], trusted: Callable[[], bool], faults: Faults, say: Callable[[str], None]) -> None:
        self._kept, self._days, self._now = kept, days, now
        self._trusted, self._faults, self._say = trusted, faults, say

    def look(self) -> None:
        """Deletes what has grown too old; nothing while the clock is in doubt."""
        if not self._trusted():
            return
        try:
            purged = purge(self._kept, self._days, self._now().date())
        except StoreError as error:
            return self._faults.begin(UNPURGED, f"古い記録を消せません。{error}")
        self._faults.end(UNPURGED)
        if purged.any():
            self._say(f"{self._days}日より前の記録を消しました（{'、'.join(line for line in purged.lines() if not line.startswith(' '))}）")
        return None


def _old_files(state: Path, before: float) -> Iterable[Path]:
    """Broken files that were set aside: nobody has looked at them for that long."""
    try:
        for path in sorted(state.glob(f"*{QUARANTINED}*")):
            if path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                yield path
    except OSError as error:
        raise StoreError(f"{state}: 壊れて移されたファイルを消せません（{error.strerror}）") from error
