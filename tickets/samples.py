"""Sample calls for the demonstration, written through the journal's own appliers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.db import Sessions
from core.journal import Applier, apply_once
from core.record import Record

Lines = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One made-up call: how long ago (minutes), from where, what was said, what became of it."""

    minutes: int
    caller: str
    area: str
    lines: Lines
    notes: Sequence[tuple[str, str]]
    reason: str
    disposition: str
    agent: str = ""


SAMPLES = (
    Sample(
        190,
        "+8613900000001",
        "440106",
        (
            ("machine", "您好，这里是12349民政服务热线，请说您的需求。"),
            ("caller", "我想问一下结婚登记要不要户口本"),
            ("machine", "不需要户口本，带身份证就可以。"),
        ),
        (("question", "我想问一下结婚登记要不要户口本"), ("topic", "婚姻登记")),
        "caller hung up",
        "machine",
    ),
    Sample(
        125,
        "+8613900000002",
        "440104",
        (
            ("machine", "您好，这里是12349民政服务热线，请说您的需求。"),
            ("caller", "转人工"),
            ("agent", "您好，请问有什么可以帮您"),
            ("caller", "养老院的床位费涨了我要投诉"),
        ),
        (("intent", "person"), ("topic", "养老服务")),
        "agent hung up",
        "connected",
        "示例坐席",
    ),
    Sample(
        62,
        "+8613900000003",
        "440305",
        (
            ("machine", "您好，这里是12349民政服务热线，请说您的需求。"),
            ("caller", "我摔倒了起不来"),
            ("machine", "请不要挂断，马上为您接通工作人员。"),
        ),
        (("intent", "emergency"), ("emergency", "摔倒了")),
        "caller hung up",
        "emergency",
        "示例坐席",
    ),
    Sample(
        20,
        "+8613900000004",
        "440300",
        (("machine", "您好，这里是12349民政服务热线，请说您的需求。"),),
        (),
        "caller hung up",
        "abandoned",
    ),
)
SPEAKING_MS = 3200


def records(call_id: str, sample: Sample, now: datetime, node: str) -> Iterable[Record]:
    """Return the journal of one sample call that began `sample.minutes` before `now`."""
    start = now - timedelta(minutes=sample.minutes)
    seq = 0

    def record(kind: str, data: dict[str, Any], after_ms: int) -> Record:
        nonlocal seq
        seq += 1
        return Record(call_id, seq - 1, start + timedelta(milliseconds=after_ms), kind, data)

    yield record(
        "opened",
        {
            "area": sample.area,
            "trunk": "sample",
            "node": node,
            "sip_call_id": f"sample-{call_id}",
            "caller": sample.caller,
            "withheld": False,
            "called": "12349",
            "diversion": "",
            "invite": "",
        },
        0,
    )
    yield record("answered", {}, 40)
    yield record("node", {"name": "need"}, 60)
    for key, value in sample.notes:
        yield record("note", {"key": key, "value": value}, 5000)
    if sample.agent:
        yield record("connected", {"agent": sample.agent}, 9000)
    at = 200
    for speaker, text in sample.lines:
        data = {
            "speaker": speaker,
            "start_ms": at,
            "end_ms": at + SPEAKING_MS,
            "text": text,
            "confidence": 1.0,
            "words": [],
        }
        at += SPEAKING_MS + 400
        yield record("heard" if speaker == "caller" else "said", data, at)
    none = {"state": "none", "fault": "sample call without audio"}
    yield record("recording", none, at + 400)
    ended = {"reason": sample.reason, "disposition": sample.disposition}
    yield record("ended", ended, at + 500)


def write(sessions: Sessions, now: datetime, node: str, appliers: Sequence[Applier]) -> None:
    """Put the sample calls in; harmless when they are there. Blocking."""
    with sessions() as db:
        for number, sample in enumerate(SAMPLES):
            for each in records(f"{number:032x}", sample, now, node):
                apply_once(db, each, appliers)
