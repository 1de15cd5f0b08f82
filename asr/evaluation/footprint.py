"""How much memory a stream takes, measured in a process that has done nothing else.

Memory that a process has used before and freed would hide what streams take.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil

from asr.config import AsrSettings
from asr.evaluation.listening import open_streams
from asr.model_folder import inspect
from asr.vosk_recogniser import LoadedModel


def bytes_per_stream(model: Path, pcm: bytes, count: int) -> float:
    """Bytes of resident memory that each of `count` streams takes after it has heard `pcm`."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as child:
        return child.submit(_measure, model, pcm, count).result()


def _measure(model: Path, pcm: bytes, count: int) -> float:
    loaded = LoadedModel(inspect(model), AsrSettings(model))
    # The first stream also brings what all share: tables, buffers of libraries.
    first = open_streams(loaded, pcm, 1)
    before = psutil.Process().memory_info().rss
    others = open_streams(loaded, pcm, count)
    grown = psutil.Process().memory_info().rss - before
    del first
    return grown / len(others)
