"""What a caller asks who looks for a service place: which kind, and where. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from core import area as areas
from core.sound import similarity, sounds
from knowledge.service_places.record import WORDS, Kind

CLEAR = 0.86
"""How well a word of a kind must be heard."""
SHORT = {3: 0.92}
"""The same for a word of so many syllables: short ones are held by other words by chance."""

DISTRICT = 0.85
"""How well the name of a district must be heard, as a whole."""
RIVAL = 0.05
WRITTEN = 0.1
MOST = 3

_PUNCTUATION = re.compile(r"[^\w]+|_")
# Said around the place; within a group the longer form comes first.
_BEFORE = re.compile(
    "^(?:"
    "(?:你|您)好(?:啊|呀)?|喂|[嗯呃额哦唉诶啊]+|那个|这个|就是|请问(?:一下|下)?|麻烦(?:你|您)?"
    "|(?:帮我|给我)(?:查|找|看|问)?(?:一下|下)?|查(?:一下|下)|告诉我"
    "|我(?:现在)?(?:就)?(?:人)?(?:住)?在|我家(?:住)?在|住在|现在在|离(?:我家|我|这里|这儿|这边|这)?|在(?=..)"
    "|我(?:想|要)?(?:要)?(?:找|问|去|查|知道)(?:一下|下)?|(?:想|要)(?:找|问|去|知道)(?:一下|下)?"
    "|(?:最|比较)?(?:靠)?近(?:一点|一些)?(?:的)?|哪里(?:有)?|哪儿(?:有)?|哪有|找|(?:一|哪)(?:家|个|间)"
    "|(?:附近|周边|周围|旁边|这边|这里|这儿|这附近)(?:的)?|有(?:没有|什么|哪些|几家|几个)?|是(?:不是)?"
    ")"
)
_AFTER = re.compile(
    "(?:"
    "(?:在|是)?(?:哪里|哪儿|哪个位置|什么地方|哪)|(?:应该|要|该)?(?:怎么|怎样)(?:走|去|过去)?|远不远"
    "|(?:的)?(?:地址|电话(?:号码)?|位置)(?:是)?(?:多少|什么|在哪里|在哪)?|(?:现在)?(?:开门|上班|营业)(?:了)?(?:吗|没有|没)?"
    "|(?:都)?有(?:没有|什么|哪些|哪几家|几家|几个|多少家|多少个|哪家|哪个)?|(?:一|哪)(?:家|个|间)|哪些|几家|几个"
    "|(?:离我|离这里)?(?:最|比较)?(?:靠)?近(?:一点|一些)?(?:的)?|(?:的)?(?:附近|周边|周围|旁边|这边|那边|一带|这里|这儿|里面|里|门口|对面)(?:的)?"
    "|谢谢(?:你|您|了)*|可以吗|好吗|行吗|[啊呀呢哦嘛吧哈嗯的吗]+"
    ")$"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was understood: the kind if one was named, and what is left as a place."""

    kind: Kind | None
    where: str


def asked(text: str) -> Asked:
    """Take kind and place out of a sentence: 越秀区有哪些养老院 is a care home in 越秀区."""
    said = _PUNCTUATION.sub("", text)
    kind, start, end = _kind(said)
    if kind is None:
        return Asked(None, _bare(said))
    before, after = _bare(said[:start]), _bare(said[end:])
    # 东山口附近的养老院 names it before, 养老院在东山口附近有吗 after.
    return Asked(kind, before if len(before) >= 2 else after if len(after) >= 2 else "")


def districts(text: str, area: str) -> list[str]:
    """The areas that a name may mean, best first; of several alike those around the call's `area`.

    Several come back only when nothing tells them apart; none when the name is no area's.
    """
    heard = sounds(text)
    if len(heard) < 2:
        return []
    best: dict[str, float] = {}
    for name, code in _names():
        if abs(len(name) - len(heard)) <= 1:
            # 山西 and 陕西 sound the same: what is written the same comes first.
            fit = similarity(name, text) + (WRITTEN if name == text else 0)
            if fit >= DISTRICT:
                best[code] = max(best.get(code, 0.0), fit)
    if not best:
        return []
    most = max(best.values())
    likely = [code for code, fit in best.items() if most - fit < RIVAL]
    for around in (area[:4], area[:2]) if areas.valid(area) else ():
        # Of one name in two cities, or two provinces, the one around the call.
        likely = [code for code in likely if code.startswith(around)] or likely
    return sorted(likely, key=lambda code: -best[code])[:MOST]


def _kind(said: str) -> tuple[Kind | None, int, int]:
    """The kind that is named, and where in the text."""
    winner: tuple[float, int] = (0.0, 0)
    found: tuple[Kind | None, int, int] = (None, 0, 0)
    for kind, words in WORDS.items():
        for word in words:
            size = len(word)
            for start in range(len(said) - size + 1):
                fit = similarity(said[start : start + size], word)
                if fit >= SHORT.get(size, CLEAR) and (round(fit, 2), size) > winner:
                    winner, found = (round(fit, 2), size), (kind, start, start + size)
    return found


def _bare(said: str) -> str:
    """What is left when all that is only said around a place is gone."""
    before = None
    while said != before and said:
        before = said
        said = _AFTER.sub("", _BEFORE.sub("", said))
    return said


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Names of all listed areas with their codes: 越秀区, 越秀, 广州市越秀区, 广州越秀区."""
    found = []
    for code, name in areas.names().items():
        forms = {name}
        if len(name) > 2:
            forms.add(name[:-1])
        if areas.level(code) == 3:
            city = areas.name(f"{code[:4]}00")
            forms |= {f"{city}{name}", f"{city.removesuffix('市')}{name}"}
        found += [(form, code) for form in sorted(forms)]
    return tuple(found)
