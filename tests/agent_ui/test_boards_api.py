"""/api/v1/wallboard, /queue and /agents, and the same figures for Prometheus."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent_ui.api.boards import Agents, Queue, Wallboard
from tests.agent_ui.sample import live_row
from tests.agent_ui.served import Served

NOW = datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def shift(served: Served) -> Iterator[None]:
    served.user("boss", "supervisor", "440000", "陈主管")
    served.user("wang", "agent", "440106", "王小梅")
    served.user("shenzhen", "supervisor", "440300")
    since = NOW - timedelta(seconds=80)
    row = live_row("w1", since, state="queued", caller="+86137****9034", language="粤语")
    served.publish("call.changed", {**row, "queued_at": since.isoformat(), "priority": "elder"})
    decided = {"call": "w1", "agent": "wang", "why": "讲粤语，空闲最久", "at": NOW.isoformat()}
    served.publish("queue.decided", decided)
    told: dict[str, Any] = {
        "agent": "wang", "area": "440106", "status": "break", "state": "idle", "call": "",
        "reason": "", "pause": "meal", "since": str(round(NOW.timestamp() * 1000)),
        "skills": "粤语 客家话",
    }  # fmt: skip
    served.publish("agent.state", told)
    state = {
        "node": "n1", "warnings": [], "trunks": [{"name": "pstn", "calls": 3, "limit": 60}],
        "recogniser": {"streams": 4, "lag_ms": 500, "most_lag_ms": 2000},
    }  # fmt: skip
    served.publish("node.state", state)
    served.until_heard("node.state", node="n1")
    yield


def _get(served: Served, user: str, path: str) -> Any:
    with served.program(user) as program:
        answer = program.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()


def test_wallboard(served: Served) -> None:
    board = Wallboard(**_get(served, "boss", "/wallboard"))
    assert (board.waiting, board.agents["break"]) == (1, 1)
    assert board.trunks[0].calls == 3
    assert board.recogniser.load == 0.25
    assert "15秒内" in board.formula
    assert _get(served, "shenzhen", "/wallboard")["waiting"] == 0


def test_queue(served: Served) -> None:
    queue = Queue(**_get(served, "boss", "/queue"))
    waiting = queue.waiting[0]
    assert (waiting.call, waiting.place, waiting.priority) == ("w1", 1, "elder")
    assert (waiting.caller, waiting.skills) == ("137****9034", "粤语")
    assert waiting.why == "会讲粤语的话务员都不空闲：小休1人。"
    assert queue.decisions[0].why == "讲粤语，空闲最久"
    assert _get(served, "shenzhen", "/queue") == {"waiting": [], "decisions": []}


def test_agents(served: Served) -> None:
    (agent,) = Agents(**_get(served, "boss", "/agents")).agents
    assert (agent.agent, agent.doing, agent.pause) == ("wang", "break", "meal")
    assert agent.skills == ["粤语", "客家话"]
    assert agent.since is not None
    assert abs((agent.since - NOW).total_seconds()) < 1
    assert _get(served, "shenzhen", "/agents") == {"agents": []}


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [("wang", "/wallboard", 200), ("wang", "/queue", 403), ("wang", "/agents", 403)],
)
def test_rights(served: Served, user: str, path: str, status: int) -> None:
    with served.program(user) as program:
        assert program.get(f"/api/v1{path}").status_code == status
    with served.client() as client:
        assert client.get(f"/api/v1{path}").status_code == 401


def test_prometheus(served: Served) -> None:
    with served.client() as client:
        text = client.get("/metrics").text
    assert text.startswith("hotline_calls 3\n")
    for sample in (
        'hotline_board_waiting{priority="elder"} 1.0',
        'hotline_board_agents{doing="break"} 1.0',
        'hotline_board_trunk_calls{node="n1",trunk="pstn"} 3.0',
        "hotline_board_recogniser_streams 4.0",
        "hotline_board_callbacks_overdue 0.0",
    ):
        assert sample in text
    longest = re.search(r"^hotline_board_longest_wait_seconds (\S+)$", text, re.M)
    assert longest is not None
    assert float(longest[1]) >= 80
