"""Small grammars of what is said in figures: digits in a row, amounts, dates.

A grammar is states by name, each with its ways on: (words, the next state, share). One of the words
is said, all alike likely; no words stand for going on without one. It begins in "begin" and is over
in "end". The shares of a state add up to one.
"""

from __future__ import annotations

import math

from asr.graphs.acceptor import Acceptor
from asr.graphs.words import ModelWords

Grammar = dict[str, tuple[tuple[str, str, float], ...]]

_UNITS = "一 二 三 四 五 六 七 八 九"
_DIGITS = f"零 幺 {_UNITS}"
_COUNTS = "元 块 块钱 万元 岁 年 个月 天 周 个人 平方米"

DIGITS: Grammar = {
    "begin": ((_DIGITS, "more", 0.97), ("两", "more", 0.03)),
    "more": ((_DIGITS, "more", 0.88), ("", "end", 0.12)),
}
"""Numbers of telephones and identity cards; a pause between groups ends the utterance."""

AMOUNT: Grammar = {
    "begin": ((_UNITS, "one", 0.55), ("两", "one", 0.15), ("十", "ten", 0.3)),
    "one": (("十", "ten", 0.3), ("百", "hundred", 0.2), ("千", "thousand", 0.15),
            ("万", "rest", 0.1), ("", "count", 0.25)),
    "ten": ((_UNITS, "last", 0.5), ("", "count", 0.5)),
    "hundred": (("零", "after zero", 0.15), (_UNITS, "tens", 0.35), ("", "count", 0.5)),
    "tens": (("十", "ten", 0.8), ("", "count", 0.2)),
    "thousand": (("零", "after zero", 0.1), (_UNITS, "hundreds", 0.4), ("", "count", 0.5)),
    "hundreds": (("百", "hundred", 0.8), ("", "count", 0.2)),
    "after zero": ((_UNITS, "last or ten", 1.0),),
    "last or ten": (("十", "ten", 0.3), ("", "count", 0.7)),
    "last": (("万", "rest", 0.1), ("", "count", 0.9)),
    "rest": ((_UNITS, "thousands", 0.3), ("", "count", 0.7)),
    "thousands": (("千", "thousand", 0.8), ("", "count", 0.2)),
    "count": ((_COUNTS, "end", 0.7), ("", "end", 0.3)),
}  # fmt: skip
"""Sums of money, ages, spans of time: 一千七百八十元, 六十五岁, 两个月."""

DATE: Grammar = {
    "begin": (("二", "20", 0.3), ("一", "19", 0.15), ("", "month", 0.55)),
    "20": (("零", "decade", 1.0),),
    "19": (("九", "decade", 1.0),),
    "decade": ((_DIGITS, "year", 1.0),),
    "year": ((_DIGITS, "years", 1.0),),
    "years": (("年", "after year", 1.0),),
    "after year": (("", "month", 0.7), ("", "end", 0.3)),
    "month": ((_UNITS, "months", 0.75), ("十", "later month", 0.25)),
    "later month": (("一 二", "months", 0.6), ("", "months", 0.4)),
    "months": (("月", "after month", 0.8), ("月份", "end", 0.2)),
    "after month": (("", "day", 0.85), ("", "end", 0.15)),
    "day": ((_UNITS, "days", 0.3), ("十", "unit", 0.3), ("二", "twenty", 0.3),
            ("三", "thirty", 0.1)),
    "twenty": (("十", "unit", 1.0),),
    "thirty": (("十", "last day", 1.0),),
    "last day": (("一", "days", 0.5), ("", "days", 0.5)),
    "unit": ((_UNITS, "days", 0.9), ("", "days", 0.1)),
    "days": (("号 日", "end", 1.0),),
}  # fmt: skip
"""二零二五年五月十号, 三月份, 一九五八年."""

GRAMMARS = {"digits": DIGITS, "amount": AMOUNT, "date": DATE}


def add_grammar(
    acceptor: Acceptor,
    grammar: Grammar,
    source: int,
    target: int,
    words: ModelWords,
    weight: float,
) -> None:
    """Lead from `source` to `target` with anything that a grammar holds."""
    states = {name: acceptor.state() for name in grammar if name != "begin"}
    states |= {"begin": source, "end": target}
    for name, ways in grammar.items():
        for said, after, share in ways:
            spelled = [words.spell(phrase) for phrase in said.split()] or [[]]
            for phrase in spelled:
                cost = weight * -math.log(share / len(spelled))
                _chain(acceptor, states[name], states[after], phrase, cost, words)


def _chain(
    acceptor: Acceptor, source: int, target: int, phrase: list[str], cost: float, words: ModelWords
) -> None:
    if not phrase:
        acceptor.arc(source, target, cost=cost)
        return
    state = source
    for number, word in enumerate(phrase):
        there = target if number == len(phrase) - 1 else acceptor.state()
        acceptor.arc(state, there, words.numbers[word], 0.0 if number else cost)
        state = there
