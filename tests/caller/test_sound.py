"""G.711, levels, hearing, tracks and WAV files."""

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.caller import hearing
from telephony.caller.g711 import SILENCE, decode, encode, level_db
from telephony.caller.recording import BadAudio, Timeline, Track, loud_span, read_wav, write_stereo
from telephony.caller.rtp import Packet
from telephony.caller.signals import goertzel, tone


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_g711_codes_survive(codec: str) -> None:
    codes = bytes(range(256))
    again = encode(decode(codes, codec), codec)
    # μ-law has two codes for zero.
    assert np.array_equal(decode(again, codec), decode(codes, codec))
    assert encode(bytes(320), codec) == SILENCE[codec]


def test_g711_known_values() -> None:
    # ITU-T G.711 tables 1a and 2a: the largest value and the smallest step of each law.
    assert decode(b"\xaa\x2a\xd5\x55").tolist() == [32256, -32256, 8, -8]
    assert decode(b"\x80\x00\xff\x7f", "PCMU").tolist() == [32124, -32124, 0, 0]


@given(st.integers(-32768, 32767), st.sampled_from(["PCMA", "PCMU"]))
def test_g711_error_is_within_half_a_step(value: int, codec: str) -> None:
    back = int(decode(encode(np.array([value], np.int16), codec), codec)[0])
    assert abs(back - value) <= max(8, abs(value) / 24, abs(value) - 32000)


def test_tone_and_goertzel() -> None:
    assert goertzel(tone(700, 100), 700) == pytest.approx(9000, rel=0.01)
    assert goertzel(tone(700, 100), 1300) < 100 and goertzel(b"", 700) == 0
    assert level_db(np.frombuffer(tone(700, 100, 32767), np.int16)) == pytest.approx(-3, abs=0.1)


def listen(levels: list[tuple[int, float]]) -> list[hearing.Began | hearing.Ended]:
    """Feed (count of frames, level) runs, 20 ms a frame."""
    ear, now, found = hearing.Ear(), 0.0, []
    for count, level in levels:
        for _ in range(count):
            ear, events = hearing.frame(ear, now, level)
            found += events
            now += 20
    return found


def test_speech_begins_at_its_first_loud_frame_and_ends_after_silence() -> None:
    found = listen([(10, -90), (50, -20), (40, -90)])
    assert found == [hearing.Began(200, True), hearing.Ended(200, 1200, -20)]


def test_a_pause_is_no_end_but_a_new_burst() -> None:
    found = listen([(50, -20), (25, -90), (50, -30), (40, -90)])
    assert found == [
        hearing.Began(0, True),
        hearing.Began(1500, False),
        hearing.Ended(0, 2500, -25),
    ]


def test_a_click_is_no_speech() -> None:
    assert listen([(10, -90), (2, -5), (50, -90), (1, -5), (50, -90)]) == []


def test_silence_is_noticed_when_packets_stop() -> None:
    ear, _ = hearing.Ear(), None
    for n in range(10):
        ear, _ = hearing.frame(ear, n * 20, -20)
    ear, events = hearing.quiet(ear, 880)
    assert events == []
    ear, events = hearing.quiet(ear, 900)
    assert events == [hearing.Ended(0, 200, -20)]


def packet(stamp: int, ssrc: int = 1) -> Packet:
    return Packet(8, False, 0, stamp % 2**32, ssrc, b"")


def test_packets_are_placed_by_their_timestamps() -> None:
    line = Timeline()
    first = line.place(packet(2**32 - 160), 100)
    assert first == 800
    # Late, early and out of order: the place follows the timestamp, over its wrap too.
    assert line.place(packet(320), 190) == 800 + 480
    assert line.place(packet(0), 195) == 800 + 160
    # The sender's clock jumped, or another sender came: the arrival counts.
    assert line.place(packet(999_999), 200) == 1600
    assert line.place(packet(5, ssrc=2), 220) == 1760


def test_track_fills_holes_with_silence() -> None:
    track = Track()
    track.put(2, np.array([5, 6], np.int16))
    track.put(0, np.array([1], np.int16))
    track.put(-4, np.array([9], np.int16))
    assert np.frombuffer(track.pcm, np.int16).tolist() == [1, 0, 5, 6]


def test_loud_span() -> None:
    assert loud_span(bytes(3200) + tone(700, 100) + bytes(1600)) == (10, 14)
    assert loud_span(bytes(640)) == (0, 1) and loud_span(b"") == (0, 0)


def test_wav_files_of_any_shape_become_8_khz_mono(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    for rate, channels, width in (
        (8000, 1, 2),
        (48000, 2, 2),
        (16000, 1, 1),
        (22050, 1, 3),
        (8000, 1, 4),
    ):
        wide = np.repeat(9000 * np.sin(2 * np.pi * 700 * np.arange(rate) / rate), channels)
        scaled = {1: wide / 256 + 128, 2: wide, 3: wide * 256, 4: wide * 65536}[width]
        raw = scaled.astype({1: "u1", 2: "<i2", 3: "<i4", 4: "<i4"}[width]).tobytes()
        if width == 3:
            raw = b"".join(raw[n : n + 3] for n in range(0, len(raw), 4))
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, width, rate, 0, "NONE", ""))
            file.writeframes(raw)
        pcm = read_wav(path)
        assert len(pcm) == pytest.approx(16000, abs=8)
        assert goertzel(pcm, 700) == pytest.approx(9000, rel=0.03)


def test_g711_wav(tmp_path: Path) -> None:
    codes = encode(tone(700, 1000))
    form = b"\x06\0\x01\0" + (8000).to_bytes(4, "little") * 2 + b"\x01\0\x08\0"
    chunks = (
        b"fmt "
        + len(form).to_bytes(4, "little")
        + form
        + b"data"
        + len(codes).to_bytes(4, "little")
        + codes
    )
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WAVE" + chunks)
    assert goertzel(read_wav(path), 700) == pytest.approx(9000, rel=0.03)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF1234WAVEfmt ", bytes(100)])
def test_bad_wav_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    with pytest.raises(BadAudio, match="cannot be played"):
        read_wav(path)


def test_stereo_recording(tmp_path: Path) -> None:
    write_stereo(tmp_path / "o.wav", tone(700, 100), tone(1300, 200))
    with wave.open(str(tmp_path / "o.wav")) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 1600)
        both = np.frombuffer(file.readframes(1600), np.int16).reshape(-1, 2)
    assert goertzel(both[:800, 0], 700) > 8000 and goertzel(both[:, 1].copy(), 1300) > 8000
    assert not both[800:, 0].any()
