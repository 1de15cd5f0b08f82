"""How often the right article is found, for what callers say and for what the recogniser hears.

Figures in %. What is heard is heard as in a call: where the speech model is unsure Whisper reads
the question again, and the surer of both readings counts; and by the speech model alone.
`python -m bench.answer_accuracy` hears the tuning half, to see what goes wrong.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import click

from asr.config import AsrSettings
from asr.evaluation.clips import Clips, cache_folder
from asr.evaluation.corpora import Corpora, Said, drawn
from asr.evaluation.corpora import load as load_corpora
from asr.evaluation.line import floats, through
from asr.evaluation.listening import listen
from asr.evaluation.rereading import cut
from asr.model_folder import inspect
from asr.port import Final
from asr.second_reader.fusion import Candidate
from asr.vosk_recogniser import LoadedModel
from bench.speech_eval import second_reader, voices
from bench.speech_line import as_one_final
from core.settings import Settings
from ivr.rereading import UNSURE
from knowledge.evaluation.counting import Counting, Hear
from knowledge.evaluation.questions import Half, load
from knowledge.load import load_folder
from knowledge.search import KnowledgeIndex
from knowledge.synonyms import Synonyms, shipped
from telephony.calls.rereading import as_one

TOP1, TOP3, HEARD_TOP1 = 92.0, 98.0, 88.0
QUICK = 60


def run(quick: bool) -> dict[str, Any]:
    """Count both halves as they are written, and the held-out half as it is heard.

    Without the second reader both figures of what is heard are those of the speech model. `quick`
    lets 60 of the held-out questions be heard. Clips are rendered once into the user's cache.
    """
    settings, corpora, questions = Settings(), load_corpora(), load()
    index = _shipped_index()
    counting = Counting(index, questions.area, questions.today)
    found: dict[str, Any] = {
        name: {**counting.answered(half.answered), **counting.outside(half.outside)}
        for name, half in (("tuning", questions.tuning), ("held_out", questions.heldout))
    }
    count = QUICK if quick else None
    heard, alone, both = _heard(settings, corpora, questions.heldout, count)
    for name, hear in (("held_out_heard_by_vosk", alone), ("held_out_heard", both)):
        found[name] = {
            **counting.answered(heard.answered, hear),
            **counting.outside(heard.outside, hear),
        }
    held, spoken = found["held_out"], found["held_out_heard"]
    well = held["top1"] >= TOP1 and held["top3"] >= TOP3 and spoken["top1"] >= HEARD_TOP1
    targets = {"top1": TOP1, "top3": TOP3, "heard_top1": HEARD_TOP1}
    return {**found, "targets": targets, "within_budget": well}


def _shipped_index() -> KnowledgeIndex:
    return KnowledgeIndex(load_folder().articles, synonyms=Synonyms(shipped()))


@click.command()
@click.option("--count", default=QUICK, show_default=True, help="So many questions are heard.")
def tuning(count: int) -> None:
    """Hear the tuning half, and show where the right article is not first, and why."""
    questions, index = load(), _shipped_index()
    counting = Counting(index, questions.area, questions.today)
    heard, _, both = _heard(Settings(), load_corpora(), questions.tuning, count)
    click.echo(counting.answered(heard.answered, both))
    click.echo(counting.outside(heard.outside, both))
    for article, text in heard.answered:
        found = counting.better(both(text)).ranked
        if not found or found[0].answer.article != article:
            click.echo(f"{article}: {text}, heard as {' / '.join(both(text))}")
            for each in found:
                click.echo(f"  {each.answer.article} {each.answer.score}: {each.answer.why}")


def _heard(
    settings: Settings, corpora: Corpora, half: Half, count: int | None
) -> tuple[Half, Hear, Hear]:
    """The questions that are spoken (`count` of them, or all); what the shipped model hears of
    them, and both readers.
    """
    texts = [*(text for _, text in half.answered), *half.outside]
    voice = len(corpora.voices)
    said = [Said(text, corpora.voices[number % voice]) for number, text in enumerate(texts)]
    said = drawn(said, len(said) if count is None else count, corpora.seed)
    clips = Clips(cache_folder(), *voices(settings, corpora.hostile))
    clips.prepare(said, lambda done, total: print(f"  clip {done} of {total}", flush=True))
    model = LoadedModel(inspect(settings.asr_model), AsrSettings(settings.asr_model))
    second, fault = second_reader(settings)
    if second is None:
        print(f"  the second reader is not heard: {fault}", flush=True)
    line = corpora.lines["clean"]
    alone, both = dict[str, Sequence[str]](), dict[str, Sequence[str]]()
    for each in said:
        seed = random.Random(f"{corpora.seed}:{each.voice}:{each.text}").getrandbits(32)
        pcm = through(floats(clips.pcm(each)), line, [], seed)
        finals = [what for what in listen(model.decoding(()), pcm).heard if isinstance(what, Final)]
        finals = [final for final in finals if final.text]
        alone[each.text] = both[each.text] = ("".join(final.text for final in finals),)
        if second is not None and finals and min(f.confidence for f in finals) < UNSURE:
            asked = as_one_final(finals)
            read = as_one(Candidate(asked.text, asked.confidence), second(cut(pcm, asked)))
            both[each.text] = [text for text in (read.text, read.otherwise) if text]
    answered = tuple(pair for pair in half.answered if pair[1] in alone)
    spoken = Half(answered, tuple(text for text in half.outside if text in alone))
    return spoken, alone.__getitem__, both.__getitem__


if __name__ == "__main__":
    tuning()
