"""What the committed model makes of sound it should not get: tones, music, bad speech."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from asr import wav
from asr.evaluation.line import alaw
from asr.hear import load
from asr.port import Final, Heard, Partial, VoiceStarted
from asr.vosk_recogniser import LoadedModel
from core.sound import similarity
from ivr.voice import sound
from ivr.voice.build import PROMPTS
from ivr.voice.music import hold_music
from ivr.voice.prompts import read_index
from tests.asr.kit import MODEL, RATE

Audio = NDArray[Any]
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
FIRST, SECOND = "请稍等。", "对不起，我没有听清，请再说一遍。"
PIECE = RATE * 2 * 80 // 1000


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    loaded = load(MODEL)
    assert loaded.detects_voices, "the voice detector is part of the installation"
    return loaded


def tone(seconds: float, *hertz: float) -> Audio:
    time = np.arange(int(seconds * RATE)) / RATE
    return sum(np.sin(2 * np.pi * each * time) for each in hertz) / max(1, len(hertz))


def quiet(seconds: float) -> Audio:
    return np.zeros(int(seconds * RATE))


def keys(on_s: float, off_s: float) -> Audio:
    each = [np.concatenate([tone(on_s, r, c), quiet(off_s)]) for r in ROWS for c in COLUMNS]
    return np.concatenate(each)


def at(level_db: float, audio: Audio) -> Audio:
    """The audio with its sounding parts at this level, dB below full scale (RMS)."""
    loud = audio[np.abs(audio) > 0.02 * np.abs(audio).max()]
    return audio * 10 ** (level_db / 20) / np.sqrt(np.mean(np.square(loud)))


def hold() -> Audio:
    return np.asarray(soxr.resample(np.asarray(hold_music(), dtype=np.float64), sound.RATE, RATE))


def spoken(text: str) -> Audio:
    pcm = wav.read(read_index(PROMPTS)[text]).channels[0]
    return np.frombuffer(pcm, dtype="<i2") / 32768


def heard(model: LoadedModel, audio: Audio, tail_s: float = 2.0) -> list[Heard]:
    """What comes of it on a quiet line, over A-law, in the pieces that streams decode."""
    whole = np.concatenate([quiet(1), audio, quiet(tail_s)])
    whole = whole + np.random.default_rng(1).normal(0, 8 / 32768, len(whole))
    pcm = alaw(whole.astype(np.float32))
    decoding = model.decoding()
    found: list[Heard] = []
    for start in range(0, len(pcm), PIECE):
        found += decoding.feed(pcm[start : start + PIECE])
    return found


def texts(events: Sequence[Heard]) -> list[str]:
    return [e.text for e in events if isinstance(e, Partial | Final) and e.text]


def properly_ended(events: Sequence[Heard]) -> bool:
    """Whether every voice that was told has its Final, in turn."""
    turns = [type(e) for e in events if isinstance(e, VoiceStarted | Final)]
    return turns == [VoiceStarted, Final] * (len(turns) // 2)


NOT_SPEECH = {
    "silence": lambda: quiet(5),
    "hold music": hold,
    "fax calling (T.30 CNG)": lambda: np.tile(np.concatenate([tone(0.5, 1100), quiet(3)]), 3),
    "fax answering (T.30 CED)": lambda: tone(3.3, 2100),
    "ringing": lambda: np.tile(np.concatenate([tone(1, 450), quiet(4)]), 2),
    "busy": lambda: np.tile(np.concatenate([tone(0.35, 450), quiet(0.35)]), 6),
    "keys, long": lambda: keys(0.4, 0.3),
    "keys, as a telephone dials": lambda: keys(0.1, 0.1),
    "keys, as fast as allowed (Q.24)": lambda: keys(0.05, 0.05),
    "mains hum": lambda: sum(tone(4, 50 * n) / n for n in range(1, 8)),
    "hiss": lambda: np.random.default_rng(2).normal(0, 1, 4 * RATE),
}


@pytest.mark.parametrize("level_db", [-14, -24, -36])
@pytest.mark.parametrize("kind", NOT_SPEECH)
def test_what_is_no_speech_gives_no_text_and_no_partials(
    model: LoadedModel, kind: str, level_db: float
) -> None:
    audio = NOT_SPEECH[kind]()
    events = heard(model, at(level_db, audio) if np.abs(audio).max() > 0 else audio)
    assert texts(events) == []
    assert properly_ended(events)


def test_speech_after_music_and_keys_is_heard(model: LoadedModel) -> None:
    before = np.concatenate([at(-20, hold()[: 6 * RATE]), quiet(0.6), at(-20, keys(0.1, 0.1))])
    audio = np.concatenate([before, quiet(1), at(-20, spoken(SECOND))])
    said = "".join(e.text for e in heard(model, audio) if isinstance(e, Final))
    assert similarity(said, SECOND) > 0.7, said


@pytest.mark.parametrize(("what", "gain"), [("clipping", 12.0), ("shouting", 60.0)])
def test_overdriven_speech_is_an_utterance_that_ends(
    model: LoadedModel, what: str, gain: float
) -> None:
    events = heard(model, np.clip(spoken(SECOND) * gain, -1, 1))
    finals = [e for e in events if isinstance(e, Final) and e.text]
    assert properly_ended(events)
    assert finals, what
    if what == "clipping":
        assert similarity("".join(f.text for f in finals), SECOND) > 0.5


def test_two_people_at_once_are_one_utterance_of_which_it_is_less_sure(model: LoadedModel) -> None:
    one, other = at(-20, spoken(SECOND)), at(-20, spoken("您是需要紧急救助吗？"))
    size = min(len(one), len(other))
    alone = [e for e in heard(model, one) if isinstance(e, Final) and e.text]
    events = heard(model, one[:size] + other[:size])
    together = [e for e in events if isinstance(e, Final)]
    assert properly_ended(events) and together
    assert min(e.confidence for e in together) < min(e.confidence for e in alone)


@pytest.mark.parametrize("language", ["de", "ru"])
def test_another_language_is_doubted(model: LoadedModel, language: str) -> None:
    text = {"de": "Guten Tag, ich habe eine Frage.", "ru": "Здравствуйте, у меня вопрос."}
    command = ["espeak-ng", "-v", language, "--stdout", text[language]]
    done = subprocess.run(command, capture_output=True, check=True)
    with wave.open(BytesIO(done.stdout)) as file:
        samples = np.frombuffer(file.readframes(1 << 26), dtype="<i2") / 32768
        audio = soxr.resample(samples, file.getframerate(), RATE)
    events = heard(model, at(-20, audio))
    finals = [e for e in events if isinstance(e, Final)]
    assert properly_ended(events) and finals
    known = [e for e in heard(model, at(-20, spoken(SECOND))) if isinstance(e, Final) and e.text]
    assert max(e.confidence for e in finals) < min(e.confidence for e in known)


def test_a_stream_that_stops_in_the_middle_of_a_word_gives_what_there_was(
    model: LoadedModel,
) -> None:
    audio = at(-20, spoken(SECOND))
    loudest = RATE // 2 + int(np.abs(audio[RATE // 2 : RATE]).argmax())
    pcm = alaw(np.concatenate([quiet(1), audio[:loudest]]).astype(np.float32))
    decoding = model.decoding()
    events = decoding.feed(pcm[:-7])
    assert not [e for e in events if isinstance(e, Final)], "it is still being said"
    last = decoding.finish()
    assert [type(e) for e in last] == [Final]
    assert properly_ended(events + last) and texts(last)
