"""What of Whisper's output is believed: it writes fluent sentences over silence, noise and music.

Pure. The measures and their usual limits are those of the Whisper paper (arXiv 2212.04356, 4.5);
ours are in `docs/models.md`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from proces import traditional_to_simplified

from asr.second_reader.port import Reading
from core.sound import sounds

PROMPT = (
    "以下是拨打12349民政服务热线的市民说的普通话。我想咨询低保、特困、临时救助、养老、养老院、"
    "高龄津贴、老年证、残疾人补贴、婚姻登记、结婚、离婚、殡葬、公墓、孤儿、收养、流浪救助、人工。"
)
"""Said before the audio: turns Whisper to simplified characters and to our words."""

# What Whisper learned from subtitles and writes where nobody speaks.
_SUBTITLES = (
    "字幕", "点赞", "订阅", "打赏", "明镜", "谢谢观看", "感谢观看", "谢谢收看", "下期再见", "amara",
    "以下是拨打", "以下是普通话", "市民说的普通话",
)  # fmt: skip
# Characters that `proces` leaves as they are.
_MORE_SIMPLIFIED = str.maketrans("髮裡乾麽鬥係", "发里干么斗系")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_REPEATED = re.compile(r"(.{1,8}?)\1{3,}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of Whisper's output: mean log probability per token, probability 0..1 that there is
    no speech, and how many times smaller its text gets by compression."""

    text: str
    logprob: float
    no_speech: float
    compression: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond which a segment is not believed; `fastest` is in syllables per second."""

    logprob: float = -1.1
    quiet_logprob: float = -0.6
    no_speech: float = 0.6
    compression: float = 2.4
    fastest: float = 9.0


def judged(segments: Iterable[Segment], seconds: float, limits: Limits | None = None) -> Reading:
    """The reading of an utterance of `seconds`, without the segments that are not believed."""
    limits = limits or Limits()
    kept = [segment for segment in segments if _believed(segment, limits)]
    text = plain("".join(segment.text for segment in kept))
    spoken = len(sounds(text))
    # Half a second is allowed for, since an utterance is cut where the first reader noticed it.
    if not _HAN.search(text) and not any(c.isdigit() for c in text):
        return Reading("", 0.0)
    if spoken > limits.fastest * (seconds + 0.5) or _REPEATED.search(text):
        return Reading("", 0.0)
    lengths = [max(1, len(segment.text)) for segment in kept]
    mean = sum(s.logprob * n for s, n in zip(kept, lengths, strict=True)) / sum(lengths)
    return Reading(text, round(min(1.0, math.exp(mean)), 3))


def plain(text: str) -> str:
    """Simplified characters, digits and letters only; full-width forms folded (NFKC)."""
    folded = unicodedata.normalize("NFKC", traditional_to_simplified(text))
    return "".join(c for c in folded.translate(_MORE_SIMPLIFIED) if c.isalnum())


def _believed(segment: Segment, limits: Limits) -> bool:
    if segment.logprob < limits.logprob or segment.compression > limits.compression:
        return False
    if segment.no_speech > limits.no_speech and segment.logprob < limits.quiet_logprob:
        return False
    text = plain(segment.text).lower()
    return bool(text) and not any(words in text for words in _SUBTITLES)
