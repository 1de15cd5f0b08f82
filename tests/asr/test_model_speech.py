"""The committed model understands requests by voices it was never trained on, over A-law."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asr.decoding import Decoding
from asr.g711 import ALAW
from asr.hear import load
from asr.port import Final
from asr.vosk_recogniser import LoadedModel
from core.sound import similarity
from ivr.voice.kokoro import Kokoro, default_folder
from tests.asr.kit import MODEL, silence

SPOKEN = [
    ("zf_xiaobei", "人工"),
    ("zm_yunjian", "转人工"),
    ("jf_gongitsune", "救命"),
    ("zf_xiaobei", "低保怎么申请"),
    ("zm_yunjian", "我想问一下低保怎么申请"),
    ("if_sara", "离婚要多久"),
    ("zf_xiaobei", "结婚登记要户口本吗"),
    ("jm_kumo", "收养孩子要什么条件"),
    ("bm_daniel", "我要投诉养老院"),
    ("zm_yunjian", "是的"),
    ("zf_xiaobei", "不用了"),
    ("zm_yunjian", "我摔倒了起不来"),
]
OTHERS = [
    "去民政局怎么走",
    "再说一遍",
    "临时救助怎么申请",
    "骨灰可以撒到海里吗",
    "不是",
    "政策咨询",
]
PHRASES = [text for _, text in SPOKEN] + OTHERS


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load(MODEL)


@pytest.fixture(scope="module")
def clips(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """The utterances as 8 kHz samples, rendered once for all runs in this clone."""
    cache = Path(request.config.cache.mkdir("asr-speech"))  # type: ignore[union-attr]
    found = {}
    for voice, text in SPOKEN:
        path = cache / f"{voice}-{text}.raw"
        if not path.exists():
            path.write_bytes(Kokoro(default_folder(), voice).render(text))
        found[text] = path.read_bytes()
    return found


def over_alaw(pcm: bytes) -> bytes:
    levels = np.unique(ALAW).astype(np.int32)
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.int32)
    at = np.searchsorted((levels[1:] + levels[:-1]) / 2, samples)
    return levels[at].astype("<i2").tobytes()


def understood(decoding: Decoding, pcm: bytes) -> tuple[str, float]:
    heard = decoding.feed(silence(500) + over_alaw(pcm) + silence(1000)) + decoding.finish()
    finals = [what for what in heard if isinstance(what, Final) and what.text]
    text = "".join(final.text for final in finals)
    return text, min((final.confidence for final in finals), default=0.0)


def nearest(text: str) -> str:
    return max(PHRASES, key=lambda phrase: similarity(text, phrase))


def test_requests_by_unseen_voices_are_understood(
    model: LoadedModel, clips: dict[str, bytes]
) -> None:
    texts = {wanted: understood(model.decoding(), pcm)[0] for wanted, pcm in clips.items()}
    wrong = {wanted: text for wanted, text in texts.items() if nearest(text) != wanted}
    assert len(wrong) <= 1, wrong
    assert not {"人工", "转人工", "救命", "低保怎么申请"} & set(wrong), wrong


def test_a_grammar_narrows_to_its_phrases(model: LoadedModel, clips: dict[str, bytes]) -> None:
    phrases = ["是的", "不用了", "人工", "转人工"]
    for wanted in ("是的", "不用了", "转人工"):
        text = understood(model.decoding(phrases), clips[wanted])[0]
        assert set(text) <= set("".join(phrases))
        assert max(phrases, key=lambda phrase: similarity(text, phrase)) == wanted


@pytest.mark.parametrize("level", [0, 10, 100, 800])
def test_noise_is_no_text(model: LoadedModel, level: int) -> None:
    hiss = np.random.default_rng(level).normal(0, level, 8000 * 8).astype("<i2").tobytes()
    assert understood(model.decoding(), hiss)[0] == ""
