"""What place a caller's sentence is about: the name, and whether two roads name a crossing."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DROPPED = re.compile(r"[^\w,.，]+|_")
# Said around a name; within a group the longer form comes first.
_BEFORE = re.compile(
    "^(?:"
    "[,，.]+|(?:你|您|同志|师傅|小姐)好(?:啊|呀)?|喂|[嗯呃额哦唉诶啊]+|那个|这个|就是|请问(?:一下|下)?"
    "|麻烦(?:你|您)?(?:帮我)?(?:查|问|看|说)?(?:一下|下)?|(?:我)?(?:想|要)?(?:问|打听|咨询)(?:一下|下)?"
    "|我(?:现在|这会儿|目前)?(?:人)?(?:就)?在(?!家)|我(?:要|想|准备|打算)?(?:要)?(?:去|到|找)"
    "|(?:要|想|准备)?(?:走路|步行|开车|驾车|打车|[坐搭乘](?:公交车?|公共汽车|巴士|地铁|车))|(?:要|想|准备)?(?:怎么|怎样|如何|咋)(?:去|到|走到|走)|(?:从这里|从这儿|从这边)?(?:要|想)?(?:去|到)(?=..)"
    "|现在在|在(?=..)"
    ")"
)
_AFTER = re.compile(
    "(?:"
    "(?:走路|步行|开车|驾车|[坐搭乘](?:公交|地铁|车))?(?:该|要|应该)?(?:怎么|怎样|如何|咋)(?:走|去|到|过去|坐车|坐)(?:啊|呀|呢)?|(?:在|是)?(?:哪里|哪儿|哪个区|什么地方|哪)"
    "|(?:的)?(?:附近|旁边|这边|那边|这里|那里|门口|对面|这儿|那儿)|谢谢(?:你|您|了|啊)*|可以吗|好吗|行吗"
    "|[啊呀呢哦嘛吧哈嗯的]+"
    ")$"
)
_CROSSING = re.compile(r"^(?P<first>.{2,}?)(?:(?:路口)?[与和跟同及、,，]|交)(?P<second>.{2,})$")
_CORNER = re.compile(
    r"(?:(?:的)?(?:十字路口|交叉路口|交叉口|交汇处|交界处?|交口|的路口)|(?<=[路街道巷交])(?:路口|口))[,，.]*$"
)
_HOME = re.compile(
    r"(?:从|去|到|回|送|现在|就|人(?=[在就])|在|是|要|想|怎么|走|我们|我|咱们|咱|自己|的)*"
    r"(?:家|家里|家里边|家里头|屋里)(?:怎么走|怎么去|怎么回|走|出发)?"
)
_HERE = re.compile(
    r"(?:从|我|现在|就|人|在|用|按|是)*(?:这里|这儿|这边|此地|当前位置|我的位置|定位|手机定位)(?:的位置|出发)?"
)
_MARKS = re.compile(r"[^\w]+|_")
_PLEAS = re.compile(r"^(?:嗯|呃|啊|那个|就是|喂)+|[啊呀呢哦嘛吧哈嗯的]+$")


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """What was asked for: a name; for a crossing also the second road. Both may be empty."""

    name: str
    second: str = ""
    at_corner: bool = False


def at_home(text: str) -> bool:
    """Whether a sentence speaks of the caller's own home and of nothing else: 我在家."""
    return bool(_HOME.fullmatch(_PLEAS.sub("", _MARKS.sub("", text))))


def right_here(text: str) -> bool:
    """Whether a sentence means the place where the caller is: 就在这里, 用手机定位."""
    return bool(_HERE.fullmatch(_PLEAS.sub("", _MARKS.sub("", text))))


def asked(text: str) -> AskedPlace:
    """Take the place out of a sentence: 去香梅路怎么走 asks for 香梅路. Never raises."""
    said = _DROPPED.sub("", text)
    before = ""
    while said != before and said:
        before = said
        said = _AFTER.sub("", _BEFORE.sub("", said)) or said
    # A sentence that is nothing but such words is left as it was.
    crossing = _CROSSING.match(said)
    if crossing and _CORNER.sub("", crossing["second"]):
        second = _CORNER.sub("", crossing["second"])
        return AskedPlace(crossing["first"], second, at_corner=bool(_CORNER.search(said)))
    return AskedPlace(said, at_corner=bool(_CORNER.search(said)))
