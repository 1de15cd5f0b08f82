"""Requests as both readers together understand them."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

from asr.evaluation.listening import RATE
from asr.evaluation.report import Row, confusions, share
from asr.evaluation.room import Room
from asr.evaluation.scoring import Tally, meant, wrongly_told
from asr.port import Final
from asr.second_reader.port import Reading

LINES = ("clean", "babble 10 dB")
MARGIN_MS = 300
"""Sound on either side of an utterance that the second reader gets with it."""


def both_readers(room: Room) -> list[Row]:
    """Requests understood when what Vosk is unsure of is read again; the issue sets no target."""
    if room.second is None:
        why = f"not measured: {room.no_second}"
        return [Row(f"intent right, {line}, both readers", why=why) for line in LINES]
    rows, told, took = [], Tally(), list[float]()
    for line in LINES:
        tally = Tally()
        for said in room.plan.intents:
            pcm = room.pcm(said, line)

            def again(final: Final, pcm: bytes = pcm) -> Reading | None:
                started = time.monotonic()
                reading = room.second(cut(pcm, final)) if room.second else None
                took.append(time.monotonic() - started)
                return reading

            outcome = room.mind.decide(said.node, room.ears.hear(pcm).heard, again)
            tally.add(meant(said.meaning, outcome), said.meaning, outcome.label)
            told.add(not wrongly_told(said.meaning, outcome))
        notes = (confusions(f"Intents mistaken by both readers, {line}", tally),)
        rows.append(share(f"intent right, {line}, both readers", tally, None, notes=notes))
    wrong = 100 * (told.total - told.right) / max(1, told.total)
    cost = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else 0.0
    note = (
        f"With both readers {wrong:.1f} % of {told.total} requests were told a wrong article "
        f"unasked; {len(took)} were read again, each in {statistics.median(took or [0]):.1f} s of "
        f"a core (p50), {cost:.1f} s (p95), without the line's deadline."
    )
    return [*rows[:-1], replace(rows[-1], notes=(*rows[-1].notes, note))]


def cut(pcm: bytes, final: Final) -> bytes:
    """The samples (8 kHz, 16 bit) of an utterance and what is around it."""
    start = max(0, final.start_ms - MARGIN_MS) * RATE // 1000 * 2
    return pcm[start : (final.end_ms + MARGIN_MS) * RATE // 1000 * 2]
