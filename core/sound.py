"""Compare Chinese texts by how they sound, not by which characters were written.

A telephone line and a recogniser change 低保 into 地宝 or 蓝 into 男; both still sound alike. Text
becomes syllables of toneless pinyin, a syllable is an initial and a final, and two syllables that
speakers or phone lines often confuse cost less than two that they do not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pypinyin import Style, lazy_pinyin

Sounds = tuple[str, ...]

ONE = "yi|yao"
"""The digit 1: it sounds like 一 (yi) and, in numbers read out, like 幺 (yao)."""

GAP = 1.0
"""What a syllable too many or too few costs."""

_INITIAL_SHARE = 0.4
_FINAL_SHARE = 1.0 - _INITIAL_SHARE
LONGEST = 400
"""So many syllables of a text are compared; what follows is left out."""

_CACHED_LENGTH = 200

_DIGITS = ("ling", ONE, "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_INITIALS = (
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r",
    "z", "c", "s",
)  # fmt: skip

# Spellings without an initial, or that hide ü, to the final that is heard.
_BARE = {
    "yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in",
    "yang": "iang", "ying": "ing", "yong": "iong", "yo": "io", "yu": "v", "yue": "ve",
    "yuan": "van", "yun": "vn", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "ui",
    "wan": "uan", "wen": "un", "wang": "uang", "weng": "ong",
}  # fmt: skip
_UMLAUT = {"u": "v", "ue": "ve", "uan": "van", "un": "vn"}

# Costs 0..1 of hearing one for the other. Below 0.25: the usual confusions of southern speakers and
# narrow-band lines; the rest: near misses of recognisers.
_INITIAL_COST = {
    ("n", "l"): 0.15, ("z", "zh"): 0.1, ("c", "ch"): 0.1, ("s", "sh"): 0.1, ("h", "f"): 0.2,
    ("r", "l"): 0.35, ("r", "n"): 0.5, ("b", "p"): 0.45, ("d", "t"): 0.45, ("g", "k"): 0.45,
    ("j", "q"): 0.5, ("zh", "ch"): 0.5, ("z", "c"): 0.5, ("zh", "j"): 0.45, ("ch", "q"): 0.45,
    ("sh", "x"): 0.45, ("z", "j"): 0.45, ("c", "q"): 0.45, ("s", "x"): 0.45, ("m", "n"): 0.5,
    ("k", "h"): 0.5, ("g", "h"): 0.6, ("f", "s"): 0.6, ("f", "x"): 0.6, ("f", ""): 0.6,
    ("h", ""): 0.5, ("r", ""): 0.5, ("n", ""): 0.6, ("b", "d"): 0.6, ("p", "t"): 0.6,
    ("t", "k"): 0.6, ("d", "g"): 0.6, ("sh", "ch"): 0.6, ("s", "c"): 0.6, ("m", "b"): 0.6,
    ("x", "q"): 0.6, ("sh", "s"): 0.1, ("sh", "r"): 0.6, ("zh", "c"): 0.55, ("z", "ch"): 0.55,
}  # fmt: skip
_FINAL_COST = {
    ("an", "ang"): 0.15, ("en", "eng"): 0.12, ("in", "ing"): 0.12, ("ian", "iang"): 0.25,
    ("uan", "uang"): 0.2, ("un", "ong"): 0.4, ("vn", "iong"): 0.4, ("i", "v"): 0.35,
    ("in", "vn"): 0.35, ("ie", "ve"): 0.35, ("ian", "van"): 0.35, ("o", "uo"): 0.05,
    ("e", "uo"): 0.4, ("e", "o"): 0.4, ("ei", "ui"): 0.3, ("ai", "ei"): 0.4, ("ao", "ou"): 0.45,
    ("ou", "iu"): 0.35, ("ou", "uo"): 0.45, ("eng", "ong"): 0.3, ("en", "un"): 0.35,
    ("an", "uan"): 0.35, ("ang", "uang"): 0.35, ("a", "ua"): 0.4, ("a", "ia"): 0.4,
    ("an", "ian"): 0.45, ("ang", "iang"): 0.45, ("ao", "iao"): 0.4, ("en", "an"): 0.45,
    ("eng", "ang"): 0.5, ("in", "ian"): 0.5, ("in", "en"): 0.4, ("ing", "eng"): 0.4,
    ("ing", "en"): 0.45, ("in", "eng"): 0.45, ("e", "en"): 0.5, ("i", "e"): 0.5, ("i", "ie"): 0.5,
    ("i", "ei"): 0.5, ("u", "ou"): 0.5, ("u", "v"): 0.4, ("u", "uo"): 0.5, ("u", "o"): 0.5,
    ("a", "e"): 0.5, ("ia", "ian"): 0.6, ("ie", "ian"): 0.5, ("ai", "uai"): 0.35,
    ("ai", "an"): 0.5, ("a", "an"): 0.55, ("ong", "iong"): 0.4, ("e", "er"): 0.3, ("a", "er"): 0.5,
    ("ve", "van"): 0.5, ("i", "in"): 0.55, ("i", "ing"): 0.6, ("ui", "i"): 0.6, ("ao", "a"): 0.6,
}  # fmt: skip

_PIECE = re.compile(
    r"(?P<amount>[1-9][0-9]{1,7}(?=[岁天个元块人周]))|(?P<digits>[0-9]+)|(?P<letter>[A-Za-z])"
    r"|(?P<han>[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)"
)
_SYLLABLE = re.compile(r"[a-zêü]+")


def sounds(text: str) -> Sounds:
    """The syllables of a text as toneless pinyin, e.g. ``("di", "bao")`` for 低保.

    Full-width forms are folded (NFKC), digits are read in Chinese one by one (an amount before a
    measure word as a number), the digit 1 and 幺 become `ONE`, a Latin letter becomes one capital
    token, and punctuation, spaces and what has no sound are dropped. Never raises; may be empty.
    """
    return _sounds_cached(text) if len(text) <= _CACHED_LENGTH else _sounds(text)


def similarity(a: str, b: str) -> float:
    """How alike two texts sound, 0..1; symmetric. 0 when either has no sound.

    One minus the weighted edit distance of their syllables over the longer length. Only the first
    400 syllables count.
    """
    return sounds_similarity(sounds(a), sounds(b))


def contains(heard: str, phrase: str) -> float:
    """How well the best stretch of `heard` sounds like the whole of `phrase`, 0..1.

    What is before and after that stretch costs nothing. 0 when either has no sound.
    """
    return sounds_contain(sounds(heard), sounds(phrase))


def sounds_similarity(a: Sounds, b: Sounds) -> float:
    """As `similarity`, for syllables already at hand."""
    if not a or not b:
        return 0.0
    a, b = a[:LONGEST], b[:LONGEST]
    if a == b:
        return 1.0
    longest = max(len(a), len(b))
    row = _align(a, b, free_ends=False)
    return max(0.0, 1.0 - row[-1] / longest)


def sounds_contain(heard: Sounds, phrase: Sounds) -> float:
    """As `contains`, for syllables already at hand."""
    phrase = phrase[:LONGEST]
    if not heard or not phrase:
        return 0.0
    row = _align(phrase, heard, free_ends=True)
    return max(0.0, 1.0 - min(row) / len(phrase))


@cache  # the arguments are syllables, of which there are some 450
def syllable_cost(a: str, b: str) -> float:
    """What hearing one syllable for the other costs: 0 the same, 1 nothing in common; symmetric."""
    if a == b:
        return 0.0
    if ONE in (a, b):
        other = b if a == ONE else a
        if other == ONE:
            return 0.0
        return min(syllable_cost("yi", other), syllable_cost("yao", other))
    if a.isupper() or b.isupper():
        return 1.0
    (initial_a, final_a), (initial_b, final_b) = split(a), split(b)
    final = _table_cost(_FINAL_COST, final_a, final_b)
    if not initial_a and not initial_b:
        return final  # having no initial is no likeness
    return _INITIAL_SHARE * _table_cost(_INITIAL_COST, initial_a, initial_b) + _FINAL_SHARE * final


@cache
def split(syllable: str) -> tuple[str, str]:
    """Initial and final as they are heard: ``shi`` is (sh, i), ``yuan`` (, van), ``ju`` (j, v)."""
    if syllable in _BARE:
        return "", _BARE[syllable]
    for initial in _INITIALS:
        if syllable.startswith(initial) and len(syllable) > len(initial):
            final = syllable[len(initial) :]
            return initial, _UMLAUT.get(final, final) if initial in "jqx" else final
    return "", syllable


@cache
def fold(syllable: str) -> str:
    """A coarse class of the syllable in which the usual confusions fall together, for indexes."""
    if syllable == ONE:
        return "yi"
    if syllable.isupper():
        return syllable
    initial, final = split(syllable)
    initial = {"n": "l", "zh": "z", "ch": "c", "sh": "s", "f": "h"}.get(initial, initial)
    if final.endswith("ng") and final not in ("ong", "iong"):
        final = final[:-1]
    return f"{initial}.{final}"


def _table_cost(table: dict[tuple[str, str], float], a: str, b: str) -> float:
    if a == b:
        return 0.0
    return table.get((a, b), table.get((b, a), 1.0))


def _align(down: Sounds, across: Sounds, free_ends: bool) -> list[float]:
    """The last row of the alignment table; with free ends `down` may start anywhere in `across`."""
    row = [0.0] * (len(across) + 1) if free_ends else [GAP * j for j in range(len(across) + 1)]
    for syllable in down:
        diagonal = row[0]
        left = row[0] = diagonal + GAP
        for j, other in enumerate(across, 1):
            above = row[j]
            best = diagonal + syllable_cost(syllable, other)
            row[j] = left = min(best, above + GAP, left + GAP)
            diagonal = above
    return row


def _sounds(text: str) -> Sounds:
    out: list[str] = []
    for piece in _PIECE.finditer(unicodedata.normalize("NFKC", text).replace("幺", "1")):
        kind, part = piece.lastgroup, piece.group()
        if kind == "digits":
            out.extend(_DIGITS[int(digit)] for digit in part)
        elif kind == "letter":
            out.append(part.upper())
        else:
            han = part if kind == "han" else _amount(int(part))
            spoken = lazy_pinyin(han.replace("〇", "零"), style=Style.NORMAL)
            out.extend(syllable for syllable in spoken if _SYLLABLE.fullmatch(syllable))
    return tuple(out)


_sounds_cached = lru_cache(maxsize=65536)(_sounds)


def _amount(number: int) -> str:
    """A number below 10^8 as it is said: 80 is 八十, 10005 is 一万零五."""
    if number >= 10_000:
        rest = number % 10_000
        joint = "零" if 0 < rest < 1_000 else ""
        return f"{_amount(number // 10_000)}万{joint}{_amount(rest) if rest else ''}"
    said, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            said += ("零" if zero and said else "") + "零一二三四五六七八九"[digit] + name
        zero = digit == 0
    return said[1:] if 10 <= number < 20 else said
