"""Asks telephony for something over the bus and waits for its answer, for a while."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from core.bus import Bus

ANSWER_LIMIT_S = 3.0
NO_ANSWER = "电话服务没有回应，请再试一次。"


async def control(bus: Bus, agent: str, command: str, **more: Any) -> str:
    """Send an `agent.control` command; returns why it was not done, empty when it was."""
    wanted = {"id": uuid.uuid4().hex, "agent": agent, "call": "", "command": command, **more}
    answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def heard(topic: str, message: dict[str, Any]) -> None:
        if message.get("id") == wanted["id"] and not answered.done():
            answered.set_result(message)

    stop = bus.subscribe(["agent.controlled"], heard)
    try:
        bus.publish("agent.control", wanted)
        answer = await asyncio.wait_for(answered, ANSWER_LIMIT_S)
    except TimeoutError:
        return NO_ANSWER
    finally:
        stop()
    return "" if answer.get("ok") else str(answer.get("why") or NO_ANSWER)
