"""Events that reach a dialogue and effects that it asks for. The interpreter is sans-IO: whoever
drives it (telephony.calls) feeds events with the time and carries the effects out in order.

While a person or a transfer's far end talks with the caller, only `PersonLeft` is fed; while the
caller waits in a queue, digits and speech are fed as ever, so that an emergency is still noticed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.asker import UNKNOWN, Asker

# ---- events ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The call is answered and recorded; `now` is in the step's argument."""


@dataclass(frozen=True, slots=True)
class SayDone:
    """The last `Say` was heard to its end."""

    tag: int


@dataclass(frozen=True, slots=True)
class Digit:
    """The caller pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """The caller begins to make a sound; a `Speech` follows, empty if there were no words."""


@dataclass(frozen=True, slots=True)
class SpeechPartial:
    """The recogniser's text so far."""

    text: str


@dataclass(frozen=True, slots=True)
class Speech:
    """An utterance; empty text means sound without words.

    `again` says that a second, slower reading of it can be had with `Reread`. `words` are those of
    the text, each with the recogniser's confidence in it, 0..1; empty when that is not known.
    """

    text: str
    confidence: float
    again: bool = False
    words: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """The last utterance as two readings make it; `otherwise` is what it may be instead."""

    text: str
    confidence: float
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer asked for by `SetTimer` ran out; `tag` is the one it was set with."""

    tag: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The knowledge room's reply to `Ask`. `decision` is answer, ask, unsure or nothing.

    `long`, `materials` and `place` are what more can be told of the article, empty where it says
    nothing: all of it, what to bring, where and when to go. `asks` is the condition (`core.asker`)
    that it depends on, to be asked for before it is told; the decision is then ask, or unsure.
    `area` is where the question was put for.
    """

    decision: str
    article: str = ""
    title: str = ""
    spoken: str = ""
    source: str = ""
    score: float = 0.0
    long: str = ""
    materials: str = ""
    place: str = ""
    asks: str = ""
    area: str = ""

    def part(self, name: str) -> str:
        """What a `MoreNode` of that part tells; `again` is the answer itself."""
        parts = {"again": self.spoken + self.source, "long": self.long}
        return {**parts, "materials": self.materials, "place": self.place}[name]


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """A place as the dialogue knows it: `token` is for the driver alone, `label` is spoken."""

    token: str
    label: str


@dataclass(frozen=True, slots=True)
class PlacesFound:
    """The gazetteer's reply to `FindPlace`.

    `decision` is ready (to an empty question), sure, choose, nothing, or unavailable when no place
    names are loaded; told when a question about places is answered by `why`, nearby when `places`
    answer it too, where when it has to be known first where the caller is. `why` is a sentence for
    the caller; for a place that is sure it is empty, or what is to be said of it first.
    """

    decision: str
    places: tuple[PlaceSeen, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class WayFound:
    """The reply to `FindWay`: a summary and spoken steps, or `why` there are none.

    `kept` is for the driver alone: what the call's ticket keeps of the way.
    """

    summary: str = ""
    steps: tuple[str, ...] = ()
    why: str = ""
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SmsDone:
    """The reply to `SendSms`, as in `core.sms.port.Told`.

    `status` is sent, queued, capped (the number has had its `cap` of today), refused (it gets no
    texts) or unavailable.
    """

    status: str
    cap: int = 0


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """The reply to `CheckCase` with the same `tag`.

    `decision` is ready (to an empty one), told, refused (whatever does not fit, and whether or not
    there is such a case), locked, or unavailable. When told: the case's own `number`, what it is
    about (`matter`), its `status` (`ivr.nodes.STATUSES`), and sentences that say more.
    """

    tag: int
    decision: str
    number: str = ""
    matter: str = ""
    status: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServicePlaceSeen:
    """A service place: `texts` are spoken one after the other.

    `token` is for the driver alone, empty where the position is not known.
    """

    token: str
    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServicePlacesFound:
    """The reply to `FindServicePlaces`.

    `decision` is kind or where when that is not known and must be asked for, choose (`choices` are
    places or areas), found, nothing, or unavailable when no service places are loaded. `kind` and
    `where` are the driver's words for what is known by now; `start` is the place that distances are
    from. `why` leads to the first place or says why there is none.
    """

    decision: str
    kind: str = ""
    kind_label: str = ""
    where: str = ""
    start: PlaceSeen | None = None
    choices: tuple[PlaceSeen, ...] = ()
    places: tuple[ServicePlaceSeen, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class QueueEnded:
    """Waiting is over without a person: reason is nobody, timeout or closed."""

    reason: str


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """Where who waits stands: how many are `ahead`, and the estimated wait (s), None: unknown."""

    ahead: int
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class CallBackBooked:
    """The reply to `BookCallBack`.

    `status` is kept, again (one to this number was booked already, and stands), refused (this
    number cannot be dialled), or unavailable. `given`: the caller gave the number.
    """

    status: str
    given: bool = False


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """The agent hung up first, or the transfer failed (`failed`)."""

    failed: bool = False


@dataclass(frozen=True, slots=True)
class PersonCame:
    """A person talks with the caller now: what was being asked is for them."""


@dataclass(frozen=True, slots=True)
class MessageDone:
    """The caller's message is recorded; `seconds` of it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class NoRecogniser:
    """Speech is not to be had on this call: keypad only from here."""


Event = (
    Started
    | SayDone
    | Digit
    | VoiceStarted
    | SpeechPartial
    | Speech
    | ReadAgain
    | TimerFired
    | Answered
    | PlacesFound
    | WayFound
    | SmsDone
    | CaseSeen
    | ServicePlacesFound
    | QueueEnded
    | QueueStanding
    | CallBackBooked
    | PersonCame
    | PersonLeft
    | MessageDone
    | NoRecogniser
)

# ---- effects -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Play these texts in order, each a prompt of its own, then send SayDone(tag)."""

    texts: tuple[str, ...]
    tag: int


@dataclass(frozen=True, slots=True)
class SayWaiting:
    """Play these texts over the music of a caller who keeps their place, then music and SayDone."""

    texts: tuple[str, ...]
    tag: int


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop what is being said (barge-in)."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Be silent, but keep the place: the caller may be about to speak."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with what was paused, where it stopped."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Open the recogniser (idempotent) with these phrases, or all when empty.

    `language`: what the caller speaks, empty for Mandarin; NoRecogniser follows when there is no
    model for it.
    """

    phrases: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Deafen:
    """Close the recogniser."""


@dataclass(frozen=True, slots=True)
class ElderBegins:
    """Speak slowly and listen longer from now on.

    Prompts take `pace` times as long, pitch kept; an utterance is over only after
    `end_of_speech_ms` of silence.
    """

    pace: float
    end_of_speech_ms: int


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Send TimerFired(tag) after so many ms; a later SetTimer replaces an earlier one."""

    ms: int
    tag: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the knowledge room; the driver replies with Answered, to the better of both texts.

    `asker` is what is known of who asks, `about` the article that the caller has confirmed.
    """

    text: str
    otherwise: str = ""
    asker: Asker = UNKNOWN
    about: str = ""


@dataclass(frozen=True, slots=True)
class FindPlace:
    """Find a place by what was said; the driver replies with PlacesFound.

    `near` is the token of a place beside it, `here` of where the caller is. An empty text asks
    whether any places are known.
    """

    text: str
    near: str = ""
    otherwise: str = ""
    here: str = ""


@dataclass(frozen=True, slots=True)
class FindWay:
    """Find the way between two places by their tokens; the driver replies with WayFound.

    `mode` is walk or car.
    """

    start: str
    end: str
    mode: str = "walk"


@dataclass(frozen=True, slots=True)
class SendSms:
    """Send a text message; the driver replies with SmsDone.

    `number` is as the caller gave it, empty for the one they phone from.
    """

    text: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class CheckCase:
    """Look up a case for a caller who proves who they are; the driver replies with CaseSeen.

    `number` are the case number's digits, `last_four` ends the applicant's identity number and
    `born` is their birthday (YYYYMMDD). Without a number: whether this caller can be told anything.
    """

    tag: int
    number: str = ""
    last_four: str = field(default="", repr=False)
    born: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Private:
    """What the caller says and keys from now on is kept nowhere, until `on` is false.

    Neither in transcript, journal and live page, nor in the recording.
    """

    on: bool


@dataclass(frozen=True, slots=True)
class FindServicePlaces:
    """Find service places by what was said; the driver replies with ServicePlacesFound.

    `kind` and `where` are from its last reply. What is said goes before them.
    """

    text: str
    otherwise: str = ""
    kind: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Reread:
    """Read the last utterance a second time; the driver replies with ReadAgain.

    `utterances`: so many, which the caller said with short pauses, as one.
    """

    utterances: int = 1


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Put the caller in a queue. `priority` is normal or emergency. Music is the driver's.

    `texts` are said at once, while the caller waits already; the music begins after them and no
    SayDone is sent. An `Enqueue` while the caller waits replaces the place in the queue (a normal
    caller became an emergency). With a `skill` only people who have it are waited for.
    """

    queue: str
    priority: str
    limit_ms: int
    texts: tuple[str, ...] = ()
    skill: str = ""


@dataclass(frozen=True, slots=True)
class KeepPlace:
    """Keep the place of a caller who waits while the dialogue talks with them, or give it up."""

    on: bool


@dataclass(frozen=True, slots=True)
class BookCallBack:
    """Call the caller back in their place, at `number`, or empty at the one they phone from.

    The driver replies with CallBackBooked. A second one in a call replaces the first.
    """

    number: str = ""


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """Let the caller speak until '#', silence or the limit; reply with MessageDone.

    The tone before it is the driver's. A later `Enqueue`, `Say` or `HangUp` ends the message
    without MessageDone.
    """

    limit_ms: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Bridge to a number or SIP URI on the allow-list."""

    target: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call politely."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A node was entered: for the ticket's path and the live page."""

    node: str


@dataclass(frozen=True, slots=True)
class Note:
    """A fact for the ticket.

    Keys: intent (the choice's name), question (the caller's words), reread (the call's own: the
    second reader's text of them), reread_missed (the call's own: why there is none: refused, late,
    nothing), topic and article (what answered it), asked_back (the word of distress that was asked
    back), asked_back_no (the caller's clear no), asked (the condition of an answer that the caller
    was asked for), area, age and household (what was understood of it: GB/T 2260 code, years,
    local or other; empty: nothing), language (what the caller speaks, where it is not
    Mandarin), sms (what became of a text that was asked for: `ivr.nodes.SMS_STATUS`), elder (why
    the call is in elder mode: `ivr.elder`), emergency (the words or the key that raised it),
    call_back (what became of a call-back that was asked for: `CallBackBooked`),
    case_asked (the case number that was confirmed), case_check (what came of a check: told,
    refused, locked), case (the number of the case that was told), and disposition: machine,
    connected, message or emergency; a later one replaces an earlier one.
    """

    key: str
    value: str


Effect = (
    Say
    | SayWaiting
    | Hush
    | Pause
    | Resume
    | Listen
    | Deafen
    | ElderBegins
    | SetTimer
    | Ask
    | FindPlace
    | FindWay
    | SendSms
    | CheckCase
    | Private
    | FindServicePlaces
    | Reread
    | Enqueue
    | KeepPlace
    | BookCallBack
    | RecordMessage
    | Transfer
    | HangUp
    | Visit
    | Note
)
