"""The dispatcher's lease in Redis, with a fencing token, and writes that only its holder can do."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

KEY = "hotline:dispatcher"
TOKEN = "hotline:dispatcher:token"
LEASE_MS = 5000

# The holder's token is compared inside Redis, so that a holder that was paused cannot write late.
_RENEW = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end
return 0
"""
_WRITE = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('hset', KEYS[2], ARGV[2], ARGV[3])
return 1
"""


class Lease:
    """One process's claim to decide."""

    def __init__(self, redis: Redis, owner: str) -> None:
        """Take the client and this node's name."""
        self._redis, self._owner = redis, owner
        self._renew = redis.register_script(_RENEW)
        self._write = redis.register_script(_WRITE)
        self.holding = ""

    async def keep(self) -> bool:
        """Take or renew the lease; call it every second or two. False: another node holds it."""
        if self.holding:
            if await self._renew(keys=[KEY], args=[self.holding, LEASE_MS]):
                return True
            self.holding = ""
        token = f"{self._owner}:{await self._redis.incr(TOKEN)}"
        if await self._redis.set(KEY, token, nx=True, px=LEASE_MS):
            self.holding = token
            return True
        return False

    async def write(self, table: str, field: str, value: str) -> bool:
        """Set a field of a hash if the lease is still ours."""
        return bool(
            await self._write(keys=[KEY, table], args=[self.holding, field, value])
        )

    async def read(self, table: str) -> dict[str, str]:
        """Return a hash."""
        found: dict[str, str] = await self._redis.hgetall(table)
        return found

    async def release(self) -> None:
        """Give the lease up, so that another takes it at once."""
        if self.holding:
            try:
                if await self._redis.get(KEY) == self.holding:
                    await self._redis.delete(KEY)
            except (RedisError, OSError):
                pass  # it runs out by itself
        self.holding = ""
