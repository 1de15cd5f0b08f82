"""Renders the training speech: clip after clip, in worker processes, resumable.

Clips are kept as 16 kHz 16-bit samples in shards of 64; a shard is written whole or not at all, and
clip number n is always the same text and speaker for one seed and one set of sources.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.training import formant
from asr.training.kokoro_float import write_float_copy
from asr.training.texts import Corpus, spoken
from asr.training.units import text_units
from asr.training.voices import RATE, Voice, draw_speaker, kokoro_folder, training_voices

SHARD = 64
CLIP_RATE = 16_000
RENEW_AFTER = 4
"""Shards after which a worker is replaced: the inference library does not give memory back."""
FORMANT_FIRST = 10_000_000
"""Utterance numbers from here on are espeak-ng's, so that both crowds say different things."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One utterance: its samples at 16 kHz (int16) and its units."""

    text: str
    units: tuple[int, ...]
    samples: NDArray[np.int16]
    formant: bool = False


def render(out: Path, hours: float, seed: int, workers: int) -> None:
    """Render until `out` holds `hours` of speech. Prints a line per shard.

    Raises FileNotFoundError when Kokoro is not in the cache.
    """
    folder = kokoro_folder()
    graph = out.parent / "kokoro-float.onnx"
    training_voices(folder)
    if not graph.exists():
        write_float_copy(folder / "kokoro-v1.0.int8.onnx", graph)
    out.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    have = sum(seconds for seconds in _durations(out).values())
    started, before = time.monotonic(), have
    shard = 0
    with context.Pool(workers, _start, (folder, graph, seed), RENEW_AFTER) as pool:
        todo = (number for number in _missing(out))
        for number, seconds in pool.imap_unordered(_render_shard, _bounded(out, todo, hours)):
            have += seconds
            shard += 1
            speed = (have - before) / (time.monotonic() - started)
            print(
                f"speech: shard {number}, {have / 3600:.2f} of {hours:.2f} h, {speed:.1f}x real",
                flush=True,
            )


def load(out: Path) -> list[Clip]:
    """All clips rendered so far, in the order of their numbers."""
    clips: list[Clip] = []
    for path in sorted(out.glob("*.json")):
        samples = np.load(path.with_suffix(".npy"))
        at = 0
        for entry in json.loads(path.read_text(encoding="utf-8")):
            end = at + entry["samples"]
            # Units are worked out afresh, so that a change of the inventory needs no new speech.
            units = text_units(entry["text"])
            clips.append(Clip(entry["text"], units, samples[at:end], entry["speaker"] == "formant"))
            at = end
    return clips


def render_formant(out: Path, clips: int, seed: int, workers: int) -> None:
    """Render `clips` utterances with espeak-ng into `out`, those that are not there yet."""
    out.mkdir(parents=True, exist_ok=True)
    wanted = range(-(-clips // SHARD))
    todo = [(out, number) for number in wanted if not (out / f"{number:05d}.json").exists()]
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, _start_formant, (seed,)) as pool:
        for done, _ in enumerate(pool.imap_unordered(_render_formant_shard, todo), 1):
            print(f"formant speech: shard {done} of {len(todo)}", flush=True)


def _durations(out: Path) -> dict[int, float]:
    found = {}
    for path in out.glob("*.json"):
        entries = json.loads(path.read_text(encoding="utf-8"))
        found[int(path.stem)] = sum(entry["samples"] for entry in entries) / CLIP_RATE
    return found


def _missing(out: Path) -> Iterator[tuple[Path, int]]:
    number = 0
    while True:
        if not (out / f"{number:05d}.json").exists():
            yield out, number
        number += 1


def _bounded(
    out: Path, todo: Iterator[tuple[Path, int]], hours: float
) -> Iterator[tuple[Path, int]]:
    """Hands out shards until enough are on disk. The pool draws ahead, so count those as well."""
    handed = 0
    seconds = sum(_durations(out).values())
    mean = 3.0 * SHARD
    while seconds + handed * mean < hours * 3600:
        handed += 1
        yield next(todo)


@dataclass
class _Worker:
    """What a worker process keeps between shards."""

    corpus: Corpus
    seed: int
    names: list[str]
    voice: Voice | None


_worker: _Worker


def _start(folder: Path, graph: Path, seed: int) -> None:
    global _worker
    _worker = _Worker(Corpus(seed), seed, training_voices(folder), Voice(folder, graph))


def _render_shard(job: tuple[Path, int]) -> tuple[int, float]:
    out, number = job
    made = []
    assert _worker.voice is not None
    for at in range(number * SHARD, (number + 1) * SHARD):
        text = spoken(_worker.corpus.utterance(at))
        speaker = draw_speaker(_worker.names, random.Random(f"{_worker.seed}:speaker:{at}"))
        try:
            made.append((text, speaker.first, _worker.voice.say(text, speaker), RATE))
        except ValueError:
            continue
    return number, _write_shard(out, number, made)


def _start_formant(seed: int) -> None:
    global _worker
    _worker = _Worker(Corpus(seed), seed, [], None)


def _render_formant_shard(job: tuple[Path, int]) -> tuple[int, float]:
    out, number = job
    made = []
    for at in range(number * SHARD, (number + 1) * SHARD):
        text = spoken(_worker.corpus.utterance(FORMANT_FIRST + at))
        try:
            made.append(
                (text, "formant", *formant.say(text, random.Random(f"{_worker.seed}:f:{at}")))
            )
        except ValueError:
            continue
    return number, _write_shard(out, number, made)


def _write_shard(
    out: Path, number: int, made: list[tuple[str, str, NDArray[np.float32], int]]
) -> float:
    """Write clips of (text, speaker, samples, rate) as shard `number`; return their seconds."""
    entries, parts = [], []
    for text, speaker, audio, rate in made:
        audio = soxr.resample(_trim(audio, rate), rate, CLIP_RATE)
        samples = np.clip(audio / max(1e-4, np.abs(audio).max()) * 0.9 * 32767, -32768, 32767)
        entries.append({"text": text, "speaker": speaker, "samples": len(samples)})
        parts.append(samples.astype(np.int16))
    stem = out / f"{number:05d}"
    np.save(stem.with_suffix(".npy"), np.concatenate(parts))
    scratch = stem.with_suffix(".part")
    scratch.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    scratch.rename(stem.with_suffix(".json"))
    return float(sum(len(part) for part in parts) / CLIP_RATE)


def _trim(audio: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Leave 60 ms of silence at either end: how much there is is decided when a clip is used."""
    loud = np.flatnonzero(np.abs(audio) > 0.01 * np.abs(audio).max())
    margin = rate * 60 // 1000
    return audio[max(0, loud[0] - margin) : loud[-1] + margin] if len(loud) else audio
