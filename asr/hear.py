"""Recognises whole recordings, for `hotline hear`, measurements and tests."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from asr.config import AsrSettings
from asr.decoding import RATE
from asr.model_folder import inspect, probe
from asr.port import Final
from asr.vosk_recogniser import LoadedModel
from asr.wav import Recording, read

_PIECE = RATE * 2 * 80 // 1000
_TAIL = bytes(RATE * 2)  # a second of silence, so that the last utterance ends by itself


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance of a recording; `channel` counts from 0 (left)."""

    channel: int
    final: Final


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in a recording of `seconds`."""

    file: str
    seconds: float
    utterances: tuple[Utterance, ...]

    @property
    def text(self) -> str:
        """All of it, utterances parted by a space, in the order in which they began."""
        return " ".join(u.final.text for u in self.utterances if u.final.text)

    @property
    def confidence(self) -> float:
        """The mean over the utterances, weighted by their length; 0 when nothing was said."""
        said = [u.final for u in self.utterances if u.final.text]
        total = sum(final.end_ms - final.start_ms for final in said)
        if not total:
            return 0.0
        return sum(f.confidence * (f.end_ms - f.start_ms) for f in said) / total

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "file": self.file,
            "seconds": round(self.seconds, 3),
            "text": self.text,
            "confidence": round(self.confidence, 3),
            "utterances": [{"channel": u.channel, **asdict(u.final)} for u in self.utterances],
        }


def load(path: Path) -> LoadedModel:
    """Check and load a model. Raises ModelBroken."""
    folder = inspect(path)
    if not folder.ours:
        probe(folder, 180)
    return LoadedModel(folder, AsrSettings(path))


def hear(model: LoadedModel, path: Path) -> Transcript:
    """Recognise a WAV file. Raises wav.NotReadable."""
    recording = read(path)
    return Transcript(str(path), recording.seconds, tuple(utterances(model, recording)))


def utterances(model: LoadedModel, recording: Recording) -> list[Utterance]:
    """What is said on each channel, in the order in which it began; wordless sounds left out."""
    found = []
    for number, pcm in enumerate(recording.channels):
        decoding = model.decoding()
        heard = []
        for at in range(0, len(pcm), _PIECE):
            heard += decoding.feed(pcm[at : at + _PIECE])
        heard += decoding.feed(_TAIL)
        heard += decoding.finish()
        finals = (what for what in heard if isinstance(what, Final) and what.text)
        found += [Utterance(number, final) for final in finals]
    return sorted(found, key=lambda utterance: utterance.final.start_ms)
