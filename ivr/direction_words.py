"""What callers say while the way is told, and the sentences that are always the same."""

from __future__ import annotations

import re

from ivr.which import ORDINALS

YES = (
    "是", "是的", "对", "对的", "没错", "嗯", "好", "好的", "可以", "就是这个", "对呀", "是啊",
)  # fmt: skip
NO = ("不是", "不对", "不", "错了", "不是这个", "搞错了", "听错了", "不要")
NEXT = (
    "下一步", "下一个", "继续", "然后呢", "接下来", "往下说", "接着说", "好", "好的", "嗯",
    "还有呢",
)  # fmt: skip
BACK = ("上一步", "前一步", "上一个", "退回去")
AGAIN = ("再听一遍", "重听", "重复一遍", "再来一遍", "什么")
STOP = (
    "知道了", "明白了", "不用了", "可以了", "够了", "行了", "谢谢", "再见", "不听了", "好了",
)  # fmt: skip
NONE = (
    "都不是",
    "都不对",
    "不是",
    "没有",
    "下面的呢",
    "还有吗",
    "还有别的吗",
    "再说几个",
    "换几个",
)
HERE = "这里"
"""Asks for where the caller's device says that they are."""
WHERE = (
    "我在家", "我在家里", "我家", "从家里出发", "回家", "就在这里", "我在这里", "这附近有什么",
    "附近有什么", "这附近有什么医院", "附近有没有公园", "附近有什么车站", "在哪个区", "属于哪个区",
    "在哪个街道", "以前叫什么", "现在叫什么", "是哪个字", "是哪几个字", "怎么写", "怎么念",
    "开车怎么走", "走路怎么走",
)  # fmt: skip
"""For the recogniser: what is asked about places, understood by whoever finds them."""
PHRASES = (*YES, *NO, *NEXT, *BACK, *AGAIN, *STOP, *ORDINALS, *NONE, *WHERE)

_CAR = re.compile("开车|驾车|自驾|打车|打的")
_WALK = re.compile("走路|步行|用走的")
_BUS = re.compile("(?:坐|搭|乘)(?:什么|几路|哪路)?(?:公交|公共汽车|巴士|地铁|车)|公交怎么|几路车")
_ONLY_HOW = re.compile(
    "(?:那|那么|请问|如果|改|用|呢|呀|啊|吧|的话|要|该|应该|怎么|走|去|过去|到|说|一下)*"
)

YES_OR_NO = "请说是，或者不是。"
OR_NONE = "都不是，请说都不是。"
WHICH_ONE = "要去哪一个？不去了请说不用了。"
ELSE = "要去哪里请说地名，不问了请说不用了。"
NO_BUS = "公交路线我们还没有，先说走路怎么走。"
HOW_NEXT = "听下一步请说下一步，再听一遍请说再听一遍。"
THERE = "路线说完了。"
TEXTS = (YES_OR_NO, HOW_NEXT, THERE, OR_NONE, WHICH_ONE, ELSE, NO_BUS)


def mode_of(text: str) -> str:
    """How somebody wants to go: walk, car or bus; empty where they do not say."""
    if _CAR.search(text):
        return "car"
    if _BUS.search(text):
        return "bus"
    return "walk" if _WALK.search(text) else ""


def only_mode(text: str) -> bool:
    """Whether a sentence says how to go and not where: 那开车怎么走."""
    rest = _WALK.sub("", _BUS.sub("", _CAR.sub("", text)))
    return bool(mode_of(text)) and bool(_ONLY_HOW.fullmatch(rest.strip(" ，。？！,.?!")))
