"""How much memory a stream takes, measured in a process that has done nothing else.

Memory that a process has used before and freed would hide what streams take.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from asr.config import AsrSettings
from asr.evaluation.listening import PIECE
from asr.model_folder import inspect
from asr.vosk_recogniser import LoadedModel


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes of resident memory that each of many streams takes: the most, while all of them
    heard the same speech at once, and while all were open and nobody spoke."""

    speaking: float
    silent: float


def of_streams(model: Path, pcm: bytes, count: int) -> Footprint:
    """What `count` streams take in silence and while they hear `pcm` (8 kHz, 16 bit)."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as child:
        return child.submit(_measure, model, pcm, count).result()


def _measure(model: Path, pcm: bytes, count: int) -> Footprint:
    loaded, process = LoadedModel(inspect(model), AsrSettings(model)), psutil.Process()
    pieces = [pcm[at : at + PIECE] for at in range(0, len(pcm), PIECE)]
    # The first stream also brings what all share: tables, buffers of libraries.
    first = loaded.decoding()
    for piece in pieces:
        first.feed(piece)
    before = process.memory_info().rss
    streams = [loaded.decoding() for _ in range(count)]
    for stream in streams:
        stream.feed(bytes(len(pcm)))
    silent = process.memory_info().rss
    most = silent
    for piece in pieces:
        for stream in streams:
            stream.feed(piece)
        most = max(most, process.memory_info().rss)
    return Footprint((most - before) / count, (silent - before) / count)
