"""Starting, draining and stopping the real line; one after the other, in one process."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import pytest_twisted

from telephony.sip.config import SipSettings, SipSettingsError
from telephony.sip.line import SipLine
from telephony.sip.port import LegState
from tests.sip.conftest import Station, aio, the_reactor, until

Test = pytest_twisted.ensureDeferred


@pytest.fixture
def fresh() -> Iterator[Station]:
    """A line of this test's own."""
    station = Station(SipSettings(udp_port=0, max_calls=10))
    station.line.start()
    yield station
    for caller in station.callers:
        caller.close()
    pytest_twisted.blockon(station.line.stop())


@Test
async def test_a_draining_line_ends_when_its_last_call_does(fresh: Station) -> None:
    caller = await fresh.caller()
    await aio(caller.call())
    drained: list[object] = []
    fresh.line.drain().addCallback(drained.append)
    late = await fresh.caller()
    refusal = await aio(late.call())
    assert (refusal.code, refusal.get("retry-after")) == (503, "5")
    assert not drained
    fresh.urgent = lambda invitation: True
    urgent = await fresh.caller()
    assert (await aio(urgent.call())).code == 200
    await aio(caller.hangup())
    await aio(urgent.hangup())
    await until(lambda: drained)
    assert fresh.line.facts().refused == {"draining": 1}


@Test
async def test_stopping_hangs_up_what_is_left(fresh: Station) -> None:
    talking, ringing = await fresh.caller(), await fresh.caller()
    await aio(talking.call())
    await until(lambda: fresh.calls[0][0].state is LegState.UP)
    fresh.take = lambda leg, invitation, owner: leg.ring()
    refusal = aio(ringing.call())
    await until(lambda: len(fresh.calls) == 2)
    bye = talking.expect_request("BYE")
    await fresh.line.stop()
    await aio(bye)
    assert (await refusal).code >= 400
    assert [owner.names[-1] for _, _, owner in fresh.calls] == ["ended", "ended"]
    assert fresh.line.legs == 0


@Test
async def test_a_far_end_that_does_not_answer_bye_does_not_hold_up_the_stop(
    fresh: Station,
) -> None:
    caller = await fresh.caller()
    await aio(caller.call())
    await until(lambda: fresh.calls[0][0].state is LegState.UP)
    caller.answer_byes = False
    await fresh.line.stop()
    assert fresh.calls[0][2].names == ["up", "ended"]


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        line = SipLine(SipSettings(udp_port=port), the_reactor(), lambda leg, invitation: None)
        with pytest.raises(SipSettingsError, match="cannot start"):
            line.start()


@Test
async def test_a_line_on_all_addresses_takes_a_call() -> None:
    station = Station(SipSettings(address="0.0.0.0", udp_port=0))
    station.line.start()
    try:
        assert "0.0.0.0" not in station.line.facts().transports[0]
        caller = await station.caller()
        caller.rtp.source = None
        assert (await aio(caller.call())).code == 200
        await until(lambda: len(caller.rtp.heard) > 5, "no sound comes")
    finally:
        await station.line.stop()
        for caller in station.callers:
            caller.close()
