"""What the line makes of what is said: requests, words of alarm, harmless talk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import soxr

from asr.evaluation.corpora import Line, Said
from asr.evaluation.line import Audio, floats, through
from asr.evaluation.listening import utterances
from asr.evaluation.report import Row, confusions, share
from asr.evaluation.rereading import Rereading
from asr.evaluation.room import Room
from asr.evaluation.scoring import Tally, alarmed, meant, wrongly_told

TARGETS = {"clean": 95.0, "babble 10 dB": 85.0, "loss 3 %": 88.0}
WRONG = "wrong answer given without confirmation"


def intents(room: Room) -> list[Row]:
    """Requests understood by the line as it is delivered, with the second reader, clean and on two
    bad lines, and wrong answers given unasked.
    """
    if room.second is None:
        why = f"not measured: {room.no_second}"
        rows = [Row(f"intent right, {line}", target=t, why=why) for line, t in TARGETS.items()]
        return [*rows, Row(WRONG, target=2.0, at_least=False, why=why)]
    rows, told, again = [], Tally(), Rereading(room.second)
    for line, target in TARGETS.items():
        tally, actions = _requests(room, room.plan.intents, line, told, again)
        notes = (actions, confusions(f"Intents mistaken, {line}", tally))
        rows.append(share(f"intent right, {line}", tally, target, notes=notes))
    note = (
        "A wrong answer is another article, told unasked; counted over the three lines together. "
        + again.note()
    )
    rows.append(Row(WRONG, _wrong(told), 2.0, at_least=False, samples=told.total, notes=(note,)))
    return rows


def first_reader(room: Room) -> list[Row]:
    """The same requests where nothing is read again; the issue sets no target."""
    rows, told = [], Tally()
    for line in TARGETS:
        tally, _ = _requests(room, room.plan.intents, line, told)
        rows.append(share(f"intent right, {line}, Vosk alone", tally, None))
    name = f"{WRONG}, Vosk alone"
    return [*rows, Row(name, _wrong(told), at_least=False, samples=told.total)]


def _wrong(told: Tally) -> float | None:
    return 100 * (told.total - told.right) / told.total if told.total else None


def hostile(room: Room) -> list[Row]:
    """The same requests by a voice that is like nobody's; the issue sets no target."""
    tally, _ = _requests(room, room.plan.hostile, "clean", Tally())
    return [share("intent right, espeak-ng's voice, clean", tally, None)]


def _requests(
    room: Room,
    requests: Sequence[Said],
    line: str,
    told: Tally,
    again: Rereading | None = None,
) -> tuple[Tally, str]:
    tally, actions = Tally(), Counter[str]()
    for said in requests:
        pcm = room.pcm(said, line)
        read = again.of(pcm) if again else None
        outcome = room.mind.decide(said.node, room.ears.hear(pcm).heard, read)
        actions[outcome.kind] += 1
        told.add(not wrongly_told(said.meaning, outcome))
        tally.add(meant(said.meaning, outcome), said.meaning, outcome.label)
    kinds = ", ".join(f"{kind} {count}" for kind, count in actions.most_common())
    return tally, f"What the line did, {line}: {kinds}."


def emergencies(room: Room) -> list[Row]:
    """Words of alarm, alone and in sentences."""
    alone, sentences, noisy = Tally(), Tally(), Tally()
    calls = [said for said in room.plan.intents if said.meaning.startswith("emergency")]
    for tally, line, cries in (
        (alone, "clean", room.plan.cries),
        (sentences, "clean", calls),
        (noisy, "babble 10 dB", calls),
    ):
        for said in cries:
            hearing = room.hear(said, line)
            outcome = room.mind.decide(said.node, hearing.heard)
            tally.add(alarmed(outcome), said.text, hearing.text or "–")
    both = Tally(alone.right + sentences.right, alone.total + sentences.total)
    both.confused = alone.confused + sentences.confused
    notes = (
        f"Alone {alone.right} of {alone.total} words of alarm are caught, in sentences "
        f"{sentences.right} of {sentences.total}; at 10 dB babble {noisy.right} of {noisy.total}.",
        "A word of alarm counts as caught when an emergency is raised or the caller is asked back, "
        "for silence then raises it; harmless talk that is asked back is a false alarm.",
        confusions("Words of alarm missed, and what was heard", both),
    )
    return [share("emergency words caught", both, 98.0, notes=notes)]


def talk(room: Room, hours: float) -> list[Row]:
    """Alarms raised by harmless talk, a minute's call at a time."""
    pool = [*room.plan.talk]
    pool += [s for s in room.plan.intents if not s.meaning.startswith("emergency")]
    speech = [floats(room.clips.pcm(said)) for said in pool]
    name = "false alarms in 10 h of harmless talk"
    if not speech or hours <= 0:
        return [Row(name, target=1.0, at_least=False, why="not measured: no talk")]
    chance = np.random.default_rng(room.corpora.seed)
    fed, count, heard = 0.0, 0, Counter[str]()
    while fed < hours * 3600:
        hearing = room.ears.hear(_minute(speech, chance))
        fed += hearing.seconds
        for events in utterances(hearing.heard):
            count += 1
            if alarmed(room.mind.decide("need", events)):
                heard["".join(getattr(what, "text", "") for what in events[-1:]) or "–"] += 1
    alarms = sum(heard.values())
    minutes = sum(len(clip) for clip in speech) / 8000 / 60
    said = ", ".join(f"{text} ({n})" for text, n in heard.most_common(8))
    note = (
        f"{fed / 3600:.2f} h of talk were really heard, {alarms} alarms; made of {len(speech)} "
        f"different clips ({minutes:.0f} min) at new speeds, levels and noise. "
        + ("" if hours >= 10 else "The rate per 10 h is reckoned from that and so is rough. ")
        + (f"Taken for an alarm: {said}." if said else "")
    )
    rate = alarms / (fed / 3600) * 10
    return [Row(name, rate, 1.0, at_least=False, unit="alarms", samples=count, notes=(note,))]


def _minute(speech: Sequence[Audio], chance: np.random.Generator) -> bytes:
    """A minute of clips one after the other, each at a speed and level of its own, in hiss."""
    parts, size = [np.zeros(4000, dtype=np.float32)], 4000
    while size < 60 * 8000:
        clip = speech[int(chance.integers(len(speech)))]
        clip = soxr.resample(clip, 8000 * chance.uniform(0.88, 1.12), 8000).astype(np.float32)
        clip = clip * np.float32(10 ** (-chance.uniform(0, 14) / 20))
        gap = np.zeros(int(chance.uniform(0.1, 1.2) * 8000), dtype=np.float32)
        parts += [clip, gap]
        size += len(clip) + len(gap)
    minute = np.concatenate(parts)
    hiss = chance.standard_normal(len(minute)) * 10 ** (-chance.uniform(45, 75) / 20)
    return through((minute + hiss).astype(np.float32), Line("talk"), [], 0)
