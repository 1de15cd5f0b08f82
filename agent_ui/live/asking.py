"""When a talk has come to something new that the articles may answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.sound import sounds

LOOK_BACK = 3
"""A question may be said in so many utterances."""

NEW = 3
"""So many new syllables that tell something make a question worth asking again."""

LONGEST = 60
_EMPTY = re.compile(
    r"你好|您好|喂|请问|麻烦|谢谢你?|多谢|不用了|没有了|没事|好的|好啊|是的|对的|对对|知道了|明白了?|"
    r"听到|听得见|等一下|等等|那个|这个|就是说?|然后|我想问一下|我想问|想问一下|我想|可以吗|再见|"
    r"[嗯呃哦啊呢吧嘛呀哎唉对好是的了吗，。！？、\s0-9零一二三四五六七八九十]"
)


@dataclass(frozen=True, slots=True)
class Asking:
    """What the caller said last, and of which syllables the articles were asked already."""

    said: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()


def telling(text: str) -> str:
    """What is left of an utterance without greetings, fillers and numbers."""
    return _EMPTY.sub("", text)


def heard(state: Asking, text: str) -> tuple[Asking, tuple[str, ...]]:
    """Take a caller's utterance; return the questions to ask now, the narrowest first, or none.

    Asked are the utterance by itself and with those before it, since people ask in pieces.
    """
    rest = telling(text)
    if not rest:
        return state, ()
    said = (*state.said, text)[-LOOK_BACK:]
    state = replace(state, said=said)
    syllables = frozenset(sounds(rest))
    if len(syllables - state.asked) < NEW:
        return state, ()
    # Only of this look-back: a caller who comes back to a matter is asked about it again.
    asked = frozenset(sounds(telling("".join(said))))
    return replace(state, asked=asked), questions(said)


def questions(said: Sequence[str]) -> tuple[str, ...]:
    """The last utterance, and the last ones together."""
    whole = "".join(said)[-LONGEST:]
    return tuple(dict.fromkeys((said[-1][-LONGEST:], whole))) if said else ()
