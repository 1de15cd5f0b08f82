"""The wallboard's figures, as pure functions of what runs and who waited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_ui.wallboard.figures import Due, Facts, agent_state, figures, level
from agent_ui.wallboard.ledger import CallWait, Ledger, moment, wait_of
from core import waits
from core.waits import Wait
from telephony.calls.live import LiveRow

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def wait(call: str, ended_ago_s: float, took_s: float, end: str, area: str = "440106") -> CallWait:
    until = ago(seconds=ended_ago_s)
    return CallWait(call, area, Wait(until - timedelta(seconds=took_s), until, end))


def row(call: str, state: str = "machine", **more: Any) -> dict[str, Any]:
    started = ago(minutes=3).isoformat()
    kept = {"id": call, "state": state, "area": "440106", "started_at": started}
    return {**kept, "emergency": False, "queued_at": "", **more}


def agent(name: str, status: str, state: str, area: str = "440106") -> dict[str, Any]:
    return {"agent": name, "status": status, "state": state, "area": area}


WAITS = [
    wait("a", 60, 15, "answered"),
    wait("b", 60, 15.001, "answered"),
    wait("c", 60, 4, "abandoned"),
    wait("d", 60, 300, "unanswered"),
    wait("e", 1801, 2, "answered"),
    wait("f", 12 * 3600 - 1, 2, "answered"),
    wait("g", 12 * 3600 + 1, 2, "answered"),
    CallWait("h", "440106", Wait(ago(seconds=900))),
]


@pytest.mark.parametrize(
    ("since", "found"),
    [
        (ago(minutes=30), (1, 2, 1, 1, 0.25)),
        (MIDNIGHT, (3, 4, 1, 1, 0.5)),
        (ago(seconds=59), (0, 0, 0, 0, None)),
    ],
)
def test_service_level(since: datetime, found: tuple[Any, ...]) -> None:
    got = level(WAITS, since)
    told = (got.in_time, got.answered, got.abandoned, got.unanswered, got.share)
    assert told == found


def test_figures_of_a_moment() -> None:
    facts = Facts(
        NOW,
        MIDNIGHT,
        calls=[
            row("1"),
            row("2", "queued", queued_at=ago(seconds=42).isoformat()),
            row("3", "queued", queued_at=ago(seconds=7).isoformat(), emergency=True),
            row("4", "connected"),
            row("5", "connected", emergency=True, area="440300"),
        ],
        agents=[
            agent("free", "ready", "idle"), agent("talks", "ready", "talking"),
            agent("pause", "break", "idle"), agent("gone", "ready", "away"),
            agent("off", "off", "idle"), agent("far", "ready", "idle", "440300"),
        ],
        waits=[*WAITS, wait("z", 5, 1, "answered", "440300")],
        due=[
            Due("1", "440106", ago(minutes=5)),
            Due("2", "440106", ago(minutes=-5)),
            Due("3", "440300", ago(minutes=50)),
        ],
        nodes=[
            {"node": "n1", "trunks": [{"name": "pstn", "calls": 3, "limit": 60}], "warnings": [],
             "recogniser": {"streams": 4, "lag_ms": 500, "most_lag_ms": 2000}},
            {"node": "n2", "warnings": [{"name": "disk"}],
             "recogniser": {"streams": 2, "lag_ms": 90, "most_lag_ms": 2000}},
            {"node": "old", "calls": 0, "warnings": []},
        ],
    )  # fmt: skip
    found = figures(facts, "440100")
    assert found["waiting"] == 2
    assert found["longest_since"] == ago(seconds=42).isoformat()
    assert (found["calls"], found["with_machine"], found["talking"]) == (4, 1, 1)
    assert (found["emergencies"], found["emergencies_alone"]) == (1, 1)
    assert found["now"]["share"] == 0.25
    assert found["agents"] == {
        "free": 1, "offered": 0, "talking": 1, "wrapup": 0, "break": 1, "away": 2,
    }  # fmt: skip
    assert (found["overdue"], found["overdue_since"]) == (1, ago(minutes=5).isoformat())
    assert found["trunks"] == [{"node": "n1", "name": "pstn", "calls": 3, "limit": 60}]
    assert found["recogniser"] == {"known": True, "up": True, "streams": 6, "load": 0.25}
    assert found["devices_offline"] is None
    everywhere = figures(facts)
    assert (everywhere["emergencies"], everywhere["emergencies_alone"]) == (2, 1)
    assert everywhere["overdue"] == 2


def test_nothing_runs() -> None:
    found = figures(Facts(NOW, MIDNIGHT))
    assert found["now"]["share"] is None
    assert (found["longest_since"], found["emergency_since"], found["overdue_since"]) == ("",) * 3
    assert found["recogniser"] == {"known": False, "up": False, "streams": 0, "load": 0.0}


@pytest.mark.parametrize(
    ("status", "state", "shown"),
    [
        ("ready", "idle", "free"), ("break", "idle", "break"), ("off", "idle", "away"),
        ("ready", "away", "away"), ("break", "talking", "talking"), ("off", "wrapup", "wrapup"),
        ("ready", "offered", "offered"), ("", "", "away"),
    ],
)  # fmt: skip
def test_what_agents_do(status: str, state: str, shown: str) -> None:
    assert agent_state({"status": status, "state": state}) == shown


@pytest.mark.parametrize("text", ["", None, "x", "2026-03-02T09:30:00", 7, "2026-13-02T00:00Z"])
def test_what_is_no_moment(text: Any) -> None:
    assert moment(text) is None
    assert wait_of({"queued_at": text}) is None


def test_what_ended_stays_ended() -> None:
    ledger, ended = Ledger(), wait("a", 10, 5, "answered")
    ledger.take(ended)
    ledger.take(CallWait("a", "440106", Wait(ended.wait.since)))
    assert list(ledger.waits) == [ended]


def test_open_waits_of_calls_that_are_gone_are_forgotten() -> None:
    ledger = Ledger()
    for each in (*WAITS, CallWait("runs", "440106", Wait(ago(seconds=3)))):
        ledger.take(each)
    ledger.forget(ago(minutes=30), ["runs"])
    assert sorted(each.call for each in ledger.waits) == ["a", "b", "c", "d", "runs"]


# ---- events and a snapshot give the same figures --------------------------------------------

KINDS = ("queued", "node", "offered", "refused", "left", *waits.ENDS)
Steps = list[tuple[int, str, int]]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(KINDS), st.integers(1, 40)), max_size=50),
    st.integers(0, 50),
)
def test_a_console_that_comes_late_shows_the_same(steps: Steps, joined: int) -> None:
    """One console hears everything; another joins after `joined` records, and reads the journal."""
    early, late = Ledger(), Ledger()
    rows: dict[str, dict[str, Any]] = {}
    lives: dict[str, LiveRow] = {}
    journal: list[CallWait] = []
    now, current = MIDNIGHT, dict[str, waits.Wait | None]()
    listening = [early]

    def publish(topic: str, message: dict[str, Any]) -> None:
        call = message["id"]
        for ledger in listening:
            ledger.row(message, str(rows.get(call, {}).get("area", "")))
        if topic == "call.changed":
            rows[call] = message
        else:
            rows.pop(call, None)

    def recorded(call: str, wait: waits.Wait | None) -> None:
        before = current.get(call)
        if wait is not None and wait != before:
            journal[:] = [w for w in journal if (w.call, w.wait.since) != (call, wait.since)]
            journal.append(CallWait(call, "440106", wait))
        current[call] = wait

    for number, (which, kind, seconds) in enumerate(steps):
        if number == joined:
            for each in rows.values():
                late.row(each)
            for found in journal:
                late.take(found)
            listening.append(late)
        now += timedelta(seconds=seconds)
        call = f"c{which}"
        if call not in lives:
            opened = {"id": call, "area": "440106", "caller": "", "called": "", "node": "n",
                      "started_at": now.isoformat()}  # fmt: skip
            lives[call] = LiveRow(opened, publish)
        recorded(call, waits.step(current.get(call), kind, now))
        lives[call].record(kind, {"name": "x", "priority": "normal"}, now)
        if kind in ("ended", "recovered"):
            lives.pop(call).gone()
            current.pop(call)
    if len(listening) == 1:
        for each in rows.values():
            late.row(each)
        for found in journal:
            late.take(found)
    first, second = (
        figures(Facts(now, MIDNIGHT, calls=rows.values(), waits=ledger.waits))
        for ledger in (early, late)
    )
    assert first == second
