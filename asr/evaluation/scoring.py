"""What counts as right, and how it is counted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from asr.training.units import text_units
from core.sound import Sounds, sounds, sounds_similarity

DONE = ("told", "offered", "choice", "asked back")
OUTSIDE = "outside"
EMERGENCY = "emergency"
_SAYINGS = {"more": "policy"}
"""What the tree calls the choice behind a meaning of ours."""

_NAMES = ("零〇", "一幺", "二两", "三", "四", "五", "六", "七", "八", "九")
_DIGITS = {name: str(digit) for digit, names in enumerate(_NAMES) for name in names}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the line does: `told` an article, `offered` one to be confirmed, followed a `choice`,
    `asked back` whether it is an emergency, took it for `yes` or `no`, or found `nothing`.

    `what` is the article or the choice's intent.
    """

    kind: str
    what: str = ""

    @property
    def label(self) -> str:
        """In one word, for the table of confusions."""
        return self.what or self.kind


def meant(meaning: str, outcome: Outcome) -> bool:
    """Whether the line does what the caller wants, where need be after the caller's “yes”.

    What nobody here can answer is right when it is not understood or reaches a person.
    """
    if meaning.startswith(OUTSIDE):
        return outcome.kind == "nothing" or outcome == Outcome("choice", "person")
    if meaning in ("yes", "no"):
        return outcome.kind == meaning
    wanted = EMERGENCY if meaning.startswith(EMERGENCY) else _SAYINGS.get(meaning, meaning)
    return outcome.kind in DONE and outcome.what == wanted


def wrongly_told(meaning: str, outcome: Outcome) -> bool:
    """Whether an article was told that was not asked for, without asking first."""
    return outcome.kind == "told" and outcome.what != meaning


def alarmed(outcome: Outcome) -> bool:
    """Whether the line takes it for an emergency; a question about it that finds silence is one."""
    return outcome.what == EMERGENCY and outcome.kind in ("choice", "asked back")


@dataclass
class Tally:
    """How many of so many were right, and what the others were taken for."""

    right: int = 0
    total: int = 0
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, right: bool, wanted: str = "", got: str = "") -> None:
        """Count one; a wrong one with what was wanted and what was got."""
        self.right += right
        self.total += 1
        if not right and wanted:
            self.confused[wanted, got] += 1

    @property
    def share(self) -> float | None:
        """The part that was right, 0..1; None when nothing was counted."""
        return self.right / self.total if self.total else None


def distance(a: Sequence[object], b: Sequence[object]) -> int:
    """The fewest insertions, deletions and replacements that turn one sequence into the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        left = [i]
        for j, y in enumerate(b, 1):
            left.append(min(row[j] + 1, left[-1] + 1, row[j - 1] + (x != y)))
        row = left
    return row[-1]


def sound_errors(said: str, heard: str) -> tuple[int, int]:
    """How many initials and finals were heard wrong, and how many were said."""
    truth = text_units(said)
    return distance(truth, text_units(heard)), len(truth)


def digits(text: str) -> str:
    """The digits in a text, Chinese or not; everything else is left out."""
    return "".join(_DIGITS.get(c, c if c.isascii() and c.isdigit() else "") for c in text)


def among_nearest(said: str, heard: str, names: Iterable[tuple[str, Sounds]], top: int) -> bool:
    """Whether `said`, or a name that sounds the same, is among the `top` names nearest to `heard`.

    Names that sound alike share a place; of names that are equally near, `said` comes last.
    """
    truth, found = sounds(said), sounds(heard)
    if not found:
        return False
    scores = {name_sounds: sounds_similarity(found, name_sounds) for _, name_sounds in names}
    mine = scores.get(truth, sounds_similarity(found, truth))
    return sum(score >= mine for name, score in scores.items() if name != truth) < top and mine > 0
