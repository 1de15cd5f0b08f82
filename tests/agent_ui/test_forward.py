"""Which bus messages reach which page."""

from __future__ import annotations

from typing import Any

import pytest

from agent_ui.live.forward import Names, Viewer, agent_shown, call_shown, forward
from agent_ui.live.mirror import Mirror

NAMES = Names({"need": "说出需求"}, {"wang": "王小梅"}, {"meal": "用餐"})
ROW = {"id": "c1", "area": "440106", "agent": "", "state": "machine", "caller": "+86138****8000"}
LINE = {"id": "c1", "speaker": "caller", "start_ms": 1, "end_ms": 2, "text": "好", "final": True}


def _sees(viewer: Viewer, topic: str, message: dict[str, Any], call: dict[str, Any]) -> bool:
    return forward(topic, message, viewer, call, NAMES) is not None


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (Viewer("a", "agent", "000000"), True), (Viewer("a", "agent", "440000"), True),
        (Viewer("a", "agent", "440100"), True), (Viewer("a", "agent", "440106"), True),
        (Viewer("a", "agent", "440105"), False), (Viewer("a", "agent", "440300"), False),
        (Viewer("a", "agent", "440300", own="c1"), True),
        (Viewer("a", "operator", "000000"), False), (Viewer("a", "nobody", "000000"), False),
    ],
)  # fmt: skip
def test_calls_are_seen_in_the_own_area(viewer: Viewer, seen: bool) -> None:
    assert _sees(viewer, "call.changed", ROW, {}) is seen


def test_call_without_an_area_is_for_those_who_see_all() -> None:
    row = {**ROW, "area": ""}
    assert _sees(Viewer("a", "agent", "000000"), "call.changed", row, {})
    assert not _sees(Viewer("a", "agent", "440000"), "call.changed", row, {})


def test_own_call_is_seen_wherever_it_comes_from() -> None:
    row = {**ROW, "agent": "wang"}
    assert _sees(Viewer("wang", "agent", "440300"), "call.changed", row, {})


@pytest.mark.parametrize(
    ("watching", "call", "seen"),
    [("c1", ROW, True), ("", ROW, False), ("c2", ROW, False), ("c1", {}, False)],
)
def test_words_reach_those_who_watch_and_may(
    watching: str, call: dict[str, Any], seen: bool
) -> None:
    assert _sees(Viewer("a", "agent", "440000", watching), "call.line", LINE, call) is seen
    assert not _sees(Viewer("a", "agent", "450000", watching), "call.line", LINE, call)
    assert not _sees(Viewer("a", "operator", "440000", watching), "call.line", LINE, call)


def test_agents_of_other_areas_are_not_seen() -> None:
    state = {"agent": "wang", "area": "440106", "status": "ready", "state": "idle"}
    assert _sees(Viewer("boss", "supervisor", "440000"), "agent.state", state, {})
    assert not _sees(Viewer("li", "agent", "440300"), "agent.state", state, {})
    assert _sees(Viewer("wang", "agent", "440300"), "agent.state", state, {})


@pytest.mark.parametrize("topic", ["agent.signal", "agent.command", "agent.reply", "x"])
def test_other_topics_reach_nobody(topic: str) -> None:
    assert not _sees(Viewer("a", "supervisor", "000000"), topic, {"id": "c1", "agent": "a"}, ROW)


def test_words_are_chinese_and_nothing_else_is_passed_on() -> None:
    row = {**ROW, "node_name": "need", "topic": "policy", "agent": "wang", "secret": "x"}
    shown = call_shown(row, NAMES)
    assert (shown["state_name"], shown["node_name"], shown["topic"], shown["agent_name"]) == (
        "自动服务", "说出需求", "政策咨询", "王小梅",
    )  # fmt: skip
    assert shown["caller"] == "138****8000"
    assert "secret" not in shown
    assert agent_shown({"agent": "x", "status": "break", "state": "idle"}, NAMES) == {
        "agent": "x", "agent_name": "x", "status": "break", "status_name": "小休",
        "state": "idle", "state_name": "空闲", "call": "", "reason": "", "pause": "",
        "pause_name": "", "since": 0, "wrapup_until": 0, "forced_by": "",
    }  # fmt: skip


def test_mirror_forgets_what_is_gone_and_tells_each_warning_once() -> None:
    mirror = Mirror()
    mirror.take("call.changed", ROW)
    mirror.take("call.gone", {"id": "c1"})
    assert mirror.calls == {}
    for node in ("n1", "n2"):
        warning = {"name": "redis", "text": "断了"}
        mirror.take(
            "node.state", {"node": node, "warnings": [warning, {"name": node, "text": "x"}]}
        )
    assert [(w["name"], w["node"]) for w in mirror.warnings()] == [
        ("redis", "n1"), ("n1", "n1"), ("n2", "n2"),
    ]  # fmt: skip
