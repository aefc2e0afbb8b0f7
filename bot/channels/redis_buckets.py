"""Token buckets that several processes share, in Redis."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256

from bot.channels.buckets import OwnBuckets, Rate
from bot.engine.redis_link import RedisAway, RedisLink, Script

# A refusal writes nothing. The clock is Redis's own: those of two machines differ.
_TAKE = Script("""
local time = redis.call('TIME')
local now, wait, left = time[1] + time[2] / 1000000, 0, {}
for i, key in ipairs(KEYS) do
  local burst, rate, held = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i]), redis.call('HMGET', key, 'left', 'at')
  left[i] = math.min(burst, (tonumber(held[1]) or burst) + math.max(0, now - (tonumber(held[2]) or now)) * rate)
  wait = math.max(wait, (1 - left[i]) / rate)
end
if wait > 0 then return string.format('%.6f', wait) end
for i, key in ipairs(KEYS) do
  local burst, rate = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  redis.call('HSET', key, 'left', string.format('%.17g', left[i] - 1), 'at', string.format('%.17g', now))
  redis.call('PEXPIRE', key, math.ceil((burst - left[i] + 1) / rate * 1000))
end
return '0'
""")


class RedisBuckets:
    """`of_a_process` name the buckets that each process has for itself.

    The others are shared; their names hold addresses, and stand in Redis hashed with `key`, until the bucket is full again.
    While Redis is away each process keeps all of them by itself.
    """

    def __init__(self, link: RedisLink, key: str, of_a_process: frozenset[str], prefix: str = "jpki-bot:bucket:") -> None:
        self._link, self._key, self._of_a_process, self._prefix = link, key.encode(), of_a_process, prefix
        self._own = OwnBuckets()

    async def take(self, wanted: Sequence[tuple[str, Rate]]) -> float:
        own, shared = ([each for each in wanted if (each[0] in self._of_a_process) is here] for here in (True, False))
        # First what costs nothing to ask: a flood is turned away without a word to Redis.
        if (wait := self._own.wait(own)) or not shared:
            return wait or await self._own.take(own)
        names, rates = [self._hidden(name) for name, _ in shared], [value for _, rate in shared for value in (rate.burst, rate.per_second)]
        try:
            wait = float(await self._link.run(_TAKE, names, rates))
        except RedisAway:
            return await self._own.take(wanted)
        return wait or await self._spent(own)

    async def _spent(self, own: Sequence[tuple[str, Rate]]) -> float:
        """Another may have had the last one meanwhile: the shared ones are taken, so this one goes through."""
        await self._own.take(own)
        return 0.0

    def _hidden(self, name: str) -> str:
        return self._prefix + hmac.new(self._key, name.encode(), sha256).hexdigest()[:32]
