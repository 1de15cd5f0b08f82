"""`hotline hear` and `hotline models`: recordings of many kinds, and clear words about bad ones."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import soxr
from click.testing import CliRunner

from asr.commands import make_hear, models
from asr.g711 import ALAW
from asr.wav import NotReadable, read
from tests.asr.kit import MODEL, RATE, buzz, silence

SOUND = silence(500) + buzz(1000) + silence(500)


def wav(path: Path, kind: int, channels: int, rate: int, width: int, data: bytes) -> Path:
    """Write a WAV file of any kind."""
    block = channels * width // 8
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, width)
    body = b"fmt " + struct.pack("<I", len(head)) + head
    body += b"LIST" + struct.pack("<I", 3) + b"abc\0"
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)
    return path


def samples() -> np.ndarray:
    return np.frombuffer(SOUND, dtype="<i2")


def test_pcm_of_all_widths_rates_and_channels_is_the_same_sound(tmp_path: Path) -> None:
    pcm = samples()
    wide = soxr.resample(pcm.astype(np.float32), RATE, 44_100)
    stereo = np.column_stack([pcm, np.zeros_like(pcm)]).astype("<i2")
    as24 = (pcm.astype("<i4") << 16).view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
    kinds = [
        (1, 1, RATE, 16, SOUND),
        (1, 2, RATE, 16, stereo.tobytes()),
        (1, 1, RATE, 24, as24),
        (1, 1, RATE, 32, (pcm.astype("<i4") << 16).tobytes()),
        (3, 1, RATE, 32, (pcm / 32768).astype("<f4").tobytes()),
        (1, 1, 44_100, 16, np.rint(wide).astype("<i2").tobytes()),
    ]
    for number, (kind, channels, rate, width, data) in enumerate(kinds):
        found = read(wav(tmp_path / f"{number}.wav", kind, channels, rate, width, data))
        assert len(found.channels) == channels
        assert found.seconds == pytest.approx(2.0, abs=0.01)
        heard = np.frombuffer(found.channels[0], dtype="<i2")[: len(pcm)].astype(float)
        assert np.abs(heard - pcm[: len(heard)]).max() < 400, kinds[number][:4]


def test_a_law_is_expanded(tmp_path: Path) -> None:
    octets = np.abs(ALAW.astype(int)[None, :] - samples()[:, None]).argmin(axis=1).astype(np.uint8)
    found = read(wav(tmp_path / "a.wav", 6, 1, RATE, 8, octets.tobytes()))
    heard = np.frombuffer(found.channels[0], dtype="<i2").astype(int)
    assert np.abs(heard - samples()).max() <= 600


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a WAV"),
        (b"ID3\x04 this is an mp3 file", "not a WAV"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "no samples"),
        (b"RIFF\x10\0\0\0WAVEdata\x04\0\0\0abcd", "no samples"),
    ],
)
def test_other_files_are_refused_in_one_sentence(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    with pytest.raises(NotReadable, match=why):
        read(path)


@pytest.mark.parametrize(
    ("kind", "channels", "rate", "width"),
    [(85, 1, RATE, 16), (1, 0, RATE, 16), (1, 1, 10, 16), (1, 1, RATE, 12), (1, 99, RATE, 16)],
)
def test_odd_formats_are_refused(
    tmp_path: Path, kind: int, channels: int, rate: int, width: int
) -> None:
    with pytest.raises(NotReadable):
        read(wav(tmp_path / "x.wav", kind, channels, rate, width, SOUND))


def test_hear_prints_json_with_the_intent_and_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    good = wav(tmp_path / "good.wav", 1, 1, RATE, 16, SOUND)
    command = make_hear(lambda text: {"intent": "test", "text": text})
    bad = str(tmp_path / "absent.wav")
    done = CliRunner().invoke(command, [bad, str(good), "--json"])
    assert done.exit_code == 1
    assert "absent.wav cannot be read" in done.output
    line = json.loads(next(row for row in done.output.splitlines() if row.startswith("{")))
    assert line["seconds"] == 2.0
    assert {"file", "text", "confidence", "utterances", "intent"} <= set(line)


def test_hear_without_a_model_says_so(tmp_path: Path) -> None:
    good = wav(tmp_path / "good.wav", 1, 1, RATE, 16, SOUND)
    done = CliRunner().invoke(make_hear(None), [str(good), "--model", str(tmp_path / "none")])
    assert done.exit_code == 1
    assert "there is no speech model" in done.output


def test_models_lists_and_verifies_ours() -> None:
    listed = CliRunner().invoke(models, ["list"])
    assert "12349-zh" in listed.output and "broken" not in listed.output
    assert CliRunner().invoke(models, ["verify"]).exit_code == 0


def test_verify_tells_a_changed_file(tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(MODEL, tmp_path / "m"))
    conf = copy / "conf" / "model.conf"
    conf.write_text(conf.read_text() + "--beam=1\n")
    done = CliRunner().invoke(models, ["verify", str(copy)])
    assert done.exit_code == 1
    assert "model.conf is not the file" in done.output
