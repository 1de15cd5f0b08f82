"""SDP between the SIP side and a browser."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.queue.desk import Desk


class Browsers:
    """The SIP side: what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def browser_answered(self, leg_id: str, sdp: str) -> None:
        self.told.append(("answered", leg_id, sdp))

    def browser_rejected(self, leg_id: str) -> None:
        self.told.append(("rejected", leg_id))


def test_offers_and_ends_go_to_the_agent_s_pages() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    desk = Desk(lambda topic, message: sent.append((topic, message)))
    desk.offer("li", "leg1", "v=0")
    desk.end("li", "leg1")
    assert sent == [
        ("agent.signal", {"agent": "li", "type": "offer", "leg": "leg1", "sdp": "v=0"}),
        ("agent.signal", {"agent": "li", "type": "end", "leg": "leg1"}),
    ]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"type": "answer", "leg": "leg1", "sdp": "v=0"}, [("answered", "leg1", "v=0")]),
        ({"type": "reject", "leg": "leg1"}, [("rejected", "leg1")]),
        ({"type": "hangup", "leg": "leg1"}, [("rejected", "leg1")]),
        ({"type": "answer", "leg": 7, "sdp": None}, [("answered", "7", "None")]),
        ({"type": "dance", "leg": "leg1"}, []),
        ({}, []),
    ],
)
def test_replies_reach_the_sip_side(message: dict[str, Any], told: list[Any]) -> None:
    desk = Desk(lambda topic, message: None)
    desk.reply("agent.reply", message)
    browsers = Browsers()
    desk.browsers = browsers
    desk.reply("agent.reply", message)
    assert browsers.told == told
