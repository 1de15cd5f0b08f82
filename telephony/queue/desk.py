"""Carries SDP between the SIP side and an agent's browser, over the bus and the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Browsers(Protocol):
    """What the SIP side takes from browsers."""

    def browser_answered(self, leg_id: str, sdp: str) -> None:
        """The browser's SDP answer."""

    def browser_rejected(self, leg_id: str) -> None:
        """The agent does not take the call, or hangs up."""


class Desk:
    """Implements `telephony.sip.port.BrowserGate`."""

    def __init__(self, publish: Callable[[str, dict[str, Any]], None]) -> None:
        """`publish` sends to the bus; `browsers` is set once the SIP side exists."""
        self._publish = publish
        self.browsers: Browsers | None = None

    def offer(self, agent: str, leg_id: str, sdp: str) -> None:
        """Ring the agent's browser."""
        signal = {"agent": agent, "type": "offer", "leg": leg_id, "sdp": sdp}
        self._publish("agent.signal", signal)

    def end(self, agent: str, leg_id: str) -> None:
        """The leg is over or no longer offered."""
        self._publish("agent.signal", {"agent": agent, "type": "end", "leg": leg_id})

    def reply(self, topic: str, message: dict[str, Any]) -> None:
        """Take an `agent.reply` message from the console."""
        if self.browsers is None:
            return
        leg = str(message.get("leg", ""))
        match message.get("type"):
            case "answer":
                self.browsers.browser_answered(leg, str(message.get("sdp", "")))
            case "reject" | "hangup":
                self.browsers.browser_rejected(leg)
