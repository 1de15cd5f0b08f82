"""Fits what a recogniser's confidence means, and below which a text is better not believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from asr.calibration import Points, calibrated, fitted
from asr.evaluation.room import Room
from asr.evaluation.scoring import DONE, Outcome, meant, sound_errors
from asr.port import Final

LINES = ("clean", "babble 10 dB", "babble 12 dB", "hiss 12 dB", "loss 3 %")
MOST_WRONG = 0.2
"""Share of its sounds that may be wrong in a text that counts as right."""

GAIN, ASKED_WRONGLY, DONE_WRONGLY = 1.0, -0.5, -2.0
"""What an utterance is worth: what was meant; a wrong offer; a wrong answer or a wrong way."""

LIMITS = tuple(step / 20 for step in range(13))
_BINS = 10


@dataclass(frozen=True, slots=True)
class Taken:
    """An utterance of one text: how sure Vosk was, whether the text is right, what it is worth."""

    confidence: float
    right: bool
    worth: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What is written to `model.json`, and how far confidence was off before and after (0..1).

    `off` and `off_after` are measured on the utterances that the fit did not see.
    """

    points: Points
    min_confidence: float
    off: float
    off_after: float
    utterances: int


def fit(room: Room) -> Fit:
    """Hear requests, yes and no, and cries on all lines; fit on every other one of them.

    The room's model must pass on what Vosk says: no calibration, no least confidence.
    """
    taken = _taken(room)
    seen, unseen = taken[::2], taken[1::2]
    points = fitted((one.confidence, one.right) for one in seen)
    return Fit(
        points,
        least(taken, points),
        off(unseen, lambda confidence: confidence),
        off(unseen, lambda confidence: calibrated(confidence, points)),
        len(taken),
    )


def least(taken: Sequence[Taken], points: Points) -> float:
    """The calibrated confidence below which believing texts does more harm than good."""
    surely = [(calibrated(one.confidence, points), one.worth) for one in taken]

    def worth(limit: float) -> float:
        return sum(value for confidence, value in surely if confidence >= limit)

    return max(LIMITS, key=lambda limit: (worth(limit), -limit))


def off(taken: Sequence[Taken], meaning: Callable[[float], float]) -> float:
    """How far confidence is from the share of right texts, on average over groups of like ones."""
    pairs = ((meaning(one.confidence), one.right) for one in taken)
    ranked = sorted(pairs, key=lambda pair: pair[0])
    size = max(1, -(-len(ranked) // _BINS))
    groups = [ranked[at : at + size] for at in range(0, len(ranked), size)]
    wrong = sum(abs(sum(c for c, _ in group) - sum(r for _, r in group)) for group in groups)
    return wrong / max(1, len(ranked))


def worth(meaning: str, outcome: Outcome) -> float:
    """What it is worth that the line does this with an utterance of this meaning."""
    if meant(meaning, outcome):
        return GAIN
    if outcome.kind not in DONE:
        return 0.0
    return ASKED_WRONGLY if outcome.kind in ("offered", "asked back") else DONE_WRONGLY


def _taken(room: Room) -> list[Taken]:
    found = []
    plan = room.plan
    for line in LINES:
        for said in (*plan.intents, *plan.answers, *plan.cries):
            heard = room.hear(said, line).heard
            finals = [what for what in heard if isinstance(what, Final) and what.text]
            if len(finals) != 1:
                continue
            wrong, sounds = sound_errors(said.text, finals[0].text)
            outcome = room.mind.decide(said.node, finals)
            found.append(
                Taken(
                    finals[0].confidence,
                    wrong <= MOST_WRONG * sounds,
                    worth(said.meaning, outcome),
                )
            )
    return found
