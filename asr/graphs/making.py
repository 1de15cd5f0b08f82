"""From an operator's texts and a model's words to the graph of sentences. Some 30 s of one core."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from asr.graphs.acceptor import Acceptor
from asr.graphs.bigrams import count_pairs
from asr.graphs.classes import Node, marker, own_phrases, places, tree_of
from asr.graphs.openspeech import dictionary
from asr.graphs.plan import GraphPlan
from asr.graphs.sentences import Language, sentence_graph
from asr.graphs.texts import Sources, TextsUnusable
from asr.graphs.words import ModelWords
from asr.training.texts import Corpus

Tell = Callable[[str], None]
"""Hears one line of progress."""

_FIGURES = "零一二三四五六七八九幺两十百千万"
_AMOUNT = re.compile(f"[{_FIGURES}]*[十百千万][{_FIGURES}]*")
_DIGITS = re.compile("[零一二三四五六七八九幺]+")


def silent(_line: str) -> None:
    """Tells nobody."""


def count(
    corpus: Corpus, sources: Sources, words: ModelWords, plan: GraphPlan, tell: Tell = silent
) -> Language:
    """Count what is said and how often; the slow part. Raises TextsUnusable."""
    try:
        tell("places and phrases")
        named = {"place": tree_of(places(sources.places, words))}
        if sources.phrases is not None:
            named["phrase"] = tree_of(own_phrases(sources.phrases, words))
    except (OSError, ValueError) as error:
        raise TextsUnusable(str(error)) from error
    named = {name: root for name, root in named.items() if root.after}
    tell(f"which word follows which, over {plan.utterances} utterances and the texts")
    pairs = count_pairs(
        corpus, plan.utterances, words.cut, lambda sentence: _marked(sentence, named)
    )
    tell(f"open speech, {plan.open_words} words of the dictionary")
    return Language(pairs, named, dictionary(words, plan.open_words))


def make(
    corpus: Corpus, sources: Sources, words: ModelWords, plan: GraphPlan, tell: Tell = silent
) -> Acceptor:
    """The graph of sentences. Raises TextsUnusable."""
    return sentence_graph(count(corpus, sources, words, plan, tell), plan, words)


def _marked(sentence: Sequence[str], named: dict[str, Node]) -> list[str]:
    """The sentence with classes in place of what is one of them."""
    found = list(sentence)
    for name, root in sorted(named.items()):
        found = marker(root, f"<{name}>", found)
    return _figures(found)


def _figures(sentence: Sequence[str]) -> list[str]:
    """Runs of three digits and more, and amounts with a ten or more, as their class."""
    found: list[str] = []
    run: list[str] = []
    for word in [*sentence, ""]:
        if word and set(word) <= set(_FIGURES):
            run.append(word)
            continue
        whole = "".join(run)
        if _AMOUNT.fullmatch(whole) and len(whole) > 1:
            found.append("<amount>")
        elif _DIGITS.fullmatch(whole) and len(whole) > 2:
            found.append("<digits>")
        else:
            found += run
        run = []
        if word:
            found.append(word)
    return found
