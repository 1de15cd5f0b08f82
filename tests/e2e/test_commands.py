"""The commands that an operator runs beside the service."""

from __future__ import annotations

import json
import re
import wave
from pathlib import Path

from core.sound import contains
from tests.e2e.citizen import new_number
from tests.e2e.clips import QUESTION, Clips
from tests.e2e.conftest import scene
from tests.e2e.service import Service, as_json

EVENTS = {"ringing", "answered", "first_audio", "heard", "silence", "hangup"}


@scene
async def test_the_demonstration_prints_the_ticket(tmp_path: Path) -> None:
    own = Service(tmp_path)
    code, out, err = await own.cli("demo", "--once", limit=160)
    assert code == 0, out + err
    shown = re.search(rf"{re.escape(own.base)}/tickets/(\d{{8}}-\d{{6}})", out)
    assert shown, out
    assert "低保" in out.rpartition("article:")[2].splitlines()[0]


@scene
async def test_the_doctor_is_content_beside_a_running_service(service: Service) -> None:
    code, out, err = await service.cli("doctor", "--json")
    checks = json.loads(out)["checks"]
    assert [check for check in checks if not check["ok"]] == []
    assert code == 0, err
    assert len(checks) >= 12


@scene
async def test_a_call_from_the_command_line_tells_its_events(
    service: Service, tmp_path: Path
) -> None:
    number, record = new_number(), tmp_path / "call.wav"
    code, out, err = await service.cli(
        "call", service.sip, "--from", number, "--say", f"我想问一下{QUESTION}",
        "--record", str(record), "--hangup-after", "24", "--json",
    )  # fmt: skip
    assert code == 0, err
    events = as_json(out)
    assert all(isinstance(event["ms"], float) for event in events)
    assert [e["ms"] for e in events] == sorted(e["ms"] for e in events)
    names = [event["event"] for event in events]
    assert set(names) >= EVENTS, names
    assert names.index("ringing") < names.index("answered") < names.index("first_audio")
    assert (names[-1], events[-1]["code"]) == ("hangup", 200)
    heard = "".join(e["text"] for e in events if e["event"] == "heard")
    assert contains(heard, "请说您的需求") > 0.7, heard
    ticket = await service.ticket(number)
    assert ticket["article"] == "dibao-shenqing"
    with wave.open(str(record)) as reader:
        assert reader.getnchannels() == 2
        assert reader.getnframes() / 8000 > 5


@scene
async def test_a_recording_is_heard(service: Service, clips: Clips, tmp_path: Path) -> None:
    file = tmp_path / "question.wav"
    with wave.open(str(file), "wb") as writer:
        writer.setparams((1, 2, 8000, 0, "NONE", ""))
        writer.writeframes(clips.say(QUESTION))
    code, out, err = await service.cli("hear", str(file), "--json")
    assert code == 0, err
    (heard,) = as_json(out)
    assert contains(heard["text"], QUESTION) > 0.7
    assert heard["intent"]["article"] == "dibao-shenqing"
    assert 0.5 < heard["confidence"] <= 1
    for utterance in heard["utterances"]:
        assert 0 <= utterance["start_ms"] < utterance["end_ms"] <= heard["seconds"] * 1000 + 50
