"""The lines of the evaluation do what their row says; clips are rendered once."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from asr.evaluation.anysound import loop, syllable_words
from asr.evaluation.clips import Clips, Speak, espeak
from asr.evaluation.corpora import Line, Said
from asr.evaluation.line import AFTER_S, BEFORE_S, PACKET, RATE, concealed, floats, power, through
from asr.evaluation.listening import utterances
from asr.g711 import ALAW
from asr.port import Final, Partial

TONE = (0.3 * np.sin(np.arange(RATE) * 0.4)).astype(np.float32)
SILENT = np.zeros(RATE, dtype=np.float32)
BEFORE = int(BEFORE_S * RATE)


def test_every_sample_is_one_of_a_law() -> None:
    heard = np.frombuffer(through(TONE, Line("clean"), [], 1), dtype="<i2")
    assert set(heard.tolist()) <= set(ALAW.tolist())
    assert len(heard) == RATE + BEFORE + int(AFTER_S * RATE)


def test_a_clean_line_keeps_the_speech() -> None:
    heard = floats(through(TONE, Line("clean"), [], 1))[BEFORE : BEFORE + RATE]
    error = power(heard - TONE) or float(np.mean(np.square(heard - TONE)))
    assert 10 * np.log10(power(TONE) / error) > 25


@pytest.mark.parametrize("snr", [3.0, 10.0, 20.0])
def test_babble_is_so_many_db_below_the_speech(snr: float) -> None:
    other = np.random.default_rng(2).standard_normal(RATE).astype(np.float32)
    heard = floats(through(TONE, Line("babble", babble_db=snr), [other], 1))
    noise = float(np.mean(np.square(heard[:BEFORE])))
    assert 10 * np.log10(power(TONE) / noise) == pytest.approx(snr, abs=0.7)


def test_hiss_is_so_many_db_below_the_speech() -> None:
    heard = floats(through(TONE, Line("hiss", hiss_db=12.0), [], 1))
    noise = float(np.mean(np.square(heard[:BEFORE])))
    assert 10 * np.log10(power(TONE) / noise) == pytest.approx(12.0, abs=0.7)


def test_babble_without_others_is_refused() -> None:
    with pytest.raises(ValueError, match="needs other people's speech"):
        through(TONE, Line("babble", babble_db=10), [], 1)


def test_the_same_seed_is_the_same_call() -> None:
    line = Line("loss", loss=0.1)
    assert through(TONE, line, [], 5) == through(TONE, line, [], 5) != through(TONE, line, [], 6)


def test_a_lost_packet_is_the_one_before_at_half_its_level() -> None:
    audio = np.repeat(np.arange(1, 51, dtype=np.float32), PACKET)
    found = concealed(audio, 0.2, np.random.default_rng(1)).reshape(-1, PACKET)
    lost = [n for n in range(50) if found[n][0] != n + 1]
    assert 0 < len(lost) < 25
    for n in lost:
        assert np.allclose(found[n], found[n - 1] * 0.5)
    assert np.array_equal(concealed(audio, 0.0, np.random.default_rng(1)), audio)


def test_utterances_end_with_their_final() -> None:
    one, two = Final("甲", (), 1.0, 0, 1), Final("乙", (), 1.0, 2, 3)
    heard = [Partial("甲", 0), one, two, Partial("丙", 4)]
    assert utterances(heard) == [[heard[0], one], [two], [heard[3]]]
    assert utterances([]) == []


class Voice:
    """Counts what is made and said."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.said: list[str] = []

    def __call__(self, voice: str) -> Speak:
        self.made.append(voice)
        return self.speak

    def speak(self, text: str) -> bytes:
        self.said.append(text)
        return text.encode()


def test_a_clip_is_rendered_once_per_text_and_settings(tmp_path: Path) -> None:
    wanted = [Said("甲", "v"), Said("乙", "w"), Said("甲", "w"), Said("甲", "v", "other", "answer")]
    told: list[tuple[int, int]] = []
    voice = Voice()
    clips = Clips(tmp_path, lambda name: f"{name}/1", voice)
    clips.prepare(wanted, lambda done, total: told.append((done, total)))
    assert sorted(voice.made) == ["v", "w"] and len(voice.said) == 3 == clips.rendered
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert clips.pcm(wanted[2]) == "甲".encode()
    again = Clips(tmp_path, lambda name: f"{name}/1", voice)
    again.prepare(wanted, lambda done, total: None)
    assert again.rendered == 0 and len(voice.made) == 2
    Clips(tmp_path, lambda name: f"{name}/2", voice).prepare(wanted, lambda done, total: None)
    assert len(voice.said) == 6


def test_the_hostile_voice_speaks_at_the_rate_of_the_line() -> None:
    pcm = espeak("低保怎么申请")
    assert 0.5 < len(pcm) / 2 / RATE < 5
    assert np.abs(floats(pcm)).max() == pytest.approx(0.5, abs=0.02)
    with pytest.raises(ValueError, match="no sound"):
        espeak("…")


def test_each_syllable_has_one_word_in_the_free_graph() -> None:
    text = "<eps> 0\n低 5\n低保 6\n弟 7\n宝 9\n[unk] 1\n#0 12\n"
    assert syllable_words(text) == {"低": 5, "宝": 9}


def test_the_free_graph_is_one_state_with_sorted_loops() -> None:
    data = loop([9, 5])
    assert struct.unpack_from("<i", data) == (2125659606,)
    assert data.endswith(struct.pack("<iifi", 5, 5, 0, 0) + struct.pack("<iifi", 9, 9, 0, 0))
    assert struct.pack("<qqq", 0, 1, 2) in data
