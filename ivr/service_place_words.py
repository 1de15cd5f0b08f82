"""What callers say while service places are told, and the sentences that are always the same."""

from __future__ import annotations

from ivr.which import ORDINALS

NEXT = (
    "下一个", "下一家", "还有呢", "还有吗", "还有别的吗", "换一个", "换一家", "继续", "然后呢",
    "接着说", "好", "好的", "嗯",
)  # fmt: skip
BACK = ("上一个", "上一家", "前一个", "刚才那个")
AGAIN = ("再听一遍", "再说一遍", "重听", "重复一遍", "再来一遍", "没记住", "什么")
WAY = ("怎么走", "怎么去", "怎么过去", "去这里怎么走", "告诉我怎么走", "指路", "问路", "带我去")
STOP = (
    "知道了", "明白了", "不用了", "可以了", "够了", "行了", "谢谢", "再见", "不听了", "好了",
    "记住了", "没有了",
)  # fmt: skip
PLACES = (
    "养老院", "养老机构", "敬老院", "老人院", "福利院", "婚姻登记处", "结婚登记处",
    "离婚登记处", "救助站", "民政局", "民政办", "长者饭堂", "老人饭堂", "社区食堂",
)  # fmt: skip
"""What callers call the kinds, for the recogniser; what they mean the knowledge room knows."""
PHRASES = (*NEXT, *BACK, *AGAIN, *WAY, *STOP, *ORDINALS, *PLACES)

HOW_NEXT = "听下一个请说下一个，再听一遍请说再听一遍，要去这里请说怎么走。"
THAT_IS_ALL = "就是这些。"
HOW_AGAIN = "再听一遍请说再听一遍，要去这里请说怎么走。"
TEXTS = (HOW_NEXT, THAT_IS_ALL, HOW_AGAIN)
