"""Telephone audio: levels, the band, A-law and the files that hold it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ivr.voice import music, sound


def tone(hertz: float, seconds: float, rate: int, peak: float = 0.5) -> sound.Samples:
    time = np.arange(int(seconds * rate)) / rate
    return (np.sin(2 * np.pi * hertz * time) * peak).astype(np.float32)


def dbfs(value: float) -> float:
    return 20 * float(np.log10(value))


@pytest.mark.parametrize("peak", [0.01, 0.3, 1.0])
def test_speech_is_brought_to_one_level_whatever_it_was(peak: float) -> None:
    on_line = sound.to_line(tone(1000, 1.0, 24_000, peak), 24_000)
    assert dbfs(sound.active_rms(on_line)) == pytest.approx(-20, abs=0.3)


def test_loud_peaks_are_bent_below_the_ceiling() -> None:
    speech = tone(1000, 1.0, 24_000, 0.05)
    speech[12_000:12_030] = 1.0
    on_line = sound.to_line(speech, 24_000)
    assert dbfs(float(np.abs(on_line).max())) <= -3.0


def test_silence_is_trimmed_to_the_pads() -> None:
    silence = np.zeros(24_000, dtype=np.float32)
    speech = np.concatenate([silence, tone(1000, 0.5, 24_000), silence])
    on_line = sound.to_line(speech, 24_000)
    assert len(on_line) / sound.RATE == pytest.approx(0.5 + 2 * 0.12, abs=0.03)
    pad = sound.RATE * sound.PAD_MS // 1000
    assert not on_line[:pad].any() and not on_line[-pad:].any()
    assert len(sound.to_line(silence, 24_000)) == 2 * pad


def test_band_is_that_of_a_telephone() -> None:
    def passed(hertz: float) -> float:
        heard = np.convolve(tone(hertz, 0.5, sound.RATE), sound._band(), mode="same")
        return dbfs(float(np.sqrt((heard[1000:-1000] ** 2).mean())) / (0.5 / np.sqrt(2)))

    assert all(abs(passed(hertz)) < 1 for hertz in (400, 1000, 2000, 3300))
    assert passed(60) < -30 and passed(3900) < -20


# ITU-T G.711 table 1a: the decision values at the edges of segments, and what they decode to.
@pytest.mark.parametrize(
    ("sample", "octet", "decoded"),
    [
        (0, 0xD5, 8),
        (-1, 0x55, -8),
        (15, 0xD5, 8),
        (16, 0xD4, 24),
        (1024, 0xE5, 1056),
        (32767, 0xAA, 32256),
        (-32768, 0x2A, -32256),
    ],
)
def test_alaw_is_that_of_the_standard(sample: int, octet: int, decoded: int) -> None:
    pcm = np.array([sample], dtype="<i2").tobytes()
    assert sound.alaw(pcm) == bytes([octet])
    assert np.frombuffer(sound.from_alaw(bytes([octet])), dtype="<i2")[0] == decoded


def test_alaw_codes_survive_being_decoded_and_coded_again() -> None:
    octets = bytes(range(256))
    assert sound.alaw(sound.from_alaw(octets)) == octets


def test_files_hold_what_was_put_in(tmp_path: Path) -> None:
    for octets in (b"", b"\xd5", b"\xd5\x55\x2a", bytes(range(256))):
        file = tmp_path / "a.wav"
        file.write_bytes(sound.wav(octets))
        assert sound.read_wav(file) == octets
        size = int.from_bytes(file.read_bytes()[4:8], "little")
        assert size == file.stat().st_size - 8


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"x" * 100])
def test_files_that_hold_something_else_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(ValueError, match=r"a\.wav"):
        sound.read_wav(tmp_path / "a.wav")


def test_hold_music_is_a_quiet_loop_without_a_click() -> None:
    loop = music.hold_music()
    assert 15 < len(loop) / sound.RATE < 30
    assert dbfs(sound.active_rms(loop)) == pytest.approx(music.HOLD_LEVEL_DBFS, abs=0.5)
    assert np.abs(loop).max() < 10 ** (sound.PEAK_DBFS / 20)
    step = np.abs(np.diff(loop)).max()
    assert abs(float(loop[0] - loop[-1])) <= step


def test_ringback_is_one_second_in_five_of_450_hertz() -> None:
    ring = music.ringback()
    assert len(ring) == 5 * sound.RATE and not ring[sound.RATE :].any()
    spectrum = np.abs(np.fft.rfft(ring[: sound.RATE]))
    assert int(spectrum.argmax()) == 450
