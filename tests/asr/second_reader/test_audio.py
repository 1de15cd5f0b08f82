"""What is cut, scaled and left unread before Whisper hears it."""

from __future__ import annotations

import numpy as np
import pytest

from asr.second_reader.whisper import LONGEST_S, RATE, as_floats, is_silent


def test_the_last_twenty_seconds_are_read_and_an_odd_byte_is_not() -> None:
    pcm = np.arange(25 * RATE, dtype="<i2").tobytes()
    samples = as_floats(pcm + b"\x07")
    assert len(samples) == LONGEST_S * RATE and samples.dtype == np.float32
    assert samples[-1] == np.frombuffer(pcm, "<i2")[-1] / 32768
    assert len(as_floats(b"")) == len(as_floats(b"\x01")) == 0


@pytest.mark.parametrize(
    "ms, level, silent",
    [(3000, 0, True), (3000, 8, True), (199, 9000, True), (200, 9000, False), (3000, 120, False)],
)
def test_what_is_silent(ms: int, level: int, silent: bool) -> None:
    noise = np.random.default_rng(ms).normal(0, level, RATE * ms // 1000).astype("<i2")
    assert is_silent(as_floats(noise.tobytes())) is silent


def test_one_loud_moment_is_enough() -> None:
    samples = np.zeros(RATE * 5, dtype=np.float32)
    samples[20000:21600] = 0.1
    assert not is_silent(samples)
