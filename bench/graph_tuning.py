"""`python -m bench.graph_tuning`: finds the weights of the graph of sentences for a model.

One weight after the other is tried at a few values and the best is kept. Tuned on utterances by the
reserved voices that `make eval --quick` does not use; those tell at the end whether it helped.
Nothing is tuned on recordings of people. Put what it prints into `asr/graphs/plan.py`.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from asr.config import AsrSettings
from asr.evaluation import plan as evaluation
from asr.evaluation.clips import Clips, cache_folder
from asr.evaluation.corpora import Corpora, Said, drawn_by_meaning
from asr.evaluation.corpora import load as load_corpora
from asr.evaluation.listening import Ears
from asr.evaluation.room import Room
from asr.evaluation.scoring import meant, sound_errors, wrongly_told
from asr.graphs.building import COPIED
from asr.graphs.making import count
from asr.graphs.plan import GraphPlan
from asr.graphs.sentences import Language, sentence_graph
from asr.graphs.texts import OwnTexts, Sources
from asr.graphs.words import ModelWords
from asr.model_folder import ModelBroken, inspect
from asr.vosk_recogniser import LoadedModel
from bench.speech_eval import people_folder, voices
from bench.speech_line import Line, vocabulary
from core.settings import Settings

LINES = ("clean", "loss 3 %")
GRID: dict[str, tuple[float, ...]] = {
    "weight": (0.6, 0.8, 1.0, 1.2),
    "open_share": (0.02, 0.05, 0.1, 0.3),
    "least_back": (0.03, 0.1, 0.2, 0.35),
    "unknown_cost": (6.0, 8.0, 10.0),
    "word_cost": (-1.0, -0.6, -0.3, 0.0),
    "open_stays": (0.3, 0.5, 0.8),
}
SEED = 12349


@dataclass(frozen=True, slots=True)
class Score:
    """Shares in percent: requests understood by line, wrong answers told, yes and no
    understood; sounds wrong in the words heard on a clean line.
    """

    right: tuple[float, ...]
    wrong: float
    answers: float
    sounds: float
    seconds: float

    @property
    def worth(self) -> float:
        """One figure to compare by: a wrong answer weighs as three that are not understood."""
        right = sum(self.right) / len(self.right)
        return right - 3 * self.wrong + 0.2 * self.answers - 0.1 * self.sounds

    def __str__(self) -> str:
        right = " / ".join(f"{value:.1f}" for value in self.right)
        return (
            f"right {right}, wrong {self.wrong:.1f}, yes and no "
            f"{self.answers:.1f}, sounds wrong {self.sounds:.1f} %; worth {self.worth:.1f} "
            f"({self.seconds:.0f} s)"
        )


class Bench:
    """A model, texts counted for it, and clips to hear."""

    def __init__(self, model: Path, scratch: Path) -> None:
        """Prepare everything; renders the clips that are missing."""
        settings = Settings()
        self._model, self._scratch = model, scratch
        self.corpora: Corpora = load_corpora()
        self._line = Line(settings, self.corpora.area, self.corpora.today)
        parts = {"intents", "answers"}
        self._plan = evaluation.make(self.corpora, vocabulary(self._line), True, parts)
        everything = self.corpora.spoken(self.corpora.intents)
        self.known = self._plan.intents
        more = drawn_by_meaning(everything, 2 * len(self.known), self.corpora.seed)
        self.tuned = [said for said in more if said not in self.known]
        self._clips = Clips(cache_folder(), *voices(settings, self.corpora.hostile))
        self._clips.prepare([*self._plan.said(), *self.tuned], _tell)
        self.words = ModelWords.read(model / "graph" / "words.txt")
        self._sources = Sources(settings.tree, settings.emergency_words, settings.articles)
        self._texts = OwnTexts(self._sources, SEED)
        self._counted: dict[tuple[int, int], Language] = {}

    def language(self, plan: GraphPlan) -> Language:
        """The counts, made anew only when they depend on what changed."""
        key = (plan.utterances, plan.open_words)
        if key not in self._counted:
            self._counted[key] = count(self._texts, self._sources, self.words, plan)
        return self._counted[key]

    def score(self, plan: GraphPlan | None, requests: Sequence[Said]) -> Score:
        """Hear the requests with the graph of a plan; None for the one that the model has."""
        started = time.monotonic()
        folder = inspect(self._model)
        if plan is not None:
            copy = self._scratch / "model"
            for name in COPIED:
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self._model / name, copy / name)
            graph = sentence_graph(self.language(plan), plan, self.words)
            (copy / "graph" / "Gr.fst").write_bytes(graph.to_bytes())
            folder = replace(folder, path=copy)
        ears = Ears(LoadedModel(folder, AsrSettings(folder.path)), _no_sounds)
        room = Room(
            self.corpora, self._plan, self._clips, ears, self._line, self._scratch, people_folder()
        )
        return self._measured(room, requests, started)

    def _measured(self, room: Room, requests: Sequence[Said], started: float) -> Score:
        right: list[float] = []
        told, sounds = [], []
        for line in LINES:
            good = 0
            for said in requests:
                hearing = room.hear(said, line)
                outcome = room.mind.decide(said.node, hearing.heard)
                good += meant(said.meaning, outcome)
                told.append(wrongly_told(said.meaning, outcome))
                if line == "clean":
                    sounds.append(sound_errors(said.text, hearing.text))
            right.append(100 * good / len(requests))
        answers = [
            room.mind.decide(said.node, room.hear(said).heard).kind == said.meaning
            for said in self._plan.answers
        ]
        return Score(
            tuple(right),
            100 * sum(told) / len(told),
            100 * sum(answers) / max(1, len(answers)),
            100 * sum(wrong for wrong, _ in sounds) / max(1, sum(total for _, total in sounds)),
            time.monotonic() - started,
        )


def _no_sounds() -> LoadedModel:
    raise NotImplementedError("sounds alone are not tuned")


def search(bench: Bench, plan: GraphPlan, rounds: int) -> GraphPlan:
    """The best plan found by changing one weight at a time."""
    best = bench.score(plan, bench.tuned)
    print(f"begin: {best}", flush=True)
    for _ in range(rounds):
        before = plan
        for name, values in GRID.items():
            for value in values:
                if value == getattr(plan, name):
                    continue
                tried = replace(plan, **{name: value})  # type: ignore[arg-type]
                score = bench.score(tried, bench.tuned)
                better = score.worth > best.worth
                print(f"{name} {value}: {score}{'  <- kept' if better else ''}", flush=True)
                if better:
                    best, plan = score, tried
        if plan == before:
            break
    return plan


def _set(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    if name not in GRID:
        raise click.BadParameter(f"{name} is none of {', '.join(GRID)}")
    try:
        return name, float(value)
    except ValueError as error:
        raise click.BadParameter(f"{text}: {error}") from error


@click.command()
@click.option("--model", type=click.Path(path_type=Path), help="Folder of another model.")
@click.option("--rounds", default=1, help="How often all weights are gone through.")
@click.option("--set", "wanted", multiple=True, help="name=value; only this plan is measured.")
def main(model: Path | None, rounds: int, wanted: tuple[str, ...]) -> None:
    """Search, then print the figures of the old graph and the new one."""
    try:
        inspect(model or Settings().asr_model)
    except ModelBroken as error:
        raise click.ClickException(str(error)) from error
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(model or Settings().asr_model, Path(scratch))
        changes: dict[str, Any] = dict(map(_set, wanted))
        plan = replace(GraphPlan(), **changes)
        if not wanted:
            plan = search(bench, plan, rounds)
        print(json.dumps(asdict(plan), indent=1))
        for name, requests in (("tuned on", bench.tuned), ("not tuned on", bench.known)):
            print(f"{name}, graph of the model: {bench.score(None, requests)}", flush=True)
            print(f"{name}, this plan: {bench.score(plan, requests)}", flush=True)


def _tell(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        print(f"speech: {done} of {total} clips rendered", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
