"""Calls over UDP, TCP and TLS, with what a carrier may ask for."""

from __future__ import annotations

import base64
import ssl

import pytest
import pytest_twisted

from telephony.sip.port import LegState
from tests.sip.conftest import Station, aio, until
from tests.sip.rtp import level, tone

Test = pytest_twisted.ensureDeferred


@Test
@pytest.mark.parametrize("kind", ["udp", "tcp", "tls"])
async def test_a_call_goes_over_every_transport(station: Station, kind: str) -> None:
    caller = await station.caller(kind)
    assert (await aio(caller.call())).code == 200
    leg, _, owner = station.calls[0]
    await until(lambda: leg.state is LegState.UP)
    assert (await aio(caller.info("7"))).code == 200
    await until(lambda: owner.digits == "7")
    leg.hangup()
    await aio(caller.expect_request("BYE"))
    await until(lambda: owner.ended)


@Test
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_tls_is_1_2_or_1_3(station: Station, version: ssl.TLSVersion) -> None:
    caller = await station.caller("tls")
    one = await aio(caller.reopen_tls(version))
    assert one == version.name.replace("_", ".")


@Test
async def test_the_location_of_a_caller_arrives(station: Station) -> None:
    caller = await station.caller("tcp")
    pidf = '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:a@b"/>'
    body = (
        f"--x\r\nContent-Type: application/sdp\r\n\r\n{caller.sdp()}\r\n"
        f"--x\r\nContent-Type: application/pidf+xml\r\nContent-ID: <l@x>\r\n\r\n{pidf}\r\n--x--\r\n"
    )
    final = await aio(
        caller.call("Geolocation: <cid:l@x>\r\n", body, kind='multipart/mixed;boundary="x"')
    )
    assert final.code == 200
    assert station.calls[0][1].geolocation == pidf


@Test
async def test_srtp_is_taken_where_it_is_offered(station: Station) -> None:
    caller = await station.caller()
    key = base64.b64encode(bytes(range(30))).decode()
    crypto = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n"
    final = await aio(caller.call(body=caller.sdp(crypto, profile="RTP/SAVP")))
    assert final.code == 200
    assert "RTP/SAVP" in final.body
    assert "AES_CM_128_HMAC_SHA1_80" in final.body


@Test
async def test_session_timers_and_prack_are_spoken(station: Station) -> None:
    station.take = lambda leg, invitation, owner: leg.ring()
    caller = await station.caller()
    ringing = caller.expect(lambda m: m.is_response and m.code == 180)
    final = aio(
        caller.call("Supported: 100rel, timer\r\nRequire: 100rel\r\nSession-Expires: 90\r\n")
    )
    first = await aio(ringing)
    assert first.get("require") == "100rel"
    done = caller.expect(lambda m: m.is_response and m.method == "PRACK")
    caller.acknowledge_provisional(first)
    assert (await aio(done)).code == 200
    station.calls[0][0].answer()
    answer = await final
    assert answer.code == 200
    assert answer.get("session-expires").startswith("90")
    update = caller.expect(lambda m: m.is_response and m.method == "UPDATE")
    caller.request("UPDATE", "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n")
    assert (await aio(update)).code == 200


@Test
async def test_sound_comes_back_after_hold(station: Station) -> None:
    caller = await station.caller()
    caller.rtp.source = lambda n: tone(700, 1, start=n)
    await aio(caller.call())
    leg, _, owner = station.calls[0]
    frames: list[bytes] = []
    leg.listen(frames.append)
    other = await station.caller()
    await aio(other.call())
    await until(lambda: station.calls[1][0].state is LegState.UP)
    station.line.bridge(leg, station.calls[1][0])
    await until(lambda: level(other.rtp.audio()[-1600:], 700) > 1000)
    for direction in ("sendonly", "inactive", "sendrecv"):
        reply = caller.expect(lambda m: m.is_response and m.method == "INVITE" and m.code >= 200)
        caller.request("INVITE", body=caller.sdp().replace("a=sendrecv", f"a={direction}"))
        final = await aio(reply)
        assert final.code == 200
        caller.request("ACK", cseq=caller.cseq)
        caller.rtp.mute = direction != "sendrecv"
    other.rtp.heard.clear()
    await until(lambda: level(other.rtp.audio()[-1600:], 700) > 1000, "no sound after hold")
    assert not owner.ended
    assert {len(frame) for frame in frames} == {320}
