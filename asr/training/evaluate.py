"""Judges a model on speakers it never heard: sounds wrong, requests understood, noise rejected.

Run as `python -m asr.training.evaluate MODEL --work DIR [--people DIR]`: a process of its own,
because Vosk and PyTorch do not get on in one. Only the six reserved voices speak here.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
import yaml
from numpy.typing import NDArray

from asr.evaluation.scoring import distance
from asr.hear import load, utterances
from asr.training.telephone import LINE_RATE, at_level, companded
from asr.training.texts import ARTICLES, spoken
from asr.training.voices import RATE, RESERVED, Speaker, Voice, kokoro_folder
from asr.vosk_recogniser import LoadedModel
from asr.wav import Recording
from core.sound import similarity, sounds

Audio = NDArray[np.float32]
COMMANDS = {
    "person": ["人工", "转人工", "我要人工服务"],
    "emergency": ["救命", "我摔倒了起不来", "快来人救命啊", "着火了", "胸口痛喘不过气"],
    "yes": ["是的", "对", "好的", "可以"],
    "no": ["不是", "不用了", "没有了", "不需要"],
    "policy": ["政策咨询", "我要咨询"],
    "directions": ["问路", "去民政局怎么走"],
    "complaint": ["投诉建议", "我要投诉养老院"],
    "again": ["再说一遍", "听不清楚"],
    **{f"digit{n}": [word] for n, word in enumerate("零一二三四五六七八九")},
}
FOREIGN = {
    "en-gb": ["good morning, what is the weather like today", "please send me the invoice"],
    "es": ["buenos días, quisiera hacer una pregunta", "¿a qué hora sale el tren?"],
    "ru": ["здравствуйте, подскажите пожалуйста адрес", "мне нужна помощь с документами"],
    "ja": ["こんにちは、てんきはどうですか", "すみません、えきはどこですか"],
    "ar": ["صباح الخير كيف حالك اليوم", "أين محطة القطار من فضلك"],
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller stands: noise so many dB below the speech (None: none), hiss or babble."""

    name: str
    snr_db: float | None = None
    babble: bool = False


PLACES = (
    Place("quiet"),
    Place("hiss 20 dB", 20.0),
    Place("hiss 12 dB", 12.0),
    Place("babble 20 dB", 20.0, babble=True),
    Place("babble 12 dB", 12.0, babble=True),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One utterance to judge: what it means, what is said, who speaks."""

    meaning: str
    text: str
    voice: str
    audio: Audio


@dataclass
class Score:
    """Counts over some samples."""

    samples: int = 0
    right: int = 0
    syllables: int = 0
    wrong: int = 0
    empty: int = 0
    confidence: float = 0.0

    def line(self) -> str:
        """In words."""
        share, error = 100 / max(1, self.samples), 100 * self.wrong / max(1, self.syllables)
        return (
            f"{self.right}/{self.samples} understood ({self.right * share:.1f} %), syllable error "
            f"{error:.1f} %, nothing heard {self.empty * share:.1f} %, mean confidence "
            f"{self.confidence * share / 100:.2f}"
        )


def requests() -> dict[str, list[str]]:
    """All shipped phrasings by what they mean: articles' questions, and commands."""
    found = dict(COMMANDS)
    for path in sorted(ARTICLES.glob("*.yaml")):
        article = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[article["id"]] = [article["title"], *article["questions"]]
    return found


def samples(work: Path, per_article: int = 3) -> list[Sample]:
    """The spoken test set, rendered into `work` on first use."""
    chance = random.Random(7)
    voices = sorted(RESERVED)
    chosen = []
    for meaning, texts in requests().items():
        picked = texts if meaning in COMMANDS else chance.sample(texts, per_article)
        chosen += [(meaning, text) for text in picked]
    found = []
    voice: Voice | None = None
    for number, (meaning, text) in enumerate(chosen):
        speakers = [voices[number % 6], voices[(number + 3) % 6]]
        for name in speakers:
            path = work / f"{name}-{text}.npy"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                voice = voice or Voice(kokoro_folder(), work.parent / "kokoro-float.onnx")
                audio = voice.say(spoken(text), Speaker(name, name, 1.0, name, 1.0))
                np.save(path, soxr.resample(audio, RATE, LINE_RATE).astype(np.float32))
            found.append(Sample(meaning, text, name, np.load(path)))
    return found


def on_the_line(audio: Audio, seed: int, where: Place, others: list[Audio]) -> Audio:
    """Speech with half a second before and a second after, in some place, through A-law."""
    chance = np.random.default_rng(seed)
    speech = at_level(audio, -10)
    power = float(np.mean(np.square(speech[np.abs(speech) > 0.005])))
    line = np.pad(speech, (LINE_RATE // 2, LINE_RATE))
    if where.snr_db is not None:
        background = chance.standard_normal(len(line))
        if where.babble:
            background *= 0
            for _ in range(4):
                other = others[chance.integers(len(others))]
                background += np.resize(np.roll(other, chance.integers(len(other))), len(line))
        background /= np.sqrt(np.mean(np.square(background)))
        line = line + background * np.sqrt(power) * 10 ** (-where.snr_db / 20)
    return companded(line.astype(np.float32))


def heard(model: LoadedModel, audio: Audio) -> tuple[str, float]:
    """The text and the least confidence of its utterances."""
    pcm = np.clip(audio * 32768, -32768, 32767).astype("<i2").tobytes()
    finals = [u.final for u in utterances(model, Recording((pcm,)))]
    return "".join(f.text for f in finals), min((f.confidence for f in finals), default=0.0)


def judge(
    model: LoadedModel, spoken_set: list[Sample], where: Place, show: bool
) -> dict[str, Score]:
    """Scores by voice, and of all together under "all"."""
    phrases = [(meaning, text) for meaning, texts in requests().items() for text in texts]
    others = [sample.audio for sample in spoken_set[::7]]
    scores: dict[str, Score] = {"all": Score()}
    for number, sample in enumerate(spoken_set):
        text, confidence = heard(model, on_the_line(sample.audio, number, where, others))
        best = max(phrases, key=lambda phrase: similarity(text, phrase[1]))
        right = similarity(text, best[1]) > 0 and best[0] == sample.meaning
        truth = sounds(spoken(sample.text))
        wrong = distance(truth, sounds(text))
        if show and (wrong or not right):
            print(f"  {sample.voice} {sample.text} -> {text} ({confidence:.2f}) {best[1]}")
        for score in (scores["all"], scores.setdefault(sample.voice, Score())):
            score.samples += 1
            score.right += right
            score.syllables += len(truth)
            score.wrong += wrong
            score.empty += not text
            score.confidence += confidence
    return scores


def rejected(model: LoadedModel) -> Iterator[str]:
    """What silence, noise and foreign speech become."""
    import subprocess
    import tempfile

    from asr.wav import read

    chance = np.random.default_rng(3)
    for name, level in (("digital silence", 0.0), ("quiet line", 0.001), ("loud hiss", 0.05)):
        audio = (chance.standard_normal(LINE_RATE * 10) * level).astype(np.float32)
        text, confidence = heard(model, companded(audio))
        yield f"{name}, 10 s: {text!r} ({confidence:.2f})"
    phrases = [text for texts in requests().values() for text in texts]
    for language, texts in FOREIGN.items():
        for text in texts:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "foreign.wav"
                subprocess.run(["espeak-ng", "-v", language, "-w", str(path), text], check=True)
                pcm = np.frombuffer(read(path).channels[0], dtype="<i2") / 32768.0
            found, confidence = heard(model, on_the_line(pcm.astype(np.float32), 0, PLACES[0], []))
            like = max(similarity(found, phrase) for phrase in phrases)
            yield f"{language}: {found!r} ({confidence:.2f}), nearest phrase {like:.2f}"


def people(model: LoadedModel, folder: Path) -> Iterator[str]:
    """Recordings of people: `*.wav` with their transcript beside them as `.txt`."""
    from asr.wav import read

    wrong = total = 0
    for path in sorted(folder.glob("*.wav")):
        truth = sounds(spoken(path.with_suffix(".txt").read_text(encoding="utf-8").strip()))
        text = "".join(u.final.text for u in utterances(model, read(path)))
        wrong += distance(truth, sounds(text))
        total += len(truth)
        yield f"  {path.stem} -> {text}"
    yield f"people: syllable error {100 * wrong / max(1, total):.1f} % of {total}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--people", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    model = load(arguments.model)
    spoken_set = samples(arguments.work)
    figures = {}
    for where in PLACES:
        started = time.process_time()
        scores = judge(model, spoken_set, where, arguments.show)
        seconds = sum(len(s.audio) / LINE_RATE + 1.5 for s in spoken_set)
        rtf = (time.process_time() - started) / seconds
        print(f"{where.name}: {scores['all'].line()}, {rtf:.4f} of real time", flush=True)
        for voice in sorted(RESERVED):
            print(f"  {voice}: {scores[voice].line()}")
        figures[where.name] = {key: vars(score) for key, score in scores.items()}
    for line in rejected(model):
        print(line)
    if arguments.people:
        for line in people(model, arguments.people):
            print(line)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
