"""Redis as several processes share it: reached in bounded time, or known to be away until it is reached again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha1
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from bot.engine.faults import Faults
from bot.engine.rows import StoreError

_SETTING = "JPKI_BOT_REDIS"
_SECONDS = 1.0
_MOST_AT_ONCE = 32
_BETWEEN_TRIES = 0.25
_FAULT = "redis"
_PROBE = "jpki-bot:probe"


class RedisAway(Exception):
    """Redis does not answer at this moment: do without."""


class Script:
    """Lua that runs in Redis, as a whole or not at all."""

    def __init__(self, text: str) -> None:
        self.text, self.digest = text, sha1(text.encode()).hexdigest()


class RedisLink:
    """One failure puts Redis away for everybody here, at once and with the fault `redis`; a task of its own looks for it.

    `when_away` are called as it goes. What `url` holds of a password is named nowhere.
    """

    def __init__(self, url: str, faults: Faults) -> None:
        """Connects at first use. Raises StoreError for a URL that cannot be read."""
        self._faults = faults
        self._place = place_of(url)
        # The client must not try again by itself: whoever waits would wait for all its tries.
        self.client: Any = Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
        self._at_once = asyncio.Semaphore(_MOST_AT_ONCE)
        self.when_away: list[Callable[[], None]] = []
        self._looking: asyncio.Task[None] | None = None

    @property
    def away(self) -> bool:
        return self._looking is not None

    async def run(self, script: Script, keys: Sequence[str], values: Sequence[str | float]) -> Any:
        """What the script returns. Raises RedisAway."""
        if self.away:
            raise RedisAway
        try:
            return await self._run(script, keys, values)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            self._goes_away(error)
            raise RedisAway from None

    async def close(self) -> None:
        if self._looking is not None:
            await stopped([self._looking])
        await self.client.close()

    async def _run(self, script: Script, keys: Sequence[str], values: Sequence[str | float]) -> Any:
        async with self._at_once:
            return await self._run_on_one(script, keys, values)

    async def _run_on_one(self, script: Script, keys: Sequence[str], values: Sequence[str | float]) -> Any:
        try:
            return await self.client.evalsha(script.digest, len(keys), *keys, *values)
        except NoScriptError:
            # A Redis that was restarted has none.
            return await self.client.eval(script.text, len(keys), *keys, *values)

    def _goes_away(self, error: Exception) -> None:
        if self.away:
            return
        self._faults.begin(_FAULT, f"{self._place}: Redisにつながりません（{type(error).__name__}）。動いているか、{_SETTING} が正しいかを見てください")
        self._looking = asyncio.ensure_future(self._look())
        for told in self.when_away:
            told()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_BETWEEN_TRIES)
            try:
                await self.client.connection_pool.disconnect(inuse_connections=False)
                # Written: a Redis that is full, or a copy of another, answers a ping.
                await self.client.set(_PROBE, "", px=1000)
            except (RedisError, OSError, asyncio.TimeoutError):
                continue
            self._looking = None
            self._faults.end(_FAULT)
            return


async def stopped(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancelled, and again where the Redis client, as it connects, has taken the cancelling for its own."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=0.1)


def place_of(url: str) -> str:
    """Where it is, without any secret. Raises StoreError."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise ValueError
        place = parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
    except ValueError:
        raise StoreError(f"{_SETTING}: 読めません。redis://:パスワード@ホスト:6379/0 の形で書いてください（値はここに出しません）") from None
    return f"{_SETTING}（{place}）"
