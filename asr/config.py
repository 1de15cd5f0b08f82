"""Settings of the speech recogniser."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from asr.endofspeech import EndOfSpeechSettings
from asr.patience import PatienceSettings
from asr.voicing import VoicingSettings


@dataclass(frozen=True, slots=True)
class AsrSettings:
    """Which model listens, and how.

    `model` is a folder that Vosk can load; `workers` threads decode. Audio is decoded in pieces of
    `batch_ms`: larger ones cost less, smaller ones are faster to react. A stream that is
    `most_lag_ms` behind loses all but its newest `keep_ms`. `ends`, `voicing` and `patience` are
    the thresholds of turn-taking, each with its reason where it is declared.
    """

    model: Path
    workers: int = 2
    batch_ms: int = 80
    most_lag_ms: int = 3_000
    keep_ms: int = 500
    probe_seconds: int = 180
    ends: EndOfSpeechSettings = field(default_factory=EndOfSpeechSettings)
    voicing: VoicingSettings = field(default_factory=VoicingSettings)
    patience: PatienceSettings = field(default_factory=PatienceSettings)
