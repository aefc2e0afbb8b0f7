"""Answers kept by message id: made once, bounded, and not kept when making them failed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels.repeats import Repeats


class Maker:
    """Counts how often an answer is made; waits for `go`."""

    def __init__(self) -> None:
        self.made = 0
        self.go = asyncio.Event()

    async def __call__(self) -> dict[str, Any]:
        self.made += 1
        await self.go.wait()
        return {"made": self.made}


async def test_who_asks_meanwhile_waits_for_the_one_answer() -> None:
    repeats, make = Repeats(), Maker()
    waiting = [asyncio.ensure_future(repeats.answer("c", "1", make)) for _ in range(3)]
    await asyncio.sleep(0)
    make.go.set()
    assert await asyncio.gather(*waiting) == [{"made": 1}] * 3 and make.made == 1


async def test_a_client_that_gives_up_still_finds_its_answer() -> None:
    repeats, make = Repeats(), Maker()
    waiting = asyncio.ensure_future(repeats.answer("c", "1", make))
    await asyncio.sleep(0)
    waiting.cancel()
    make.go.set()
    assert await repeats.answer("c", "1", make) == {"made": 1}


async def test_the_last_answers_are_kept_and_no_more() -> None:
    repeats, make = Repeats(most_conversations=2, most_answers=2), Maker()
    make.go.set()
    for message in ("1", "2", "3"):
        await repeats.answer("a", message, make)
    assert [repeats.holds("a", message) for message in ("1", "2", "3")] == [False, True, True]
    await repeats.answer("b", "1", make)
    await repeats.answer("c", "1", make)
    assert not repeats.holds("a", "3") and repeats.holds("b", "1")


async def test_a_forgotten_conversation_keeps_nothing() -> None:
    repeats, make = Repeats(), Maker()
    make.go.set()
    await repeats.answer("a", "1", make)
    repeats.forget("a")
    assert await repeats.answer("a", "1", make) == {"made": 2}


async def test_a_failure_is_not_kept() -> None:
    repeats, make = Repeats(), Maker()
    make.go.set()

    async def fail() -> dict[str, Any]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await repeats.answer("a", "1", fail)
    await asyncio.sleep(0)
    assert await repeats.answer("a", "1", make) == {"made": 1}
