"""Recordings: where the file is, who heard it, and its waveform."""

from __future__ import annotations

import json
import os
import tempfile
import wave
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from agent_ui.accounts.login import Who
from core.journal_tables import AuditEntry, Recording
from tickets import store
from tickets.tables import Ticket

FULL = 32768
COLUMNS = 1200
PEAKS = ".peaks"
SAME_LISTENING = timedelta(minutes=10)
"""A player asks for a file in pieces: one entry in the audit for all of them."""


class NoWaveform(Exception):
    """A file is not a 16-bit WAV recording."""


@dataclass(frozen=True, slots=True)
class Waveform:
    """How loud each channel is over time: percent of full scale, one number per column.

    `left` is the caller; `right`, everyone else, is empty in a mono file.
    """

    duration_ms: int
    left: list[int]
    right: list[int]


def file_of(data: Path, recording: Recording | None) -> Path | None:
    """The recording's file, if it is one inside the recordings folder of `data`."""
    if recording is None or not recording.path:
        return None
    file = (data / recording.path).resolve()
    inside = file.is_relative_to((data / "recordings").resolve())
    return file if inside and file.is_file() else None


def heard(db: Session, now: datetime, who: Who, ticket: Ticket, address: str) -> None:
    """Audit that somebody listens to a ticket's recording."""
    known = select(AuditEntry.id).where(
        AuditEntry.at > now - SAME_LISTENING,
        AuditEntry.who == who.name,
        AuditEntry.did == "recording.heard",
        AuditEntry.what == ticket.number,
    )
    if db.execute(known.limit(1)).first() is None:
        store.audit(db, now, who.name, "recording.heard", ticket, address)


def downloaded(db: Session, now: datetime, who: Who, ticket: Ticket, address: str) -> None:
    """Audit that somebody took a ticket's recording away; every time."""
    store.audit(db, now, who.name, "recording.downloaded", ticket, address)


def kept_waveform(file: Path) -> Waveform:
    """The waveform, computed once: it is kept beside the recording as long as that stays the same.

    Raises NoWaveform, OSError. A folder that cannot be written to costs only time.
    """
    found = file.stat()
    key = [found.st_size, found.st_mtime_ns]
    beside = file.with_name(file.name + PEAKS)
    try:
        kept = json.loads(beside.read_text(encoding="ascii"))
        if kept["of"] == key:
            return Waveform(**kept["waveform"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    made = waveform(file)
    _keep(beside, json.dumps({"of": key, "waveform": asdict(made)}, separators=(",", ":")))
    return made


def _keep(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=PEAKS)
    except OSError:
        return
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(text)
        os.replace(name, file)
    except OSError:
        Path(name).unlink(missing_ok=True)


def waveform(file: Path, columns: int = COLUMNS) -> Waveform:
    """Read the waveform; takes some 10 ms per minute of recording. Raises NoWaveform, OSError."""
    try:
        with wave.open(str(file), "rb") as source:
            if source.getsampwidth() != 2 or source.getnchannels() not in (1, 2):
                raise NoWaveform(f"{file.name} is not a 16-bit recording of one or two channels")
            frames, channels = source.getnframes(), source.getnchannels()
            step = max(1, -(-frames // columns))
            loud = [_loudest(source.readframes(step), channels) for _ in range(0, frames, step)]
            duration = frames * 1000 // source.getframerate()
    except (wave.Error, EOFError) as error:
        raise NoWaveform(f"{file.name} is not a WAV file: {error}") from error
    left = [column[0] for column in loud]
    return Waveform(duration, left, [column[1] for column in loud] if channels == 2 else [])


def _loudest(raw: bytes, channels: int) -> list[int]:
    samples: NDArray[np.int32] = np.frombuffer(raw[: len(raw) // 4 * 4], dtype="<i2").astype(
        np.int32
    )
    if not len(samples):
        return [0] * channels
    by_channel = np.abs(samples[: len(samples) // channels * channels].reshape(-1, channels))
    return [int(peak) * 100 // FULL for peak in by_channel.max(axis=0)]
