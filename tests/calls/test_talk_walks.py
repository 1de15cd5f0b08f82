"""Talks at random: whoever comes, asks and hangs up in whatever order, nobody hears what they must
not, and the caller is never left with nobody and silence.

The world beside the machine is modelled as its driver would see it: whose legs ring and talk.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from telephony.calls import talk as machine
from telephony.calls import talk_events as te
from telephony.calls.parties import (
    AGENT,
    CALLER,
    THIRD,
    Kind,
    Mode,
    Stage,
    Target,
    hears,
    on_music,
)

NAMES = ("li", "wang", "zhao")
SUPERVISORS = ("chen", "liu")
who = st.sampled_from([*NAMES, *SUPERVISORS])
targets = st.sampled_from(
    [
        *(Target(Kind.AGENT, name) for name in NAMES),
        Target(Kind.NUMBER, "+86138****8000", "+8613800138000"),
        Target(Kind.AGENCY, "120", "sip:120@127.0.0.1"),
        Target(Kind.QUEUE, "粤语"),
    ]
)
commands = st.sampled_from(
    [
        "hold", "resume", "mute", "unmute", "digits", "transfer", "consult", "complete", "join",
        "drop", "park", "retrieve", "hangup",
    ]
)  # fmt: skip
MODES = ["listen", "whisper", "barge", "takeover", "leave"]


class World(RuleBasedStateMachine):
    """The driver's side of one talk."""

    @initialize()
    def begin(self) -> None:
        self.talk = machine.begun("li")
        self.up = {AGENT}
        self.rings: set[str] = set()
        self.agents = {AGENT: "li"}
        self.ends: list[te.Effect] = []
        self.asked: dict[str, int] = {}
        self.parked = False
        self.count = 0

    def feed(self, event: te.Event) -> None:
        was_over = bool(self.ends)
        self.talk, effects = machine.step(self.talk, event)
        if isinstance(event, te.Command | te.Supervise):
            told = [e for e in effects if isinstance(e, te.Told) and e.id == event.id]
            rung = [e for e in effects if isinstance(e, te.Ring) and e.asked == event.id]
            assert len(told) + len(rung) == 1, "an answer, or a phone that rings for it"
        for effect in effects:
            assert not was_over or isinstance(effect, te.Told), "effects after the end"
            self.carry_out(effect)

    def carry_out(self, effect: te.Effect) -> None:
        match effect:
            case te.Ring(party, target, _):
                assert party not in self.up | self.rings, "one leg a party"
                self.rings.add(party)
                if target.kind is Kind.AGENT:
                    self.agents[party] = target.name
            case te.Drop(party):
                self.remove(party)
            case te.Lead(party):
                assert party in self.up and AGENT not in self.up, "two legs lead"
                name = self.agents[party]
                self.remove(party)
                self.up.add(AGENT)
                self.agents[AGENT] = name
            case te.Keys(party, _):
                assert party == CALLER or party in self.up, "keys to nobody"
            case te.ParkTimer(on):
                self.parked = on
            case te.Handed(agent):
                assert self.agents.get(AGENT, "") == agent == self.talk.agent
            case te.Over() | te.Requeue():
                self.ends.append(effect)

    def remove(self, party: str) -> None:
        self.up.discard(party)
        self.rings.discard(party)
        self.agents.pop(party, None)

    # ---- the outside world ---------------------------------------------------------------------

    @rule(by=who, name=commands, whom=targets, right_slot=st.booleans())
    def somebody_asks(self, by: str, name: str, whom: Target, right_slot: bool) -> None:
        self.count += 1
        slot = "1" if right_slot else "2"
        busy = name == "retrieve" and by in self.agents.values()
        if not busy and (whom.kind is not Kind.AGENT or whom.name not in self.agents.values()):
            self.feed(te.Command(by, name, f"q{self.count}", whom, "1", slot))

    @precondition(lambda self: self.talk.agent)
    @rule(name=commands, whom=targets)
    def the_agent_asks(self, name: str, whom: Target) -> None:
        self.somebody_asks(self.talk.agent, name, whom, True)

    @rule(by=st.sampled_from(SUPERVISORS), name=st.sampled_from(MODES))
    def a_supervisor_asks(self, by: str, name: str) -> None:
        self.count += 1
        self.feed(te.Supervise(by, name, f"s{self.count}"))

    @precondition(lambda self: self.rings)
    @rule(data=st.data())
    def one_answers(self, data: st.DataObject) -> None:
        party = data.draw(st.sampled_from(sorted(self.rings)))
        self.rings.discard(party)
        self.up.add(party)
        self.feed(te.Up(party))

    @precondition(lambda self: self.rings | self.up)
    @rule(data=st.data(), lost=st.booleans())
    def one_goes(self, data: st.DataObject, lost: bool) -> None:
        party = data.draw(st.sampled_from(sorted(self.rings | self.up)))
        self.remove(party)
        self.feed(te.Gone(party, lost, "对方正忙。"))

    @rule(chance=st.integers(0, 9))
    def the_caller_may_go(self, chance: int) -> None:
        if not chance and not self.ends:
            self.feed(te.Gone(CALLER))
            assert self.ends == [te.Over("caller hung up")]

    @precondition(lambda self: self.parked)
    @rule()
    def parked_too_long(self) -> None:
        self.feed(te.ParkedTooLong())

    # ---- what always holds ---------------------------------------------------------------------

    @invariant()
    def the_state_tells_who_is_there(self) -> None:
        talk = self.talk
        assert bool(talk.agent) == (AGENT in self.up)
        assert (talk.third is not None) == (THIRD in self.up | self.rings)
        assert talk.third_is(Stage.RINGING) == (THIRD in self.rings)
        for one in talk.supervisors:
            assert one.party in (self.up if one.up else self.rings)
        extra = {AGENT, THIRD} | {one.party for one in talk.supervisors}
        assert self.up | self.rings <= extra
        assert len(set(self.agents.values())) == len(self.agents), "an agent with two legs"

    @invariant()
    def the_end_comes_once_and_takes_everybody_along(self) -> None:
        assert len(self.ends) == self.talk.over
        if self.talk.over:
            assert not self.up and not self.rings and not self.parked

    @invariant()
    def the_caller_hears_a_person_or_music(self) -> None:
        if self.talk.over:
            return
        heard = {speaker for listener, speaker in hears(self.talk) if listener == CALLER}
        # A person who has muted themselves is a person all the same.
        assert on_music(self.talk) or heard or (self.talk.muted and AGENT in self.up)
        if on_music(self.talk):
            assert not heard, "music and words at once"
            assert not [pair for pair in hears(self.talk) if pair[1] == CALLER]

    @invariant()
    def nobody_hears_what_they_must_not(self) -> None:
        talk, pairs = self.talk, hears(self.talk)
        for listener, speaker in pairs:
            assert listener != speaker
            assert {listener, speaker} <= self.up | {CALLER}, "who only rings hears nothing"
        for one in talk.supervisors:
            listeners = {listener for listener, speaker in pairs if speaker == one.party}
            if one.mode is Mode.LISTEN or not one.up:
                assert not listeners
            elif one.mode is Mode.WHISPER:
                assert listeners <= {AGENT}
        if not talk.third_is(Stage.JOINED):
            assert (THIRD, CALLER) not in pairs and (CALLER, THIRD) not in pairs
        if talk.muted:
            assert not [pair for pair in pairs if pair[1] == AGENT]

    @invariant()
    def a_parked_caller_has_an_end_to_it(self) -> None:
        if self.talk.parked and not self.talk.third:
            assert self.parked


World.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestTalk = World.TestCase
