"""From the end of a citizen's speech to the reply, where the second reader was needed.

Voices that no model was trained on ask what stands in no text of the training, in quiet and in
babble. Which of them were to be read again, and what came of it, is told by each call's record.
The budget is a p95 below 2.5 s, over all calls in quiet in which the second reader was asked,
whether it read in time or not. In babble the end of speech itself is noticed late.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from asr.evaluation.clips import Clips, cache_folder
from asr.evaluation.corpora import Corpora, Line, drawn_by_meaning
from asr.evaluation.corpora import Said as Wanted
from asr.evaluation.corpora import load as load_corpora
from asr.evaluation.line import BEFORE_S, floats, through
from bench import service
from bench.citizens import phone
from bench.process import percentiles
from bench.records import CallRecord, records
from bench.speech_eval import voices
from core.aio import in_thread
from core.settings import Settings
from ivr.tree import load as load_tree
from telephony.caller import hearing
from telephony.caller.events import CallResult
from telephony.caller.g711 import FRAME, RATE, level_db
from telephony.caller.recording import loud_span
from telephony.caller.script import Speak
from telephony.calls.rereading import MISSED, READ

BUDGET_MS = 2500
CALL_S = 20.0
LINES = ("clean", "babble 10 dB")
BABBLE_AFTER_S = 2.0
"""Besides what the line of the evaluation has after the speech: nobody's kitchen falls silent."""
TALKERS = 6
REREAD_LIMIT_MS = 4000
"""A reading of what was said is noted within this; a later one is of something else."""
APART = (4, 4.5)
TOGETHER = (8, 0.11)
"""Callers at once, and s between the starts of two."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What a citizen sends: 16-bit samples, where in them the speech ends (ms), and its text."""

    pcm: bytes
    end_ms: float
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One call: `second` is what came of the second reader (read, nothing, late, refused; empty
    when it was not asked), the times are ms from the end of speech, None for what did not happen.
    """

    second: str
    final_ms: float | None
    read_ms: float | None
    wait_ms: float | None
    reply_ms: float | None


async def run(quick: bool) -> dict[str, Any]:
    """Ask when the line has said its welcome, four callers now and then, then eight at once; ms."""
    settings, corpora = Settings(), load_corpora()
    clips = await in_thread(partial(asked, settings, corpora, 8 if quick else 24))
    waits = frozenset(load_tree(settings.tree, settings.emergency_words).wait_texts)
    found: dict[str, Any] = {"budget_p95_ms": BUDGET_MS}
    all_of: dict[str, list[Reply]] = {kind: [] for kind in LINES}
    opened = service.running()
    line = await in_thread(opened.__enter__)
    try:
        for name, first, (together, apart_s) in (
            ("apart", 1000, APART),
            ("together", 2000, TOGETHER),
        ):
            replies: dict[str, list[Reply]] = {}
            said = [(kind, clip) for kind in LINES for clip in clips[kind]]
            # An extension of its own for each call, by which its record is found.
            called = [f"12349{first + n}" for n in range(len(said))]
            results = await phone(
                [line.target.replace("12349", number, 1) for number in called],
                [(Speak(clip.pcm, clip.text),) for _, clip in said],
                together, CALL_S, apart_s, keep_audio=True,
            )  # fmt: skip
            written = await in_thread(partial(records, line, called))
            for (kind, clip), number, result in zip(said, called, results, strict=True):
                replies.setdefault(kind, []).append(timed(clip, result, written[number], waits))
            found[name] = {kind: figures(replies[kind]) for kind in LINES}
            for kind in LINES:
                all_of[kind] += replies[kind]
    finally:
        await in_thread(opened.__exit__, None, None, None)
    quiet, babble = LINES
    found["second_reader_needed"] = total = figures(all_of[quiet])
    found["in_babble"] = figures(all_of[babble])
    # A run in which nobody's words were read again has measured nothing.
    kept = total["read"] > 0 and total["without_reply"] == 0
    found["within_budget"] = kept and total["reply_ms"]["p95"] < BUDGET_MS
    return found


def asked(settings: Settings, corpora: Corpora, count: int) -> dict[str, list[Clip]]:
    """The citizens' clips by line: `count` requests, the same ones on each."""
    requests = [each for each in corpora.spoken(corpora.intents) if each.node == "need"]
    chosen = drawn_by_meaning(requests, count, f"{corpora.seed}:reread")
    clips = Clips(cache_folder(), *voices(settings, corpora.hostile))
    clips.prepare(chosen, _tell)
    return {
        kind: [_clip(clips, corpora.lines[kind], chosen, n) for n in range(len(chosen))]
        for kind in LINES
    }


def _clip(clips: Clips, line: Line, chosen: Sequence[Wanted], number: int) -> Clip:
    pcm, text = clips.pcm(chosen[number]), chosen[number].text
    first, last = loud_span(pcm)
    if line.babble_db is None:
        spoken = pcm[first * FRAME * 2 : (last + 1) * FRAME * 2]
        return Clip(spoken, len(spoken) / 2 / RATE * 1000, text)
    others = [floats(clips.pcm(chosen[(number + n) % len(chosen)])) for n in range(1, TALKERS)]
    speech = np.pad(floats(pcm), (0, int(BABBLE_AFTER_S * RATE)))
    whole = through(speech, line, others, number)
    return Clip(whole, (BEFORE_S + (last + 1) * FRAME / RATE) * 1000, text)


def timed(clip: Clip, result: CallResult, record: CallRecord, waits: frozenset[str]) -> Reply:
    """What one call was like: as its caller heard it, and as the service wrote it down.

    The caller hears when the line begins to speak; the transcript tells whether that was the
    request to wait, and how much later the reply began. `waits` are the texts of that request.
    """
    answered = result.answered_ms
    begins = result.all("say")
    if answered is None or not begins:
        return Reply("", None, None, None, None)
    first, _ = loud_span(clip.pcm)
    ended = begins[0].ms - first * FRAME / RATE * 1000 + clip.end_ms
    since = ended - answered
    """The end of speech on the record's clock."""
    notes = [
        (at - since, "read" if key == READ else value)
        for at, key, value in record.notes
        if key in (READ, MISSED) and since < at < since + REREAD_LIMIT_MS
    ]
    read_ms, second = notes[0] if notes else (None, "")
    finals = [at - since for at in record.heard_ms if at > since]
    spoken = [each for each in record.lines if each.speaker == "machine" and each.start_ms > since]
    sounds = [at - ended for at in begun(result.heard) if at > ended]
    wait_ms, reply_ms = None, sounds[0] if sounds and spoken else None
    if spoken and spoken[0].text in waits and sounds:
        wait_ms, later = sounds[0], spoken[1:]
        reply_ms = wait_ms + later[0].start_ms - spoken[0].start_ms if later else None
    return Reply(second, finals[0] if finals else None, read_ms, wait_ms, reply_ms)


def begun(pcm: bytes) -> list[float]:
    """When sounds begin in 8 kHz 16-bit samples, in ms: after 400 ms of silence or more."""
    samples, ear, found = np.frombuffer(pcm, dtype="<i2"), hearing.Ear(), list[float]()
    for place in range(0, len(samples) - FRAME + 1, FRAME):
        frame = samples[place : place + FRAME]
        ear, events = hearing.frame(ear, place / RATE * 1000, level_db(frame))
        found += [event.at_ms for event in events if isinstance(event, hearing.Began)]
    return found


def figures(replies: Sequence[Reply]) -> dict[str, Any]:
    """Counts, and percentiles over the calls in which the second reader was asked."""
    needed = [reply for reply in replies if reply.second]
    outcomes = Counter(reply.second for reply in needed)

    def times(name: str) -> dict[str, float]:
        values = (getattr(reply, name) for reply in needed)
        return percentiles([value for value in values if value is not None])

    return {
        "calls": len(replies),
        "second_reader_asked": len(needed),
        **{what: outcomes[what] for what in ("read", "nothing", "late", "refused")},
        "without_reply": sum(reply.reply_ms is None for reply in needed),
        "asked_to_wait": sum(reply.wait_ms is not None for reply in needed),
        "utterance_known_ms": times("final_ms"),
        "second_reading_ms": times("read_ms"),
        "please_wait_ms": times("wait_ms"),
        "reply_ms": times("reply_ms"),
    }


def _tell(done: int, total: int) -> None:
    if done % 10 == 0 or done == total:
        print(f"  {done} of {total} clips rendered", file=sys.stderr, flush=True)
