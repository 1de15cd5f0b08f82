"""A call's recording: two mono files while it runs, one stereo file with a SHA-256 at its end."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import wave
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

RATE = 8000
WAV_HEADER = 44
CHUNK = 8000 * 60


@dataclass(frozen=True, slots=True)
class Saved:
    """A finished recording; `path` is relative to the data folder, `sha256` of the whole file."""

    path: str
    duration_ms: int
    bytes: int
    sha256: str


class RecordingFault(Exception):
    """The recording cannot be kept; the message says why."""


class NothingRecorded(RecordingFault):
    """The call was over before a single frame came: nothing is lost."""


class RecordingFolder:
    """Where recordings live: `recordings/live` while calls run, `recordings/YYYY/MM/DD` after."""

    def __init__(self, data: Path, min_free_mb: int) -> None:
        """Take the data folder and the free space (MB) below which nothing is recorded."""
        self._data, self._min_free = data, min_free_mb * 1_000_000
        self._live = data / "recordings" / "live"

    def has_room(self) -> bool:
        """Say whether there is disk enough to record."""
        try:
            self._live.mkdir(parents=True, exist_ok=True)
            return shutil.disk_usage(self._live).free >= self._min_free
        except OSError:
            return False

    def live(self, call_id: str) -> tuple[Path, Path]:
        """Return the two files of a running call: what the caller said, what the caller heard."""
        return self._live / f"{call_id}.said.wav", self._live / f"{call_id}.heard.wav"

    def left_over(self) -> list[str]:
        """Return the calls whose files a former run left behind."""
        return sorted({file.name.split(".")[0] for file in self._live.glob("*.said.wav")})

    def save(self, call_id: str, started: datetime) -> Saved:
        """Join the two files to one (caller left, everyone else right) and remove them.

        `started` is in the authority's zone and gives the folder. Works on files that a killed
        process left with a wrong header. A second call for the same recording returns it again.
        Blocking. Raises RecordingFault; the two files stay then, unless it is NothingRecorded.
        """
        said, heard = self.live(call_id)
        target = self._data / "recordings" / f"{started:%Y/%m/%d}" / f"{call_id}.wav"
        part = target.with_suffix(".part")
        try:
            whole = None if said.exists() else self._joined(call_id)
            if whole is not None:
                target = whole
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                _join(said, heard, part)
                part.replace(target)
            digest = hashlib.sha256()
            with target.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            said.unlink(missing_ok=True)
            heard.unlink(missing_ok=True)
            size = target.stat().st_size
        except NothingRecorded:
            said.unlink(missing_ok=True)
            heard.unlink(missing_ok=True)
            raise
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise RecordingFault(f"the recording cannot be written: {error}") from error
        return Saved(
            str(target.relative_to(self._data)),
            (size - WAV_HEADER) // 4 * 1000 // RATE,
            size,
            digest.hexdigest(),
        )

    def _joined(self, call_id: str) -> Path | None:
        """Return the file that a run which was killed a moment later had already joined."""
        return next((self._data / "recordings").glob(f"*/*/*/{call_id}.wav"), None)


def _join(left: Path, right: Path, target: Path) -> None:
    """Write a stereo file as long as the longer of two mono ones."""
    sizes = [max(0, f.stat().st_size - WAV_HEADER) // 2 if f.exists() else 0 for f in (left, right)]
    frames = max(sizes)
    if not frames:
        empty = left.exists() or right.exists()
        raise (NothingRecorded if empty else RecordingFault)("nothing was recorded")
    with contextlib.ExitStack() as stack:
        sources = [
            stack.enter_context(file.open("rb")) if size else None
            for file, size in zip((left, right), sizes, strict=True)
        ]
        for source in sources:
            if source is not None:
                source.seek(WAV_HEADER)
        writer = stack.enter_context(wave.open(str(target), "wb"))
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        for start in range(0, frames, CHUNK):
            count = min(CHUNK, frames - start)
            block = np.zeros((count, 2), dtype="<i2")
            for channel, source in enumerate(sources):
                raw = source.read(count * 2) if source is not None else b""
                samples = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2")
                block[: len(samples), channel] = samples
            writer.writeframes(block.tobytes())
