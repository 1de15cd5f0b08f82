"""Slow prompts: as much longer as asked for, at the same pitch, and never in the way of a call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from ivr.voice import sound
from ivr.voice.build import PROMPTS
from ivr.voice.port import VoiceUnavailable
from ivr.voice.prompts import PromptStore, read_index
from ivr.voice.slow import PATIENCE_S, SlowPrompts
from ivr.voice.stretch import stretch

TEXT = "您好，请说您的需求。"


def tone(hertz: float, seconds: float = 1.0) -> sound.Samples:
    time = np.arange(int(seconds * sound.RATE)) / sound.RATE
    return (np.sin(2 * np.pi * hertz * time) * 0.3).astype(np.float32)


def pitch(samples: sound.Samples) -> float:
    """The strongest frequency (Hz)."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * sound.RATE / len(samples))


@pytest.mark.parametrize("hertz", [90, 180, 440, 1000, 3000])
@pytest.mark.parametrize("pace", [1.2, 1.25, 1.3])
def test_a_tone_lasts_longer_at_the_same_pitch_and_level(hertz: float, pace: float) -> None:
    longer = stretch(tone(hertz), pace)
    assert len(longer) / sound.RATE == pytest.approx(pace, abs=0.001)
    assert pitch(longer) == pytest.approx(hertz, abs=2)
    middle = longer[800:-800]
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3000), st.floats(0.8, 1.5), st.integers(0, 2**32 - 1))
def test_any_sound_has_its_length_and_is_no_louder(size: int, pace: float, seed: int) -> None:
    samples = np.random.default_rng(seed).uniform(-1, 1, size).astype(np.float32)
    longer = stretch(samples, pace)
    assert len(longer) in (size, round(size * pace))
    assert not size or np.abs(longer).max() <= np.abs(samples).max() * 1.001 + 1e-6


def test_silence_stays_silent() -> None:
    assert not stretch(np.zeros(8000, dtype=np.float32), 1.25).any()


class Threads:
    """A thread whose work is done when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], object]] = []

    def __call__(self, work: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self.waiting.append(lambda: maybeDeferred(work, *arguments).chainDeferred(done))
        return done

    def work(self) -> None:
        self.waiting.pop(0)()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def threads() -> Threads:
    return Threads()


@pytest.fixture
def slow(tmp_path: Path, clock: Clock, threads: Threads) -> SlowPrompts:
    usual = PromptStore(PROMPTS, tmp_path / "prompts", None, clock)
    return SlowPrompts(usual, tmp_path / "slow", 1.25, clock, threads)


def got(wanted: Deferred[Path]) -> list[Path]:
    found: list[Path] = []
    wanted.addCallback(found.append)
    return found


def seconds(file: Path) -> float:
    return len(sound.read_wav(file)) / sound.RATE


def test_a_prompt_is_made_once_and_then_at_hand(slow: SlowPrompts, threads: Threads) -> None:
    assert slow.get(TEXT) is None
    one, other = got(slow.want(TEXT)), got(slow.want(TEXT))
    assert not one and len(threads.waiting) == 1
    threads.work()
    (file,) = one
    assert other == [file] and slow.get(TEXT) == file
    assert seconds(file) == pytest.approx(seconds(read_index(PROMPTS)[TEXT]) * 1.25, abs=0.01)


def test_who_waits_too_long_hears_the_usual_one(
    slow: SlowPrompts, clock: Clock, threads: Threads
) -> None:
    found = got(slow.want(TEXT))
    clock.advance(PATIENCE_S)
    assert found == [read_index(PROMPTS)[TEXT]]
    threads.work()
    assert slow.get(TEXT) not in (None, *found)


def test_what_cannot_be_kept_is_said_at_the_usual_pace(
    slow: SlowPrompts, tmp_path: Path, threads: Threads
) -> None:
    (tmp_path / "slow").write_text("a file where the folder should be")
    found = got(slow.want(TEXT))
    threads.work()
    assert found == [read_index(PROMPTS)[TEXT]]


def test_what_cannot_be_spoken_fails_as_ever(slow: SlowPrompts) -> None:
    faults: list[Any] = []
    slow.want("没有人说过的话。").addErrback(faults.append)
    assert faults[0].check(VoiceUnavailable)


def test_a_number_is_put_together_from_slow_digits(
    slow: SlowPrompts, tmp_path: Path, threads: Threads, clock: Clock
) -> None:
    group = "幺三八，"
    usual = slow.get(group)
    assert usual is not None
    slow.warm(["幺", "三", "八"])
    while threads.waiting:
        threads.work()
        clock.advance(0)
    longer = slow.get(group)
    assert longer is not None and seconds(longer) > seconds(usual) * 1.1
    assert got(slow.want(group)) == [longer]
    assert len(list((tmp_path / "slow").glob("*.wav"))) == 3


def test_warming_stops_with_the_service(slow: SlowPrompts, threads: Threads, clock: Clock) -> None:
    slow.warm([TEXT, "正在为您转接人工，请稍候。"])
    assert len(threads.waiting) == 1
    slow.stop()
    threads.work()
    clock.advance(0)
    assert not threads.waiting
