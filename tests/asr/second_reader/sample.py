"""An utterance to read, and settings that find the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from asr import wav
from asr.second_reader.config import SecondReaderSettings
from asr.second_reader.port import Reading
from core.settings import Settings
from ivr.voice.build import PROMPTS
from ivr.voice.prompts import read_index

LIMIT_S = 60
FOLDER = Settings().whisper
TEXT = "对不起，我没有听清，请再说一遍。"
READING = Reading("对不起我没有听清请再说一遍", 0.9)


def settings(folder: Path = FOLDER, **changed: Any) -> SecondReaderSettings:
    """Settings with the installed weights; no deadline is refused by a slow first reading."""
    return SecondReaderSettings(folder, **{"pace_s": 0.0, "first_rest_s": 0.05, **changed})


def utterance(text: str = TEXT) -> bytes:
    """A committed prompt's samples at 8 kHz."""
    return wav.read(read_index(PROMPTS)[text]).channels[0]
