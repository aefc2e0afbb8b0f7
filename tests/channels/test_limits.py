"""Token buckets with a clock of our own."""

from __future__ import annotations

import pytest

from bot.channels.limits import Limits, Rate, TooMany

_WIDE = Rate(100, 10)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _limits(clock: Clock, every: Rate = _WIDE) -> Limits:
    return Limits(one=Rate(2, 0.5), every=every, opened=Rate(1, 1), clock=clock)


def test_a_session_that_is_too_fast_waits_and_others_do_not() -> None:
    clock = Clock()
    limits = _limits(clock)
    limits.message("a")
    limits.message("a")
    with pytest.raises(TooMany) as refused:
        limits.message("a")
    assert refused.value.seconds == 2
    limits.message("b")
    clock.now = 1.9
    with pytest.raises(TooMany):
        limits.message("a")
    clock.now = 2.0
    limits.message("a")


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    clock = Clock()
    limits = _limits(clock)
    clock.now = 1_000
    limits.message("a")
    limits.message("a")
    with pytest.raises(TooMany):
        limits.message("a")


def test_all_sessions_together_are_limited_and_a_refusal_costs_nothing() -> None:
    clock = Clock()
    limits = _limits(clock, every=Rate(2, 1))
    limits.message("a")
    limits.message("b")
    for _ in range(5):
        with pytest.raises(TooMany):
            limits.message("c")
    clock.now = 1.0
    limits.message("c")
    clock.now = 2.0
    limits.message("c")


def test_new_sessions_are_limited() -> None:
    clock = Clock()
    limits = _limits(clock)
    limits.session()
    with pytest.raises(TooMany):
        limits.session()
    clock.now = 1.0
    limits.session()


def test_limits_can_be_lifted() -> None:
    limits = Limits.none()
    for _ in range(10_000):
        limits.message("a")
        limits.session()
