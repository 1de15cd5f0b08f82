"""The words a ticket uses for its states, ends and results: one place for code and page."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a ticket is in its life."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Disposition(StrEnum):
    """How the call ended, as the machine saw it."""

    MACHINE = "machine"
    CONNECTED = "connected"
    ABANDONED = "abandoned"
    MESSAGE = "message"
    EMERGENCY = "emergency"


class Outcome(StrEnum):
    """What an agent says came of the call (处理结果)."""

    ANSWERED = "answered"
    FOLLOW_UP = "follow_up"
    REFERRED = "referred"
    RESCUED = "rescued"
    INVALID = "invalid"


LABELS: dict[str, dict[str, str]] = {
    "state": {
        State.DRAFT: "通话中",
        State.OPEN: "待处理",
        State.CLOSED: "已办结",
    },
    "disposition": {
        Disposition.MACHINE: "自动答复",
        Disposition.CONNECTED: "人工接听",
        Disposition.ABANDONED: "来电人挂断",
        Disposition.MESSAGE: "留言待回电",
        Disposition.EMERGENCY: "紧急求助",
    },
    "outcome": {
        Outcome.ANSWERED: "当场答复",
        Outcome.FOLLOW_UP: "需要跟进",
        Outcome.REFERRED: "已转有关部门",
        Outcome.RESCUED: "紧急情况已处置",
        Outcome.INVALID: "无效来电",
    },
    "intent": {
        "person": "要求人工",
        "emergency": "紧急求助",
        "policy": "政策咨询",
        "directions": "问路",
        "case_status": "查办件进度",
        "service_places": "找服务网点",
        "complaint": "投诉建议",
        "cantonese": "要求粤语服务",
    },
    "elder": {
        "record": "来电人以前用过",
        "age": "来电人说明年纪",
        "slow": "回答较慢",
        "asked": "来电人要求",
    },
    "note": {
        "asked": "问来电人",
        "area": "所在地区",
        "age": "年龄",
        "household": "户口",
    },
    "condition": {
        "area": "地区",
        "age": "年龄",
        "household": "户口",
        "local": "本地户口",
        "other": "外地户口",
        "": "没有问到",
    },
    "sms": {
        "queued": "等待发送",
        "sent": "已发出",
        "delivered": "已送达",
        "failed": "没有送达",
        "refused": "没有发送",
    },
    "sms_reason": {
        "number": "不是手机号码",
        "cap": "这个号码当天的短信已经够数",
    },
    "missed_kind": {
        "abandoned": "等候时挂断",
        "unanswered": "没有人接听",
        "not_called_back": "回电没有联系上",
    },
    "missed_result": {
        "reached": "已联系上",
        "not_reached": "没有接通",
        "wrong_number": "号码不对",
        "phoned_again": "对方又打来了",
    },
    "speaker": {
        "caller": "来电人",
        "machine": "自动语音",
        "agent": "话务员",
    },
}


def label(kind: str, value: str) -> str:
    """The Chinese word for a value; '' stays empty and an unknown value is shown as it is."""
    return LABELS[kind].get(value, value)


def state_of(over: bool, disposition: str, outcome: str) -> State:
    """Whether a ticket still needs somebody, given how its call ended and the agent's result.

    A draft lasts as long as the call. What the machine answered, and callers who left, need nobody;
    everything else stays open until a wrap-up that asks for no follow-up.
    """
    if not over:
        return State.DRAFT
    if outcome:
        return State.OPEN if outcome == Outcome.FOLLOW_UP else State.CLOSED
    needs_nobody = disposition in (Disposition.MACHINE, Disposition.ABANDONED)
    return State.CLOSED if needs_nobody else State.OPEN
