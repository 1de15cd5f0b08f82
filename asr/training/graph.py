"""Writes the graph `HCLr.fst`, sounds to words, and `words.txt`.

Vosk composes it with a graph of sentences (`Gr.fst`, asr/graphs) while it decodes. Both use the
numbers that OpenFst's look-ahead gave the words.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import kaldifst

from asr.phrases import UNKNOWN
from asr.training.nnet3 import forward_id, loop_id
from asr.training.units import BLANK, UNITS, word_units

# Costs of calling something unknown: to begin, and per further sound. High enough that a known
# word spoken clearly wins, low enough that foreign speech is not forced into words.
UNKNOWN_START = 4.0
UNKNOWN_SOUND = 2.0
_LOOKAHEAD = Path(__file__).with_name("lookahead.cc")


class _Fst:
    """Collects arcs in OpenFst's text form."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, int, int, int, float]] = []
        self.finals: dict[int, float] = {}
        self.states = 0

    def state(self) -> int:
        self.states += 1
        return self.states - 1

    def arc(self, source: int, target: int, label: int, word: int = 0, cost: float = 0.0) -> None:
        self.lines.append((source, target, label, word, cost))

    def emitting(self, sources: list[int], unit: int, cost: float = 0.0) -> tuple[int, int]:
        """A unit, as long as it lasts, and the blank that may follow it; the two states."""
        sound, blank = self.state(), self.state()
        for source in sources:
            self.arc(source, sound, forward_id(unit), 0, cost)
        self.arc(sound, sound, loop_id(unit))
        self.arc(sound, blank, forward_id(BLANK))
        self.arc(blank, blank, loop_id(BLANK))
        return sound, blank

    def text(self) -> str:
        arcs = (f"{s} {t} {i} {o} {c:.5g}\n" for s, t, i, o, c in sorted(self.lines))
        ends = (f"{state} {cost:.5g}\n" for state, cost in sorted(self.finals.items()))
        return "".join(arcs) + "".join(ends)


def lexicon_graph(numbers: dict[str, int]) -> str:
    """The text form of the transducer from transition ids to word numbers, any words in a row."""
    fst = _Fst()
    start, quiet, root = fst.state(), fst.state(), fst.state()
    fst.arc(start, quiet, forward_id(BLANK))
    fst.arc(quiet, quiet, loop_id(BLANK))
    for state in (start, quiet):
        fst.arc(state, root, 0)
        fst.finals[state] = 0.0
    # Words that begin alike share their beginning. A node is (where it branches, its blank state).
    nodes: dict[tuple[int, ...], tuple[int, int]] = {(): (root, root)}
    for word, number in sorted(numbers.items(), key=lambda item: item[1]):
        units = word_units(word) if word != UNKNOWN else ()
        for end in range(1, len(units) + 1):
            if units[:end] in nodes:
                continue
            branch, blank = nodes[units[: end - 1]]
            # The same sound twice is only heard as two when a blank is between.
            repeated = end > 1 and units[end - 1] == units[end - 2]
            sound, after = fst.emitting([blank if repeated else branch], units[end - 1])
            junction = fst.state()
            fst.arc(sound, junction, 0)
            fst.arc(after, junction, 0)
            nodes[units[:end]] = (junction, after)
        if units:
            fst.arc(nodes[units][0], start, 0, number)
    _unknown(fst, root, start, numbers[UNKNOWN])
    return fst.text()


def _unknown(fst: _Fst, root: int, start: int, number: int) -> None:
    """Any run of sounds, at a cost."""
    hub = fst.state()
    sounds = []
    for unit in range(1, len(UNITS)):
        sound, blank = fst.emitting([root], unit, UNKNOWN_START)
        fst.arc(sound, hub, 0)
        fst.arc(blank, hub, 0)
        sounds.append((unit, sound))
    for unit, sound in sounds:
        fst.arc(hub, sound, forward_id(unit), 0, UNKNOWN_SOUND)
    fst.arc(hub, start, 0, number)


def write_lexicon(folder: Path, scratch: Path, lexicon: set[str]) -> None:
    """Write `HCLr.fst`, `words.txt` and `disambig_tid.int` into `folder`.

    Raises CalledProcessError when g++ or libfst-dev is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scratch.mkdir(parents=True, exist_ok=True)
    first = {word: number for number, word in enumerate([UNKNOWN, *sorted(lexicon)], 1)}
    plain, relabel = scratch / "HCL.fst", scratch / "relabel.txt"
    kaldifst.compile(lexicon_graph(first), acceptor=False).write(str(plain))
    program = _lookahead_program(scratch)
    subprocess.run([program, plain, folder / "HCLr.fst", relabel], check=True)
    renumbered = dict(
        (int(old), int(new))
        for old, new in (line.split() for line in relabel.read_text().splitlines() if line.strip())
    )
    numbers = {word: renumbered[number] for word, number in first.items()}
    listed = sorted({"<eps>": 0, **numbers}.items(), key=lambda item: item[1])
    listed.append(("#0", max(numbers.values()) + 1))
    text = "".join(f"{word} {number}\n" for word, number in listed)
    (folder / "words.txt").write_text(text, encoding="utf-8")
    (folder / "disambig_tid.int").write_text("", encoding="ascii")


def _lookahead_program(scratch: Path) -> Path:
    program = scratch / "lookahead"
    if not program.exists():
        command = ["g++", "-O1", "-o", str(program), str(_LOOKAHEAD), "-lfst", "-ldl"]
        subprocess.run(command, check=True)
    return program
