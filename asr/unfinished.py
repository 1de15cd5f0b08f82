"""Does a text sound as if more were to come? Judged from its last words, as a listener would.

Pure. Texts are Mandarin without spaces or punctuation, as a recogniser gives them.
"""

from __future__ import annotations

import re
from enum import Enum


class Ending(Enum):
    """How a text ends."""

    SHORT = "short"
    """A whole answer of a word or two: yes, no, a digit, a command."""
    WHOLE = "whole"
    """Nothing says that more will come."""
    TOLD = "told"
    """Something was told and nothing asked yet; callers tell first what they then ask about."""
    DIGITS = "digits"
    """Part of a number, as people say numbers in groups."""
    OPEN = "open"
    """In the middle of a phrase, or with a sound that holds the floor."""


_SHORT = frozenset(
    (
        "是 是的 对 对的 对对 好 好的 好吧 行 可以 嗯对 要 要的 有 有的 没 没有 不 不是 不对 不要 "
        "不用 不用了 不行 不可以 人工 转人工 人工服务 再说一遍 重复 返回 谢谢 再见 没有了 没了 "
        "救命 知道了 明白 明白了 听到了 零 一 二 两 三 四 五 六 七 八 九 十 幺"
    ).split()
)
_DIGIT = frozenset("零一二三四五六七八九幺两")
# Whole numbers: a mobile phone's or a landline's with area code, an identity card's; and those that
# everyone knows. Three or four digits by themselves are a group: 一三八 零零一三 八零零零.
_WHOLE_LENGTHS = frozenset((11, 12, 18))
_KNOWN = frozenset(
    "幺幺零 一一零 幺幺九 一一九 幺二零 一二零 幺二三四五 一二三四五 幺二三四九 一二三四九".split()
)
_FEWEST_DIGITS = 2

# Sounds and words with which people keep the floor while they search for the next one.
_FILLERS = ("嗯", "呃", "额", "那个", "这个", "就是", "就是说", "然后", "那么", "反正", "怎么说呢")
# What comes before the request itself, and words that join: none of them ends a sentence.
_BEFORE = (
    "你好 您好 喂 请问 请问一下 问一下 问一问 我想 我想问 想问 我要 我想要 我想知道 想了解 "
    "了解一下 咨询一下 麻烦 麻烦你 麻烦您 帮我 帮我查 是这样 是这样的 事情是这样的 我是说 "
    "我的意思是 还想问 因为 所以 但是 可是 不过 如果 要是 还有 和 跟 或者 比如 比如说 关于 "
    "对于 至于 由于 为了 的话 的时候 以后 之后 以前 之前 我 我们 我家 我妈 我妈妈 我爸 我爸爸 "
    "我老伴 我儿子 我女儿 家里 我家里 把 被 从 在 想 想要 应该 已经 现在 今天 昨天 上个月 "
    "去年 今年"
).split()
_OPEN_ENDS = tuple((*_FILLERS, *_BEFORE))
# After these, words that may also begin a phrase are its end: 放在家里, 住在我家, 问过他.
_SAFE_AFTER = re.compile(
    "(?:在|到|来|去|过|给|跟|和|问|找|是|照顾|管|不|帮)(?:家里|我家|我家里|我|我们|在)$"
)
_ASKS = re.compile(
    "吗|呢|么|什么|怎|哪|谁|几|多少|多久|多大|多长|多高|如何|咋|啥|是不是|有没有|能不能|可不可|要不要|"
    "(.)(?:不|没)\\1|可以|能|要|想|帮|请|给我|办|申请|申领|领|查|转|投诉|举报|报名|登记|预约|咨询|"
    "求助|救|补|找|需要|条件|材料|电话|地址|时间|标准|流程|手续|政策|服务|热线|号码|告诉|讲一下|说一下|说说|"
    "人工|再|行|算|咯|吧|没有$|了没$|还是$"
)
_FEW = 6
"""Up to so many syllables a text without a question is a heading (残疾人补贴), not a story."""


def ending(text: str) -> Ending:
    """How a text ends; an empty one is whole."""
    if text in _SHORT:
        return Ending.SHORT
    digits = _digits(text)
    if digits >= _FEWEST_DIGITS:
        whole = digits in _WHOLE_LENGTHS or text[-digits:] in _KNOWN
        return Ending.WHOLE if whole else Ending.DIGITS
    if text.endswith(_OPEN_ENDS) and not _SAFE_AFTER.search(text):
        return Ending.OPEN
    if len(text) > _FEW and not _ASKS.search(text):
        return Ending.TOLD
    return Ending.WHOLE


def _digits(text: str) -> int:
    """How many digits stand at the end."""
    count = 0
    while count < len(text) and text[-1 - count] in _DIGIT:
        count += 1
    return count
