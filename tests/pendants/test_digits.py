"""BS 8521 digits, NOW-IP and Contact ID."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.pendants import bs8521, contact_id, now_ip
from telephony.pendants.bs8521 import Bs8521Error
from telephony.pendants.contact_id import ContactIdError, Event
from telephony.pendants.now_ip import Message, NowIpError
from telephony.pendants.signal import Kind, Voice

FALL = "110100012345000602104100"


def test_the_24_digits() -> None:
    alarm = bs8521.parse(FALL)
    assert (alarm.controller, alarm.unit, alarm.event) == ("00012345", "0006", "021")
    assert (alarm.location, alarm.priority, alarm.status) == ("04", "1", "00")
    signal = bs8521.signal_of(alarm, "now-ip", b"x")
    assert (signal.kind, signal.voice) == (Kind.FALL, Voice.INBOUND)


@pytest.mark.parametrize("digits", ["", "1" * 23, "1" * 25, "x" * 24, "１" * 24])
def test_what_are_no_24_digits(digits: str) -> None:
    with pytest.raises(Bs8521Error):
        bs8521.parse(digits)


@given(st.from_regex(r"[0-9]{24}", fullmatch=True))
def test_digits_round_trip(digits: str) -> None:
    alarm = bs8521.parse(digits)
    assert bs8521.encode(alarm) == digits
    bs8521.signal_of(alarm, "bs8521", b"")


ATM = now_ip.encode(Message("1", "1", FALL, "2026-11-29T06:00:00", "00:11:22:33:44:55"))


def test_now_ip_alarms_are_acknowledged_with_their_own_data() -> None:
    message = now_ip.parse(ATM)
    assert message.mac == "001122334455"
    signal = now_ip.signal_of(message, ATM)
    assert (signal.controller, signal.kind) == ("00012345", Kind.FALL)
    assert now_ip.answer(message) == (
        b"<ATM><version>1</version><type>A</type><data>110100012345000602104100</data>"
        b"<time>2026-11-29T06:00:00</time><mac>001122334455</mac></ATM>"
    )


def test_a_now_ip_heartbeat_goes_by_the_mac() -> None:
    message = now_ip.parse(now_ip.encode(Message("1", "0", "", "", "001122334455")))
    signal = now_ip.signal_of(message, b"")
    assert (signal.controller, signal.kind) == ("001122334455", Kind.HEARTBEAT)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<mrq/>",
        b"<ATM/>",
        b"<ATM><type>X</type></ATM>",
        b"<ATM><type>1</type><data>12</data></ATM>",
        b"<!DOCTYPE ATM [<!ENTITY a 'b'>]><ATM><type>0</type></ATM>",
        b"<ATM>" + b" " * 20_000 + b"</ATM>",
    ],
)
def test_now_ip_refuses(body: bytes) -> None:
    with pytest.raises(NowIpError):
        now_ip.parse(body)


@given(st.binary(max_size=200), st.integers(0, 150), st.integers(0, 150))
def test_now_ip_noise(noise: bytes, start: int, cut: int) -> None:
    for body in (noise, ATM[:start] + noise + ATM[start + cut :]):
        with contextlib.suppress(NowIpError):
            now_ip.signal_of(now_ip.parse(body), body)


def test_contact_id_of_the_books() -> None:
    assert contact_id.parse("1234181131010158") == Event("1234", "1", "131", "01", "015")
    assert contact_id.from_keys("*#abc") == "BCDEF"


@pytest.mark.parametrize(
    "digits", ["", "1234181131010157", "12341811310101588", "123418A131010158"]
)
def test_contact_id_refuses(digits: str) -> None:
    with pytest.raises(ContactIdError):
        contact_id.parse(digits)


@pytest.mark.parametrize(
    ("code", "qualifier", "kind"),
    [
        ("101", "1", Kind.PENDANT), ("101", "3", Kind.CANCEL), ("111", "1", Kind.SMOKE),
        ("151", "1", Kind.GAS), ("162", "1", Kind.CO), ("154", "1", Kind.FLOOD),
        ("641", "1", Kind.INACTIVITY), ("130", "1", Kind.INTRUDER), ("302", "1", Kind.TECHNICAL),
        ("302", "3", Kind.TECHNICAL), ("406", "1", Kind.CANCEL), ("601", "1", Kind.TEST),
        ("602", "1", Kind.HEARTBEAT), ("606", "1", Kind.PENDANT),
    ],
)  # fmt: skip
def test_contact_id_kinds(code: str, qualifier: str, kind: Kind) -> None:
    signal = contact_id.signal_of(Event("1234", qualifier, code, "00", "001"), b"")
    assert signal.kind is kind


_HEX = st.from_regex(r"[0-9B-F]{4}[136][0-9B-F]{8}", fullmatch=True)


@given(_HEX)
def test_contact_id_round_trip(text: str) -> None:
    event = Event(text[:4], text[4], text[5:8], text[8:10], text[10:])
    keys = contact_id.to_keys(contact_id.encode(event))
    assert contact_id.parse(contact_id.from_keys(keys)) == event
    contact_id.signal_of(event, b"")


@given(st.text(max_size=20))
def test_contact_id_noise(text: str) -> None:
    with contextlib.suppress(ContactIdError):
        contact_id.signal_of(contact_id.parse(contact_id.from_keys(text)), b"")
