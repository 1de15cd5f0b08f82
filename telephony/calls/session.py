"""One call as it runs: carries out what the machine decides and tells it what happens.

The session is the call's only owner. Events go through one mailbox, so that an effect that causes
an event at once never re-enters the machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from twisted.logger import Logger

from core.clock import DelayedCall, stop_timer
from core.record import Record
from ivr import events as ivr
from ivr.alarm import ALARM
from telephony.calls import events as ev
from telephony.calls import rereading
from telephony.calls.asking import Asking
from telephony.calls.closing import CallRecording
from telephony.calls.listening import Line, Listening
from telephony.calls.live import LiveRow
from telephony.calls.machine import CallState, Phase
from telephony.calls.other_side import OtherSide
from telephony.calls.ports import Parts
from telephony.calls.privacy import Privacy
from telephony.calls.saying import Saying
from telephony.calls.standing import StandingTold, book
from telephony.calls.taking import MessageTaking
from telephony.calls.talk_legs import TalkLegs
from telephony.calls.transcript import Transcript
from telephony.sip.port import Invitation, Leg

END_LIMIT_S = 2.0


class CallSession:
    """Drives one call from its first record to its last."""

    log = Logger()

    def __init__(
        self,
        call_id: str,
        area: str,
        leg: Leg,
        invitation: Invitation,
        parts: Parts,
        live: LiveRow,
        on_closed: Any,
    ) -> None:
        """Take the caller's unanswered leg; `on_closed(session)` follows the last record."""
        self.call_id, self.area = call_id, area
        self.state = CallState()
        self._leg, self._parts, self._live, self._on_closed = (
            leg,
            parts,
            live,
            on_closed,
        )
        self._invitation = invitation
        self._mailbox: deque[ev.Event] = deque()
        self._busy = False
        self._seq = 1  # 0 is the record that opened the call
        self._keypad = False
        self._last = rereading.Latest()
        self._reread: Line | None = None
        self._timer: DelayedCall | None = None
        self._known = parts.known(invitation) | ({"sms"} if parts.texts else set())
        if parts.is_alarm(invitation):
            self._known |= {ALARM}
        if parts.call_backs is not None and parts.call_backs.able:
            self._known |= {"call_backs"}
        over, write = (lambda: self.state.phase is Phase.ENDED), self._write
        self._asking = Asking(call_id, area, invitation, parts, self._dialogue, write, over)
        self._saying = Saying(leg, parts.prompts, parts.reactor, self._said)
        self._ears = Listening(leg, parts.recogniser, parts.reactor)
        self._privacy = Privacy(parts.reactor)
        self._transcript = Transcript(live, self._write, parts.reactor)
        self._message = MessageTaking(
            leg, self._ears, parts.beep, self._heard, self._last_words, self._message_done
        )
        self._recording = CallRecording(call_id, leg, parts, write)
        add, post = self._transcript.add, self._post
        self._standing = StandingTold(
            call_id, parts.people, parts.reactor, self._dialogue, self.offer
        )
        self.talk = TalkLegs(call_id, area, leg, self._ears, parts, live, post, write, add)
        self._side = OtherSide(call_id, leg, parts, post, add, self.talk)
        leg.owner = self

    @property
    def number(self) -> str:
        """The caller's number; empty where it is withheld."""
        return "" if self._invitation.withheld else self._invitation.caller

    @property
    def with_person(self) -> bool:
        """Whether a person talks with the caller."""
        return self.state.phase in (Phase.CONNECTED, Phase.TRANSFER)

    # ---- what happens ------------------------------------------------------------------------

    def know(self, recalled: frozenset[str]) -> None:
        """Take what the caller's record says, if the call is not answered yet."""
        self._known |= recalled

    def begin(self) -> None:
        """The opening record is durable."""
        self._post(ev.Opened())

    def begin_dialled(self, agent: str, side: Leg) -> None:
        """The opening record of a call that an agent placed is durable; both legs are up."""
        self._side.adopt(agent, side)
        self._post(ev.Dialled(agent))
        if self.state.phase is Phase.ENDED:
            # The citizen was gone before the record was durable.
            self._side.drop("caller gone")

    def note(self, key: str, value: str) -> None:
        """Write a fact into the call's record."""
        self._write("note", {"key": key, "value": value})

    def note_signal(self) -> None:
        """Write which pendant's signal this is the voice leg of, if it is one."""
        signal = self._parts.signal_of(self._invitation)
        if signal:
            self.note("pendant", signal)

    def stop(self, reason: str) -> None:
        """End the call now; what was spoken of a message is kept."""
        self._message.end()
        self._post(ev.Stop(reason))

    def stop_recording(self, fault: str) -> None:
        """End the recording, not the call (the disk is full)."""
        self._recording.stop(fault)

    def leg_ringing(self, leg: Leg) -> None:
        """The caller's leg is incoming; it never rings."""

    def leg_up(self, leg: Leg) -> None:
        """The caller hears us."""
        self._transcript.restart()
        self._keypad = not self._parts.recogniser.ready
        self._post(ev.CallerUp(not self._keypad, self._known))

    def leg_dtmf(self, leg: Leg, digit: str) -> None:
        """The caller pressed a key."""
        if self._message.running and digit == "#":
            self._message.end()
            return
        self._post(ev.Dialogue(ivr.Digit(digit)))

    def leg_ended(self, leg: Leg, code: int, reason: str) -> None:
        """The caller is gone."""
        self._message.end()
        self._post(ev.CallerEnded(code, _ending(code, reason)))

    def offer(self, agent: str) -> None:
        """The dispatcher reserved an agent: ring the browser, the caller hears music meanwhile."""
        self._post(ev.Offered(agent))
        if self.state.phase is not Phase.OFFERED or self.state.agent != agent:
            self._parts.people.refused(agent, self.call_id, "call is gone")
            return
        self._side.ring_agent(agent)

    def reserve(self, agent: str) -> None:
        """An agent is reserved: ring the browser once the caller has heard who calls."""
        if self.state.phase is Phase.QUEUED:
            self._standing.reserve(agent)
        else:
            self._parts.people.refused(agent, self.call_id, "call is gone")

    def wait_ended(self, reason: str) -> None:
        """No person is to be had."""
        self._post(ev.WaitEnded(reason))

    # ---- the machine -------------------------------------------------------------------------

    def _post(self, event: ev.Event) -> None:
        self._mailbox.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._mailbox:
                self._step(self._mailbox.popleft())
        finally:
            self._busy = False

    def _step(self, event: ev.Event) -> None:
        now = self._parts.now()
        try:
            self.state, effects = self._parts.machine.step(self.state, event, now)
        except Exception:
            self.log.failure(
                "call {id}: {event} could not be decided",
                id=self.call_id,
                event=type(event) if self._privacy.on else event,
            )
            return
        for effect in effects:
            try:
                self._do(effect)
            except Exception:
                # One effect that fails must not cost the caller the others.
                self.log.failure("call {id}: {effect} failed", id=self.call_id, effect=effect)
        self._live.phase(self.state)
        if self.state.phase not in (Phase.QUEUED, Phase.OFFERED):
            self._standing.stop()

    def _do(self, effect: ev.Effect) -> None:
        match effect:
            case ev.Write(kind, data):
                self._write(kind, data)
            case ivr.Say(texts, tag):
                self._message.drop()
                self._saying.say(texts, lambda: self._dialogue(ivr.SayDone(tag)))
            case ivr.SayWaiting(texts, tag):
                self._announce(texts, lambda: self._dialogue(ivr.SayDone(tag)))
            case ivr.Hush():
                self._saying.hush()
            case ivr.Pause():
                self._saying.pause()
            case ivr.Resume():
                self._saying.resume()
            case ivr.Listen(phrases, language):
                self._listen(phrases, language)
            case ivr.Deafen():
                self._ears.deafen(self._last_words)
            case ivr.ElderBegins(_, end_of_speech_ms):
                self._saying.prompts = self._parts.slow or self._parts.prompts
                self._ears.patience(end_of_speech_ms)
            case ivr.SetTimer(ms, tag):
                stop_timer(self._timer)
                fired = ivr.TimerFired(tag)
                self._timer = self._parts.reactor.callLater(ms / 1000, self._dialogue, fired)
            case ivr.Ask():
                self._asking.answer(effect)
            case ivr.FindPlace() | ivr.FindWay() | ivr.FindServicePlaces():
                self._asking.guide(effect)
            case ivr.SendSms():
                self._asking.text(effect)
            case ivr.BookCallBack(number):
                book(self._parts, self, number, self.state.join, self._dialogue)
            case ivr.CheckCase():
                self._asking.case(effect)
            case ivr.Private(on):
                self._privacy.set(on)
                self._leg.hide(on)
            case ivr.Reread(utterances):
                self._read_again(utterances)
            case ivr.RecordMessage(limit_ms):
                self._message.start(limit_ms)
            case ivr.Transfer(target):
                self._transfer(target)
            case _:
                self._do_call(effect)

    def _do_call(self, effect: ev.Effect) -> None:
        people = self._parts.people
        match effect:
            case ev.AnswerCaller():
                self._leg.answer()
            case ev.StartRecording():
                if self._recording.start():
                    self._transcript.restart()
            case ev.Join(queue, priority, limit_ms, front, texts, skill):
                self._message.drop()
                people.join(self, priority, limit_ms, front, skill, queue=queue)
                told = self._standing.begin if priority != "emergency" else self._standing.stop
                self._announce(texts, told)
            case ev.Leave():
                people.leave(self.call_id)
                self._leg.stop_playing()
                self._side.drop("caller gone")
            case ev.Bridge():
                stop_timer(self._timer)
                self._side.bridge(self._ears)
            case ev.DropAgent() | ev.DropTransfer():
                self._side.drop("caller gone")
                self.talk.drop()
            case ev.DropCaller():
                self._leg.hangup()
            case ev.Finish(reason, disposition):
                self._finish(reason, disposition)

    # ---- carrying out ------------------------------------------------------------------------

    def _dialogue(self, event: ivr.Event) -> None:
        self._post(ev.Dialogue(event))

    def _write(self, kind: str, data: dict[str, Any]) -> Any:
        if kind == "note":
            data = self._asking.with_version(data)
        record = Record(self.call_id, self._seq, self._parts.now(), kind, data)
        self._seq += 1
        self._live.record(kind, data, record.at)
        return self._parts.journal.write(record)

    def _announce(self, texts: tuple[str, ...], done: Callable[[], None] = lambda: None) -> None:
        def music() -> None:
            self._leg.play_loop(self._parts.hold_music)
            done()

        self._saying.hush()
        if texts:
            self._saying.say(texts, music)
        else:
            music()

    def _listen(self, phrases: Sequence[str], language: str) -> None:
        heard = (self._heard, self._voice, self._deaf, language)
        if not self._keypad and not self._ears.words(phrases, *heard):
            self._deaf()

    def _deaf(self) -> None:
        """No recogniser is to be had (any more): the keypad, for the rest of the call."""
        if self._keypad:
            return
        self.log.error("call {id}: no recogniser, the caller is left the keypad", id=self.call_id)
        self._keypad = True
        self._write("speech", {"state": "keypad"})
        self._dialogue(ivr.NoRecogniser())

    def _said(self, text: str, start: float, end: float) -> None:
        self._transcript.add("machine", Line(text, start, end, 1.0, (), True))

    def _voice(self) -> None:
        self._privacy.voice()
        self._dialogue(ivr.VoiceStarted())

    def _heard(self, line: Line) -> None:
        self._transcript.add("caller", self._privacy.of(line))
        if not line.final:
            self._dialogue(ivr.SpeechPartial(line.text))
            return
        self._last.add(line)
        again = not self._message.running and rereading.readable(self._parts.second, line)
        words = tuple((text, confidence) for text, _, _, confidence in line.words)
        self._dialogue(ivr.Speech(line.text, line.confidence, again, words))

    def _read_again(self, utterances: int) -> None:
        line, second = self._last.as_one(utterances), self._parts.second
        if line is None or second is None:
            return
        self._reread, keep = line, self._privacy.shown

        def read(again: ivr.ReadAgain, note: tuple[str, str]) -> None:
            # The call may be over by now, or a later utterance be read: nothing of either is ours.
            if self._reread is not line or self.state.phase is Phase.ENDED:
                return
            value = keep(note[1]) if note[0] == rereading.READ else note[1]
            self._write("note", {"key": note[0], "value": value})
            self._dialogue(again)

        now = self._parts.reactor.seconds()
        rereading.read_again(second, line, self._ears.sound_of(line), now, read)

    def _last_words(self, line: Line) -> None:
        self._transcript.add("caller", self._privacy.of(line))

    def _message_done(self, seconds: float) -> None:
        self._dialogue(ivr.MessageDone(seconds))

    def _transfer(self, target: str) -> None:
        if target not in self._parts.transfer_targets:
            self.log.error("transfer to {t} is not on the allow-list", t=target)
            self._post(ev.TransferEnded(failed=True))
            return
        self._message.drop()
        self._announce(())
        self._side.ring_target(target, self._invitation.caller)

    def _finish(self, reason: str, disposition: str) -> None:
        stop_timer(self._timer)
        self._message.drop()
        awaited = {"files", "words"}
        # Neither a line nor a recogniser that falls silent must keep the call from its end.
        limit = self._parts.reactor.callLater(END_LIMIT_S, self._close, reason, disposition)

        def here(what: str) -> None:
            awaited.discard(what)
            if not awaited and limit.active():
                limit.cancel()
                self._close(reason, disposition)

        self._ears.deafen(self._last_words, lambda: here("words"))
        self._leg.stop_recording(lambda: here("files"))

    def _close(self, reason: str, disposition: str) -> None:
        def closed(_: object) -> Any:
            self._transcript.close()
            return self._write("ended", {"reason": reason, "disposition": disposition})

        done = self._recording.close()
        done.addBoth(closed)
        done.addBoth(lambda _: self._on_closed(self))


def _ending(code: int, reason: str) -> str:
    if code in (0, 200):
        return "caller hung up"
    return (reason or f"SIP {code}")[:64]
