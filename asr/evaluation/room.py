"""What every measurement needs: clips, lines, ears, and the line's decision."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from asr.evaluation.clips import Clips
from asr.evaluation.corpora import Corpora, Line, Said
from asr.evaluation.line import Audio, floats, through
from asr.evaluation.listening import Ears, Hearing
from asr.evaluation.plan import Plan
from asr.evaluation.scoring import Outcome
from asr.port import Final, Heard
from asr.second_reader.port import Reading

Again = Callable[[Final], Reading | None]


class Mind(Protocol):
    """The line's real decision: its tree's choices and its articles."""

    def decide(self, node: str, heard: Sequence[Heard], again: Again | None = None) -> Outcome:
        """What the line does with what is heard at a node of the tree, at its first action.

        `again` reads an utterance a second time; without it nothing is read again.
        """


@dataclass
class Room:
    """What every measurement needs. `shared` is the folder of recordings of people, if any;
    `second` the second reader, or None and `no_second` says why.
    """

    corpora: Corpora
    plan: Plan
    clips: Clips
    ears: Ears
    mind: Mind
    scratch: Path
    shared: Path | None
    second: Callable[[bytes], Reading] | None = None
    no_second: str = ""

    def pcm(self, said: Said, line: str = "clean") -> bytes:
        """A clip as the hotline gets it on one of the declared lines."""
        kind = self.corpora.lines[line]
        speech = floats(self.clips.pcm(said))
        return through(speech, kind, self._others(said, kind), self._seed(said))

    def hear(self, said: Said, line: str = "clean") -> Hearing:
        """A clip on a line, recognised."""
        return self.ears.hear(self.pcm(said, line))

    def _others(self, said: Said, line: Line) -> list[Audio]:
        if line.babble_db is None:
            return []
        pool = [s for s in self.plan.intents if s.voice != said.voice and s.text != said.text]
        chance = random.Random(f"{self.corpora.seed}:{said.voice}:{said.text}")
        return [floats(self.clips.pcm(s)) for s in chance.sample(pool, min(6, len(pool)))]

    def _seed(self, said: Said) -> int:
        return random.Random(f"{self.corpora.seed}:{said.voice}:{said.text}").getrandbits(32)
