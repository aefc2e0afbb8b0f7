"""Buckets in a real Redis: shared by processes, counted only when all give, own ones while Redis is away."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.channels.buckets import Rate
from bot.channels.limits import OF_A_PROCESS, Limits, Rates, TooMany
from bot.channels.redis_buckets import RedisBuckets
from bot.engine.faults import Faults
from bot.engine.redis_link import RedisLink
from bot.settings import JAPAN
from tests.scale.programs import Redis

_WIDE = Rate(100, 10)


@pytest.fixture
async def link(redis: Redis) -> AsyncIterator[RedisLink]:
    redis.ensure()
    made = RedisLink(redis.url, Faults(lambda: datetime.now(JAPAN)))
    await made.client.flushdb()
    yield made
    await made.close()


def _two(link: RedisLink, **rates: Rate) -> tuple[Limits, Limits]:
    """What two processes hold. A wide rate is one that is not in question."""
    names = ("of_one", "of_client", "of_all", "opened_by_client", "opened_by_all")
    kept = Rates(**{name: rates.get(name, _WIDE) for name in names})
    return Limits(kept, RedisBuckets(link, "key", OF_A_PROCESS)), Limits(kept, RedisBuckets(link, "key", OF_A_PROCESS))


async def _taken(limits: Limits, times: int, conversation: str = "a", client: str | None = None) -> int:
    went = 0
    for _ in range(times):
        try:
            await limits.message(conversation, client)
            went += 1
        except TooMany:
            pass
    return went


async def test_a_session_has_one_bucket_over_processes_and_it_fills_again(link: RedisLink) -> None:
    first, second = _two(link, of_one=Rate(4, 5))
    assert await _taken(first, 2) + await _taken(second, 6) == 4
    with pytest.raises(TooMany) as refused:
        await first.message("a")
    assert refused.value.seconds == 1
    await second.message("b")
    await asyncio.sleep(0.25)
    assert await _taken(second, 1) == 1 and await _taken(first, 3) < 3


async def test_a_client_has_one_bucket_over_processes_and_a_refusal_takes_nothing(link: RedisLink) -> None:
    first, second = _two(link, of_one=Rate(2, 0.01), of_client=Rate(3, 0.01))
    assert await _taken(first, 9, "a", "192.0.2.1") == 2
    # Seven were refused by the session's bucket: the client's has still one.
    assert await _taken(second, 9, "b", "192.0.2.1") == 1
    assert await _taken(second, 1, "b", "192.0.2.2") == 1


async def test_what_guards_one_process_is_not_shared(link: RedisLink) -> None:
    first, second = _two(link, of_all=Rate(3, 0.01), opened_by_all=Rate(2, 0.01))
    for limits in (first, second):
        assert await _taken(limits, 9, "a") == 3
        await limits.session("192.0.2.1")
        await limits.session("192.0.2.1")
        with pytest.raises(TooMany):
            await limits.session("192.0.2.1")


async def test_at_once_no_more_get_through_than_there_are(link: RedisLink) -> None:
    first, second = _two(link, of_one=Rate(20, 0.01))
    done = await asyncio.gather(*(limits.message("a") for limits in (first, second) for _ in range(40)), return_exceptions=True)
    assert done.count(None) == 20 and all(isinstance(each, TooMany) for each in done if each is not None)


async def test_no_address_stands_in_redis_and_nothing_stays(link: RedisLink) -> None:
    first, _ = _two(link, of_one=Rate(2, 10), of_client=Rate(2, 10))
    await first.message("conversation", "192.0.2.77")
    keys = [key.decode() async for key in link.client.scan_iter("*")]
    assert len(keys) == 2 and not [key for key in keys if "192" in key or "conversation" in key]
    await asyncio.sleep(0.3)
    assert await link.client.dbsize() == 0


async def test_without_redis_each_process_limits_by_itself_and_they_share_again(link: RedisLink, redis: Redis) -> None:
    first, second = _two(link, of_one=Rate(3, 0.01), of_all=Rate(50, 10))
    redis.stop(signal.SIGKILL)
    assert await _taken(first, 9) == 3 and await _taken(second, 9) == 3 and link.away
    redis.start()
    end = time.monotonic() + 5
    while link.away:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    assert await _taken(first, 9) + await _taken(second, 9) == 3
