"""Prompts of elder mode are still understood: our own recogniser hears what is said."""

from __future__ import annotations

from pathlib import Path

from asr.commands import reader
from core.sound import sounds, sounds_similarity
from ivr.voice.build import PROMPTS
from ivr.voice.prompts import read_index
from ivr.voice.slow import slowed
from tests.asr.kit import MODEL

TEXTS = (
    "您的投诉和建议由人工为您登记。",
    "对不起，没能听清您的需要。",
    "正在为您转接人工，请稍候。",
    "请说出您想咨询的问题，例如：低保怎么申请。",
    "现在没有工作人员能接听。",
    "对不起，我没有听清，请再说一遍。",
)


def test_slow_prompts_are_heard_nearly_as_well_as_the_usual_ones(tmp_path: Path) -> None:
    read, prompts = reader(MODEL), read_index(PROMPTS)

    def likeness(files: list[Path]) -> float:
        heard = zip(files, TEXTS, strict=True)
        alike = [sounds_similarity(sounds(read(file)), sounds(text)) for file, text in heard]
        return sum(alike) / len(alike)

    usual = [prompts[text] for text in TEXTS]
    slow = [slowed(file, tmp_path / file.name, 1.25) for file in usual]
    assert likeness(slow) >= likeness(usual) - 0.1
