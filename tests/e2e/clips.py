"""What synthetic citizens say: rendered once by Kokoro, kept in pytest's cache."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.settings import Settings
from ivr.voice.kokoro import VOICE, Kokoro, name_of

QUESTION = "低保怎么申请"
SENTENCES = (
    QUESTION,
    "转人工",
    "政策咨询",
    "救命啊，我摔倒了",
    "我摔倒了",
    "不是，不用了",
    "我想问一下养老院怎么备案",
    "结婚登记要带什么材料",
    "高龄津贴怎么领",
    "越秀区有哪些养老院",
    "去香梅路怎么走",
    "我在农林路",
    "是的",
)
VOICES = ("zf_xiaoyi", "zm_yunxi", "zm_yunyang")
"""Who ask QUESTION: voices that need no second reading, which is not to be had by many at once."""


class Clips:
    """8 kHz 16-bit samples of SENTENCES, and of QUESTION in all VOICES.

    All are at hand before the first call: rendering one takes longer than callers are waited for.
    """

    def __init__(self, cache: Path) -> None:
        """Take the folder where rendered clips are kept."""
        self._cache = cache
        self._kept: dict[tuple[str, str], bytes] = {}
        self._keep(VOICE, SENTENCES[1:])
        for voice in VOICES:
            self._keep(voice, (QUESTION,))

    def say(self, text: str, voice: str = "") -> bytes:
        """A sentence, with a little silence around it; by one of its voices unless one is named."""
        voice = voice or (VOICES[0] if text == QUESTION else VOICE)
        return bytes(1600) + self._kept[text, voice] + bytes(1600)

    def backwards(self, text: str) -> bytes:
        """A sentence played from its end: a voice that speaks no language anybody knows."""
        return np.frombuffer(self.say(text), "<i2")[::-1].tobytes()

    def _keep(self, voice: str, texts: Sequence[str]) -> None:
        speaker: Kokoro | None = None
        for text in texts:
            key = hashlib.sha256(f"{name_of(voice)} {text}".encode()).hexdigest()[:16]
            file = self._cache / f"{key}.pcm"
            if not file.exists():
                speaker = speaker or Kokoro(Settings(data=self._cache).kokoro, voice)
                part = file.with_suffix(".part")
                part.write_bytes(speaker.render(text))
                part.replace(file)
            self._kept[text, voice] = file.read_bytes()
