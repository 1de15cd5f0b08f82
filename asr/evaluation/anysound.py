"""A model without any grammar: every Mandarin syllable may follow every other, at no cost.

What the net itself hears shows only when no language model repairs it. The model's own lexicon
graph is kept; its sentence graph is replaced by one state that takes any syllable.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from asr.config import AsrSettings
from asr.graphs.acceptor import Acceptor
from asr.model_folder import ModelBroken, ModelFolder
from asr.training.units import word_syllables, word_units
from asr.vosk_recogniser import LoadedModel


def syllable_words(words_txt: str) -> dict[str, int]:
    """One single-character word and its number for each syllable of a model's `words.txt`."""
    found: dict[tuple[str, ...], tuple[str, int]] = {}
    for line in words_txt.splitlines():
        word, _, number = line.partition(" ")
        if len(word) == 1 and word_units(word):
            found.setdefault(word_syllables(word), (word, int(number)))
    return dict(found.values())


def loop(numbers: list[int]) -> bytes:
    """An OpenFst vector acceptor, in its binary form, of any of these labels in any order."""
    free = Acceptor()
    free.finals[0] = 0.0
    for number in numbers:
        free.arc(0, 0, number)
    return free.to_bytes()


def load_any_sound(folder: ModelFolder, scratch: Path) -> LoadedModel:
    """Load the model of `folder` (checked) with the free graph, which is written to `scratch`.

    Nothing that it hears is dropped for low confidence. Raises ModelBroken when the model has a
    static graph, which cannot be exchanged.
    """
    graph = folder.path / "graph"
    if not (graph / "HCLr.fst").is_file():
        raise ModelBroken(f"the speech model in {folder.path} has a static graph")
    words = syllable_words((graph / "words.txt").read_text(encoding="utf-8"))
    copy = scratch / "any-sound"
    (copy / "graph").mkdir(parents=True, exist_ok=True)
    for name in ("am", "conf"):
        _link(copy / name, folder.path / name)
    for file in graph.iterdir():
        if file.name != "Gr.fst":
            _link(copy / "graph" / file.name, file)
    (copy / "graph" / "Gr.fst").write_bytes(loop(list(words.values())))
    free = replace(folder, path=copy, ours=False, min_confidence=0.0, calibration=())
    return LoadedModel(free, AsrSettings(copy))


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target.resolve())
