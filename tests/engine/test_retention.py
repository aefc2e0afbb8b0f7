"""The end of what is kept: by age, by hand, on a timer, and never by a clock that cannot be right."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.dialogue.turn import Content
from bot.engine.clock_watch import ClockWatch
from bot.engine.faults import Faults
from bot.engine.feedback_store import FeedbackStore
from bot.engine.misses_store import Miss, MissesStore
from bot.engine.retention import COUNTED_DAYS, UNPURGED, Kept, Retention, RetentionError, check_clock, purge
from bot.engine.rows import Row, StoreError
from bot.engine.sqlite_rows import SqliteRows
from bot.knowledge.answer import Feedback
from bot.settings import JAPAN

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
TODAY = NOW.date()
A_DAY = 86_400.0


def _kept(state: Path) -> Kept:
    return Kept(SqliteRows(state / "conversations.sqlite3"), FeedbackStore(state / "feedback.sqlite3"), MissesStore(state / "misses.sqlite3"), state)


def _fill(kept: Kept, state: Path, ages: tuple[float, ...]) -> None:
    """One of everything for each age in days."""
    rows = kept.conversations
    assert isinstance(rows, SqliteRows)
    for age in ages:
        then = NOW - timedelta(days=age)
        rows.write(f"c{age}", Row(1, then.timestamp(), f'["fees of c{age}"]'))
        kept.feedback.add(Feedback(True, None, "fees", None), "v", then)
        kept.misses.add(Miss(None, "suggest", ("fees",), f"words of {age} days"), then.date())
        aside = state / f"conversations.sqlite3.corrupt-{age}"
        aside.write_text("torn")
        os.utime(aside, (then.timestamp(), then.timestamp()))


def _purge(kept: Kept, days: int) -> tuple[int, int, int, int]:
    purged = purge(kept, days, TODAY, NOW.timestamp)
    return purged.conversations, purged.words, purged.counts, len(purged.files)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(30, (2, 4, 2, 2)), (1, (4, 5, 2, 4)), (365, (1, 1, 2, 1)), (0, (6, 6, 2, 6))],
    ids=["the usual month", "one day", "a year", "everything"],
)
def test_what_is_older_goes_and_nothing_else(tmp_path: Path, days: int, expected: tuple[int, ...]) -> None:
    kept = _kept(tmp_path)
    _fill(kept, tmp_path, (0.01, 0.9, 29.9, 30, 30.1, 400))
    assert _purge(kept, days) == expected
    assert _purge(kept, days) == (0, 0, 0, 0)


def test_counts_without_words_stay_for_a_year(tmp_path: Path) -> None:
    kept = _kept(tmp_path)
    _fill(kept, tmp_path, (COUNTED_DAYS, COUNTED_DAYS + 1))
    _purge(kept, 0)
    assert len(kept.feedback.rows()) == 1 and len(kept.misses.counts()) == 1 and not kept.misses.words()


def test_nothing_of_what_was_purged_is_left_in_any_file(tmp_path: Path) -> None:
    kept = _kept(tmp_path)
    _fill(kept, tmp_path, (40.0,))
    _purge(kept, 30)
    assert not [file.name for file in tmp_path.iterdir() if b"40.0" in file.read_bytes()]


@pytest.mark.parametrize("days", [-400, -30, -2, 3 * 366 + 1, 20_000])
def test_by_a_clock_that_cannot_be_right_nothing_is_deleted(content: Content, days: int) -> None:
    with pytest.raises(RetentionError, match="何も消していません"):
        check_clock(content.base.newest_check() + timedelta(days=days), content.base)


def test_today_can_be_right(content: Content) -> None:
    check_clock(date.today(), content.base)
    check_clock(content.base.newest_check(), content.base)


def _retention(kept: Kept, trusted: Callable[[], bool], said: list[str]) -> tuple[Retention, Faults]:
    faults = Faults(lambda: NOW)
    return Retention(kept, 30, lambda: NOW, trusted, faults, said.append), faults


def test_the_timer_waits_for_a_clock_that_is_trusted(tmp_path: Path, content: Content) -> None:
    kept, said = _kept(tmp_path), list[str]()
    _fill(kept, tmp_path, (2000,))
    wall, steady = NOW.timestamp(), 0.0
    checked = datetime.combine(content.base.newest_check(), NOW.timetz())
    clock = ClockWatch(Faults(lambda: NOW), lambda: content.base, lambda: checked, lambda: wall, lambda: steady)
    retention, _ = _retention(kept, clock.is_trusted, said)
    wall += 400 * A_DAY
    clock.look()
    retention.look()
    assert said == [] and len(SqliteRows(tmp_path / "conversations.sqlite3").names()) == 1
    steady += 3601
    retention.look()
    assert len(said) == 1 and "会話: 1 件" in said[0] and "2000" not in said[0]
    retention.look()
    assert len(said) == 1


def test_what_cannot_be_purged_is_a_fault_until_it_can(tmp_path: Path) -> None:
    class Stuck:
        broken = True

        def purge(self, before: float) -> int:
            if self.broken:
                raise StoreError("c.sqlite3: 会話を保存できません（full）")
            return 0

    stuck = Stuck()
    retention, faults = _retention(Kept(stuck, FeedbackStore(None), MissesStore(None), tmp_path), lambda: True, [])
    retention.look()
    assert faults.has(UNPURGED) and "c.sqlite3" in faults.lasting()[0].message
    stuck.broken = False
    retention.look()
    assert not faults.has(UNPURGED)


def test_purge_of_a_running_machine_by_command(tmp_path: Path, content: Content, command: Callable[..., object]) -> None:
    now, env = time.time(), {"JPKI_BOT_STATE": str(tmp_path), "JPKI_BOT_NOW": content.base.newest_check().isoformat()}
    rows = SqliteRows(tmp_path / "conversations.sqlite3")
    for name, age in (("old", 31.0), ("new", 29.0)):
        rows.write(name, Row(1, now - age * A_DAY, "[]"))
    done = command("purge", env=env)
    assert done.returncode == 0 and "会話: 1 件" in done.stdout and rows.names() == ["new"]  # type: ignore[attr-defined]
    done = command("purge", "--days", "0", env=env)
    assert done.returncode == 0 and rows.names() == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("arguments", "env", "said"), [
    (("--days", "-1"), {}, "--days"),
    (("--days", "366"), {}, "0〜365"),
    (("--days", "x"), {}, "0〜365"),
    ((), {"JPKI_BOT_RETENTION_DAYS": "0"}, "JPKI_BOT_RETENTION_DAYS=0"),
    ((), {"JPKI_BOT_NOW": "2020-01-01"}, "時計"),
])  # fmt: skip
def test_purge_refuses_in_words_and_deletes_nothing(
    tmp_path: Path, command: Callable[..., object], arguments: tuple[str, ...], env: dict[str, str], said: str
) -> None:
    rows = SqliteRows(tmp_path / "conversations.sqlite3")
    rows.write("old", Row(1, 0.0, "[]"))
    done = command("purge", *arguments, env={"JPKI_BOT_STATE": str(tmp_path), **env})
    assert done.returncode != 0 and said in done.stderr and "Traceback" not in done.stderr  # type: ignore[attr-defined]
    with sqlite3.connect(tmp_path / "conversations.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone() == (1,)
