"""The dispatcher's lease in Redis, with a fencing token, and writes that only its holder can do."""

from __future__ import annotations

import contextlib

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
_RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""


class Lease:
    """One process's claim to decide."""

    def __init__(self, redis: Redis, owner: str) -> None:
        """Take the client and this node's name."""
        self._redis, self._owner = redis, owner
        self._renew = redis.register_script(_RENEW)
        self._write = redis.register_script(_WRITE)
        self._release = redis.register_script(_RELEASE)
        self.holding = ""

    async def keep(self) -> bool:
        """Take or renew the lease; call it every second or two. False: another node holds it."""
        if self.holding:
            if await self._renew(keys=[KEY], args=[self.holding, LEASE_MS]):
                return True
            self.holding = ""
        token = f"{self._owner}:{await self._redis.incr(TOKEN)}"
        # Noted before it is tried: if the reply is lost, the next call finds out by renewing.
        self.holding = token
        if await self._redis.set(KEY, token, nx=True, px=LEASE_MS):
            return True
        self.holding = ""
        return False

    async def write(self, table: str, field: str, value: str) -> bool:
        """Set a field of a hash if the lease is still ours."""
        return bool(await self._write(keys=[KEY, table], args=[self.holding, field, value]))

    async def read(self, table: str) -> dict[str, str]:
        """Return a hash."""
        found = await self._redis.hgetall(table)
        return {str(field): str(value) for field, value in found.items()}

    async def release(self) -> None:
        """Give the lease up, so that another takes it at once."""
        held, self.holding = self.holding, ""
        if held:
            with contextlib.suppress(RedisError, OSError):  # it runs out by itself
                await self._release(keys=[KEY], args=[held])
