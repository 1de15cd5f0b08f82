"""Publishes what the console sees, and keeps the live rows in Redis for pages that come later."""

from __future__ import annotations

import json
from typing import Any

from redis.exceptions import RedisError
from twisted.logger import Logger

from core.bus import PREFIX, Bus, Keep

LIVE = "live"
log = Logger()


class Snapshot:
    """The one way from telephony to the bus."""

    def __init__(self, bus: Bus) -> None:
        """Take the bus."""
        self._bus = bus

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        """Send; a live row is kept until its call is gone."""
        keep = None
        if topic == "call.changed":
            keep = Keep(LIVE, message["id"])
        elif topic == "call.gone":
            keep = Keep(LIVE, message["id"], remove=True)
        elif topic == "node.state":
            keep = Keep("nodes", message["node"])
        self._bus.publish(topic, message, keep)

    async def elsewhere(self, call: str, node: str) -> bool:
        """Say whether a call runs on another node than this one."""
        try:
            text = await self._bus.redis.hget(PREFIX + LIVE, call)
        except (RedisError, OSError):
            return False
        return text is not None and json.loads(text).get("node") != node

    async def clear(self, node: str) -> None:
        """Remove the rows that a killed run of this node left behind."""
        try:
            rows = await self._bus.redis.hgetall(PREFIX + LIVE)
        except (RedisError, OSError) as error:
            log.warn("old live rows cannot be removed: {e}", e=error)
            return
        for call, text in rows.items():
            if json.loads(text).get("node") == node:
                self.publish("call.gone", {"id": call})
