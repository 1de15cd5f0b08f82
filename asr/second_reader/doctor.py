"""What `hotline doctor` asks of the second reader."""

from __future__ import annotations

from pathlib import Path

from asr.second_reader import weights
from asr.second_reader.worker import ReaderWorker, WorkerFailed
from core.check import Check

NAME = "second reader"
REMEDY = "make setup installs it; second_reader_on = false does without"


def check(folder: Path, on: bool) -> Check:
    """Check that the weights are the known ones and a process loads them. Blocking, some seconds.

    Switched off is well: the line then goes on with the first reading alone.
    """
    if not on:
        return Check(NAME, True, "switched off; open speech is understood by Vosk alone")
    wrong = weights.altered(folder)
    worker = ReaderWorker(folder)
    try:
        if not wrong:
            worker.load()
            worker.read(bytes(3200))
    except WorkerFailed as error:
        wrong = str(error)
    finally:
        worker.kill()
        worker.reap()
    if wrong:
        return Check(NAME, False, f"{wrong}; callers go on without it", REMEDY)
    return Check(NAME, True, f"Whisper base, int8, {folder}")
