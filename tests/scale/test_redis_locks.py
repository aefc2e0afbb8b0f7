"""Turns of one conversation in order over several lock stores, which stand for processes; and with Redis gone and back."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime

import pytest

from bot.engine.quiet import quiet_rasa
from bot.engine.without_tensorflow import keep_tensorflow_out

quiet_rasa()
keep_tensorflow_out()

from rasa.core.lock_store import LockError  # noqa: E402

from bot.engine.faults import Faults  # noqa: E402
from bot.engine.redis_link import RedisLink  # noqa: E402
from bot.engine.redis_locks import RedisLocks  # noqa: E402
from bot.engine.rows import StoreError  # noqa: E402
from bot.settings import JAPAN  # noqa: E402
from tests.scale.programs import PASSWORD, Redis  # noqa: E402

Process = tuple[RedisLocks, Faults]


@pytest.fixture
async def started(redis: Redis) -> AsyncIterator[Callable[[], Process]]:
    """Each call gives what one process has, ended after the test."""
    redis.ensure()
    async with AsyncExitStack() as ended:

        def start() -> Process:
            faults = Faults(lambda: datetime.now(JAPAN))
            locks = RedisLocks(RedisLink(redis.url, faults))
            ended.push_async_callback(locks.close)
            return locks, faults

        yield start


def _names(faults: Faults) -> list[str]:
    return [fault.name for fault in faults.lasting()]


async def _until(reached: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_first_come_first_served_over_processes(started: Callable[[], Process]) -> None:
    processes = [started()[0] for _ in range(3)]
    inside, served, most = 0, [], 0

    async def turn(number: int) -> None:
        nonlocal inside, most
        async with processes[number % 3].lock("one"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.002)
            served.append(number)
            inside -= 1

    async def queued(count: int) -> None:
        while await processes[0].link.client.llen("jpki-bot:queue:one") < count:
            await asyncio.sleep(0.001)

    waiting = []
    async with processes[0].lock("one"):
        for number in range(30):
            waiting.append(asyncio.ensure_future(turn(number)))
            await asyncio.wait_for(queued(number + 2), 10)
    await asyncio.gather(*waiting)
    assert served == list(range(30)) and most == 1


async def test_another_conversation_does_not_wait(started: Callable[[], Process]) -> None:
    first, second = started()[0], started()[0]
    async with first.lock("one"), second.lock("two", lock_lifetime=1):
        pass


async def test_whoever_waits_is_woken_and_does_not_poll(started: Callable[[], Process]) -> None:
    first, second = started()[0], started()[0]
    async with second.lock("other"):
        pass
    await asyncio.sleep(0.1)
    waits = []
    for _ in range(10):
        async with AsyncExitStack() as held:
            await held.enter_async_context(first.lock("one"))

            async def wait() -> float:
                async with second.lock("one"):
                    return time.monotonic()

            waiting = asyncio.ensure_future(wait())
            await asyncio.sleep(0.02)
            let_go = time.monotonic()
        waits.append(await waiting - let_go)
    # Looking by itself would take a quarter of a second on average.
    assert sorted(waits)[5] < 0.2


async def test_a_dead_process_holds_a_conversation_up_for_its_lease_only(started: Callable[[], Process]) -> None:
    dying, living = started()[0], started()[0]
    dead = dying.lock("one")
    await dead.__aenter__()
    await dying.close()
    began = time.monotonic()
    async with living.lock("one"):
        waited = time.monotonic() - began
    assert 2 < waited < 12
    # What it gives back late is not another's.
    async with living.lock("one"):
        await dead.__aexit__(None, None, None)
        with pytest.raises(LockError):
            async with dying.lock("one", lock_lifetime=0.3):
                pass


async def test_a_long_turn_keeps_its_lease(started: Callable[[], Process]) -> None:
    first, second = started()[0], started()[0]
    order = []

    async def other() -> None:
        async with second.lock("one"):
            order.append("second")

    async with first.lock("one"):
        waiting = asyncio.ensure_future(other())
        await asyncio.sleep(5.5)
        order.append("first")
    await waiting
    assert order == ["first", "second"]


async def test_one_that_gives_up_waiting_leaves_the_queue(started: Callable[[], Process]) -> None:
    first, second = started()[0], started()[0]
    async with first.lock("one"):
        with pytest.raises(LockError):
            async with second.lock("one", lock_lifetime=0.2):
                pass
        cancelled = asyncio.ensure_future(second.lock("one").__aenter__())
        await asyncio.sleep(0.1)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        await asyncio.sleep(0.05)
    began = time.monotonic()
    async with second.lock("one"):
        assert time.monotonic() - began < 1


async def test_without_redis_a_process_keeps_order_by_itself_and_finds_back(started: Callable[[], Process], redis: Redis) -> None:
    locks, faults = started()
    inside, served, most = 0, [], 0

    async def turn(number: int) -> None:
        nonlocal inside, most
        async with locks.lock("one"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.005)
            served.append(number)
            inside -= 1

    async with locks.lock("one"):
        before = [asyncio.ensure_future(turn(number)) for number in range(5)]
        await asyncio.sleep(0.1)
        redis.stop(signal.SIGKILL)
        await asyncio.sleep(0.7)
        after = [asyncio.ensure_future(turn(number)) for number in range(5, 10)]
        await asyncio.sleep(0.1)
        assert not served
    await asyncio.gather(*before, *after)
    assert most == 1 and set(served[:5]) == set(range(5)) and served[5:] == list(range(5, 10)) and _names(faults) == ["redis"]
    redis.start()
    await _until(lambda: not _names(faults))
    other, _ = started()
    async with other.lock("one"):
        late = asyncio.ensure_future(turn(10))
        await asyncio.sleep(0.3)
        assert served[-1] != 10
    await late
    assert served[-1] == 10 and not _names(faults)
    assert all("127.0.0.1" in fault.message and PASSWORD not in fault.message for fault in faults.past())


async def test_a_turn_begun_without_redis_is_waited_for_when_it_is_back(started: Callable[[], Process], redis: Redis) -> None:
    locks, faults = started()
    redis.stop(signal.SIGKILL)
    async with locks.lock("one"):
        redis.start()
        await _until(lambda: not _names(faults))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(locks.lock("one").__aenter__(), 0.3)


async def test_a_redis_that_hangs_holds_up_one_turn_for_a_second(started: Callable[[], Process], redis: Redis) -> None:
    locks, faults = started()
    async with locks.lock("one"):
        pass
    redis.send(signal.SIGSTOP)
    try:
        took = []
        for _ in range(3):
            began = time.monotonic()
            async with locks.lock("one"):
                took.append(time.monotonic() - began)
    finally:
        redis.send(signal.SIGCONT)
    assert 0.5 < took[0] < 5 and max(took[1:]) < 0.8 and _names(faults) == ["redis"]
    await _until(lambda: not _names(faults))


async def test_no_queue_and_no_lane_is_left_behind(started: Callable[[], Process]) -> None:
    locks, faults = started()
    for number in range(20):
        async with locks.lock(f"left{number}"):
            pass
    link = RedisLink(f"redis://:{PASSWORD}@{_address(locks)}", faults)
    assert [key async for key in link.client.scan_iter("jpki-bot:*left*")] == []
    await link.close()
    assert not locks._own._locks and not locks._waiting and not locks._inside


def _address(locks: RedisLocks) -> str:
    kept = locks.link.client.connection_pool.connection_kwargs
    return f"{kept['host']}:{kept['port']}/0"


@pytest.mark.parametrize("url", ["localhost:6379", "http://:secret-of-redis@localhost", "redis://:secret-of-redis@localhost:port/0"])
def test_a_url_that_cannot_be_read_is_refused_without_it(url: str) -> None:
    with pytest.raises(StoreError, match="JPKI_BOT_REDIS") as refused:
        RedisLink(url, Faults(lambda: datetime.now(JAPAN)))
    assert "secret-of-redis" not in str(refused.value)
