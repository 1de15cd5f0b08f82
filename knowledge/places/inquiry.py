"""What callers ask about places beside the way: what is near, where one lies, its other names.

Pure: sentences become an `Inquiry`, which `knowledge.places.answers` answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from core.sound import sounds, sounds_similarity
from knowledge.places.asked import asked
from knowledge.places.kinds import Kind


class About(Enum):
    """What is asked about a place."""

    NEARBY = "nearby"
    AREA = "area"
    OLD_NAME = "old name"
    NEW_NAME = "new name"
    CHARACTER = "character"
    WRITTEN = "written"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question. `name` is the place it is about, empty for where the caller is.

    `word` is the kind of place that is looked for as it was said (医院), empty for any, or the one
    character that is asked for; `kind` is set where the word stands for a whole kind.
    """

    about: About
    name: str = ""
    word: str = ""
    kind: Kind | None = None


_DROPPED = re.compile(r"[^\w]+|_")
_WHAT = "(?:什么|甚么|啥|哪个|哪一个|哪些|哪)"
_HOW = "(?:怎么|怎样|如何|咋)(?:样|个)?"
_END = "(?:字|名字|名)?(?:的|了|呀|啊|呢|吗|哦|来着)*$"
_BESIDE = "(?:附近|周围|周边|旁边|边上|四周|这一带|这一片)"

_NEARBY = (
    re.compile(
        f"^(?P<name>.*?)(?:的)?{_BESIDE}(?:都|还)?(?:有没有|有)(?:{_WHAT}|几家|几个|多少|没有)?"
        r"(?P<word>.*?)(?:没有)?(?:的)?(?:吗|么|呢|呀|啊|没|吧)*$"
    ),
    re.compile(
        f"^(?P<name>.*?)(?:的)?{_BESIDE}(?:的)?(?P<word>(?![到去走往]).+?)(?:是|在|有)?"
        r"(?:哪里|哪儿|什么地方|哪些|哪几家|怎么走|怎么去)(?:呀|啊|呢)*$"
    ),
    re.compile(
        r"^(?P<name>)(?:离|从|距)?(?:这里|这儿|我这里|我这儿|我家|我)?(?:比较|最)近的(?P<word>.+?)"
        r"(?:在|是)?(?:哪里|哪儿|什么地方|哪个|哪一个|哪家|怎么走|怎么去)(?:呀|啊|呢)*$"
    ),
)
_ABOUT = (
    (About.AREA, re.compile(
        f"^(?P<name>.{{2,}}?)(?:是)?(?:在|属于|归|属|是)(?:{_WHAT})(?:区|街道|镇|县|市)(?:管|里)?{_END}"
    )),
    (About.OLD_NAME, re.compile(
        "^(?P<name>.{2,}?)(?:以前|原来|过去|从前|早先|原先|早年)(?:的)?(?:老)?(?:名字|名)?"
        f"(?:是)?(?:叫做|叫作|叫|是)?{_WHAT}(?:路|街)?{_END}"
    )),
    (About.OLD_NAME, re.compile(
        f"^(?P<name>.{{2,}}?)(?:的)?(?:老名字|旧名字|旧名|老名|曾用名)(?:是|叫)?{_WHAT}{_END}"
    )),
    (About.NEW_NAME, re.compile(
        "^(?P<name>.{2,}?)(?:现在|如今|后来|今天)(?:的名字|改名|改成|改)?(?:是|成)?"
        f"(?:叫做|叫作|叫|是)?{_WHAT}(?:路|街)?{_END}"
    )),
    (About.CHARACTER, re.compile(
        f"^(?P<name>.{{2,}}?)(?:的|里的|里面的|里头的|那个)(?P<word>.)字?(?:是|写)?(?:{_WHAT})(?:.字?)?{_END}"
    )),
    (About.CHARACTER, re.compile(
        f"^(?P<name>.{{2,}}?)(?:的|里的|里面的|里头的|那个)(?P<word>.)字?{_HOW}写{_END}"
    )),
    (About.WRITTEN, re.compile(
        f"^(?P<name>.{{2,}}?)(?:这个名字|这几个字)?(?:是)?(?:{_HOW}写|(?:是)?哪(?:几|两|三|四)?个字){_END}"
    )),
    (About.READ, re.compile(
        f"^(?P<name>.{{2,}}?)(?:这个名字|这几个字)?(?:{_HOW}|应该)(?:读|念|发音){_END}"
    )),
)  # fmt: skip

# A word for a whole kind; any other word is looked for in the names.
_KINDS = {
    "医院": Kind.HOSPITAL, "诊所": Kind.HOSPITAL, "卫生站": Kind.HOSPITAL, "公园": Kind.PARK,
    "学校": Kind.SCHOOL, "地铁站": Kind.STATION, "地铁": Kind.STATION, "车站": Kind.STATION,
    "公交站": Kind.STOP, "公交车站": Kind.STOP, "商店": Kind.SHOP, "商场": Kind.SHOP,
    "超市": Kind.SHOP, "小区": Kind.ESTATE, "大楼": Kind.BUILDING, "大厦": Kind.BUILDING,
    "办事单位": Kind.OFFICE, "政府": Kind.OFFICE, "民政服务机构": Kind.CARE, "路": Kind.ROAD,
    "道路": Kind.ROAD,
}  # fmt: skip
_ANY = re.compile("^(?:好玩的|大的|有名的|标志性的)?(?:地方|东西|建筑|地名|标志|大楼|好玩|单位)?$")
_HERE = re.compile(
    "^(?:请问|我想问一下|我|我们|在|这|这里|这儿|这边|我这里|我这边|离我|离这里|那)*$"
)
_ALIKE = 0.9


def inquiry(text: str) -> Inquiry | None:
    """What a sentence asks about a place; None when it only names one. Never raises."""
    said = _DROPPED.sub("", text)
    for pattern in _NEARBY:
        found = pattern.match(said)
        if found:
            return _nearby(found["name"], found["word"])
    for about, pattern in _ABOUT:
        found = pattern.match(said)
        if found:
            name = asked(found["name"]).name
            groups = found.groupdict()
            return Inquiry(about, name, groups.get("word") or "") if len(name) > 1 else None
    return None


def _nearby(name: str, word: str) -> Inquiry:
    name = "" if _HERE.match(name) else asked(name).name
    if _ANY.match(word):
        return Inquiry(About.NEARBY, name)
    kind = next((kind for known, kind in _KINDS.items() if _alike(known, word)), None)
    return Inquiry(About.NEARBY, name, word, kind)


def _alike(known: str, word: str) -> bool:
    return known == word or sounds_similarity(sounds(known), sounds(word)) >= _ALIKE
