"""A leg out through a trunk: which numbers, and what is reported, on both lines."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from telephony.sip import outgoing
from telephony.sip.config import SipSettings, SipSettingsError, Trunk
from telephony.sip.outgoing import Outgoing, refusal, trunk_out
from telephony.sip.port import Invitation, Leg, LegState
from tests.fakes.sip import FakeLine
from tests.sip.conftest import Owner, Station, aio, the_reactor, until

Test = pytest_twisted.ensureDeferred
NUMBER = "+8613800138000"


class Report:
    """Keeps what a dialler is told."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.leg: Leg | None = None
        self.owner = Owner()

    def ringing(self) -> None:
        self.events.append(("ringing",))

    def answered(self, leg: Leg) -> None:
        self.events.append(("answered",))
        self.leg, leg.owner = leg, self.owner

    def failed(self, code: int, reason: str) -> None:
        self.events.append(("failed", code))


def line_and_out(trunk: Trunk | None = None) -> tuple[Clock, FakeLine, Outgoing]:
    """A line in memory with a trunk out."""
    clock = Clock()
    line = FakeLine(clock, lambda leg, invitation: None)
    trunk = trunk or Trunk("out", ("127.0.0.1",), dial="sip:{number}@127.0.0.1:5099")
    return clock, line, Outgoing(line, trunk, clock, "12349")


@pytest.mark.parametrize(
    "number",
    ["110", "119", "120", "+86110", "0086120", "12345", "12349", "10086", "4001234567",
     "8008101234", "+85221234567", "+19002345678", "+99912345678", "+", "", "abc",
     "13800138000@evil.example", "sip:13800138000"],
)  # fmt: skip
def test_numbers_that_are_never_dialled(number: str) -> None:
    clock, line, out = line_and_out()
    report = Report()
    out.place(number, report)
    assert refusal(number) and not report.events
    clock.advance(0)
    assert report.events == [("failed", outgoing.REFUSED)]
    assert not line.dialled


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("13800138000", NUMBER),
        (NUMBER, NUMBER),
        ("020-8765 4321", "+862087654321"),
        ("075588886666", "+8675588886666"),
    ],
)
def test_ordinary_numbers_are_dialled_in_one_form(number: str, dialled: str) -> None:
    _, line, out = line_and_out()
    out.place(number, Report())
    assert refusal(number) == ""
    assert [(leg.uri, leg.caller) for leg in line.dialled] == [
        (f"sip:{dialled}@127.0.0.1:5099", "12349")
    ]


@given(st.text(max_size=40))
def test_nothing_but_a_number_reaches_the_uri(text: str) -> None:
    _, line, out = line_and_out()
    out.place(text, Report())
    for leg in line.dialled:
        user = leg.uri.removeprefix("sip:").removesuffix("@127.0.0.1:5099")
        assert user[0] == "+" and user[1:].isdigit() and user.isascii()


def test_without_a_trunk_that_dials_every_call_fails() -> None:
    clock = Clock()
    line = FakeLine(clock, lambda leg, invitation: None)
    out, report = Outgoing(line, trunk_out([Trunk("in", ("127.0.0.1",))]), clock, "12349"), Report()
    assert not out.ready
    out.place(NUMBER, report)
    clock.advance(0)
    assert report.events == [("failed", outgoing.NO_TRUNK)]


def test_the_trunk_is_found_by_name_or_is_the_first_that_dials() -> None:
    first, second = (Trunk(n, ("127.0.0.1",), dial="sip:{number}@h") for n in ("a", "b"))
    silent = Trunk("c", ("127.0.0.1",))
    assert trunk_out([silent, first, second]) is first
    assert trunk_out([silent, first, second], "b") is second
    assert trunk_out([silent, first], "c") is None


@pytest.mark.parametrize("dial", ["192.0.2.1", "sip:192.0.2.1", "tel:{number}"])
def test_a_dial_that_cannot_work_stops_the_start(dial: str) -> None:
    with pytest.raises(SipSettingsError, match="dial"):
        SipSettings(trunks=(Trunk("out", ("127.0.0.1",), dial=dial),))


def test_who_hangs_up_before_the_answer_hears_nothing_more() -> None:
    clock, line, out = line_and_out()
    report = Report()
    call = out.place(NUMBER, report)
    line.dialled[0].far_rings()
    call.hangup()
    clock.advance(60)
    assert report.events == [("ringing",)]
    assert line.legs == 0


def test_a_refusal_can_be_taken_back_before_it_is_reported() -> None:
    clock, _, out = line_and_out()
    report = Report()
    out.place("110", report).hangup()
    clock.advance(1)
    assert not report.events


def test_nobody_answers() -> None:
    clock, line, out = line_and_out()
    report = Report()
    out.place(NUMBER, report, limit_s=20)
    line.dialled[0].far_rings()
    clock.advance(20)
    clock.advance(0)
    assert report.events == [("ringing",), ("failed", outgoing.NO_ANSWER)]
    assert line.legs == 0


async def dialled(station: Station, code: int) -> tuple[Any, Report]:
    """Place a call through the real line to a far end that answers with `code`."""
    far = await station.caller()
    far.answer_invites = code
    trunk = Trunk("out", ("127.0.0.1",), dial=f"sip:{{number}}@127.0.0.1:{far.wire.local[1]}")
    report = Report()
    call = Outgoing(station.line, trunk, the_reactor(), "12349").place(NUMBER, report)
    assert call.leg is not None
    station.calls.append((call.leg, Invitation("", "", "", "", "", ""), report.owner))
    return far, report


@Test
async def test_the_far_telephone_rings_and_answers(station: Station) -> None:
    far, report = await dialled(station, 200)
    await until(lambda: report.leg)
    assert report.events == [("ringing",), ("answered",)]
    assert report.leg is not None and report.leg.state is LegState.UP
    invite = next(m for m in far.messages if m.method == "INVITE")
    assert invite.uri.startswith(f"sip:{NUMBER}@127.0.0.1")
    assert "sip:12349@" in invite.get("from")
    await aio(far.hangup())
    await until(lambda: report.owner.ended)


@Test
@pytest.mark.parametrize("code", [404, 480, 486, 503, 603])
async def test_the_far_end_refuses(station: Station, code: int) -> None:
    _, report = await dialled(station, code)
    await until(lambda: len(report.events) == 2)
    assert report.events == [("ringing",), ("failed", code)]


@Test
async def test_a_ringing_call_is_taken_back(station: Station) -> None:
    far, report = await dialled(station, 0)
    await until(lambda: report.events == [("ringing",)])
    cancelled = aio(far.expect_request("CANCEL"))
    leg = station.calls[-1][0]
    leg.owner.hangup()  # type: ignore[union-attr]
    await cancelled
    await until(lambda: station.line.legs == 0)
    assert report.events == [("ringing",)]
