"""A dialogue of a few lines that a test scripts: what to do at the start and at each event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ivr import events as ivr
from telephony.calls import events as ev
from telephony.calls.machine import CallMachine, CallState, Phase

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
Wanted = tuple[ivr.Effect, ...]

ENQUEUE = ivr.Enqueue("main", "normal", 60_000, ("正在为您转接人工，请稍候。",))
ALARM = ivr.Enqueue("main", "emergency", 60_000)
RECORD = ivr.RecordMessage(60_000)
TRANSFER = ivr.Transfer("sip:office@127.0.0.1")


class Toy:
    """Implements `machine.Script`: keys choose what the dialogue does."""

    KEYS: dict[str, Wanted] = {
        "0": (ivr.Hush(), ENQUEUE),
        "1": (ivr.Note("article", "dibao"), ivr.Say(("低保在街道申请。",), 1)),
        "2": (ivr.Note("emergency", "2"), ivr.Deafen(), ALARM),
        "3": (RECORD,),
        "4": (ivr.Deafen(), TRANSFER),
        "5": (ivr.Listen(),),
        "9": (ivr.Deafen(), ivr.HangUp()),
    }

    def start(self, now: datetime, known: frozenset[str] = frozenset()) -> tuple[Any, Wanted]:
        return 0, (ivr.Listen(), ivr.Visit("need"), ivr.Say(("您好，请说您的需求。",), 1))

    def step(self, state: Any, event: ivr.Event, now: datetime) -> tuple[Any, Wanted]:
        match event:
            case ivr.Digit(digit):
                return state + 1, self.KEYS.get(digit, ())
            case ivr.QueueEnded() | ivr.PersonLeft():
                return state + 1, (ivr.Say(("现在没有人。",), 2), ivr.Listen())
            case ivr.MessageDone():
                return state + 1, (ivr.Say(("已经记录。",), 3),)
            case ivr.Answered():
                return state + 1, (ivr.Say((event.spoken,), 4),)
        return state + 1, ()


class Run:
    """Feeds a machine and remembers all effects."""

    def __init__(self, script: Any = None) -> None:
        self.machine = CallMachine(script or Toy())
        self.state = CallState()
        self.effects: list[ev.Effect] = []

    def __call__(self, *events: ev.Event) -> tuple[ev.Effect, ...]:
        """Feed events; return what the last one caused."""
        last: tuple[ev.Effect, ...] = ()
        for event in events:
            self.state, last = self.machine.step(self.state, event, NOW)
            self.effects.extend(last)
        return last

    def key(self, digit: str) -> tuple[ev.Effect, ...]:
        return self(ev.Dialogue(ivr.Digit(digit)))


def to(phase: Phase) -> Run:
    """A call that is in a phase."""
    run = Run()
    ways: dict[Phase, Callable[[], object]] = {
        Phase.RINGING: lambda: run(ev.Opened()),
        Phase.MACHINE: lambda: run(ev.Opened(), ev.CallerUp(True)),
        Phase.QUEUED: lambda: (to_machine(run), run.key("0")),
        Phase.OFFERED: lambda: (to_machine(run), run.key("0"), run(ev.Offered("li"))),
        Phase.CONNECTED: lambda: (
            to_machine(run), run.key("0"), run(ev.Offered("li"), ev.AgentUp("li")),
        ),
        Phase.MESSAGE: lambda: (to_machine(run), run.key("3")),
        Phase.TRANSFER: lambda: (to_machine(run), run.key("4")),
        Phase.ENDED: lambda: run(ev.Opened(), ev.CallerEnded(487, "cancelled")),
    }  # fmt: skip
    ways[phase]()
    assert run.state.phase is phase
    return run


def to_machine(run: Run) -> None:
    run(ev.Opened(), ev.CallerUp(True))
