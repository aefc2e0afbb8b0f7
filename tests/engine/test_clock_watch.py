"""A clock that jumps, or is certainly wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.dialogue.turn import Content
from bot.engine.clock_watch import CLOCK_JUMPED, ClockWatch, boot_time
from bot.engine.faults import CLOCK_WRONG, Faults
from bot.settings import JAPAN

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=JAPAN)


class Time:
    """The wall clock and the one that only goes forward, both in seconds."""

    def __init__(self) -> None:
        self.wall, self.steady = NOW.timestamp(), 50.0

    def pass_by(self, seconds: float) -> None:
        self.wall, self.steady = self.wall + seconds, self.steady + seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.wall, JAPAN)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def faults(time: Time) -> Faults:
    return Faults(time.now)


@pytest.fixture
def watch(time: Time, faults: Faults, content: Content) -> ClockWatch:
    return ClockWatch(faults, lambda: content.base, time.now, lambda: time.wall, lambda: time.steady)


def test_a_clock_that_goes_as_time_goes_is_trusted(time: Time, faults: Faults, watch: ClockWatch) -> None:
    for _ in range(100):
        time.pass_by(3600)
        watch.look()
        assert watch.is_trusted()
    assert not faults.past() and not faults.lasting()


@pytest.mark.parametrize("jump", [-86_400.0, 301.0, 40 * 86_400.0])
def test_after_a_jump_nothing_is_deleted_by_age_for_an_hour(time: Time, faults: Faults, watch: ClockWatch, jump: float) -> None:
    time.wall += jump
    watch.look()
    assert not watch.is_trusted() and [fault.name for fault in faults.past()] == [CLOCK_JUMPED]
    time.pass_by(3599)
    watch.look()
    assert not watch.is_trusted()
    time.pass_by(2)
    watch.look()
    assert watch.is_trusted() and len(faults.past()) == 1


def test_small_steps_of_a_time_server_are_none(time: Time, faults: Faults, watch: ClockWatch) -> None:
    time.wall += 20
    watch.look()
    assert watch.is_trusted() and not faults.past()


def test_a_clock_before_the_day_the_content_was_checked_is_wrong_until_it_is_put_right(time: Time, faults: Faults, watch: ClockWatch) -> None:
    time.wall -= timedelta(days=365 * 10).total_seconds()
    watch.look()
    assert faults.has(CLOCK_WRONG) and not watch.is_trusted()
    time.wall += timedelta(days=365 * 10).total_seconds()
    watch.look()
    assert not faults.has(CLOCK_WRONG)


def test_the_steady_clock_goes_forward() -> None:
    assert boot_time() <= boot_time() and Path("/proc/uptime").exists()
