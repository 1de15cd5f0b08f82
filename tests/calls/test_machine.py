"""The call's machine: each phase with each event that matters, and what became of the call."""

from __future__ import annotations

from typing import Any

import pytest

from ivr import events as ivr
from telephony.calls import events as ev
from telephony.calls.machine import CallState, Phase, disposition, noted
from tests.calls.toy import ALARM, RECORD, TRANSFER, Run, Toy, to

ALIVE = [phase for phase in Phase if phase is not Phase.ENDED]
EVENTS: list[ev.Event] = [
    ev.Opened(),
    ev.CallerUp(True),
    ev.CallerEnded(200, "caller hung up"),
    ev.Offered("li"),
    ev.Offered("wang"),
    ev.OfferFailed("li", "no answer"),
    ev.OfferFailed("wang", "no answer"),
    ev.AgentUp("li"),
    ev.AgentUp("wang"),
    ev.AgentEnded("li", lost=False),
    ev.AgentEnded("li", lost=True),
    ev.AgentEnded("wang", lost=False),
    ev.WaitEnded("timeout"),
    ev.TransferUp(),
    ev.TransferEnded(failed=True),
    ev.TransferEnded(failed=False),
    ev.Stop("the service stops"),
    ev.Dialogue(ivr.MessageDone(5.0)),
    ev.Dialogue(ivr.SayDone(1)),
]


def _kinds(effects: tuple[ev.Effect, ...]) -> list[str]:
    return [e.kind if isinstance(e, ev.Write) else type(e).__name__ for e in effects]


def _only(effects: tuple[ev.Effect, ...], kind: type) -> Any:
    (found,) = [effect for effect in effects if isinstance(effect, kind)]
    return found


def test_a_call_is_answered_only_after_its_record_is_durable() -> None:
    run = Run()
    assert run(ev.Opened()) == (ev.AnswerCaller(),)
    assert _kinds(run(ev.CallerUp(True)))[:3] == ["answered", "StartRecording", "speech"]


def test_recording_starts_before_anything_is_said() -> None:
    kinds = _kinds(Run()(ev.CallerUp(True)))
    assert kinds.index("StartRecording") < kinds.index("Say")


def test_without_a_recogniser_the_dialogue_is_told_at_once() -> None:
    told: list[ivr.Event] = []

    class Listener:
        def start(self, now: Any, known: frozenset[str] = frozenset()) -> Any:
            return 0, (ivr.Say(("您好",), 1),)

        def step(self, state: Any, event: ivr.Event, now: Any) -> Any:
            told.append(event)
            return state, ()

    effects = Run(Listener())(ev.CallerUp(False))
    assert told == [ivr.NoRecogniser()]
    assert ev.Write("speech", {"state": "keypad"}) in effects


def test_the_dialogue_is_told_what_is_known_of_the_caller() -> None:
    told: list[frozenset[str]] = []

    class Listener:
        def start(self, now: Any, known: frozenset[str] = frozenset()) -> Any:
            told.append(known)
            return 0, ()

        def step(self, state: Any, event: ivr.Event, now: Any) -> Any:
            return state, ()

    Run(Listener())(ev.CallerUp(True, frozenset({"number"})))
    assert told == [frozenset({"number"})]


def test_a_key_that_overtakes_the_ack_is_not_lost() -> None:
    run = Run()
    assert run.key("2") == ()
    kinds = _kinds(run(ev.CallerUp(True)))
    assert kinds.index("answered") < kinds.index("Say") < kinds.index("digit") < len(kinds) - 1
    assert run.state.early == ()


PHASE_AFTER: dict[tuple[Phase, int], Phase] = {}
for _phase in ALIVE:
    for _n, _event in enumerate(EVENTS):
        match _phase, _event:
            case _, ev.CallerEnded() | ev.Stop():
                after = Phase.ENDED
            case Phase.RINGING, ev.CallerUp():
                after = Phase.MACHINE
            case Phase.QUEUED, ev.Offered():
                after = Phase.OFFERED
            case Phase.QUEUED, ev.WaitEnded():
                after = Phase.MACHINE
            case Phase.OFFERED, ev.OfferFailed("li"):
                after = Phase.QUEUED
            case Phase.OFFERED, ev.AgentUp("li"):
                after = Phase.CONNECTED
            case Phase.CONNECTED, ev.AgentEnded("li", lost):
                after = Phase.QUEUED if lost else Phase.ENDED
            case Phase.TRANSFER, ev.TransferEnded(failed):
                after = Phase.MACHINE if failed else Phase.ENDED
            case Phase.MESSAGE, ev.Dialogue(ivr.MessageDone()):
                after = Phase.MACHINE
            case _:
                after = _phase
        PHASE_AFTER[_phase, _n] = after


@pytest.mark.parametrize(("phase", "n"), PHASE_AFTER)
def test_every_phase_with_every_event(phase: Phase, n: int) -> None:
    run = to(phase)
    before = run.state
    effects = run(EVENTS[n])
    assert run.state.phase is PHASE_AFTER[phase, n]
    finishes = [effect for effect in effects if isinstance(effect, ev.Finish)]
    assert len(finishes) == (run.state.phase is Phase.ENDED)
    if finishes:
        assert effects[-1] is finishes[0]
    if before.phase is Phase.CONNECTED and run.state.phase is not Phase.CONNECTED:
        agent_is_gone = isinstance(EVENTS[n], ev.AgentEnded)
        assert agent_is_gone or ev.DropAgent("li") in effects


@pytest.mark.parametrize("event", EVENTS)
def test_nothing_follows_the_end(event: ev.Event) -> None:
    assert to(Phase.ENDED)(event) == ()


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.OFFERED])
@pytest.mark.parametrize("end", [ev.CallerEnded(200, "x"), ev.Stop("x")])
def test_who_ends_while_waiting_leaves_the_queue(phase: Phase, end: ev.Event) -> None:
    effects = to(phase)(end)
    assert effects[0] == ev.Leave()
    assert (ev.DropCaller() in effects) == isinstance(end, ev.Stop)


def test_an_agent_who_comes_up_too_late_is_dropped() -> None:
    run = to(Phase.OFFERED)
    run(ev.OfferFailed("li", "no answer"))
    assert run(ev.AgentUp("li")) == (ev.DropAgent("li"),)


def test_a_second_offer_does_not_harm_the_first() -> None:
    for phase in (Phase.OFFERED, Phase.CONNECTED):
        run = to(phase)
        assert run(ev.Offered("wang")) == ()
        assert run.state.agent == "li"


def test_connecting_hushes_the_machine_and_stops_its_ears_before_the_bridge() -> None:
    effects = to(Phase.OFFERED)(ev.AgentUp("li"))
    assert _kinds(effects) == ["Hush", "Deafen", "connected", "Bridge"]


def test_a_lost_browser_puts_the_caller_at_the_head_and_the_dialogue_listens_again() -> None:
    run = to(Phase.CONNECTED)
    effects = run(ev.AgentEnded("li", lost=True))
    assert _kinds(effects) == ["left", "queued", "Deafen", "Listen", "Join"]
    join = _only(effects, ev.Join)
    assert join.front and join.texts == () and join.queue == "main"
    assert run.state.agent == ""
    run(ev.CallerEnded(200, "x"))
    assert _only(tuple(run.effects), ev.Finish).disposition == "connected"


def test_the_queue_s_text_reaches_whoever_speaks() -> None:
    effects = to(Phase.MACHINE).key("0")
    assert _only(effects, ev.Join).texts == ("正在为您转接人工，请稍候。",)


@pytest.mark.parametrize("phase", [Phase.CONNECTED, Phase.TRANSFER])
def test_keys_and_words_are_not_the_machine_s_while_a_person_talks(phase: Phase) -> None:
    run = to(phase)
    state = run.state
    assert run.key("9") == ()
    assert run(ev.Dialogue(ivr.Speech("转人工", 1.0))) == ()
    assert run.state == state


def test_a_key_is_journalled_before_what_it_causes() -> None:
    assert _kinds(to(Phase.MACHINE).key("0")) == ["digit", "Hush", "queued", "Join"]


def test_an_emergency_while_a_phone_rings_lets_it_ring() -> None:
    run = to(Phase.OFFERED)
    effects = run.key("2")
    assert ev.Leave() not in effects and ev.DropAgent("li") not in effects
    assert _only(effects, ev.Join).priority == ALARM.priority
    assert (run.state.phase, run.state.agent) == (Phase.OFFERED, "li")
    assert ev.Bridge("li") in run(ev.AgentUp("li"))


def test_an_emergency_while_waiting_joins_anew() -> None:
    run = to(Phase.QUEUED)
    assert _only(run.key("2"), ev.Join).priority == "emergency"
    assert run.state.phase is Phase.QUEUED


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.OFFERED])
@pytest.mark.parametrize("key", ["1", "3", "4"])
def test_a_dialogue_that_does_something_else_leaves_the_queue_first(phase: Phase, key: str) -> None:
    run = to(phase)
    kinds = _kinds(run.key(key))
    assert kinds.index("Leave") < len(kinds) - 1
    assert run.state.agent == ""
    assert run(ev.AgentUp("li")) == (ev.DropAgent("li"),)


def test_a_message_ends_when_the_dialogue_speaks_or_queues() -> None:
    for key, phase in (("1", Phase.MACHINE), ("2", Phase.QUEUED)):
        run = to(Phase.MESSAGE)
        run.key(key)
        assert run.state.phase is phase
        assert run(ev.Dialogue(ivr.MessageDone(9.0))) == ()


def test_a_failed_transfer_goes_back_to_the_dialogue() -> None:
    run = to(Phase.TRANSFER)
    assert "Say" in _kinds(run(ev.TransferEnded(failed=True)))
    assert run.key("3")[-1] == RECORD


def test_a_transfer_that_comes_up_late_is_dropped() -> None:
    run = to(Phase.TRANSFER)
    run(ev.TransferEnded(failed=True))
    assert run(ev.TransferUp()) == (ev.DropTransfer(),)


def test_a_transfer_is_ended_with_its_caller() -> None:
    run = to(Phase.TRANSFER)
    assert run.effects[-1] == TRANSFER
    assert _kinds(run(ev.TransferUp())) == ["transferred", "Bridge"]
    effects = run(ev.CallerEnded(200, "x"))
    assert ev.DropTransfer() in effects
    assert _only(effects, ev.Finish).disposition == "connected"


@pytest.mark.parametrize(
    ("state", "became"),
    [
        (CallState(), "abandoned"),
        (CallState(disposition="connected"), "abandoned"),
        (CallState(answered_by_machine=True), "machine"),
        (CallState(answered_by_machine=True, message=True), "message"),
        (CallState(message=True, connected=True), "connected"),
        (CallState(answered_by_machine=True, message=True, connected=True, emergency=True),
         "emergency"),
    ],
)  # fmt: skip
def test_a_cry_for_help_outweighs_a_person_outweighs_a_message_outweighs_an_answer(
    state: CallState, became: str
) -> None:
    assert disposition(state) == became


@pytest.mark.parametrize(
    ("key", "value", "became"),
    [
        ("article", "dibao", "machine"),
        ("article", "", "abandoned"),
        ("disposition", "machine", "machine"),
        ("disposition", "answered", "machine"),
        ("disposition", "emergency", "emergency"),
        ("emergency", "救命", "emergency"),
        ("topic", "低保", "abandoned"),
    ],
)
def test_notes_say_what_became_of_a_call(key: str, value: str, became: str) -> None:
    assert disposition(noted(CallState(), key, value)) == became


def test_a_later_note_takes_nothing_back() -> None:
    state = noted(noted(CallState(), "emergency", "2"), "disposition", "machine")
    assert disposition(state) == "emergency"


def test_an_empty_message_does_not_take_back_an_earlier_one() -> None:
    run = to(Phase.MESSAGE)
    run(ev.Dialogue(ivr.MessageDone(12.0)))
    run.key("3")
    effects = run(ev.Dialogue(ivr.MessageDone(0.0)), ev.CallerEnded(200, "x"))
    assert _only(effects, ev.Finish).disposition == "message"


def test_asking_who_waits_keeps_their_place_and_their_ringing_agent() -> None:
    asks = ivr.SayWaiting(("您是需要紧急救助吗？",), 7)

    class Asking(Toy):
        KEYS = {**Toy.KEYS, "7": (asks,)}

    run = Run(Asking())
    run(ev.Opened(), ev.CallerUp(True))
    run.key("0")
    assert run.key("7")[-1] == asks and run.state.phase is Phase.QUEUED
    run(ev.Offered("li"))
    assert _kinds(run.key("7")) == ["digit", "SayWaiting"]
    assert (run.state.phase, run.state.agent) == (Phase.OFFERED, "li")
    assert run.state.join is not None and not any(isinstance(e, ev.Leave) for e in run.effects)


def test_the_dialogue_learns_that_a_person_came() -> None:
    told: list[ivr.Event] = []

    class Listener(Toy):
        def step(self, state: Any, event: ivr.Event, now: Any) -> Any:
            told.append(event)
            return super().step(state, event, now)

    run = Run(Listener())
    run(ev.Opened(), ev.CallerUp(True))
    run.key("0")
    run(ev.Offered("li"), ev.AgentUp("wang"))
    assert ivr.PersonCame() not in told
    run(ev.AgentUp("li"))
    assert told[-1] == ivr.PersonCame()
