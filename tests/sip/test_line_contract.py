"""What every line keeps, the real one and the one in memory: `telephony.sip.port`."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from telephony.sip.port import Invitation, Leg, LegState
from tests.fakes.sip import FakeLeg, FakeLine
from tests.sip.conftest import Gate, Owner, Station, aio, sine, until
from tests.sip.peer import Caller
from tests.sip.rtp import level, tone

Test = pytest_twisted.ensureDeferred


class FakeBench:
    """A line in memory and its far ends."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.gate = Gate()
        self.taken: list[tuple[FakeLeg, Invitation, Owner]] = []
        self.line = FakeLine(self.clock, self._on_call, self.gate)

    def _on_call(self, leg: Any, invitation: Invitation) -> None:
        leg.owner = Owner()
        self.taken.append((leg, invitation, leg.owner))

    async def incoming(self) -> tuple[FakeLeg, Owner]:
        leg = self.line.invite()
        return leg, self.taken[-1][2]

    async def far_hangs_up(self, leg: FakeLeg) -> None:
        leg.far_hangs_up()

    async def far_presses(self, leg: FakeLeg, digits: str) -> None:
        leg.far_presses(digits)

    async def far_says(self, leg: FakeLeg, hertz: float, ms: int) -> None:
        leg.far_says(sine(hertz, ms))

    async def dial(self, code: int) -> tuple[Leg, Owner]:
        owner = Owner()
        leg = self.line.dial("sip:120@127.0.0.1:5099", owner, "12349")
        fake = self.line.dialled[-1]
        self.clock.callLater(0.01, fake.far_rings)
        if code == 200:
            self.clock.callLater(0.02, fake.far_answers)
        elif code:
            self.clock.callLater(0.02, fake.far_refuses, code)
        return leg, owner

    async def until(self, true: Callable[[], Any]) -> None:
        for _ in range(1000):
            if true():
                return
            self.clock.advance(0.01)
        raise AssertionError("it did not happen")

    async def passes(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)

    async def refusal(self, leg: FakeLeg) -> tuple[int, str]:
        return leg.code, str(leg.retry_after or "")


class RealBench:
    """The real line, with SIP callers over loopback."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.line = station.line
        self.gate = station.gate
        self.far: dict[str, Caller] = {}
        self.answers: dict[str, Deferred[Any]] = {}
        station.take = lambda leg, invitation, owner: None

    async def incoming(self) -> tuple[Leg, Owner]:
        caller = await self.station.caller()
        before = len(self.station.calls)
        answer = aio(caller.call())
        answer.addErrback(lambda failure: failure)
        await until(lambda: len(self.station.calls) > before)
        leg, _, owner = self.station.calls[-1]
        self.far[leg.id] = caller
        self.answers[leg.id] = answer
        return leg, owner

    async def far_hangs_up(self, leg: Leg) -> None:
        if leg.state is LegState.RINGING:
            self.far[leg.id].cancel()
        else:
            await aio(self.far[leg.id].hangup())

    async def far_presses(self, leg: Leg, digits: str) -> None:
        for digit in digits:
            self.far[leg.id].rtp.press(digit)

    async def far_says(self, leg: Leg, hertz: float, ms: int) -> None:
        self.far[leg.id].rtp.source = lambda n: tone(hertz, 1, start=n)
        await self.passes(ms / 1000)
        self.far[leg.id].rtp.source = None

    async def dial(self, code: int) -> tuple[Leg, Owner]:
        far = await self.station.caller()
        far.answer_invites = code
        owner = Owner()
        leg = self.line.dial(f"sip:120@127.0.0.1:{far.wire.local[1]}", owner, "12349")
        self.station.calls.append((leg, Invitation("", "", "", "", "", ""), owner))
        self.far[leg.id] = far
        return leg, owner

    async def until(self, true: Callable[[], Any]) -> None:
        await until(true)

    async def passes(self, seconds: float) -> None:
        await deferLater(reactor, seconds, lambda: None)

    async def refusal(self, leg: Leg) -> tuple[int, str]:
        answer = await self.answers[leg.id]
        return answer.code, answer.get("retry-after")


@pytest.fixture(params=["memory", "pjsua2"])
def bench(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Each of the two lines in turn."""
    if request.param == "memory":
        yield FakeBench()
    else:
        yield RealBench(request.getfixturevalue("station"))


async def answered(bench: Any) -> tuple[Any, Owner]:
    """Return a leg that is up."""
    leg, owner = await bench.incoming()
    leg.answer()
    await bench.until(lambda: leg.state is LegState.UP)
    return leg, owner


def sound_of(path: Path) -> np.ndarray:
    """Return the samples of a recording, having checked its format."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def loud(sound: np.ndarray, hertz: float, start: float, end: float) -> bool:
    """True where the tone fills that stretch (s) of the sound."""
    return level(sound[round(start * 8000) : round(end * 8000)], hertz) > 4000


@Test
async def test_an_incoming_leg_rings_until_it_is_answered(bench: Any) -> None:
    leg, owner = await bench.incoming()
    assert leg.state is LegState.RINGING
    leg.ring()
    leg.answer()
    await bench.until(lambda: owner.events)
    assert owner.events == [("up",)]
    assert leg.state is LegState.UP
    assert leg.codec == "PCMA"
    assert bench.line.legs == 1


@Test
async def test_a_second_answer_changes_nothing(bench: Any) -> None:
    leg, owner = await bench.incoming()
    leg.answer()
    leg.answer()
    await bench.until(lambda: leg.state is LegState.UP)
    leg.answer()
    leg.refuse(486)
    await bench.passes(0.1)
    assert owner.names == ["up"]


@Test
async def test_a_refused_leg_ends_with_its_code(bench: Any) -> None:
    leg, owner = await bench.incoming()
    leg.refuse(503, 7)
    await bench.until(lambda: owner.ended)
    assert await bench.refusal(leg) == (503, "7")
    assert [event[:2] for event in owner.events] == [("ended", 503)]
    assert leg.state is LegState.ENDED
    assert bench.line.legs == 0


@Test
@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("up", [True, False])
async def test_a_leg_ends_once_whoever_hangs_up(bench: Any, ours: bool, up: bool) -> None:
    leg, owner = await (answered(bench) if up else bench.incoming())
    if ours:
        leg.hangup()
        leg.hangup()
    else:
        await bench.far_hangs_up(leg)
    await bench.until(lambda: owner.ended)
    await bench.passes(0.1)
    assert owner.names.count("ended") == 1
    assert owner.names[-1] == "ended"
    assert bench.line.legs == 0


@Test
async def test_every_call_on_an_ended_leg_is_safe(
    bench: Any, tmp_path: Path, wav: Callable[[str, float, int], Path]
) -> None:
    leg, owner = await answered(bench)
    leg.hangup()
    await bench.until(lambda: owner.ended)
    done: list[str] = []
    leg.ring()
    leg.answer()
    leg.refuse(500)
    leg.hangup()
    leg.play([wav("a", 500, 60)], lambda: done.append("played"))
    leg.play_loop(wav("b", 500, 60))
    assert leg.stop_playing() == 0
    leg.listen(lambda audio: done.append("heard"))
    leg.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    leg.stop_recording(lambda: done.append("closed"))
    leg.send_dtmf("1")
    bench.line.bridge(leg, leg)
    bench.line.unbridge(leg, leg)
    await bench.passes(0.2)
    assert done == ["closed"]
    assert owner.names.count("ended") == 1


@Test
async def test_digits_arrive_in_order(bench: Any) -> None:
    leg, owner = await answered(bench)
    await bench.far_presses(leg, "10*#A")
    await bench.until(lambda: len(owner.digits) == 5)
    assert owner.digits == "10*#A"


@Test
async def test_done_follows_the_last_file(bench: Any, wav: Any) -> None:
    leg, _ = await answered(bench)
    done: list[int] = []
    leg.play([wav("a", 500, 100), wav("b", 700, 100)], lambda: done.append(1))
    await bench.passes(0.1)
    assert not done
    await bench.until(lambda: done)
    await bench.passes(0.2)
    assert done == [1]
    assert leg.stop_playing() == 0


@Test
async def test_a_file_that_cannot_be_read_is_skipped(bench: Any, wav: Any, tmp_path: Path) -> None:
    leg, _ = await answered(bench)
    done: list[int] = []
    (tmp_path / "junk.wav").write_bytes(b"RIFF\0\0\0\0WAVEjunk")
    leg.play(
        [tmp_path / "none.wav", wav("a", 500, 100), tmp_path / "junk.wav"], lambda: done.append(1)
    )
    await bench.passes(0.04)
    assert not done
    await bench.until(lambda: done)


@Test
async def test_nothing_to_play_is_done_at_once_but_later(bench: Any, tmp_path: Path) -> None:
    leg, _ = await answered(bench)
    done: list[int] = []
    leg.play([tmp_path / "none.wav"], lambda: done.append(1))
    assert not done
    await bench.until(lambda: done)
    assert done == [1]


@Test
async def test_stop_playing_says_how_much_was_played(bench: Any, wav: Any) -> None:
    leg, _ = await answered(bench)
    done: list[int] = []
    leg.play([wav("a", 500, 2000)], lambda: done.append(1))
    await bench.passes(0.5)
    # The machine may be slow, never fast.
    assert 400 <= leg.stop_playing() < 2000
    assert leg.stop_playing() == 0
    await bench.passes(0.1)
    assert not done


@Test
async def test_a_play_goes_on_where_it_was_stopped(bench: Any, wav: Any, tmp_path: Path) -> None:
    leg, _ = await answered(bench)
    files = [wav("low", 500, 1000), wav("high", 900, 1000)]
    done: list[int] = []
    closed: list[int] = []
    leg.play(files, lambda: done.append(1), 1500)
    await bench.passes(0.2)
    assert 1600 <= leg.stop_playing() <= 2000
    leg.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    leg.play(files, lambda: done.append(1), 1200)
    await bench.until(lambda: done)
    leg.stop_recording(lambda: closed.append(1))
    await bench.until(lambda: closed)
    sound = sound_of(tmp_path / "heard.wav")
    assert level(sound, 500) < 100
    assert loud(sound, 900, 0.3, 0.6)
    leg.play(files, lambda: done.append(2), 2000)
    await bench.until(lambda: done == [1, 2])


@Test
async def test_a_new_play_replaces_the_old(bench: Any, wav: Any, tmp_path: Path) -> None:
    leg, _ = await answered(bench)
    done: list[str] = []
    closed: list[int] = []
    leg.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    leg.play_loop(wav("music", 500, 100))
    await bench.passes(0.5)
    leg.play([wav("a", 700, 200)], lambda: done.append("a"))
    leg.play([wav("b", 900, 200)], lambda: done.append("b"))
    await bench.until(lambda: done)
    leg.stop_recording(lambda: closed.append(1))
    await bench.until(lambda: closed)
    sound = sound_of(tmp_path / "heard.wav")
    assert done == ["b"]
    assert loud(sound, 500, 0.2, 0.3)
    assert level(sound, 700) < 100
    assert level(sound[-2400:], 900) > 2000


@Test
async def test_what_is_listened_to_comes_in_frames_of_20_ms(bench: Any) -> None:
    leg, _ = await answered(bench)
    frames: list[bytes] = []
    leg.listen(frames.append)
    await bench.far_says(leg, 600, 500)
    await bench.until(lambda: len(frames) >= 25)
    leg.listen(None)
    count = len(frames)
    await bench.far_says(leg, 600, 100)
    assert len(frames) == count
    assert {len(frame) for frame in frames} == {320}
    assert level(np.frombuffer(b"".join(frames[-10:]), "<i2"), 600) > 4000


@Test
async def test_ears_that_were_opened_before_the_answer_hear(bench: Any, tmp_path: Path) -> None:
    leg, _ = await bench.incoming()
    frames: list[bytes] = []
    closed: list[int] = []
    leg.listen(frames.append)
    leg.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    leg.answer()
    await bench.until(lambda: leg.state is LegState.UP)
    await bench.far_says(leg, 600, 500)
    leg.stop_recording(lambda: closed.append(1))
    await bench.until(lambda: closed)
    assert level(np.frombuffer(b"".join(frames[-10:]), "<i2"), 600) > 3000
    assert level(sound_of(tmp_path / "said.wav")[-1600:], 600) > 3000


@Test
async def test_both_recordings_are_aligned_with_time(bench: Any, wav: Any, tmp_path: Path) -> None:
    leg, _ = await answered(bench)
    done: list[str] = []
    leg.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    await bench.passes(1.0)
    leg.play([wav("a", 1000, 500)], lambda: done.append("played"))
    await bench.until(lambda: done)
    await bench.far_says(leg, 600, 500)
    leg.stop_recording(lambda: done.append("closed"))
    leg.stop_recording()
    await bench.until(lambda: "closed" in done)
    said, heard = sound_of(tmp_path / "said.wav"), sound_of(tmp_path / "heard.wav")
    assert abs(len(said) - len(heard)) <= 320
    # The tone starts where the play was asked for, and lasts as long as the file.
    begin = int(np.argmax(np.abs(heard) > 1000)) / 8000
    assert begin >= 0.9
    assert loud(heard, 1000, begin + 0.01, begin + 0.49)
    assert level(heard[round((begin + 0.54) * 8000) :], 1000) < 100
    begin_said = int(np.argmax(np.abs(said) > 1000)) / 8000
    assert begin_said >= begin + 0.4
    assert loud(said, 600, begin_said + 0.02, begin_said + 0.3)
    assert level(said, 1000) < 100


@Test
async def test_the_end_of_a_leg_closes_its_recording_first(bench: Any, tmp_path: Path) -> None:
    leg, owner = await answered(bench)
    lengths: list[int] = []

    class Reader(Owner):
        def leg_ended(self, leg: Leg, code: int, reason: str) -> None:
            lengths.append(len(sound_of(tmp_path / "said.wav")))
            owner.leg_ended(leg, code, reason)

    leg.owner = Reader()
    leg.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    await bench.passes(0.4)
    await bench.far_hangs_up(leg)
    await bench.until(lambda: owner.ended)
    assert lengths[0] >= 0.3 * 8000


@Test
async def test_a_recording_that_cannot_be_made_says_so(bench: Any, tmp_path: Path) -> None:
    leg, _owner = await answered(bench)
    with pytest.raises(OSError, match="none"):
        leg.record(tmp_path / "none" / "said.wav", tmp_path / "none" / "heard.wav")
    leg.stop_recording()
    assert leg.state is LegState.UP


@Test
async def test_bridged_legs_hear_each_other(bench: Any, wav: Any, tmp_path: Path) -> None:
    one, _ = await answered(bench)
    two, _ = await answered(bench)
    for name, leg in (("one", one), ("two", two)):
        leg.record(tmp_path / f"{name}-said.wav", tmp_path / f"{name}-heard.wav")
    one.play_loop(wav("music", 500, 1000))
    bench.line.bridge(one, two)
    bench.line.bridge(one, two)
    assert one.stop_playing() == 0
    await bench.passes(0.1)
    await bench.far_says(one, 600, 500)
    bench.line.unbridge(one, two)
    bench.line.unbridge(one, two)
    await bench.passes(0.1)
    await bench.far_says(two, 900, 500)
    closed: list[int] = []
    for leg in (one, two):
        leg.stop_recording(lambda: closed.append(1))
    await bench.until(lambda: len(closed) == 2)
    heard = sound_of(tmp_path / "two-heard.wav")
    assert level(heard, 600) > 1000
    assert level(sound_of(tmp_path / "one-heard.wav"), 900) < 100
    assert level(sound_of(tmp_path / "two-said.wav"), 900) > 1000


@Test
async def test_the_end_of_one_leg_leaves_the_other(bench: Any) -> None:
    one, first = await answered(bench)
    two, second = await answered(bench)
    bench.line.bridge(one, two)
    await bench.far_hangs_up(one)
    await bench.until(lambda: first.ended)
    assert two.state is LegState.UP
    assert not second.ended
    assert bench.line.legs == 1


@Test
async def test_a_dialled_leg_rings_and_comes_up(bench: Any) -> None:
    leg, owner = await bench.dial(200)
    assert leg.state is LegState.RINGING
    await bench.until(lambda: leg.state is LegState.UP)
    assert owner.names == ["ringing", "up"]
    await bench.far_hangs_up(leg)
    await bench.until(lambda: owner.ended)


@Test
async def test_a_dialled_leg_that_is_refused_ends_with_the_code(bench: Any) -> None:
    _leg, owner = await bench.dial(486)
    await bench.until(lambda: owner.ended)
    assert owner.events[-1][:2] == ("ended", 486)
    assert "up" not in owner.names


@Test
async def test_a_dialled_leg_can_be_taken_back(bench: Any) -> None:
    leg, owner = await bench.dial(0)
    await bench.until(lambda: owner.names == ["ringing"])
    leg.hangup()
    await bench.until(lambda: owner.ended)
    assert owner.events[-1][:2] == ("ended", 487)
    assert bench.line.legs == 0


@Test
async def test_an_address_that_cannot_be_dialled_ends_the_leg(bench: Any) -> None:
    owner = Owner()
    bench.line.dial("not an address", owner)
    assert not owner.events
    await bench.until(lambda: owner.ended)
    assert owner.events[-1][1] == 400
    assert bench.line.legs == 0


@Test
@pytest.mark.parametrize("end", ["declines", "is gone", "taken back", "never offered"])
async def test_no_way_to_end_a_ringing_browser_leaves_a_leg(bench: Any, end: str) -> None:
    owner = Owner()
    leg = bench.line.dial_browser("agent7", owner)
    if end == "never offered":
        leg.hangup()
        await bench.until(lambda: owner.ended)
        await bench.passes(0.1)
        assert bench.line.legs == 0
        return
    await bench.until(lambda: bench.gate.offers and "ringing" in owner.names)
    agent, leg_id, sdp = bench.gate.offers[-1]
    assert (agent, leg_id) == ("agent7", leg.id)
    assert sdp.startswith("v=0\r\n")
    if end == "declines":
        bench.line.browser_rejected(leg_id)
    elif end == "is gone":
        bench.line.browser_gone("agent7")
    else:
        leg.hangup()
    await bench.until(lambda: owner.ended)
    codes = {"declines": 486, "is gone": 480, "taken back": 487}
    assert owner.events[-1][1] == codes[end]
    assert "up" not in owner.names
    assert bench.line.legs == 0
    assert bench.gate.ends == [("agent7", leg.id)]
    bench.line.browser_answered(leg_id, "v=0\r\n")
    bench.line.browser_rejected(leg_id)
    await bench.passes(0.1)
    assert owner.names.count("ended") == 1
