"""What callers say while the way is told, and the sentences that are always the same."""

from __future__ import annotations

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
PHRASES = (*YES, *NO, *NEXT, *BACK, *AGAIN, *STOP, *ORDINALS)

YES_OR_NO = "请说是，或者不是。"
HOW_NEXT = "听下一步请说下一步，再听一遍请说再听一遍。"
THERE = "路线说完了。"
TEXTS = (YES_OR_NO, HOW_NEXT, THERE)
