"""Calls as they might come to a county hotline, with recordings that look like talk."""

from __future__ import annotations

import hashlib
import wave
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jieba
import numpy as np

from tests.tickets.journalled import Journalled

RATE = 8000

Said = tuple[str, str, int, int]

DIBAO: list[Said] = [
    ("machine", "为保证服务质量，通话将被录音。", 300, 3100),
    ("machine", "您好，这里是12349民政服务热线，请说您的需求。", 3400, 7900),
    ("caller", "我想问一下低保怎么申请", 9100, 12300),
    ("machine", "申请最低生活保障，由一名家庭成员向户籍所在地的乡镇人民政府或者街道办事处提出，"
     "也可以委托村委会或者居委会代为提出。", 13100, 24800),
    ("machine", "以上内容依据最低生活保障审核确认办法，二〇二一年发布。还需要其他帮助吗？",
     25200, 32000),
    ("caller", "不用了谢谢", 33600, 35200),
    ("machine", "感谢您的来电，再见。", 35700, 38000),
]  # fmt: skip
PERSON: list[Said] = [
    ("machine", "为保证服务质量，通话将被录音。", 300, 3100),
    ("machine", "您好，这里是12349民政服务热线，请说您的需求。", 3400, 7900),
    ("caller", "我妈妈八十三了一个人在家想问问高龄津贴", 9000, 14400),
    ("caller", "转人工", 20100, 21200),
    ("agent", "您好我是话务员小王请问老人户口在哪里", 27000, 31200),
    ("caller", "户口在天河区石牌街道", 32000, 35100),
    ("agent", "好的您带老人身份证到石牌街道办就可以办理", 36000, 41500),
    ("caller", "好谢谢你啊", 42300, 44000),
]
URGENT: list[Said] = [
    ("machine", "为保证服务质量，通话将被录音。", 300, 3100),
    ("caller", "救命啊我摔倒了起不来", 3600, 6900),
]


def words(text: str, start: int, end: int) -> list[list[Any]]:
    """Times for each word, by its length; the last but one is short of confidence."""
    pieces = jieba.lcut(text)
    step, at, found = (end - start) / len(text), 0, list[list[Any]]()
    for number, piece in enumerate(pieces):
        first, last = start + at * step, start + (at + len(piece)) * step
        sure = 0.41 if number == len(pieces) - 2 else 0.94
        found.append([piece, round(first), round(last), sure])
        at += len(piece)
    return found


def record(data: Path, call: str, talk: list[Said], duration_ms: int) -> dict[str, Any]:
    """Write a stereo recording with syllable-like sound wherever somebody speaks."""
    frames = duration_ms * RATE // 1000
    samples = np.zeros((frames, 2), dtype=np.float64)
    noise = np.random.default_rng(len(call) + duration_ms)
    for speaker, _, start, end in talk:
        first, last = start * RATE // 1000, min(frames, end * RATE // 1000)
        time = np.arange(last - first) / RATE
        syllables = np.abs(np.sin(2 * np.pi * 2.1 * time + noise.random())) ** 1.5
        phrase = 0.35 + 0.65 * np.abs(np.sin(2 * np.pi * 0.31 * time + noise.random()))
        pitch = 190 if speaker == "caller" else 230
        voice = np.sin(2 * np.pi * pitch * time) + 0.4 * noise.standard_normal(len(time))
        loud = 5200 if speaker == "caller" else 7600
        samples[first:last, 0 if speaker == "caller" else 1] += loud * voice * syllables * phrase
    samples += noise.standard_normal((frames, 2)) * 90
    path = f"recordings/2026/03/02/{call}.wav"
    file = data / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.clip(samples, -32000, 32000).astype("<i2").tobytes())
    content = file.read_bytes()
    return {
        "state": "complete", "path": path, "duration_ms": duration_ms, "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(), "fault": "",
    }  # fmt: skip


def call(
    journal: Journalled,
    name: str,
    at: datetime,
    talk: list[Said],
    disposition: str = "machine",
    data: Path | None = None,
    ended: bool = True,
    **opened: Any,
) -> None:
    """Journal one call; with `data`, its recording lies there too."""

    def later(ms: int) -> datetime:
        return at + timedelta(milliseconds=ms)

    journal.opened(name, at, **opened)
    journal.write(name, "answered", later(80))
    journal.write(name, "speech", later(90), state="live")
    for node, ms in (("notice", 100), ("need", 3200), ("answer", 12900)):
        if ms < talk[-1][3]:
            journal.write(name, "node", later(ms), name=node)
    for speaker, text, start, end in talk:
        machine = speaker == "machine"
        timed = [] if machine else words(text, start, end)
        journal.write(
            name, "said" if machine else "heard", later(end), speaker=speaker, start_ms=start,
            end_ms=end, text=text, confidence=0.93, words=timed,
        )  # fmt: skip
        if speaker == "agent":
            journal.write(name, "connected", later(start), agent="wang")
    if talk is DIBAO:
        journal.write(name, "note", later(12900), key="topic", value="低保")
        journal.write(
            name, "note", later(12900), key="article", value="dibao-shenqing", version=1,
            title="低保在哪里申请",
        )  # fmt: skip
    elif talk is PERSON:
        journal.write(name, "note", later(20000), key="intent", value="person")
    elif talk is URGENT:
        journal.write(name, "note", later(7000), key="emergency", value="摔倒")
    if not ended:
        return
    length = talk[-1][3] + 900
    if data is not None:
        journal.write(name, "recording", later(length), **record(data, name, talk, length))
    journal.ended(name, disposition, later(length - 60_000))


def live_row(name: str, started: datetime, **changes: Any) -> dict[str, Any]:
    """A running call as telephony publishes it."""
    row = {
        "id": name, "node": "node1", "area": "440106", "state": "machine",
        "caller": "+86138****8000", "called": "12349", "started_at": started.isoformat(),
        "node_name": "need", "heard": "", "agent": "", "topic": "", "emergency": False,
    }  # fmt: skip
    return {**row, **changes}
