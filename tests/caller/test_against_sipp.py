"""Whole calls over real UDP against sipp, an implementation that shares nothing with ours."""

from __future__ import annotations

import socket
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

from asr.port import Final, Heard, RecogniserUnavailable
from telephony.caller.caller import Caller
from telephony.caller.digest import Credentials
from telephony.caller.events import CallResult, NoEvent
from telephony.caller.g711 import encode
from telephony.caller.rtp import Pacer
from telephony.caller.script import Press, Speak
from telephony.caller.signals import goertzel, tone
from tests.caller.conftest import Sipp


def names(result: CallResult) -> list[str]:
    return [event.name for event in result.events]


@pytest_twisted.ensureDeferred
async def test_speaks_hears_and_hangs_up(sipp: Sipp, reactor: Any, tmp_path: Path) -> None:
    far = sipp()
    said = bytes(1600) + tone(700, 600) + bytes(1600)
    caller = Caller(
        reactor,
        far.target,
        script=[Speak(said, "beep", after_s=0.1)],
        hangup_after=2.0,
        record=tmp_path / "o.wav",
        keep_audio=True,
    )
    result = await caller.call()
    assert result.answered and (result.code, result.by) == (200, "us")
    order = ["ringing", "answered", "say", "first_audio", "said", "heard", "silence", "hangup"]
    assert names(result) == order
    assert 500 < result.all("said")[0].ms - result.all("say")[0].ms < 1500
    heard = result.all("heard")[0].data
    assert heard["level_db"] == pytest.approx(-14.2, abs=1)
    assert heard["end_ms"] - heard["start_ms"] == pytest.approx(600, abs=120)
    assert goertzel(result.heard, 700) > 1000 and goertzel(result.said, 700) > 1000
    with wave.open(str(tmp_path / "o.wav")) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert goertzel(both[:, 0].copy(), 700) > 1000 and goertzel(both[:, 1].copy(), 700) > 1000
    assert await far.verdict() == 0


@pytest_twisted.ensureDeferred
async def test_echo_has_every_sample(sipp: Sipp, reactor: Any) -> None:
    far = sipp()
    caller = Caller(reactor, far.target, keep_audio=True)
    done = caller.call()
    await caller.wait_for("answered")
    noise = np.random.default_rng(1).integers(-8000, 8000, 8000).astype("<i2").tobytes()
    caller.say_pcm(noise)
    await caller.wait_for("silence")
    caller.hangup()
    result = await done
    said = np.frombuffer(result.said, "<i2").astype(np.float64)
    heard = np.frombuffer(result.heard, "<i2").astype(np.float64)
    start = int(np.argmax(np.abs(said) > 100))
    sent = said[start : start + 8000]
    match = np.correlate(heard, sent, "valid").max() / np.dot(sent, sent)
    assert match == pytest.approx(1, abs=1e-9)
    assert result.packets_received >= 50


@pytest_twisted.ensureDeferred
async def test_thirty_callers_in_one_process(sipp: Sipp, reactor: Any) -> None:
    far, pacer = sipp(calls=30), Pacer(reactor)
    callers = [
        Caller(
            reactor,
            far.target,
            caller=f"+86755{n:08}",
            script=[Speak(tone(400 + 50 * n, 1000), after_s=0)],
            hangup_after=2,
            keep_audio=True,
            pacer=pacer,
        )
        for n in range(30)
    ]
    results = await gatherResults([caller.call() for caller in callers])
    for n, result in enumerate(results):
        assert result.answered and result.code == 200
        own, other = goertzel(result.heard, 400 + 50 * n), goertzel(result.heard, 425 + 50 * n)
        assert own > 2000 and other < own / 10
    assert await far.verdict() == 0


@pytest_twisted.ensureDeferred
async def test_reliable_provisional_answers(sipp: Sipp, reactor: Any) -> None:
    far = sipp("reliable.xml")
    result = await Caller(reactor, far.target, hangup_after=0.2).call()
    assert names(result) == ["progress", "ringing", "answered", "hangup"]
    assert await far.verdict() == 0


@pytest_twisted.ensureDeferred
async def test_everything_that_may_be_asked_inside_a_call(sipp: Sipp, reactor: Any) -> None:
    far = sipp("lively.xml")
    result = await Caller(reactor, far.target).call()
    assert result.all("far_info")[0].data["body"].startswith("Signal=7")
    assert (result.code, result.by, result.reason) == (200, "far", "normal")
    assert await far.verdict() == 0


@pytest_twisted.ensureDeferred
async def test_busy(sipp: Sipp, reactor: Any) -> None:
    far = sipp("busy.xml")
    result = await Caller(reactor, far.target).call()
    assert not result.answered and (result.code, result.reason) == (486, "Busy Here")
    assert names(result) == ["ringing", "hangup"] and result.by == "far"
    assert await far.verdict() == 0


@pytest_twisted.ensureDeferred
async def test_giving_up_while_it_rings(sipp: Sipp, reactor: Any) -> None:
    far = sipp("ringing.xml")
    caller = Caller(reactor, far.target)
    done = caller.call()
    await caller.wait_for("ringing")
    caller.hangup()
    result = await done
    assert (result.code, result.by, result.answered) == (487, "us", False)
    assert await far.verdict() == 0


@pytest_twisted.ensureDeferred
async def test_the_longest_time_ends_a_call_that_only_rings(sipp: Sipp, reactor: Any) -> None:
    far = sipp("ringing.xml")
    result = await Caller(reactor, far.target, max_seconds=0.5).call()
    assert result.code == 487 and "limit" in names(result)


@pytest.mark.parametrize(("password", "code"), [("secret", 200), ("wrong", 403)])
@pytest_twisted.ensureDeferred
async def test_digest(sipp: Sipp, reactor: Any, password: str, code: int) -> None:
    far = sipp("auth.xml")
    credentials = Credentials("citizen", password)
    caller = Caller(reactor, far.target, credentials=credentials, hangup_after=0.1)
    result = await caller.call()
    assert result.code == code and result.answered == (code == 200)
    assert await far.verdict() == 0


@pytest_twisted.ensureDeferred
async def test_digits_both_ways(sipp: Sipp, reactor: Any) -> None:
    far = sipp("digits.xml")
    steps = [Press("1,#", after_s=0.1), Press("4", info=True, after_s=1.5)]
    result = await Caller(reactor, far.target, script=steps, hangup_after=2.5).call()
    # sipp echoes our telephone events: they arrive as the far end's, each digit once.
    assert [event.data["digit"] for event in result.all("far_dtmf")] == ["1", "#"]
    assert [event.data for event in result.all("dtmf")] == [
        {"digits": "1,#", "how": "rfc4733"},
        {"digits": "4", "how": "info", "code": 200},
    ]
    assert await far.verdict() == 0


@pytest_twisted.ensureDeferred
async def test_digits_without_telephone_events_say_so(sipp: Sipp, reactor: Any) -> None:
    far = sipp()
    steps = [Press("1", after_s=0)]
    result = await Caller(reactor, far.target, script=steps, hangup_after=0.3).call()
    assert "telephone events" in result.all("problem")[0].data["text"]


@pytest_twisted.ensureDeferred
async def test_reply_is_measured_from_the_end_of_our_speech(
    sipp: Sipp, reactor: Any, tmp_path: Path
) -> None:
    (tmp_path / "reply.alaw").write_bytes(encode(tone(1300, 1000)))
    far = sipp("slow_reply.xml", echo=False)
    steps = [Speak(bytes(1600) + tone(700, 300) + bytes(4800), "beep", after_s=0)]
    result = await Caller(reactor, far.target, script=steps, hangup_after=4).call()
    said, reply = result.all("said")[0], result.all("reply")[0]
    first = result.all("first_audio")[0]
    assert names(result)[1:5] == ["say", "said", "first_audio", "reply"]
    assert reply.data["at_ms"] == first.data["at_ms"] > 1400
    assert reply.data["latency_ms"] == pytest.approx(reply.data["at_ms"] - said.ms, abs=0.2)


class Listener:
    """A recogniser that reports how much it was given when it is told to finish."""

    ready, fault = True, ""

    def __init__(self, reactor: Any, ready: bool = True) -> None:
        self._reactor = reactor
        self.ready = ready
        self.given = 0

    def open(self, on_heard: Callable[[Heard], None], phrases: Sequence[str] = ()) -> Listener:
        if not self.ready:
            raise RecogniserUnavailable("no model is loaded")
        self._on_heard = on_heard
        return self

    def when_settled(self) -> Deferred[None]:
        return deferLater(self._reactor, 0.05, lambda: None)

    def feed(self, pcm: bytes) -> None:
        self.given += len(pcm)

    def finish(self) -> None:
        last = Final("低保", (), 0.9, 100, 400)
        self._reactor.callLater(0.1, self._on_heard, last)

    def close(self) -> None:
        pass

    def stop(self) -> None:
        pass


@pytest_twisted.ensureDeferred
async def test_what_the_far_end_says_is_read_to_its_last_word(sipp: Sipp, reactor: Any) -> None:
    far, ear = sipp(), Listener(reactor)
    steps = [Speak(tone(700, 300), after_s=0)]
    result = await Caller(reactor, far.target, script=steps, ear=ear, hangup_after=0.6).call()
    [heard] = result.all("heard")
    assert heard.data["text"] == "低保" and heard.data["confidence"] == 0.9
    assert heard.data["end_ms"] - heard.data["start_ms"] == pytest.approx(300)
    assert ear.given >= 320 * 20 and names(result)[-1] == "hangup"


@pytest_twisted.ensureDeferred
async def test_hanging_up_before_the_ear_is_ready_dials_nobody(sipp: Sipp, reactor: Any) -> None:
    caller = Caller(reactor, sipp().target, ear=Listener(reactor))
    done = caller.call()
    caller.hangup()
    result = await done
    assert (result.answered, result.code, names(result)) == (False, 0, ["hangup"])


@pytest_twisted.ensureDeferred
async def test_no_way_to_the_target_is_a_failure(reactor: Any) -> None:
    with pytest.raises(OSError):
        await Caller(reactor, "sip:1@host.invalid").call()


@pytest_twisted.ensureDeferred
async def test_without_a_model_the_call_goes_on(sipp: Sipp, reactor: Any) -> None:
    ear = Listener(reactor, ready=False)
    result = await Caller(reactor, sipp().target, ear=ear, hangup_after=0.2).call()
    assert result.answered and result.all("problem")[0].data["text"] == "no model is loaded"


@pytest_twisted.ensureDeferred
async def test_waiting_for_what_does_not_come(sipp: Sipp, reactor: Any) -> None:
    caller = Caller(reactor, sipp().target)
    done = caller.call()
    with pytest.raises(NoEvent, match="no 'silence' within"):
        await caller.wait_for("silence", 0.3)
    with pytest.raises(NoEvent):
        await caller.wait_for("answered", 0.1, after_ms=60_000)
    assert (await caller.wait_for("answered")).data["code"] == 200
    with pytest.raises(NoEvent, match="no 'answered' within"):
        await caller.wait_for("answered", 0.1)
    late = caller.wait_for("silence", 30)
    caller.hangup()
    await done
    with pytest.raises(NoEvent, match="ended without 'silence'"):
        await late


@pytest_twisted.ensureDeferred
async def test_junk_harms_no_call(sipp: Sipp, reactor: Any) -> None:
    far = sipp()
    caller = Caller(reactor, far.target)
    ports: list[int] = []

    def watch(way: str, data: bytes) -> None:
        if data.startswith(b"INVITE"):
            contact = data.split(b"Contact: <")[1].split(b">")[0]
            audio = data.split(b"m=audio ")[1].split(b" ")[0]
            ports.extend((int(contact.rsplit(b":")[-1]), int(audio)))

    caller.trace(watch)
    done = caller.call()
    await caller.wait_for("answered")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for port in ports:
            for junk in (
                b"",
                b"\0" * 40,
                b"BYE sip:x SIP/2.0\r\n\r\n",
                b"\x80\x08" + bytes(10),
                bytes(range(256)),
            ):
                stranger.sendto(junk, ("127.0.0.1", port))
    caller.say_pcm(tone(700, 300))
    await caller.wait_for("silence")
    caller.hangup()
    assert (await done).code == 200 and await far.verdict() == 0
