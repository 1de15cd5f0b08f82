"""What a caller means who was asked for a number: its digits, yes, no, or that it is all. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.sound import Sounds, sounds
from core.spoken_numbers import digits

_DIGITS = "零幺一二两三四五六七八九十"
_NO = ("不对", "不是", "错了", "不正确", "说错", "重来", "重新说", "从头")
_YES = ("没错", "正确", "是的", "对的", "没问题", "没有问题", "可以", "好的")
_END = ("没了", "没有了", "说完了", "完了", "就这些", "好了")
_NO_ERROR = ("没错", "没有错", "没有问题")
_NO_ALONE, _YES_ALONE = ("错", "不"), ("对", "是", "好", "嗯")
PHRASES = (*_DIGITS, "艾克斯", *_NO, *_YES, *_END, *_NO_ERROR, *_NO_ALONE, *_YES_ALONE)
"""What a recogniser must know to hear a number and its answers."""

_TAKES_BACK = re.compile(r"不对|不是|说错了?|错了")
_LEAD_IN = re.compile(r"应该是|改成|最后是|后面是|是")


@dataclass(frozen=True, slots=True)
class Understood:
    """An utterance: `verdict` is `yes`, `no`, `end` or empty.

    `digits` are those meant; `taken_back` those that the caller named only to correct them.
    """

    digits: str = ""
    verdict: str = ""
    taken_back: str = ""


def understood(text: str) -> Understood:
    """Return what `text` means; compared by sound, so 步对 is 不对."""
    verdict = _verdict(sounds(text))
    parts = _TAKES_BACK.split(text) if verdict == "no" else [text]
    pieces = [_digits_of(part) for part in parts]
    if verdict == "no" and len(pieces) > 1 and pieces[-1]:
        return Understood(pieces[-1], verdict, "".join(pieces[:-1]))
    return Understood("" if len(pieces) > 1 else pieces[0], verdict)


def _digits_of(text: str) -> str:
    """The digits of a stretch; a single one in a longer sentence (有一个错了) is none."""
    rest = _LEAD_IN.sub("，", text)
    piece = digits(rest, loose=True)
    alone = 2 * len(piece) >= len(sounds(rest)) or "X" in piece
    return piece if len(piece) > 1 or alone else ""


def _verdict(heard: Sounds) -> str:
    """Phrases count anywhere, single words at the beginning."""
    for verdict, phrases, alone in (
        ("yes", _NO_ERROR, ()),
        ("no", _NO, _NO_ALONE),
        ("end", _END, ()),
        ("yes", _YES, _YES_ALONE),
    ):
        if any(_holds(heard, sounds(phrase)) for phrase in phrases):
            return verdict
        if heard and any(heard[:1] == sounds(word) for word in alone):
            return verdict
    return ""


def _holds(heard: Sounds, phrase: Sounds) -> bool:
    size = len(phrase)
    return any(heard[at : at + size] == phrase for at in range(len(heard) - size + 1))
