"""Puts a trained net and the graphs together as a model folder that Vosk loads."""

from __future__ import annotations

import json
from pathlib import Path

from asr.graphs.building import note
from asr.graphs.making import make
from asr.graphs.texts import Sources
from asr.graphs.words import ModelWords
from asr.model_folder import MANIFEST, digests
from asr.training.features import MFCC_CONF
from asr.training.graph import write_lexicon
from asr.training.language import LanguagePlan, all_words
from asr.training.net import SUBSAMPLING, AcousticNet
from asr.training.nnet3 import write_model
from asr.training.texts import ARTICLES, DISTRESS, TREES, Corpus
from core.clock import utc_now

# The end of an utterance is found by asr/endofspeech.py from the sound itself; Kaldi's own rules
# are set late, as a net for speech over noise that never falls silent.
MODEL_CONF = f"""\
--min-active=200
--max-active=3000
--beam=12.0
--lattice-beam=5.0
--acoustic-scale=1.0
--frame-subsampling-factor={SUBSAMPLING}
--endpoint.silence-phones=1
--endpoint.rule1.min-trailing-silence=30.0
--endpoint.rule2.min-trailing-silence=0.9
--endpoint.rule3.min-trailing-silence=0.9
--endpoint.rule4.min-trailing-silence=1.2
--endpoint.rule5.min-utterance-length=20.0
"""


THRESHOLDS = {"min_confidence": 0.25}
"""What is less certain counts as sound without words."""


def write_folder(
    net: AcousticNet, corpus: Corpus, plan: LanguagePlan, out: Path, scratch: Path
) -> None:
    """Write `am/`, `conf/` and `graph/` of a Vosk model into `out`."""
    write_model(net, out / "am" / "final.mdl")
    conf = out / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    (conf / "mfcc.conf").write_text(MFCC_CONF, encoding="ascii")
    (conf / "model.conf").write_text(MODEL_CONF, encoding="ascii")
    write_language(corpus, plan, out, scratch)


def write_language(corpus: Corpus, plan: LanguagePlan, out: Path, scratch: Path) -> None:
    """Write the graphs alone: new texts need no new training."""
    graph = out / "graph"
    write_lexicon(graph, scratch, all_words(corpus, plan))
    words = ModelWords.read(graph / "words.txt")
    (graph / "Gr.fst").write_bytes(make(corpus, shipped_sources(), words, plan, print).to_bytes())


def shipped_sources() -> Sources:
    """The tree, articles and words of distress that the hotline comes with."""
    return Sources(TREES / "12349.yaml", DISTRESS, ARTICLES)


def write_manifest(out: Path, version: str, seed: int, name: str = "") -> None:
    """Write `model.json`: what the adapter checks before it loads the model, and its thresholds."""
    manifest = {
        "name": name or out.name,
        "version": version,
        "language": "zh",
        "sample_rate": 8000,
        "seed": seed,
        "licence": "GPL-3.0-or-later",
        "thresholds": THRESHOLDS,
        "graph": note(shipped_sources().digest(), utc_now()),
        "files": digests(out),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (out / MANIFEST).write_text(text, encoding="utf-8")
