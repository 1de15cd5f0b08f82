"""Calls at random: whatever happens in whatever order, every call ends once and frees everybody.

The world beside the machine is modelled as its driver would see it: who waits, which browser
rings, which agent talks. First with a dialogue that asks for anything at any moment, then with the
real one and the shipped tree.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from ivr import events as ivr
from ivr.dialogue import Dialogue
from ivr.tree import load
from telephony.calls import events as ev
from telephony.calls.machine import CallMachine, CallState, Phase
from tests.calls.toy import ALARM, ENQUEUE, NOW, RECORD, TRANSFER, Wanted

TREE = Path(__file__).resolve().parents[2] / "ivr" / "trees" / "12349.yaml"
agents = st.sampled_from(["li", "wang", "zhao"])
effects = st.sampled_from(
    [
        ivr.Say(("您好",), 1), ivr.Hush(), ivr.Listen(), ivr.Deafen(), ivr.SetTimer(1000, 1),
        ivr.Ask("低保"), ivr.Visit("need"), ivr.Note("emergency", "救命"),
        ivr.Note("article", "dibao"), ivr.Note("disposition", "message"), ENQUEUE, ALARM, RECORD,
        TRANSFER, ivr.HangUp(),
    ]
)  # fmt: skip


def _until_transfer(wanted: list[ivr.Effect]) -> list[ivr.Effect]:
    """A dialogue asks for nothing after a transfer: it is not fed until that is over."""
    return wanted[: wanted.index(TRANSFER) + 1] if TRANSFER in wanted else wanted


wishes = st.lists(effects, max_size=4).map(_until_transfer)


class Anything:
    """A dialogue that wants what the test put into `wanted`."""

    def __init__(self) -> None:
        self.wanted: Wanted = ()

    def start(self, now: datetime, known: frozenset[str] = frozenset()) -> tuple[Any, Wanted]:
        return None, self.wanted

    def step(self, state: Any, event: ivr.Event, now: datetime) -> tuple[Any, Wanted]:
        return None, self.wanted


class World(RuleBasedStateMachine):
    """The driver's side of one call; `feed` carries the effects out."""

    script: Any

    def __init__(self) -> None:
        super().__init__()
        self.state = CallState()
        self.waits = False
        self.rings = ""
        self.talks = ""
        self.far_end = ""
        self.caller = "ringing"
        self.recorded = False
        self.finished: list[ev.Finish] = []
        self.notes: list[tuple[str, Any]] = []

    def feed(self, event: ev.Event) -> None:
        over = bool(self.finished)
        self.state, wanted = CallMachine(self.script).step(self.state, event, NOW)
        assert not (over and wanted), "effects after the last one"
        for effect in wanted:
            assert not self.finished, "effects after Finish"
            self.carry_out(effect)

    def carry_out(self, effect: ev.Effect) -> None:
        match effect:
            case ev.Join():
                assert not self.talks, "waits and talks at once"
                self.waits = True
            case ev.Leave():
                assert self.waits
                self.waits, self.rings = False, ""
            case ev.Bridge(""):
                assert self.far_end == "up"
            case ev.Bridge(agent):
                assert self.waits and self.rings == agent and not self.talks
                self.waits, self.rings, self.talks = False, "", agent
            case ev.DropAgent(agent):
                assert not self.talks or agent == self.talks, "another agent is dropped"
                self.rings = self.talks = ""
            case ivr.Transfer():
                assert not self.waits and not self.talks
                self.far_end = "rings"
            case ev.DropTransfer():
                self.far_end = ""
            case ev.StartRecording():
                assert not self.recorded
                self.recorded = True
            case ivr.Say() | ivr.RecordMessage():
                assert not self.talks, "the machine speaks into a talk"
                kept = isinstance(effect, ivr.Say) and self.state.keeping
                assert not self.waits or kept, "what is said to who waits goes with Join"
            case ev.Finish():
                self.finished.append(effect)
            case ev.Write(kind, data):
                self.notes.append((kind, data))

    # ---- the outside world ---------------------------------------------------------------------

    @precondition(lambda self: self.caller == "ringing")
    @rule(listening=st.booleans())
    def answered(self, listening: bool) -> None:
        self.caller = "up"
        self.feed(ev.Opened())
        self.feed(ev.CallerUp(listening))

    @precondition(lambda self: self.caller != "gone")
    @rule(patience=st.integers(0, 7))
    def may_hang_up(self, patience: int) -> None:
        if not patience:
            self.caller_hangs_up()

    def caller_hangs_up(self) -> None:
        self.caller = "gone"
        self.feed(ev.CallerEnded(200, "caller hung up"))

    @precondition(lambda self: self.waits and not self.rings)
    @rule(agent=agents)
    def offered(self, agent: str) -> None:
        self.rings = agent
        self.feed(ev.Offered(agent))

    @precondition(lambda self: self.rings)
    @rule()
    def agent_takes_it(self) -> None:
        self.feed(ev.AgentUp(self.rings))
        assert self.talks or self.finished

    @precondition(lambda self: self.rings)
    @rule()
    def agent_does_not(self) -> None:
        agent, self.rings = self.rings, ""
        self.feed(ev.OfferFailed(agent, "no answer"))

    @precondition(lambda self: self.talks)
    @rule(lost=st.booleans())
    def agent_ends(self, lost: bool) -> None:
        agent, self.talks = self.talks, ""
        self.feed(ev.AgentEnded(agent, lost))
        assert self.waits == lost and bool(self.finished) != lost

    @precondition(lambda self: self.waits and not self.rings)
    @rule(reason=st.sampled_from(["nobody", "timeout", "closed"]))
    def wait_ends(self, reason: str) -> None:
        self.waits = False
        self.feed(ev.WaitEnded(reason))

    @precondition(lambda self: self.far_end == "rings")
    @rule()
    def far_end_takes_it(self) -> None:
        self.far_end = "up"
        self.feed(ev.TransferUp())

    @precondition(lambda self: self.far_end)
    @rule()
    def far_end_ends(self) -> None:
        failed, self.far_end = self.far_end == "rings", ""
        self.feed(ev.TransferEnded(failed))

    @rule(agent=agents)
    def late_news(self, agent: str) -> None:
        """What was on its way when something else happened."""
        if agent not in (self.rings, self.talks):
            self.feed(ev.OfferFailed(agent, "no answer"))
            self.feed(ev.AgentEnded(agent, lost=True))
        if not self.waits and not self.talks:
            self.feed(ev.WaitEnded("timeout"))

    @rule(chance=st.integers(0, 15))
    def may_be_stopped(self, chance: int) -> None:
        if not chance:
            self.feed(ev.Stop("the service stops"))
            assert self.finished

    # ---- what always holds ---------------------------------------------------------------------

    @invariant()
    def phase_tells_who_is_there(self) -> None:
        phase = self.state.phase
        assert self.waits == (phase in (Phase.QUEUED, Phase.OFFERED))
        assert bool(self.rings) == (phase is Phase.OFFERED)
        assert bool(self.talks) == (phase is Phase.CONNECTED)
        assert bool(self.far_end) == (phase is Phase.TRANSFER)
        assert bool(self.finished) == (phase is Phase.ENDED)
        assert len(self.finished) <= 1

    @invariant()
    def what_became_of_it_follows_from_its_journal(self) -> None:
        if not self.finished:
            return
        kinds = {kind for kind, _ in self.notes}
        became = self.finished[0].disposition
        alarm = any(
            data.get("key") == "emergency" or data.get("priority") == "emergency"
            for _, data in self.notes
        )
        assert (became == "emergency") == alarm
        if not alarm:
            assert (became == "connected") == bool(kinds & {"connected", "transferred"})

    def teardown(self) -> None:
        if self.caller != "gone":
            self.caller_hangs_up()
        assert len(self.finished) == 1


class AnyDialogue(World):
    """With a dialogue that asks for anything."""

    @initialize(wanted=wishes)
    def begin(self, wanted: list[ivr.Effect]) -> None:
        self.script = Anything()
        self.script.wanted = tuple(wanted)

    @rule(
        wanted=wishes,
        event=st.sampled_from(
            [
                ivr.Digit("1"), ivr.Speech("低保", 0.9), ivr.SayDone(1), ivr.TimerFired(1),
                ivr.Answered("answer"), ivr.NoRecogniser(),
            ]
        ),
    )  # fmt: skip
    def something_happens(self, wanted: list[ivr.Effect], event: ivr.Event) -> None:
        self.script.wanted = tuple(wanted)
        self.feed(ev.Dialogue(event))

    @precondition(lambda self: self.state.phase is Phase.MESSAGE)
    @rule(seconds=st.floats(0, 120), wanted=wishes)
    def message_done(self, seconds: float, wanted: list[ivr.Effect]) -> None:
        self.script.wanted = tuple(wanted)
        self.feed(ev.Dialogue(ivr.MessageDone(seconds)))


class ShippedTree(World):
    """With the real dialogue and the shipped tree; timers and prompts end in any order."""

    script = Dialogue(load(TREE))

    def __init__(self) -> None:
        super().__init__()
        self.tag = self.timer = 0
        self.asked = False

    def carry_out(self, effect: ev.Effect) -> None:
        super().carry_out(effect)
        match effect:
            case ivr.Say(_, tag):
                self.tag = tag
            case ivr.SetTimer(_, tag):
                self.timer = tag
            case ivr.Ask():
                self.asked = True

    @rule(digit=st.sampled_from("0123456789*#"))
    def key(self, digit: str) -> None:
        self.feed(ev.Dialogue(ivr.Digit(digit)))

    @rule(
        text=st.sampled_from(
            [
                "",
                "嗯",
                "低保怎么申请",
                "转人工",
                "救命",
                "我奶奶摔倒了",
                "不用了",
                "是的",
                "不是",
                "咕噜咕噜",
            ]
        ),
        partly=st.booleans(),
    )
    def words(self, text: str, partly: bool) -> None:
        if partly:
            self.feed(ev.Dialogue(ivr.SpeechPartial(text)))
        self.feed(ev.Dialogue(ivr.Speech(text, 0.9)))

    @rule()
    def said(self) -> None:
        self.feed(ev.Dialogue(ivr.SayDone(self.tag)))

    @rule()
    def time(self) -> None:
        self.feed(ev.Dialogue(ivr.TimerFired(self.timer)))

    @rule()
    def recogniser_fails(self) -> None:
        self.feed(ev.Dialogue(ivr.NoRecogniser()))

    @precondition(lambda self: self.asked)
    @rule(decision=st.sampled_from(["answer", "unsure", "nothing"]))
    def answer(self, decision: str) -> None:
        self.asked = False
        found = ivr.Answered(decision, "dibao", "低保怎么申请", "到街道申请。", "广东省办法", 0.9)
        self.feed(ev.Dialogue(found if decision != "nothing" else ivr.Answered(decision)))

    @precondition(lambda self: self.state.phase is Phase.MESSAGE)
    @rule(seconds=st.sampled_from([0.0, 0.5, 12.0]))
    def message(self, seconds: float) -> None:
        self.feed(ev.Dialogue(ivr.MessageDone(seconds)))


AnyDialogue.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
ShippedTree.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestAnyDialogue = AnyDialogue.TestCase
TestShippedTree = ShippedTree.TestCase
