"""One turn at a time in a conversation, whichever processes its messages reach: first come, first served, over Redis."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from time import monotonic

from rasa.core.lock_store import LOCK_LIFETIME, LockError
from redis.exceptions import RedisError

from bot.engine.lanes import Lanes
from bot.engine.locks import Locks
from bot.engine.redis_link import RedisAway, RedisLink, Script, stopped

_LEASE = 4.0
"""A process that dies holds its conversations up for this long."""
_RENEWED_EVERY = 1.0
_LOOKS_EVERY = 0.5
_LOOKS_EVERY_DEAF = 0.02
_HEARS_FOR = 30.0
_BETWEEN_TRIES = 0.25
# KEYS: the queue of a conversation, the end of each token's lease. The clock is Redis's own: those of two machines differ.
_HEAD = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local function head()
  while true do
    local first = redis.call('LINDEX', KEYS[1], 0)
    if not first then return false end
    local due = redis.call('HGET', KEYS[2], first)
    if due and tonumber(due) > ms then return first end
    redis.call('LPOP', KEYS[1])
    redis.call('HDEL', KEYS[2], first)
  end
end
"""
# Takes a place in the queue unless it has one, renews its lease, and says whether it is the first.
_STAND = Script(f"""{_HEAD}
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then redis.call('RPUSH', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[2], ARGV[1], ms + ARGV[2])
for i = 1, 2 do redis.call('PEXPIRE', KEYS[i], 60000) end
return head() == ARGV[1] and 1 or 0
""")
# Only its own token: one whose lease ended has nothing to give back.
_LEAVE = Script(f"""{_HEAD}
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
local first = head()
if first then redis.call('PUBLISH', ARGV[2] .. string.match(first, '^[^.]+'), first) end
return 0
""")


class RedisLocks(Locks):
    """While Redis is away, the order holds within this process alone; what two processes then write at once, the database refuses to one.

    Whoever waits is woken by a message from the one that leaves, and looks by itself in case that died.
    """

    link: RedisLink

    def __init__(self, link: RedisLink, prefix: str = "jpki-bot:") -> None:
        self.link, self._prefix = link, prefix
        self._process, self._numbers = secrets.token_hex(8), count(1)
        self._doors, self._own = Lanes(), Lanes()
        self._waiting: dict[str, asyncio.Event] = {}
        self._inside: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._hears = False
        link.when_away.append(self._wake_all)

    @asynccontextmanager
    async def lock(self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1) -> AsyncIterator[None]:
        """`lock_lifetime` is the longest wait, after which LockError is raised; nothing polls, whatever `wait_time_in_seconds` says."""
        if not self._tasks:
            self._tasks = [asyncio.ensure_future(work()) for work in (self._listen, self._renew)]
        token = f"{self._process}.{next(self._numbers)}"
        try:
            await self._stand(conversation_id, token, monotonic() + lock_lifetime)
            self._inside[token] = conversation_id
            # Also here: a turn that began while Redis was away may still be on its way.
            async with self._own.of(conversation_id):
                yield
        finally:
            self._inside.pop(token, None)
            await asyncio.shield(self._leave(conversation_id, token))

    async def close(self) -> None:
        tasks, self._tasks = self._tasks, []
        await stopped(tasks)
        await self.link.close()

    async def _stand(self, conversation: str, token: str, end: float) -> None:
        """Returns as the first in the queue, or without a queue where Redis is away."""
        woken = self._waiting[token] = asyncio.Event()
        try:
            # One by one: what goes over two connections may overtake.
            async with self._doors.of(conversation):
                first = await self._is_first(conversation, token)
            while not first:
                if monotonic() >= end:
                    raise LockError(f"Could not acquire lock for conversation_id '{conversation}'.")
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(woken.wait(), _LOOKS_EVERY if self._hears else _LOOKS_EVERY_DEAF)
                woken.clear()
                first = await self._is_first(conversation, token)
        except RedisAway:
            pass
        finally:
            del self._waiting[token]

    async def _is_first(self, conversation: str, token: str) -> bool:
        return bool(await self.link.run(_STAND, self._keys(conversation), [token, _LEASE * 1000]))

    async def _leave(self, conversation: str, token: str) -> None:
        with suppress(RedisAway):
            await self.link.run(_LEAVE, self._keys(conversation), [token, self._channel("")])

    async def _renew(self) -> None:
        """The leases of those inside; those who wait renew their own as they look."""
        while True:
            await asyncio.sleep(_RENEWED_EVERY)
            for token, conversation in list(self._inside.items()):
                try:
                    await self._is_first(conversation, token)
                except RedisAway:
                    break
                if token not in self._inside:
                    # It left meanwhile, perhaps before it was renewed: nobody else would take it out of the queue.
                    await self._leave(conversation, token)

    async def _listen(self) -> None:
        while True:
            try:
                async with self.link.client.pubsub(ignore_subscribe_messages=True) as heard:
                    await heard.subscribe(self._channel(self._process))
                    self._hears = True
                    while True:
                        message = await heard.get_message(timeout=_HEARS_FOR)
                        if message and (waiting := self._waiting.get(message["data"].decode())):
                            waiting.set()
            except (RedisError, OSError, asyncio.TimeoutError):
                pass
            finally:
                self._hears = False
            await asyncio.sleep(_BETWEEN_TRIES)

    def _wake_all(self) -> None:
        """In the order in which they came."""
        for waiting in self._waiting.values():
            waiting.set()

    def _keys(self, conversation: str) -> list[str]:
        return [f"{self._prefix}queue:{conversation}", f"{self._prefix}lease:{conversation}"]

    def _channel(self, process: str) -> str:
        return f"{self._prefix}woken:{process}"
