"""The call's machine while a caller who waits talks with the dialogue: the place is kept."""

from __future__ import annotations

import pytest

from ivr import events as ivr
from telephony.calls import events as ev
from telephony.calls.machine import CallMachine, CallState, Phase
from tests.calls.toy import NOW, Toy

JOIN = ev.Join("main", "normal", 60_000)


class Meanwhile(Toy):
    """Keys that keep the place while something is said, give it up, and go back to waiting."""

    KEYS = {
        **Toy.KEYS,
        "6": (ivr.KeepPlace(True), ivr.Say(("请说您要问的事。",), 1)),
        "7": (ivr.KeepPlace(False), ivr.Say(("您可以挂断了。",), 2)),
    }


MACHINE = CallMachine(Meanwhile())


def press(state: CallState, *keys: str) -> tuple[CallState, list[ev.Effect]]:
    """Let the caller press keys; the state then, and all effects."""
    effects: list[ev.Effect] = []
    for key in keys:
        state, more = MACHINE.step(state, ev.Dialogue(ivr.Digit(key)), NOW)
        effects += [each for each in more if not isinstance(each, ev.Write)]
    return state, effects


def waiting(phase: Phase = Phase.QUEUED) -> CallState:
    agent = "li" if phase is Phase.OFFERED else ""
    return CallState(phase=phase, agent=agent, join=JOIN, dialogue=0)


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.OFFERED])
def test_what_is_said_meanwhile_leaves_neither_queue_nor_offer(phase: Phase) -> None:
    state, effects = press(waiting(phase), "6")
    assert state.phase is phase and state.keeping
    assert not any(isinstance(each, ev.Leave) for each in effects)


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.OFFERED])
def test_a_place_that_is_given_up_is_left_at_once(phase: Phase) -> None:
    state, effects = press(waiting(phase), "6", "7")
    assert state.phase is Phase.MACHINE and not state.keeping and not state.agent
    kinds = [type(each) for each in effects]
    assert kinds.count(ev.Leave) == 1 and kinds.index(ev.Leave) > 0


def test_a_place_is_kept_by_who_waits_only() -> None:
    state, effects = press(CallState(phase=Phase.MACHINE, dialogue=0), "6")
    assert state.phase is Phase.MACHINE and not state.keeping
    assert not any(isinstance(each, ev.Leave) for each in effects)


def test_going_back_to_wait_keeps_nothing_any_more() -> None:
    state, _ = press(waiting(), "6", "0")
    assert state.phase is Phase.QUEUED and not state.keeping
    state, effects = press(state, "1")
    assert state.phase is Phase.MACHINE
    assert any(isinstance(each, ev.Leave) for each in effects)


def test_an_agent_who_answers_meanwhile_is_joined_at_once() -> None:
    state, _ = press(waiting(Phase.OFFERED), "6")
    state, effects = MACHINE.step(state, ev.AgentUp("li"), NOW)
    assert state.phase is Phase.CONNECTED and not state.keeping
    assert ivr.Hush() in effects and ev.Bridge("li") in effects


def test_a_wait_that_ends_meanwhile_is_over() -> None:
    state, _ = press(waiting(), "6")
    state, _ = MACHINE.step(state, ev.WaitEnded("nobody"), NOW)
    assert state.phase is Phase.MACHINE and not state.keeping


def test_who_hangs_up_meanwhile_leaves_the_queue() -> None:
    state, _ = press(waiting(), "6")
    state, effects = MACHINE.step(state, ev.CallerEnded(200, "caller hung up"), NOW)
    assert state.phase is Phase.ENDED and ev.Leave() in effects
