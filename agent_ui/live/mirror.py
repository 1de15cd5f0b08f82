"""What runs now, as telephony publishes it: rebuilt from Redis, kept up to date by events."""

from __future__ import annotations

import json
from typing import Any

from redis.asyncio import Redis
from twisted.logger import Logger

from core.bus import PREFIX

Message = dict[str, Any]
log = Logger()


class Mirror:
    """Running calls, agents and nodes, each by its id. Holds nothing that Redis does not."""

    def __init__(self) -> None:
        """Start empty."""
        self.calls: dict[str, Message] = {}
        self.agents: dict[str, Message] = {}
        self.nodes: dict[str, Message] = {}
        self._meanwhile: list[tuple[str, Message]] | None = None

    async def load(self, redis: Redis) -> None:
        """Take everything from Redis; events that come meanwhile count on top of it.

        Raises redis errors; what was known before then stays.
        """
        meanwhile: list[tuple[str, Message]] = []
        self._meanwhile = meanwhile
        try:
            calls = await _table(redis, "live")
            agents = await _table(redis, "agents")
            nodes = await _table(redis, "nodes")
            self.calls, self.agents, self.nodes = calls, agents, nodes
        finally:
            if self._meanwhile is meanwhile:
                self._meanwhile = None
        for topic, message in meanwhile:
            self.take(topic, message)

    def take(self, topic: str, message: Message) -> None:
        """Bring one event in."""
        if self._meanwhile is not None:
            self._meanwhile.append((topic, message))
        match topic:
            case "call.changed":
                self.calls[str(message["id"])] = message
            case "call.gone":
                self.calls.pop(str(message["id"]), None)
            case "agent.state":
                self.agents[str(message["agent"])] = message
            case "node.state":
                self.nodes[str(message["node"])] = message

    def warnings(self) -> list[Message]:
        """What the nodes say is wrong: name, text and the node's name, each once."""
        found: dict[tuple[str, str], Message] = {}
        for node in sorted(self.nodes):
            for each in self.nodes[node].get("warnings", []):
                name, text = str(each.get("name", "")), str(each.get("text", ""))
                found.setdefault((name, text), {"name": name, "text": text, "node": node})
        return list(found.values())


async def _table(redis: Redis, name: str) -> dict[str, Message]:
    rows: dict[str, Message] = {}
    for key, text in (await redis.hgetall(PREFIX + name)).items():
        try:
            row = json.loads(text)
            rows[str(key)] = dict(row)
        except (ValueError, TypeError):
            log.warn("unreadable row {key} in {name}", key=key, name=name)
    return rows
