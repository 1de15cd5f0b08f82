"""What callers say who ask how their case stands, and the sentences that are always the same."""

from __future__ import annotations

NONE = (
    "没有", "没有编号", "没有号码", "我没有编号", "没有办件编号", "不知道", "不知道编号", "不记得",
    "不记得了", "记不得了", "忘了", "忘记了", "找不到", "找不到了", "没带", "丢了", "不清楚",
    "编号丢了", "编号忘了",
)  # fmt: skip
"""They have no case number."""

CHANGE = (
    "换编号", "换个编号", "换一个编号", "编号错了", "编号不对", "编号说错了", "重新说编号",
    "办件编号错了", "办件编号不对",
)  # fmt: skip
"""They want to give the case number again."""

PHRASES = (*NONE, *CHANGE)

WHERE_IT_IS = "查询进度要用办件编号，一般写在受理通知书或者短信里。"
OR_PERSON = "找到了请说编号，没有编号请说转人工。"
WITHOUT_NUMBER = "没有办件编号，由人工为您查询。"
NOT_HEARD = "对不起，没有听清。"
GO_ON = "请接着说。"
WRONG_DAY = "请说身份证上的出生年月日。"
NOTHING_FITS = "没有查到与这些信息一致的办件。"
ONCE_MORE = "请再核对一遍，用按键输入更准确。办件编号说错了，请说换编号。"
TO_PERSON = "由人工为您查询。"
LOCKED = "为保护办件信息，现在不能自动查询，请过半小时再打来，或者由人工为您查询。"
TEXTS = (
    WHERE_IT_IS, OR_PERSON, WITHOUT_NUMBER, NOT_HEARD, GO_ON, WRONG_DAY, NOTHING_FITS, ONCE_MORE,
    TO_PERSON, LOCKED,
)  # fmt: skip
