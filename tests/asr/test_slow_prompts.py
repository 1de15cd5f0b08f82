"""Prompts of elder mode are still understood: our own recogniser hears what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr.commands import reader
from core.sound import sounds, sounds_similarity
from ivr.voice.build import PROMPTS
from ivr.voice.prompts import read_index
from ivr.voice.slow import slowed
from tests.asr.kit import MODEL

TEXTS = ("您好，请说您的需求。", "请直接说您要问什么，或者按0，找人工。", "为保证服务质量，通话将被录音。",
         "您的投诉和建议由人工为您登记。")  # fmt: skip


@pytest.mark.parametrize("pace", [1.25])
def test_slow_prompts_are_heard_as_well_as_the_usual_ones(tmp_path: Path, pace: float) -> None:
    read, prompts = reader(MODEL), read_index(PROMPTS)

    def likeness(text: str, file: Path) -> float:
        return sounds_similarity(sounds(read(file)), sounds(text.replace("0", "零")))

    usual = [likeness(text, prompts[text]) for text in TEXTS]
    slow = [
        likeness(text, slowed(prompts[text], tmp_path / f"{at}.wav", pace))
        for at, text in enumerate(TEXTS)
    ]
    print(usual, slow)
    assert sum(slow) >= sum(usual) - 0.1 * len(TEXTS)
    assert min(slow) > 0.6
