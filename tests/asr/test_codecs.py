"""The codecs of mobile telephones that the training's lines go through: Debian's real libraries."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from asr.training import codecs
from asr.training.codecs import AMR_MODES, amr, gsm
from asr.wav import read
from ivr.voice.build import PROMPTS

RATE = 8_000


@pytest.fixture(scope="module")
def speech() -> NDArray[np.float32]:
    file = sorted(PROMPTS.glob("*.wav"))[0]
    samples = np.frombuffer(read(file).channels[0], dtype="<i2")
    return (samples[: 2 * RATE + 77] / 32768).astype(np.float32)


def likeness(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """The best correlation of two sounds; a codec may hold back some samples."""
    return max(float(np.corrcoef(a[: len(a) - lag], b[lag:])[0, 1]) for lag in range(80))


def never() -> bool:
    return False


def test_gsm_keeps_the_speech_and_its_length(speech: NDArray[np.float32]) -> None:
    heard = gsm(speech)
    assert len(heard) == len(speech) and heard.dtype == np.float32
    assert 0.9 < likeness(speech, heard) < 0.9999


def test_amr_is_better_at_higher_rates(speech: NDArray[np.float32]) -> None:
    low, high = (amr(speech, mode, never) for mode in (0, AMR_MODES - 1))
    assert len(low) == len(high) == len(speech)
    assert 0.6 < likeness(speech, low) < likeness(speech, high)


def test_amr_conceals_lost_frames_and_ends_in_silence_when_all_are_lost(
    speech: NDArray[np.float32],
) -> None:
    count = iter(range(10_000))
    some = amr(speech, 7, lambda: next(count) % 10 == 5)
    every = amr(speech, 7, lambda: True)
    assert likeness(speech, some) < likeness(speech, amr(speech, 7, never))
    assert np.abs(some).max() > 0.05
    assert np.abs(every[RATE:]).max() < 0.01


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(codecs.ctypes, "CDLL", missing)
    with pytest.raises(OSError, match="apt-get install libgsm1"):
        gsm(np.zeros(160, dtype=np.float32))
