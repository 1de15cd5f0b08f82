"""Carries a talk out: rings and drops legs, lets them hear each other, plays music, tells the call.

The decisions are `telephony.calls.talk`'s; after each of them who hears whom is made to be what
`telephony.calls.parties` says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from core.clock import DelayedCall, stop_timer
from telephony.calls import events as ev
from telephony.calls import talk as machine
from telephony.calls import talk_events as te
from telephony.calls.listening import Line, Listening
from telephony.calls.live import LiveRow
from telephony.calls.parties import (
    AGENT,
    CALLER,
    Kind,
    Talk,
    Target,
    hears,
    hears_ringing,
    on_music,
    shown,
)
from telephony.calls.ports import Parts
from telephony.calls.ringing import ring_agent, why
from telephony.sip.outgoing import OutgoingCall
from telephony.sip.port import Leg, LegState

AGENT_RING_S = 20.0
RING_S = 45.0
NOT_FREE = "对方正忙、没有就绪或不在座席。"
YOUR_OWN = "您还有别的电话，或者电话页面没有打开。"

Answer = Callable[[bool, str], None]
"""answer(ok, why): tells who asked. A far end that cannot be reached is told of later, again."""


class TalkLegs:
    """The legs of one call's talk, beside the caller's."""

    log = Logger()

    def __init__(
        self,
        call_id: str,
        area: str,
        caller: Leg,
        ears: Listening,
        parts: Parts,
        live: LiveRow,
        post: Callable[[ev.Event], None],
        write: Callable[[str, dict[str, Any]], Any],
        on_line: Callable[[str, Line], None],
    ) -> None:
        """Take the call's area, the caller's leg and ears.

        `post` takes events of the call, `write` its records;
        `on_line(speaker, line)` gets what both sides say.
        """
        self._call_id, self._area = call_id, area
        self._caller, self._caller_ears = caller, ears
        self._parts, self._live, self._post = parts, live, post
        self._write, self._on_line = write, on_line
        self._talk = Talk(over=True)
        self._members: dict[str, Member] = {}
        self._wired: set[tuple[Leg, Leg]] = set()
        self._ears: dict[Leg, Listening] = {}
        self._music = self._follows = self._caller_followed = False
        self._rung_back: Leg | None = None
        self._park: DelayedCall | None = None
        self._answers: dict[str, Answer] = {}
        self._mailbox: deque[te.Event] = deque()
        self._busy = False

    @property
    def state(self) -> Talk:
        """The talk as it stands."""
        return self._talk

    def begin(self, agent: str, leg: Leg) -> None:
        """An agent took the call with this leg: both hear each other."""
        self._members[AGENT] = Member(AGENT, agent, self, leg)
        self._talk = machine.begun(agent)
        self._follows = self._parts.recogniser.ready and self._parts.transcribe()
        for each in (self._caller, leg):
            each.stop_playing()
        self._music = False
        self._parts.people.talking(agent, self._call_id)
        self._settle()
        if leg.state is LegState.ENDED:
            self.gone(self._members[AGENT], 200, "")

    def ask(self, event: te.Command | te.Supervise, answer: Answer) -> None:
        """Do what somebody asks for, or say why not."""
        self._answers[event.id] = answer
        self.take(event)

    def refuses(self, command: te.Command) -> str:
        """Say why somebody may ring nobody now, before it is looked at whom they want."""
        return machine.may_ring(self._talk, command)

    def refused(self, by: str, command: str, to: str, why: str) -> None:
        """Write down that somebody wanted what is not allowed."""
        data = {"by": by, "command": command, "to": to[:64], "refused": why}
        self._write("control", {**data, "area": self._area})

    def drop(self) -> None:
        """End all legs: the caller is gone, or the call ends."""
        if not self._talk.over:
            self.take(te.Gone(CALLER))

    def take(self, event: te.Event) -> None:
        """Let the machine decide on an event, after those before it, and carry it out."""
        self._mailbox.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._mailbox:
                self._step(self._mailbox.popleft())
        finally:
            self._busy = False

    def _step(self, event: te.Event) -> None:
        before = self._talk
        try:
            self._talk, effects = machine.step(before, event)
        except Exception:
            self.log.failure("talk of {id}: {e} could not be decided", id=self._call_id, e=event)
            return
        for effect in effects:
            try:
                self._do(effect, before.agent)
            except Exception:
                self.log.failure("call {id}: {effect} failed", id=self._call_id, effect=effect)
        self._settle()

    def _do(self, effect: te.Effect, leader: str) -> None:
        match effect:
            case te.Ring(party, target, asked):
                self._ring(party, target, asked)
            case te.Drop(party):
                self._drop(party)
            case te.Lead(party):
                member = self._members.pop(party)
                member.party = AGENT
                self._members[AGENT] = member
            case te.Keys(party, digits):
                leg = self._leg(party)
                if leg is not None:
                    leg.send_dtmf(digits)
            case te.ParkTimer(on):
                stop_timer(self._park)
                if on:
                    limit = self._parts.park_limit_s
                    self._park = self._parts.reactor.callLater(limit, self.take, te.ParkedTooLong())
            case te.Told(asked, ok, reason):
                if asked in self._answers:
                    self._answers[asked](ok, reason)
            case te.Write(kind, data):
                self._write(kind, {**data, "area": self._area})
            case te.Handed(agent, outside):
                self._post(ev.Handed(agent, outside))
            case te.Over("agent hung up"):
                self._post(ev.AgentEnded(leader, lost=False))
            case te.Over(reason):
                self._post(ev.TalkEnded(reason))
            case te.Requeue(_, lost) if lost:
                self._post(ev.AgentEnded(leader, lost=True))
            case te.Requeue(reason, _, skill):
                self._post(ev.Requeued(reason, skill))

    # ---- legs --------------------------------------------------------------------------------

    def _ring(self, party: str, target: Target, asked: str) -> None:
        agent = target.name if target.kind is Kind.AGENT else ""
        own = party != "third" or self._talk.parked != ""
        if agent and not self._parts.people.reserve(agent, self._call_id, anyhow=own):
            self.take(te.Gone(party, why=YOUR_OWN if own else NOT_FREE))
            return
        member = self._members[party] = Member(party, agent, self)
        limit = AGENT_RING_S if agent else RING_S
        member.timer = self._parts.reactor.callLater(limit, self.unanswered, member)
        try:
            member.ring(self._parts, target, self._shown_number)
        except Exception:
            self.log.failure("call {id} cannot ring {t}", id=self._call_id, t=target.name)
            self.gone(member, 500, "")
            return
        if asked in self._answers:
            self._answers[asked](True, "")

    @property
    def _shown_number(self) -> str:
        return self._caller.remote

    def _drop(self, party: str) -> None:
        member = self._members.pop(party, None)
        if member is not None:
            self._part(member)
            member.hang_up()

    def _part(self, member: Member) -> None:
        """Forget a member whose leg ends: nobody hears it, its agent is free or wraps up."""
        stop_timer(member.timer)
        if member.leg is not None:
            self._unwire(member.leg)
        if not member.agent:
            return
        people = self._parts.people
        if member.party == AGENT:
            people.done(member.agent, self._call_id)
        else:
            people.release(member.agent, self._call_id)

    def came_up(self, member: Member) -> None:
        """A leg has audio."""
        if self._members.get(member.party) is not member:
            member.hang_up()
            return
        stop_timer(member.timer)
        if member.agent:
            self._parts.people.talking(member.agent, self._call_id)
        self.take(te.Up(member.party))

    def gone(self, member: Member, code: int, reason: str) -> None:
        """A leg ended by itself; one that was up and did not end with BYE (code 200) was lost."""
        if self._members.get(member.party) is not member:
            return
        del self._members[member.party]
        self._part(member)
        lost = member.up and code >= 300
        self.take(te.Gone(member.party, lost, why(code, reason)))

    def unanswered(self, member: Member) -> None:
        """Nobody took it in time."""
        if self._members.get(member.party) is member and not member.up:
            member.hang_up()
            self.gone(member, 408, "no answer")

    def _leg(self, party: str) -> Leg | None:
        if party == CALLER:
            return self._caller
        member = self._members.get(party)
        return member.leg if member is not None and member.up else None

    # ---- who hears whom ----------------------------------------------------------------------

    def _settle(self) -> None:
        """Make sound, transcript, timers and live row what the talk says."""
        wanted = set()
        for listener, speaker in hears(self._talk):
            one, other = self._leg(listener), self._leg(speaker)
            if one is not None and other is not None:
                wanted.add((one, other))
        for one, other in self._wired - wanted:
            self._parts.line.unhear(one, other)
        if not self._talk.over and self._music != on_music(self._talk):
            self._music = not self._music
            if self._music:
                self._caller.play_loop(self._parts.hold_music)
            else:
                self._caller.stop_playing()
        self._ring_back()
        for one, other in wanted - self._wired:
            self._parts.line.hear(one, other)
        self._wired = wanted
        self._follow()
        self._parts.slots.set(self._call_id, self._talk.parked)
        self._live.talk(shown(self._talk, self._parts.show_listeners))

    def _ring_back(self) -> None:
        leg = self._leg(AGENT) if hears_ringing(self._talk) else None
        if leg is self._rung_back:
            return
        if self._rung_back is not None:
            self._rung_back.stop_playing()
        self._rung_back = leg
        if leg is not None:
            leg.play_loop(self._parts.ringback)

    def _unwire(self, leg: Leg) -> None:
        for pair in [pair for pair in self._wired if leg in pair]:
            self._parts.line.unhear(*pair)
            self._wired.discard(pair)
        self._deafen(leg)

    def _follow(self) -> None:
        """Write down what caller and people say to each other, and nothing that is said apart."""
        if not self._follows:
            return
        speakers = {speaker for listener, speaker in self._wired if listener is self._caller}
        heard = any(speaker is self._caller for _, speaker in self._wired)
        if heard != self._caller_followed and not self._talk.over:
            self._caller_followed = heard
            if heard:
                self._caller_ears.words((), self._caller_said)
            else:
                self._caller_ears.deafen(self._caller_said)
        for leg in [leg for leg in self._ears if leg not in speakers]:
            self._deafen(leg)
        for leg in speakers - self._ears.keys():
            ears = self._ears[leg] = Listening(leg, self._parts.recogniser, self._parts.reactor)
            # They talk in the caller's language; without a model for it nothing is written down.
            ears.words((), self._person_said, language=self._caller_ears.language)
        if self._talk.over:
            self._caller_followed = False

    def _deafen(self, leg: Leg) -> None:
        ears = self._ears.pop(leg, None)
        if ears is not None:
            ears.deafen(self._person_said)

    def _caller_said(self, line: Line) -> None:
        self._on_line("caller", line)

    def _person_said(self, line: Line) -> None:
        self._on_line("agent", line)


class Member:
    """One party beside the caller: owns its leg, and the call out that may become it."""

    def __init__(self, party: str, agent: str, legs: TalkLegs, leg: Leg | None = None) -> None:
        """`agent` is empty for somebody outside; with a `leg` it talks already."""
        self.party, self.agent, self._legs = party, agent, legs
        self.leg, self.up = leg, leg is not None
        self.timer: DelayedCall | None = None
        self._out: OutgoingCall | None = None
        if leg is not None:
            leg.owner = self

    def ring(self, parts: Parts, target: Target, caller: str) -> None:
        """Ring whom it stands for; an agency sees the caller's number, others the hotline's."""
        if target.kind is Kind.AGENT:
            self.leg = ring_agent(parts, target.name, self, caller)
        elif target.address.startswith(("sip:", "sips:")):
            self.leg = parts.line.dial(target.address, self, caller=caller)
        else:
            self._out = parts.outgoing.place(target.address, self)

    def hang_up(self) -> None:
        """End it, answered or not."""
        if self._out is not None and self.leg is None:
            self._out.hangup()
        elif self.leg is not None:
            self.leg.hangup()

    # ---- telephony.sip.outgoing.Dialler --------------------------------------------------------

    def ringing(self) -> None:
        """It rings."""

    def answered(self, leg: Leg) -> None:
        """Somebody outside answered."""
        leg.owner = self
        self.leg_up(leg)

    def failed(self, code: int, reason: str) -> None:
        """Nobody outside answered."""
        self._legs.gone(self, code, reason)

    # ---- telephony.sip.port.LegEvents ----------------------------------------------------------

    def leg_ringing(self, leg: Leg) -> None:
        """It rings."""

    def leg_up(self, leg: Leg) -> None:
        """It talks."""
        self.leg, self.up = leg, True
        self._legs.came_up(self)

    def leg_dtmf(self, leg: Leg, digit: str) -> None:
        """Keys of people mean nothing."""

    def leg_ended(self, leg: Leg, code: int, reason: str) -> None:
        """It is over."""
        self._legs.gone(self, code, reason)
