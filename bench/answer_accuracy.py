"""How often the right article is found, for what callers say and for what the recogniser hears.

Figures in %. The line asks Whisper again where the speech model was unsure; here it is alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from asr.config import AsrSettings
from asr.evaluation.clips import Clips, cache_folder
from asr.evaluation.corpora import Corpora, Said, drawn
from asr.evaluation.corpora import load as load_corpora
from asr.evaluation.line import floats, through
from asr.evaluation.listening import listen
from asr.model_folder import inspect
from asr.vosk_recogniser import LoadedModel
from bench.speech_eval import voices
from core.settings import Settings
from knowledge.evaluation.counting import Counting
from knowledge.evaluation.questions import Half, load
from knowledge.load import load_folder
from knowledge.search import KnowledgeIndex
from knowledge.synonyms import Synonyms, shipped

TOP1, TOP3, HEARD_TOP1 = 92.0, 98.0, 88.0
QUICK = 60


def run(quick: bool) -> dict[str, Any]:
    """Count both halves as they are written, and the held-out half as it is heard.

    `quick` lets 60 of its 200 questions be heard. Clips are rendered once into the user's cache.
    """
    settings, corpora, questions = Settings(), load_corpora(), load()
    index = KnowledgeIndex(load_folder().articles, synonyms=Synonyms(shipped()))
    counting = Counting(index, questions.area, questions.today)
    found: dict[str, Any] = {
        name: {**counting.answered(half.answered), **counting.outside(half.outside)}
        for name, half in (("tuning", questions.tuning), ("held_out", questions.heldout))
    }
    heard, hear = _heard(settings, corpora, questions.heldout, quick)
    found["held_out_heard"] = {
        **counting.answered(heard.answered, hear),
        **counting.outside(heard.outside, hear),
    }
    held, spoken = found["held_out"], found["held_out_heard"]
    well = held["top1"] >= TOP1 and held["top3"] >= TOP3 and spoken["top1"] >= HEARD_TOP1
    targets = {"top1": TOP1, "top3": TOP3, "heard_top1": HEARD_TOP1}
    return {**found, "targets": targets, "within_budget": well}


def _heard(
    settings: Settings, corpora: Corpora, half: Half, quick: bool
) -> tuple[Half, Callable[[str], str]]:
    """The questions that are spoken, and what the shipped model alone hears of them."""
    texts = [*(text for _, text in half.answered), *half.outside]
    count = len(corpora.voices)
    said = [Said(text, corpora.voices[number % count]) for number, text in enumerate(texts)]
    said = drawn(said, QUICK if quick else len(said), corpora.seed)
    clips = Clips(cache_folder(), *voices(settings, corpora.hostile))
    clips.prepare(said, lambda done, total: print(f"  clip {done} of {total}", flush=True))
    model = LoadedModel(inspect(settings.asr_model), AsrSettings(settings.asr_model))
    line = corpora.lines["clean"]

    def hear(each: Said) -> str:
        seed = random.Random(f"{corpora.seed}:{each.voice}:{each.text}").getrandbits(32)
        pcm = through(floats(clips.pcm(each)), line, [], seed)
        return listen(model.decoding(()), pcm).text

    heard = {each.text: hear(each) for each in said}
    answered = tuple(pair for pair in half.answered if pair[1] in heard)
    return Half(answered, tuple(t for t in half.outside if t in heard)), heard.__getitem__
