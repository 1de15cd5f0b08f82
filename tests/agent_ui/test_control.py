"""Call control as pages and programs ask for it: what is sent, and what comes of silence."""

from __future__ import annotations

from typing import Any

import pytest

from agent_ui.live import control
from agent_ui.live.control import GONE, SILENT, ControlRefused, checked
from tests.agent_ui.served import Served


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"command": "hold", "call": "c1"}, {"command": "hold", "call": "c1"}),
        (
            {"command": "transfer", "call": "c1", "to": "queue:粤语", "more": "left out"},
            {"command": "transfer", "call": "c1", "to": "queue:粤语"},
        ),
        (
            {"command": "dial", "call": "c1", "number": "13800138000"},
            {"command": "dial", "call": "", "number": "13800138000", "ticket": ""},
        ),
        ({"command": "retrieve", "slot": "3"}, {"command": "retrieve", "call": "", "slot": "3"}),
    ],
)
def test_what_is_sent(asked: dict[str, Any], sent: dict[str, str]) -> None:
    assert checked(asked, "c1") == sent


@pytest.mark.parametrize(
    ("asked", "own", "why"),
    [
        ({"command": "explode", "call": "c1"}, "c1", "没有这项操作"),
        ({"command": "hold", "call": "c2"}, "c1", GONE),
        ({"command": "hold", "call": ""}, "", GONE),
        ({"command": "transfer", "call": "c1", "to": "sip:120@far"}, "c1", "转给谁"),
        ({"command": "transfer", "call": "c1", "to": ["number:1"]}, "c1", "转给谁"),
        ({"command": "digits", "call": "c1", "digits": "12a"}, "c1", "按键"),
        ({"command": "dial", "number": "+86\n110"}, "c1", "号码"),
    ],
)
def test_what_is_not(asked: dict[str, Any], own: str, why: str) -> None:
    with pytest.raises(ControlRefused, match=why):
        checked(asked, own)


@pytest.fixture
def telephony(served: Served, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What telephony was asked; it refuses `park`, and says nothing to `mute`."""
    asked: list[dict[str, Any]] = []

    def take(topic: str, message: dict[str, Any]) -> None:
        asked.append(message)
        if message["command"] != "mute":
            ok = message["command"] != "park"
            why = "" if ok else "没有空的驻留位。"
            told = {"id": message["id"], "agent": message["agent"], "ok": ok, "why": why}
            served.bus.publish("agent.controlled", told)

    monkeypatch.setattr(control, "LIMIT_S", 0.3)
    stop = served.bus.subscribe(["agent.control"], take)
    monkeypatch.setattr(served.app.state.controls, "_own_call", lambda agent: "c1")
    yield asked
    stop()


@pytest.mark.parametrize(
    ("command", "ok", "why"),
    [("hold", True, ""), ("park", False, "没有空的驻留位。"), ("mute", False, SILENT)],
)
def test_telephony_s_answer_and_its_silence(
    served: Served, telephony: list[dict[str, Any]], command: str, ok: bool, why: str
) -> None:
    asked = {"command": command, "call": "c1"}
    answer = served.run(served.app.state.controls.ask("wang", asked))
    assert (answer.ok, answer.why) == (ok, why)
    assert [(each["agent"], each["command"]) for each in telephony] == [("wang", command)]


def test_what_is_refused_here_never_reaches_telephony(
    served: Served, telephony: list[dict[str, Any]]
) -> None:
    answer = served.run(served.app.state.controls.ask("wang", {"command": "hold", "call": "c9"}))
    assert (answer.ok, answer.why, telephony) == (False, GONE, [])
