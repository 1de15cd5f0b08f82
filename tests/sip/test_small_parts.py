"""Settings, the watch on RTP, the browser's SDP, WAV files."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip import watch
from telephony.sip.config import LOOPBACK, SipSettings, SipSettingsError, Trunk, trunk_for
from telephony.sip.sdp import SdpError, clean_answer
from telephony.sip.wavs import Joiner, WavError, header, read_header, samples
from tests.sip.rtp import DECODE, alaw_encode, level, tone

SDP = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 0.0.0.0\r\n"
    "a=candidate:1 1 udp 2113 127.0.0.1 4000 typ host\r\n"
    "a=candidate:2 1 tcp 2113 127.0.0.1 9 typ host tcptype active\r\n"
    "a=candidate:3 1 udp 2113 6f1e.local 4001 typ host\r\n"
    "a=candidate:4 1 UDP 2113 192.0.2.1 4002 typ host\r\n"
    "a=ssrc:1 cname:x\r\na=msid:a b\r\na=setup:active\r\n"
)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"address": "hotline"}, "IP address"),
        ({"udp_port": 70000}, "port"),
        ({"rtp_port": 60000}, "65535"),
        ({"max_calls": 0}, "max_calls"),
        ({"max_calls": 501}, "max_calls"),
        ({"certificate": Path("a.pem")}, "together"),
        ({"log_level": 5}, "log_level"),
        ({"gate_address": "192.0.2.1"}, "loopback"),
        ({"trunks": (LOOPBACK, LOOPBACK)}, "same name"),
        ({"trunks": (Trunk("t", ("nowhere",)),)}, "nowhere"),
        ({"trunks": (Trunk("t", ()),)}, "no address"),
        ({"trunks": (Trunk("t", ("10.0.0.1",), user="u"),)}, "together"),
        ({"trunks": (Trunk("t", ("10.0.0.1",), area="44"),)}, "2260"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(wrong: dict[str, Any], word: str) -> None:
    with pytest.raises(SipSettingsError, match=word):
        SipSettings(**wrong)


def test_the_narrowest_network_names_the_trunk() -> None:
    wide, host = Trunk("wide", ("10.0.0.0/8",)), Trunk("host", ("10.1.2.3",))
    trunks = (wide, host, Trunk("six", ("2001:db8::/32",)))
    assert trunk_for(trunks, "10.1.2.3") is host
    assert trunk_for(trunks, "10.9.9.9") is wide
    assert trunk_for(trunks, "::ffff:10.9.9.9") is wide
    assert trunk_for(trunks, "2001:db8::1") is trunks[2]
    assert trunk_for(trunks, "192.0.2.1") is None
    assert trunk_for(trunks, "junk") is None


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Trunk("t", ("10.0.0.1",), user="u", password="secret"))


def test_silence_is_noticed_after_the_limit_and_not_before() -> None:
    state = watch.start(0.0)
    for now, packets, expected, gone in [
        (5.0, 100, True, False),
        (10.0, 100, True, False),
        (34.0, 100, True, False),
        (35.0, 100, True, True),
        (36.0, 101, True, False),
        (60.0, 101, False, False),
        (89.0, 101, True, False),
        (90.0, 101, True, True),
        (91.0, 5, True, False),
    ]:
        state, ended = watch.step(state, watch.Sample(packets, expected), now, 30.0)
        assert ended is gone, now


def test_a_browsers_answer_is_cleaned() -> None:
    kept = clean_answer(SDP)
    assert "127.0.0.1 4000" in kept
    assert "192.0.2.1 4002" in kept
    assert "a=setup:active" in kept
    for useless in ("tcptype", ".local", "a=ssrc", "a=msid"):
        assert useless not in kept
    assert kept.endswith("\r\n")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "junk",
        "v=0\r\n",
        SDP + SDP[SDP.index("m=") :],
        SDP.replace("audio", "video"),
        "v=0\n" * 9999,
    ],
)
def test_an_answer_that_is_no_sdp_is_refused(bad: str) -> None:
    with pytest.raises(SdpError):
        clean_answer(bad)


@given(st.text(max_size=300))
def test_any_answer_is_cleaned_or_refused(text: str) -> None:
    for attempt in (text, SDP + text):
        try:
            kept = clean_answer(attempt)
        except SdpError:
            continue
        assert "\r\n\r\n" not in kept


def write(
    path: Path, form: int, bits: int, data: bytes, rate: int = 8000, channels: int = 1
) -> Path:
    """Write a WAV file of any format, with a chunk of junk before its samples."""
    block = channels * bits // 8
    form_chunk = struct.pack("<HHIIHH", form, channels, rate, rate * block, block, bits)
    chunks = b"fmt " + struct.pack("<I", 16) + form_chunk
    chunks += b"LIST" + struct.pack("<I", 3) + b"abc\0"
    chunks += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks)
    return path


def test_a_law_is_read_by_its_table(tmp_path: Path) -> None:
    wav = read_header(write(tmp_path / "a.wav", 6, 8, bytes(range(256)) * 2))
    assert wav.native
    assert wav.ms == 64
    assert np.array_equal(np.frombuffer(samples(wav), "<i2")[:256], DECODE)


def test_mu_law_is_read(tmp_path: Path) -> None:
    wav = read_header(write(tmp_path / "u.wav", 7, 8, bytes([0xFF, 0x7F, 0x80, 0x00]) * 100))
    assert list(np.frombuffer(samples(wav), "<i2")[:4]) == [0, 0, 32124, -32124]


def test_another_rate_and_two_channels_become_ours(tmp_path: Path) -> None:
    sound = (8000 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)).astype("<i2")
    stereo = np.repeat(sound, 2).tobytes()
    wav = read_header(write(tmp_path / "s.wav", 1, 16, stereo, rate=16000, channels=2))
    assert not wav.native
    ours = np.frombuffer(samples(wav), "<i2")
    assert len(ours) == 8000
    assert level(ours, 440) > 7000


def test_several_files_become_one(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    joiner = Joiner(tmp_path / "made")
    pcm = tmp_path / "p.wav"
    pcm.write_bytes(header(1600) + tone(500, 5).tobytes())
    law = write(tmp_path / "a.wav", 6, 8, alaw_encode(tone(900, 5)))
    both = [read_header(pcm), read_header(law)]
    made = joiner.playable(both)
    sound = np.frombuffer(samples(made), "<i2")
    assert made.native
    assert len(sound) == 1600
    assert level(sound[:800], 500) > 7000
    assert level(sound[800:], 900) > 7000
    assert joiner.playable(both) is made
    assert joiner.playable(both[:1]) is both[0]


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"junk" * 30, header(0)])
def test_a_file_that_is_no_sound_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.wav").write_bytes(data)
    with pytest.raises(WavError, match=r"x\.wav"):
        read_header(tmp_path / "x.wav")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for start in (b"", b"RIFF\0\0\0\0WAVE", header(40)):
            path = Path(folder) / "x.wav"
            path.write_bytes(start + data)
            try:
                samples(read_header(path))
            except WavError:
                continue
