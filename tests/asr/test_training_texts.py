"""What the synthetic callers of the training say."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from asr.training.texts import Corpus

COUNT = 600


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(7)


def test_an_utterance_is_the_same_for_its_number_and_seed(corpus: Corpus) -> None:
    again = Corpus(7)
    assert [corpus.utterance(n) for n in range(50)] == [again.utterance(n) for n in range(50)]
    assert [corpus.utterance(n) for n in range(50)] != [Corpus(8).utterance(n) for n in range(50)]


def test_every_kind_of_speech_occurs(corpus: Corpus) -> None:
    said = [corpus.utterance(n) for n in range(COUNT)]
    assert all(said)
    kinds = Counter[str]()
    for text in said:
        digits = re.fullmatch(r"[零一二三四五六七八九幺两，]+", text)
        kinds["digits" if digits else "distress" if text in corpus.distress else "other"] += 1
        kinds["commands"] += text in corpus.commands
    assert kinds["digits"] > COUNT * 0.05
    assert kinds["distress"] > COUNT * 0.04
    assert kinds["commands"] > COUNT * 0.15
    assert {"人工", "转人工", "是的", "不用了"} <= {*corpus.commands}
    assert {"救命", "摔倒了"} <= {*corpus.distress}


def test_telephone_numbers_are_said_in_groups(corpus: Corpus) -> None:
    grouped = [
        text
        for text in map(corpus.utterance, range(COUNT))
        if re.fullmatch(
            r"[零一二三四五六七八九幺两]{3}，[零一二三四五六七八九幺两]{4}，.{3,4}", text
        )
    ]
    assert grouped
