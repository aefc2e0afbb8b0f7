"""The loop that is behind refuses questions; whoever watches it is answered."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.channels.pressure import Pressure


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_loop_that_keeps_up_refuses_nobody() -> None:
    pressure = Pressure()
    pressure.start()
    for _ in range(5):
        await asyncio.sleep(0.05)
        assert not pressure.is_high()
    await pressure.stop()


async def test_a_loop_that_is_behind_refuses_until_it_has_caught_up() -> None:
    pressure = Pressure()
    pressure.start()
    await asyncio.sleep(0)
    time.sleep(1.2)
    assert pressure.behind() > 1 and pressure.is_high()
    await asyncio.sleep(0.05)
    assert not pressure.is_high()
    await pressure.stop()
    assert pressure.behind() == 0


@pytest.mark.parametrize(("late", "refused"), [(0.0, False), (0.9, False), (1.2, True), (60.0, True)])
async def test_a_second_is_how_late_an_answer_may_be(late: float, refused: bool) -> None:
    clock = Clock()
    pressure = Pressure(clock)
    assert not pressure.is_high(), "before the start there is no pulse to be late"
    pressure.start()
    await asyncio.sleep(0)
    clock.now += 0.1 + late
    assert pressure.is_high() is refused
    await pressure.stop()
