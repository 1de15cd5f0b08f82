"""What every line keeps, the real one and the one in memory: playing, hearing, recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_twisted

from telephony.sip.port import Leg, LegState
from tests.sip.benches import answered, loud, sound_of
from tests.sip.conftest import Owner
from tests.sip.rtp import level

Test = pytest_twisted.ensureDeferred


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
    leg.play([wav("a", 700, 2000)], lambda: done.append("a"))
    leg.play([wav("b", 900, 200)], lambda: done.append("b"))
    await bench.until(lambda: done)
    leg.stop_recording(lambda: closed.append(1))
    await bench.until(lambda: closed)
    sound = sound_of(tmp_path / "heard.wav")
    assert done == ["b"]
    assert loud(sound, 500, 0.2, 0.3)
    # A busy machine may let some frames of it out between the two orders, never most of it.
    assert level(sound, 700) * len(sound) < 8000 * 8000
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
async def test_what_is_hidden_is_heard_and_recorded_as_silence(
    bench: Any, wav: Any, tmp_path: Path
) -> None:
    leg, _ = await answered(bench)
    frames: list[bytes] = []
    done: list[str] = []
    leg.hide(True)
    leg.listen(frames.append)
    leg.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    await bench.far_says(leg, 600, 400)
    await bench.passes(0.2)
    leg.hide(True)
    leg.play([wav("a", 1000, 500)], lambda: done.append("played"))
    count = len(frames)
    await bench.far_says(leg, 900, 400)
    await bench.until(lambda: done)
    await bench.passes(0.2)
    hidden = np.frombuffer(b"".join(frames[count:]), "<i2")
    assert level(hidden, 900) > 1000, "whoever listens hears it"
    leg.hide(False)
    leg.hide(False)
    await bench.far_says(leg, 1300, 400)
    leg.stop_recording(lambda: done.append("closed"))
    leg.hide(True)
    await bench.until(lambda: "closed" in done)
    said, heard = sound_of(tmp_path / "said.wav"), sound_of(tmp_path / "heard.wav")
    assert abs(len(said) - len(heard)) <= 320, "silence keeps the time"
    assert level(said, 600) > 500 and level(said, 1300) > 500
    assert level(said, 900) < 50
    assert level(heard, 1000) > 500


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
async def test_one_leg_can_hear_another_that_does_not_hear_it(bench: Any, tmp_path: Path) -> None:
    one, _ = await answered(bench)
    two, _ = await answered(bench)
    for name, leg in (("one", one), ("two", two)):
        leg.record(tmp_path / f"{name}-said.wav", tmp_path / f"{name}-heard.wav")
    bench.line.hear(two, one)
    bench.line.hear(two, one)
    await bench.passes(0.1)
    await bench.far_says(one, 600, 400)
    await bench.far_says(two, 900, 400)
    bench.line.unhear(two, one)
    bench.line.unhear(two, one)
    await bench.passes(0.1)
    await bench.far_says(one, 1300, 400)
    closed: list[int] = []
    for leg in (one, two):
        leg.stop_recording(lambda: closed.append(1))
    await bench.until(lambda: len(closed) == 2)
    heard = sound_of(tmp_path / "two-heard.wav")
    assert level(heard, 600) > 800 and level(heard, 1300) < 100
    assert level(sound_of(tmp_path / "one-heard.wav"), 900) < 100
    assert level(sound_of(tmp_path / "one-said.wav"), 1300) > 800
