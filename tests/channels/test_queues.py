"""Order within a chat, chats side by side."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.channels.queues import Queues, Work


def _says(words: list[str], word: str, waits: asyncio.Event | None = None) -> Work:
    async def work() -> None:
        if waits:
            await waits.wait()
        await asyncio.sleep(0)
        words.append(word)

    return work


async def test_what_came_earlier_goes_first_whatever_the_order_of_arrival() -> None:
    words: list[str] = []
    queues = Queues()
    for when in (3, 1, 2, 1):
        queues.put("a", when, _says(words, f"{when}"))
    await queues.drained(5)
    assert words == ["1", "1", "2", "3"]


async def test_one_chat_does_not_wait_for_another() -> None:
    words: list[str] = []
    gate, queues = asyncio.Event(), Queues()
    queues.put("a", 1, _says(words, "a1", gate))
    queues.put("a", 2, _says(words, "a2"))
    queues.put("b", 3, _says(words, "b1"))
    await asyncio.sleep(0.05)
    assert words == ["b1"]
    gate.set()
    await queues.drained(5)
    assert words == ["b1", "a1", "a2"]


async def test_a_failure_stops_nothing_and_its_words_stay_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    words: list[str] = []
    queues = Queues()

    async def fails() -> None:
        raise ValueError("ヒミツ")

    queues.put("a", 1, fails)
    queues.put("a", 2, _says(words, "a2"))
    with caplog.at_level(logging.ERROR):
        await queues.drained(5)
    assert words == ["a2"] and [vars(line)["error"] for line in caplog.records] == ["ValueError"] and "ヒミツ" not in caplog.text


async def test_a_chat_starts_again_after_it_was_empty() -> None:
    words: list[str] = []
    queues = Queues()
    for when in range(3):
        queues.put("a", when, _says(words, f"{when}"))
        await queues.drained(5)
    assert words == ["0", "1", "2"]


async def test_only_so_much_may_wait() -> None:
    gate, queues = asyncio.Event(), Queues(most_waiting=3)
    assert queues.has_room_for(3) and not queues.has_room_for(4)
    for _ in range(4):
        queues.put("a", 1, _says([], "x", gate))
        await asyncio.sleep(0)
    assert not queues.has_room_for(1)
    gate.set()
    await queues.drained(5)
    assert queues.has_room_for(3)


async def test_what_never_ends_is_given_up_at_the_end() -> None:
    queues = Queues()
    queues.put("a", 1, _says([], "x", asyncio.Event()))
    await queues.drained(0.05)
    await asyncio.sleep(0)
    await queues.drained(0.05)
    assert queues.has_room_for(2_000)
