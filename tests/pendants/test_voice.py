"""Which calls are alarms' voice legs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from twisted.internet.task import Clock

from core.settings import CODE
from ivr.alarm import ALARM
from ivr.dialogue import Dialogue
from ivr.events import Enqueue
from ivr.tree import load
from telephony.pendants import scaip
from telephony.pendants.signal import Signal
from telephony.pendants.store import Taken
from telephony.pendants.voice import SHOWN_S, WAIT_S, VoiceLegs
from telephony.sip.port import Invitation

Told = list[tuple[str, dict[str, Any]]]


def _signal(**fields: str) -> Signal:
    body = scaip.build({"ref": "1", "cid": "26317", "dty": "0005", **fields})
    return scaip.signal_of(scaip.parse(body))


def _call(user: str = "26317", caller: str = "") -> Invitation:
    raw = f"INVITE sip:12349@h SIP/2.0\r\nFrom: <sip:{user}@h>;tag=1\r\n\r\n"
    return Invitation("c", "s", "local", caller, "", "12349", raw=raw)


def _legs() -> tuple[VoiceLegs, Clock, Told]:
    clock, told = Clock(), Told()
    return VoiceLegs(clock, lambda topic, data: told.append((topic, data))), clock, told


def test_the_call_of_a_device_that_sent_an_alarm_is_its_voice_leg() -> None:
    legs, clock, told = _legs()
    assert not legs.is_alarm(_call())
    legs.taken(_signal(), Taken(7, b"", True))
    assert legs.is_alarm(_call()) and legs.is_alarm(_call("+26317"))
    assert not legs.is_alarm(_call("99"))
    assert "26317" in legs.connect(_call()) and not legs.is_alarm(_call())
    clock.advance(WAIT_S + 1)
    assert [topic for topic, _ in told] == ["pendant.alarm"]


def test_the_registered_number_of_the_device_does_as_well() -> None:
    legs, _, _ = _legs()
    legs.taken(_signal(), Taken(7, b"", True, device=3, number="+8613800138000"))
    assert "登记号3" in legs.connect(_call("x", "+8613800138000"))


def test_an_alarm_without_its_call_is_told_after_a_minute() -> None:
    legs, clock, told = _legs()
    legs.taken(_signal(), Taken(7, b"", True))
    clock.advance(WAIT_S)
    assert [topic for topic, _ in told] == ["pendant.alarm", "pendant.silent"]
    assert not legs.is_alarm(_call())


@pytest.mark.parametrize("fields", [{"crd": "no-voice:"}, {"cha": "1", "crd": "tel:123"}])
def test_who_will_not_call_is_shown_to_people_at_once(fields: dict[str, str]) -> None:
    legs, clock, told = _legs()
    legs.taken(_signal(**fields), Taken(7, b"", True, device=3))
    (text,) = legs.alerts()
    assert "26317" in text and "登记号3" in text and "信号7" in text
    clock.advance(WAIT_S)
    assert [topic for topic, _ in told] == ["pendant.alarm"] and len(legs.alerts()) == 1
    clock.advance(SHOWN_S)
    assert legs.alerts() == []


def test_a_promised_call_that_does_not_come_is_shown_until_the_device_calls() -> None:
    legs, clock, _ = _legs()
    legs.taken(_signal(), Taken(7, b"", True))
    assert legs.alerts() == []
    clock.advance(WAIT_S)
    assert len(legs.alerts()) == 1
    legs.taken(_signal(ref="2"), Taken(8, b"", True))
    assert legs.connect(_call()) and legs.alerts() == []


def test_a_heartbeat_makes_no_call_an_alarm() -> None:
    legs, _, told = _legs()
    legs.taken(_signal(mty="PI"), Taken(7, b"", True))
    assert not legs.is_alarm(_call()) and told == []


def test_an_alarms_call_begins_in_the_emergency_queue() -> None:
    dialogue = Dialogue(load(CODE / "ivr/trees/12349.yaml"))
    now = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
    _, effects = dialogue.start(now, frozenset({ALARM}))
    queued = [effect for effect in effects if isinstance(effect, Enqueue)]
    assert [effect.priority for effect in queued] == ["emergency"]
