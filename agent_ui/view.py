"""How values look on a page: times, durations, numbers and words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.area import full_name, name
from core.clock import local
from core.crypto import mask_name, mask_number
from core.journal_tables import Utterance
from tickets.cases.record import LABELS as CASE_LABELS
from tickets.cases.record import Status
from tickets.labels import LABELS, label

EVENTS = {
    "opened": "来电",
    "answered": "接通",
    "node": "进入环节",
    "digit": "按键",
    "note": "识别结果",
    "said": "播报",
    "heard": "听到",
    "queued": "排队等候人工",
    "offered": "呼叫话务员",
    "refused": "话务员未接",
    "connected": "人工接通",
    "left": "话务员离开",
    "waited": "等候结束",
    "transferred": "转接",
    "leaving": "开始留言",
    "message": "留言",
    "way": "指路",
    "recording": "录音",
    "speech": "语音识别",
    "ended": "通话结束",
    "recovered": "异常中断后恢复",
}
SHOWN = (
    "name", "digit", "key", "value", "agent", "reason", "seconds", "state", "fault", "queue",
    "summary",
)  # fmt: skip
UNSURE = 0.6
"""A word recognised with less confidence is marked."""
CALL_STATES = {
    "ringing": "振铃",
    "machine": "自动服务",
    "queued": "等候人工",
    "connected": "人工通话",
    "message": "留言中",
    "ended": "已结束",
}
STATUS = {"ready": "就绪", "break": "小休", "off": "离线"}
STATES = {
    "away": "未打开电话页",
    "idle": "空闲",
    "offered": "振铃中",
    "talking": "通话中",
    "wrapup": "整理中",
}


def when(moment: datetime | None, zone: str) -> str:
    """A moment in the authority's zone: 2026-03-02 09:30."""
    return "" if moment is None else f"{local(moment, zone):%Y-%m-%d %H:%M}"


def to_second(moment: datetime | None, zone: str) -> str:
    """A moment with seconds: 09:30:05."""
    return "" if moment is None else f"{local(moment, zone):%H:%M:%S}"


def clock(ms: int) -> str:
    """A position in a recording: 1:05, or 1:02:05 beyond an hour."""
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def lasted(start: datetime, end: datetime | None) -> str:
    """How long something took: 1分05秒; '' while it goes on."""
    if end is None:
        return ""
    minutes, seconds = divmod(max(0, round((end - start).total_seconds())), 60)
    return f"{minutes}分{seconds:02}秒" if minutes else f"{seconds}秒"


def number(caller: str, withheld: bool) -> str:
    """A caller's number as lists show it."""
    if withheld:
        return "号码保密"
    return domestic(mask_number(caller)) if caller else "无号码"


def domestic(shown: str) -> str:
    """A number as people in China write it: +8620****4444 is 020****4444."""
    if not shown.startswith("+86"):
        return shown
    plain = shown.removeprefix("+86")
    if plain.startswith("*") or (plain.startswith("1") and not plain.startswith("10")):
        return plain
    return f"0{plain}"


def detail(data: dict[str, Any]) -> str:
    """What a journal event says beside its kind, in short."""
    if data.get("key") in LABELS["note"]:
        return f"{label('note', data['key'])}：{asker_value(data['key'], str(data['value']))}"
    parts = [str(data[key]) for key in SHOWN if data.get(key) not in (None, "")]
    return " ".join(parts)[:120]


def asker_value(key: str, value: str) -> str:
    """What was understood of who asks, in words: 广东省广州市, 72岁, 本地户口."""
    if key == "area" and value:
        return full_name(value)
    if key == "age" and value:
        return f"{value}岁"
    return label("condition", value)


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word of a transcript with its place in the recording (ms)."""

    text: str
    start: int
    end: int
    unsure: bool


def words(said: Utterance) -> list[ShownWord]:
    """The words of an utterance; one for the whole text when no times are known."""
    shown = [
        ShownWord(str(text), int(start), int(end), float(confidence) < UNSURE)
        for text, start, end, confidence in (word for word in said.words if len(word) == 4)
    ]
    if "".join(word.text for word in shown) == said.text.replace(" ", ""):
        return shown
    return [ShownWord(said.text, said.start_ms, said.end_ms, False)]


def person(name: str, people: dict[str, str]) -> str:
    """What a user is called; the login name of one who is not listed."""
    return people.get(name, name)


FILTERS = {
    "person": person,
    "words": words,
    "when": when,
    "to_second": to_second,
    "clock": clock,
    "lasted": lasted,
    "number": number,
    "domestic": domestic,
    "detail": detail,
    "asker_value": lambda value, key: asker_value(key, value),
    "label": lambda value, kind: label(kind, value),
    "case_status": lambda value: CASE_LABELS[Status(value)],
    "masked_name": mask_name,
    "area": name,
    "full_area": full_name,
    "event": lambda kind: EVENTS.get(kind, kind),
}
