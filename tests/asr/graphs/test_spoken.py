"""The grammars of what is said in figures."""

from __future__ import annotations

import math

import pytest

from asr.graphs.acceptor import Acceptor
from asr.graphs.spoken import AMOUNT, DATE, DIGITS, GRAMMARS, Grammar, add_grammar
from tests.asr.graphs.kit import words

WORDS = words()


def cost(grammar: Grammar, text: str) -> float:
    acceptor = Acceptor()
    end = acceptor.state()
    acceptor.finals[end] = 0.0
    add_grammar(acceptor, grammar, 0, end, WORDS, 1.0)
    acceptor.check()
    # Each figure is a word of its own in a grammar; units are spelled as the model knows them.
    for unit in ("块钱", "万元", "个月", "月份", "平方米"):
        text = text.replace(unit, f" {unit} ")
    pieces = [WORDS.spell(p) if len(p) > 1 else [p] for part in text.split() for p in _split(part)]
    return acceptor.cheapest([WORDS.numbers[word] for piece in pieces for word in piece])


def _split(part: str) -> list[str]:
    return [part] if part in ("块钱", "万元", "个月", "月份", "平方米") else list(part)


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS.keys())
def test_the_shares_of_a_state_add_up_to_one(grammar: Grammar) -> None:
    for name, ways in grammar.items():
        assert sum(share for _, _, share in ways) == pytest.approx(1), name
        assert all(after in grammar or after == "end" for _, after, _ in ways), name


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        (DIGITS, "幺三八零零幺三八零零零"),
        (DIGITS, "四"),
        (AMOUNT, "一千七百八十元"),
        (AMOUNT, "两个月"),
        (AMOUNT, "六十五岁"),
        (AMOUNT, "三万五千块钱"),
        (AMOUNT, "一百零五"),
        (AMOUNT, "十二天"),
        (DATE, "二零二五年五月十号"),
        (DATE, "一九五八年"),
        (DATE, "三月份"),
        (DATE, "十二月三十一日"),
        (DATE, "十月二十号"),
    ],
)
def test_it_is_taken(grammar: Grammar, text: str) -> None:
    assert cost(grammar, text) < math.inf


@pytest.mark.parametrize(
    ("grammar", "text"), [(DIGITS, "低"), (AMOUNT, "百"), (DATE, "月"), (DATE, "二零年")]
)
def test_it_is_not_taken(grammar: Grammar, text: str) -> None:
    assert cost(grammar, text) == math.inf


def test_a_digit_in_a_run_is_cheap() -> None:
    assert cost(DIGITS, "幺三八零零幺三八零零零") - cost(DIGITS, "幺三八零零幺三八零零") < 2.6
