"""The recorded calls of the demonstration show what the page says they show."""

from __future__ import annotations

from typing import Any

from core.sound import contains
from docs.demonstration import SCENES, recorded


def calls() -> dict[str, list[dict[str, Any]]]:
    """The events of each scene by its name."""
    return {scene.name: recorded(scene) for scene in SCENES}


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


def test_a_prompt_that_is_talked_over_stops_and_the_question_is_answered() -> None:
    events = calls()["interrupted"]
    (say,) = of(events, "say")
    silence = of(events, "silence")[0]["since_ms"]
    assert say["ms"] < silence < say["ms"] + 500
    assert of(events, "reply")[0]["at_ms"] > silence
    assert contains(of(events, "heard")[-1]["text"], "申请低保以家庭为单位") > 0.8


def test_a_sound_without_words_only_pauses_it() -> None:
    events = calls()["resumed"]
    pause, back = of(events, "silence")[0]["since_ms"], of(events, "reply")[0]["at_ms"]
    assert pause < back < pause + 1500
    assert contains(of(events, "heard")[-1]["text"], "民政服务热线请说您的需求") > 0.8


def test_a_cry_stops_a_policy_answer_and_silence_makes_it_an_emergency() -> None:
    events = calls()["emergency"]
    question, cry = of(events, "say")
    answer, asked, alone = of(events, "heard")[-3:]
    assert contains(answer["text"], "申请低保以家庭为单位") > 0.8
    stopped = [event["since_ms"] for event in of(events, "silence")]
    assert any(cry["ms"] < at < cry["ms"] + 500 for at in stopped)
    assert question["ms"] < answer["start_ms"] < cry["ms"] < asked["start_ms"]
    assert contains(asked["text"], "紧急救助吗") > 0.8
    assert contains(alone["text"], "现在没有工作人员能接听") > 0.8


def test_a_policy_question_and_the_way_are_told_to_their_last_step() -> None:
    for scene, told in (("policy", "申请低保以家庭为单位"), ("directions", "您现在在哪里")):
        events = calls()[scene]
        heard = "".join(event["text"] for event in of(events, "heard"))
        assert contains(heard, told) > 0.8 and contains(heard, "还需要其他帮助吗") > 0.8
        assert contains(heard[-12:], "感谢您的来电再见") > 0.8
        assert of(events, "hangup")[-1]["by"] == "far"
        assert len(of(events, "say")) >= 3
