"""What the real line does not let in, and what it lets in all the same."""

from __future__ import annotations

import re

import pytest_twisted

from telephony.sip.port import LegState
from tests.sip.conftest import Station, aio, until
from tests.sip.peer import Caller
from tests.sip.test_digest import answer

Test = pytest_twisted.ensureDeferred


def refused(station: Station, why: str) -> int:
    """Return how many INVITEs were refused for a reason."""
    return station.line.facts().refused.get(why, 0)


@Test
async def test_a_source_without_a_trunk_is_forbidden(station: Station) -> None:
    before = refused(station, "unknown_source")
    stranger = await station.caller(source="127.0.0.9")
    answer = await aio(stranger.call())
    assert answer.code == 403
    assert refused(station, "unknown_source") == before + 1
    assert not station.calls


@Test
async def test_beyond_the_trunks_limit_comes_503_with_a_time(station: Station) -> None:
    before = refused(station, "trunk_full")
    callers = [await station.caller(source="127.0.0.2") for _ in range(3)]
    answers = [await aio(caller.call()) for caller in callers]
    assert [one.code for one in answers] == [200, 200, 503]
    assert answers[2].get("retry-after") == "5"
    assert refused(station, "trunk_full") == before + 1
    urgent: Caller = await station.caller(source="127.0.0.2")
    station.urgent = lambda invitation: invitation.called == "12349-9"
    urgent.called = "12349-9"
    assert (await aio(urgent.call())).code == 200
    await aio(callers[0].hangup())
    await until(lambda: station.line.legs == 2)


@Test
async def test_a_trunk_with_a_password_must_prove_it(station: Station) -> None:
    before = refused(station, "digest")
    caller = await station.caller(source="127.0.0.3")
    challenge = await aio(caller.call())
    assert challenge.code == 401
    offers = challenge.all("www-authenticate")
    assert len(offers) == 2
    assert not station.calls
    for offer, password, code in [(offers[0], "wrong", 401), (offers[1], "secret", 200)]:
        fields = re.sub(r"\s+", " ", offer)
        proof = answer(fields, password, uri=caller.uri)
        result = await aio(caller.call(f"Authorization: {proof}\r\n"))
        assert result.code == code
    assert refused(station, "digest") == before + 1
    await until(lambda: station.calls[0][0].state is LegState.UP)
    assert station.calls[0][1].trunk == "locked"


@Test
async def test_an_owner_that_fails_costs_the_call_and_nothing_else(station: Station) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no")

    station.take = fail
    first = await station.caller()
    assert (await aio(first.call())).code == 500
    station.take = station.answer
    second = await station.caller()
    assert (await aio(second.call())).code == 200


@Test
async def test_options_is_answered(station: Station) -> None:
    caller = await station.caller()
    reply = caller.expect(lambda m: m.is_response and m.method == "OPTIONS")
    caller.request("OPTIONS")
    message = await aio(reply)
    assert message.code == 200
    assert "INVITE" in message.get("allow")


@Test
async def test_a_refer_is_declined(station: Station) -> None:
    caller = await station.caller()
    await aio(caller.call())
    reply = caller.expect(lambda m: m.is_response and m.method == "REFER")
    caller.request("REFER", f"Refer-To: <sip:00999@127.0.0.1:{caller.wire.local[1]}>\r\n")
    assert (await aio(reply)).code == 603
    assert station.line.legs == 1
    assert not [m for m in caller.messages if m.method == "INVITE" and not m.is_response]


@Test
async def test_an_invite_that_would_take_a_call_over_is_declined(station: Station) -> None:
    caller = await station.caller()
    await aio(caller.call())
    thief = await station.caller()
    replaces = f"{caller.call_id};to-tag={caller.to_tag};from-tag={caller.tag}"
    assert (await aio(thief.call(f"Replaces: {replaces}\r\n"))).code == 603
    assert station.line.legs == 1
    assert station.calls[0][0].state is LegState.UP
