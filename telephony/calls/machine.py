"""The call as a pure machine: its phase, its dialogue inside, and what became of it.

```
ringing → machine ⇄ queued → offered → connected → machine | ended
              ⇄ message, transfer        any → ended
```
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol

from ivr import events as ivr
from telephony.calls import events as ev

HIDDEN_KEY = "•"
"""Written instead of a key that was pressed in private."""

STILL_PRIVATE = timedelta(seconds=5)
"""A key so soon after one in private is private too: who keys a whole identity number where its end
was asked for goes on when the dialogue does not wait for more."""


class Phase(Enum):
    """Where the call is."""

    RINGING = "ringing"
    MACHINE = "machine"
    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTED = "connected"
    MESSAGE = "message"
    TRANSFER = "transfer"
    ENDED = "ended"


class Script(Protocol):
    """The dialogue that leads the caller; `ivr.dialogue.Dialogue` is one."""

    def start(
        self, now: datetime, known: frozenset[str] = frozenset()
    ) -> tuple[Any, tuple[ivr.Effect, ...]]:
        """Return the first state and what to do for a caller of whom `known` is known."""

    def step(
        self, state: Any, event: ivr.Event, now: datetime
    ) -> tuple[Any, tuple[ivr.Effect, ...]]:
        """Return the next state and what to do."""


@dataclass(frozen=True, slots=True)
class CallState:
    """All that a decision depends on; `early` are keys pressed before the audio was up.

    No tree leads a call that was `dialled`. `keeping`: the dialogue talks with a caller who waits,
    and the place is kept. While the call is `private`, and until `hidden_until`, keys are written
    as HIDDEN_KEY.
    """

    phase: Phase = Phase.RINGING
    dialogue: Any = None
    agent: str = ""
    join: ev.Join | None = None
    early: tuple[ivr.Digit, ...] = ()
    disposition: str = ""
    answered_by_machine: bool = False
    connected: bool = False
    message: bool = False
    emergency: bool = False
    keeping: bool = False
    private: bool = False
    hidden_until: datetime | None = None
    dialled: bool = False


Step = tuple[CallState, tuple[ev.Effect, ...]]


class CallMachine:
    """Decides; never touches the outside."""

    def __init__(self, script: Script) -> None:
        """Take the dialogue that leads callers."""
        self._script = script

    def step(self, state: CallState, event: ev.Event, now: datetime) -> Step:
        """Return the state after an event and the effects, to be carried out in order."""
        if state.phase is Phase.ENDED:
            return state, ()
        match event:
            case ev.Opened():
                return state, (ev.AnswerCaller(),)
            case ev.CallerUp():
                return self._up(state, event, now)
            case ev.CallerEnded(_, reason):
                return self._end(state, reason, drop=False)
            case ev.Stop(reason):
                return self._end(state, reason, drop=True)
            case ev.Dialogue(inner):
                return self._dialogue(state, inner, now)
            case ev.TransferUp() | ev.TransferEnded():
                return self._transfer(state, event, now)
            case _:
                return self._person(state, event, now)

    def _up(self, state: CallState, event: ev.CallerUp, now: datetime) -> Step:
        if state.phase is not Phase.RINGING:
            return state, ()
        state = replace(state, phase=Phase.MACHINE)
        first: tuple[ev.Effect, ...] = (
            ev.Write("answered"),
            ev.StartRecording(),
            ev.Write("speech", {"state": "live" if event.listening else "keypad"}),
        )
        dialogue, wanted = self._script.start(now, event.known)
        state, effects = self._translate(replace(state, dialogue=dialogue), wanted)
        early, state = state.early, replace(state, early=())
        deaf: tuple[ivr.Event, ...] = () if event.listening else (ivr.NoRecogniser(),)
        for what in (*deaf, *early):
            state, more = self._dialogue(state, what, now)
            effects += more
        return state, first + effects

    def _dialogue(self, state: CallState, event: ivr.Event, now: datetime) -> Step:
        if state.phase is Phase.RINGING and isinstance(event, ivr.Digit):
            # A key's RTP overtakes the ACK, and 0 must hold from the first second.
            return replace(state, early=(*state.early, event)), ()
        led = state.phase in (Phase.CONNECTED, Phase.TRANSFER, Phase.RINGING, Phase.ENDED)
        if led or state.dialled:
            # A person leads the talk now; late timers, words and keys are not the machine's.
            return state, ()
        before: tuple[ev.Effect, ...] = ()
        if isinstance(event, ivr.Digit):
            state, shown = _shown(state, event.digit, now)
            before = (ev.Write("digit", {"digit": shown}),)
        if isinstance(event, ivr.MessageDone):
            if state.phase is not Phase.MESSAGE:
                return state, ()
            kept = state.message or event.seconds > 0
            state = replace(state, phase=Phase.MACHINE, message=kept)
            before = (ev.Write("message", {"seconds": round(event.seconds, 1)}),)
        dialogue, wanted = self._script.step(state.dialogue, event, now)
        state, effects = self._translate(replace(state, dialogue=dialogue), wanted)
        return state, before + effects

    def _person(self, state: CallState, event: ev.Event, now: datetime) -> Step:
        match event:
            case ev.Offered(agent) if state.phase is Phase.QUEUED:
                state = replace(state, phase=Phase.OFFERED, agent=agent)
                return state, (ev.Write("offered", {"agent": agent}),)
            case ev.OfferFailed(agent, reason) if self._is_with(state, Phase.OFFERED, agent):
                state = replace(state, phase=Phase.QUEUED, agent="")
                return state, (ev.Write("refused", {"agent": agent, "reason": reason}),)
            case ev.AgentUp(agent) if self._is_with(state, Phase.OFFERED, agent):
                state = replace(state, phase=Phase.CONNECTED, connected=True)
                shown: tuple[ivr.Private, ...] = ()
                if not state.dialled:
                    dialogue, wanted = self._script.step(state.dialogue, ivr.PersonCame(), now)
                    shown = tuple(each for each in wanted if isinstance(each, ivr.Private))
                    state = replace(state, dialogue=dialogue)
                return replace(state, keeping=False, private=False), (
                    *shown,
                    ivr.Hush(),
                    ivr.Deafen(),
                    ev.Write("connected", {"agent": agent}),
                    ev.Bridge(agent),
                )
            case ev.AgentUp(agent):
                return state, (ev.DropAgent(agent),)
            case ev.AgentEnded(agent, lost) if self._is_with(state, Phase.CONNECTED, agent):
                return self._agent_gone(state, agent, lost)
            case ev.Handed(agent, outside) if state.phase is Phase.CONNECTED:
                kind = "connected" if agent else "transferred" if outside else "parked"
                kept = ev.Write(kind, {"agent": agent} if agent else {})
                return replace(state, agent=agent), (kept,)
            case ev.Requeued(reason, skill) if state.phase is Phase.CONNECTED:
                return self._wait_again(state, {"agent": state.agent, "reason": reason}, skill)
            case ev.TalkEnded(reason) if state.phase is Phase.CONNECTED:
                return self._end(replace(state, agent=""), reason, drop=True)
            case ev.Dialled(agent) if state.phase is Phase.RINGING:
                state = replace(state, phase=Phase.CONNECTED, agent=agent, connected=True)
                return replace(state, dialled=True), (
                    ev.Write("answered"),
                    ev.StartRecording(),
                    ev.Write("connected", {"agent": agent}),
                    ev.Bridge(agent),
                )
            case ev.Dialled(agent):
                return state, (ev.DropAgent(agent),)
            case ev.WaitEnded(reason) if state.phase is Phase.QUEUED and state.dialled:
                return self._end(replace(state, phase=Phase.MACHINE, join=None), reason, drop=True)
            case ev.WaitEnded(reason) if state.phase is Phase.QUEUED:
                state = replace(state, phase=Phase.MACHINE, join=None, keeping=False)
                state, effects = self._dialogue(state, ivr.QueueEnded(reason), now)
                return state, (ev.Write("waited", {"reason": reason}), *effects)
        return state, ()

    def _agent_gone(self, state: CallState, agent: str, lost: bool) -> Step:
        if not lost:
            return self._end(replace(state, agent=""), "agent hung up", drop=True)
        # The browser vanished: the caller goes back to the head, with music, not silence.
        return self._wait_again(state, {"agent": agent, "lost": True}, None)

    def _wait_again(self, state: CallState, left: dict[str, Any], skill: str | None) -> Step:
        join = state.join or ev.Join("people", "normal", 300_000)
        if skill is not None:
            join = replace(join, skill=skill)
        state = replace(state, phase=Phase.QUEUED, agent="", join=join, keeping=False)
        return state, (
            ev.Write("left", left),
            ev.Write("queued", {"queue": join.queue, "priority": join.priority}),
            # What was heard of the talk went into the transcript; now the dialogue listens again.
            ivr.Deafen(),
            ivr.Listen(),
            replace(join, front=True, texts=()),
        )

    def _transfer(self, state: CallState, event: ev.Event, now: datetime) -> Step:
        if state.phase is not Phase.TRANSFER:
            return state, (ev.DropTransfer(),) if isinstance(event, ev.TransferUp) else ()
        if isinstance(event, ev.TransferUp):
            return replace(state, connected=True), (
                ev.Write("transferred"),
                ev.Bridge(""),
            )
        assert isinstance(event, ev.TransferEnded)
        if not event.failed:
            return self._end(state, "far end hung up", drop=True)
        return self._dialogue(replace(state, phase=Phase.MACHINE), ivr.PersonLeft(failed=True), now)

    def _translate(self, state: CallState, wanted: tuple[ivr.Effect, ...]) -> Step:
        """Turn what the dialogue wants into effects of the call."""
        done: list[ev.Effect] = []
        for effect in wanted:
            match effect:
                case ivr.Visit(node):
                    done.append(ev.Write("node", {"name": node}))
                case ivr.Note(key, value):
                    state = noted(state, key, value)
                    done.append(ev.Write("note", {"key": key, "value": value}))
                case ivr.Enqueue(queue, priority, limit_ms, texts, skill):
                    join = ev.Join(queue, priority, limit_ms, texts=texts, skill=skill)
                    urgent = state.emergency or priority == "emergency"
                    # A phone that rings for this caller goes on ringing.
                    phase = Phase.OFFERED if state.phase is Phase.OFFERED else Phase.QUEUED
                    state = replace(state, phase=phase, join=join, emergency=urgent, keeping=False)
                    done.append(ev.Write("queued", {"queue": queue, "priority": priority}))
                    done.append(join)
                case ivr.KeepPlace(True):
                    waits = state.phase in (Phase.QUEUED, Phase.OFFERED)
                    state = replace(state, keeping=waits)
                case ivr.KeepPlace():
                    state = self._left_queue(state, done)
                case ivr.Private(on):
                    state = replace(state, private=on)
                    done.append(effect)
                case ivr.HangUp():
                    state, effects = self._end(state, "machine hung up", drop=True)
                    return state, (*done, *effects)
                case ivr.RecordMessage():
                    state = replace(self._left_queue(state, done), phase=Phase.MESSAGE)
                    done += [ev.Write("leaving"), effect]
                case ivr.Transfer():
                    state = replace(self._left_queue(state, done), phase=Phase.TRANSFER)
                    done.append(effect)
                case ivr.Say() if state.keeping:
                    done.append(effect)
                case ivr.Say():
                    state = replace(self._left_queue(state, done), phase=Phase.MACHINE)
                    done.append(effect)
                case _:
                    done.append(effect)
        return state, tuple(done)

    def _left_queue(self, state: CallState, done: list[ev.Effect]) -> CallState:
        # A dialogue that speaks, records or transfers has taken the caller out of the queue.
        if state.phase not in (Phase.QUEUED, Phase.OFFERED):
            return state
        done.append(ev.Leave())
        return replace(state, phase=Phase.MACHINE, agent="", join=None, keeping=False)

    def _end(self, state: CallState, reason: str, drop: bool) -> Step:
        effects: list[ev.Effect] = []
        if state.phase in (Phase.QUEUED, Phase.OFFERED):
            effects.append(ev.Leave())
        if state.agent or state.phase is Phase.CONNECTED:
            effects.append(ev.DropAgent(state.agent))
        if state.phase is Phase.TRANSFER:
            effects.append(ev.DropTransfer())
        effects.append(ivr.Hush())
        if drop:
            effects.append(ev.DropCaller())
        effects.append(ev.Finish(reason, disposition(state)))
        return replace(state, phase=Phase.ENDED), tuple(effects)

    @staticmethod
    def _is_with(state: CallState, phase: Phase, agent: str) -> bool:
        return state.phase is phase and state.agent == agent


def _shown(state: CallState, key: str, now: datetime) -> tuple[CallState, str]:
    """Return what may be written of a key."""
    until = state.hidden_until
    if not state.private and (until is None or now >= until):
        return state, key
    return replace(state, hidden_until=now + STILL_PRIVATE), HIDDEN_KEY


def disposition(state: CallState) -> str:
    """Say what became of a call; a cry for help outweighs everything, then a person, then words."""
    if state.emergency:
        return "emergency"
    if state.connected:
        return "connected"
    if state.message:
        return "message"
    if state.answered_by_machine:
        return "machine"
    return "abandoned"


def noted(state: CallState, key: str, value: str) -> CallState:
    """Return the state after a fact that the dialogue noted."""
    if key == "article" and value:
        return replace(state, answered_by_machine=True)
    if key == "emergency":
        return replace(state, emergency=True)
    if key == "disposition":
        return replace(
            state,
            disposition=value,
            emergency=state.emergency or value == "emergency",
            answered_by_machine=state.answered_by_machine or value in ("answered", "machine"),
        )
    return state
