"""Junk, silence and lies on the wire: none of it harms another call."""

from __future__ import annotations

import random
import socket

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater

from telephony.sip.port import LegState
from tests.sip.conftest import Owner, Station, aio, until
from tests.sip.peer import media_of
from tests.sip.rtp import tone

Test = pytest_twisted.ensureDeferred
SEED = 12349


def junk(caller_text: bytes, dice: random.Random) -> bytes:
    """Return an INVITE that was damaged in some way, or plain noise."""
    kind = dice.randrange(6)
    text = bytearray(caller_text)
    if kind == 0:
        return dice.randbytes(dice.randrange(1, 1400))
    if kind == 1:
        return bytes(text[: dice.randrange(1, len(text))])
    if kind == 2:
        for _ in range(dice.randrange(1, 40)):
            text[dice.randrange(len(text))] = dice.randrange(256)
        return bytes(text)
    if kind == 3:
        return bytes(text).replace(b"Via:", b"Via: " + b"A" * dice.randrange(3000))
    if kind == 4:
        lines = bytes(text).split(b"\r\n")
        dice.shuffle(lines)
        return b"\r\n".join(lines)
    return bytes(text).replace(b"m=audio", b"m=audio 99999999999 RTP/AVP 8\r\nm=" + b"\xff" * 50)


@Test
async def test_junk_on_the_port_harms_no_call(station: Station) -> None:
    good = await station.caller()
    good.rtp.source = lambda n: tone(700, 1, start=n)
    final = await aio(good.call())
    leg, _, owner = station.calls[0]
    await until(lambda: leg.state is LegState.UP)
    heard: list[bytes] = []
    leg.listen(heard.append)
    victim = await station.caller()
    sample = (
        f"INVITE {victim.uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKj\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:a@b>;tag=j\r\nTo: <{victim.uri}>\r\nCall-ID: junk\r\n"
        "CSeq: 1 INVITE\r\nContact: <sip:a@127.0.0.1:9>\r\nContent-Type: application/sdp\r\n"
        f"Content-Length: {len(victim.sdp())}\r\n\r\n{victim.sdp()}"
    ).encode()
    dice = random.Random(SEED)
    rtp_at = media_of(final.body)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        noise.bind(("127.0.0.1", 0))
        for n in range(600):
            noise.sendto(junk(sample, dice), ("127.0.0.1", station.line.port))
            noise.sendto(dice.randbytes(dice.randrange(1, 300)), rtp_at)
            rtcp = (rtp_at[0], rtp_at[1] + 1)
            noise.sendto(b"\x81\xc8" + dice.randbytes(dice.randrange(1, 300)), rtcp)
            if n % 50 == 0:
                await deferLater(reactor, 0.01, lambda: None)
    with socket.create_connection(("127.0.0.1", station.line.port)) as stream:
        stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" * 20)
    count = len(heard)
    await until(lambda: len(heard) > count + 25)
    assert leg.state is LegState.UP
    assert not owner.ended
    after = await station.caller()
    assert (await aio(after.call())).code == 200
    await aio(good.hangup())


@Test
async def test_a_caller_who_never_acknowledges_is_ended(station: Station) -> None:
    caller = await station.caller()
    final = caller.expect(lambda m: m.is_response and m.code == 200)
    caller.request("INVITE", body=caller.sdp())
    await aio(final)
    _leg, _, owner = station.calls[0]
    await until(lambda: owner.ended)
    assert owner.events[-1][1] == 408
    assert "ACK" in owner.events[-1][2]
    assert station.line.legs == 0


@Test
async def test_a_caller_who_sends_no_sound_is_ended(station: Station) -> None:
    silent = await station.caller()
    silent.rtp.mute = True
    talking = await station.caller()
    await aio(silent.call())
    await aio(talking.call())
    _, _, owner = station.calls[0]
    bye = silent.expect_request("BYE")
    await until(lambda: owner.ended)
    await aio(bye)
    assert owner.events[-1][1:] == (408, "no RTP for 1.5 s")
    assert not station.calls[1][2].ended


@Test
async def test_a_caller_on_hold_need_not_send(station: Station) -> None:
    caller = await station.caller()
    await aio(caller.call())
    reply = caller.expect(lambda m: m.is_response and m.method == "INVITE" and m.code == 200)
    caller.request("INVITE", body=caller.sdp().replace("a=sendrecv", "a=inactive"))
    await aio(reply)
    caller.request("ACK", cseq=caller.cseq)
    caller.rtp.mute = True
    await deferLater(reactor, 2.5, lambda: None)
    assert not station.calls[0][2].ended


@Test
async def test_headers_cannot_be_smuggled_into_an_invite(station: Station) -> None:
    far = await station.caller()

    owner = Owner()
    invite = far.expect_request("INVITE")
    leg = station.line.dial(
        f"sip:120@127.0.0.1:{far.wire.local[1]}",
        owner,
        "13800138000",
        {"X-Case": "7\r\nX-Evil: 1", "X Y:": "z"},
    )
    message = await aio(invite)
    assert message.get("x-case") == "7 X-Evil: 1"
    assert not message.get("x-evil")
    assert "+8613800138000" in message.get("from")
    leg.hangup()
    await until(lambda: owner.ended)


@Test
async def test_an_answer_in_a_codec_that_was_not_offered_leaves_no_leg(station: Station) -> None:
    caller = await station.caller()
    body = caller.sdp(payloads="3").replace("a=rtpmap:8 PCMA/8000\r\n", "")
    assert (await aio(caller.call(body=body))).code == 488
    await until(lambda: station.line.legs == 0)
    assert not [leg for leg, _, _ in station.calls if leg.state is not LegState.ENDED]
