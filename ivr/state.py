"""Where a dialogue stands: everything that the interpreter remembers between two events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from core.asker import UNKNOWN, Asker
from ivr import case_check, conditions, digits, directions, service_places
from ivr.emergency import Word
from ivr.events import Answered, PlaceSeen, ReadAgain
from ivr.standing import Announced


class Phase(Enum):
    """What the dialogue is waiting for."""

    SAYING = "saying"
    """The end of a text after which it goes on by itself."""
    LISTENING = "listening"
    """The caller: while the question is said (`saying` is set) or after it."""
    ASKING = "asking"
    """The knowledge room."""
    QUEUED = "queued"
    """A person, or the news that there is none."""
    RECORDING = "recording"
    """The end of the caller's message."""
    TRANSFERRED = "transferred"
    """The end of a transfer."""
    ENDED = "ended"
    """Nothing: HangUp was sent."""


@dataclass(frozen=True, slots=True)
class Held:
    """An utterance that is being read a second time; `told`: the caller was asked to wait.

    `goes_on`: the caller speaks again, and what comes may be the rest of it; its `reading` waits
    for that. `utterances` are read as one.
    """

    text: str
    confidence: float
    told: bool = False
    goes_on: bool = False
    reading: ReadAgain | None = None
    utterances: int = 1


@dataclass(frozen=True, slots=True)
class State:
    """One moment of one dialogue.

    `saying` and `timer` are the tags of the Say and the timer in force, 0 when there is none.
    `then` is the node that follows the text being said, empty when the node itself decides.
    `tries` counts silences and misses at this node, `misses` misunderstandings in a row over
    nodes. `texts` is what was said last, `cut` that the caller broke into it, `early` what the
    caller said before the question. `question` is what the knowledge room is asked, `otherwise`
    what it may have been instead, `held` an utterance that is read again. `unsure` is a find that
    waits to be confirmed. `number` is what has been collected at a digits node, `way` where the
    talk about a way stands, `case` the one about a case, `service` where that about service
    places does; `going` are the end and perhaps the start that it leads to the way with. `private`:
    nothing of what the caller says and keys is kept. `paused` says that the text stands still for a
    sound which may become words, `false_starts` how many did not.
    `told` is the answer that was told last, `written` the answer or way that was told last, in
    writing. `offered` says that sending it was offered, `tell_on` is the node to which the call
    comes back from that. `asker` is what is known of who asks, for the whole call; `asking` is
    there while the caller is asked for a condition of the answer `found`, `vain` says that one was
    asked for in vain, `about` is the article that was confirmed. `sourced` and `cautioned`: a
    source and the caveat were said in this call. `distress` are the different words of distress
    heard in this call, `glimpsed` those in the partials of this utterance. While the caller is
    asked back (`asked_back`) the phase stays what it was, so that a no leads back to it, or to the
    node `back` if the wait ended meanwhile; `crying` says that the utterance which was asked back
    has not ended. `known` is what was known of the caller beforehand (`Dialogue.start`). `language`
    is what the caller speaks when it is not Mandarin. `elder` is why the call is in elder mode,
    empty when it is not; `slow` counts slow answers, `asked_at` is when the question had been said
    and `voiced_at` when the caller began to answer it. `holding` is the queue node whose place is
    kept while the call is elsewhere, `announced` what was said of the place, `booked`: a call-back
    stands.
    """

    node: str = ""
    phase: Phase = Phase.SAYING
    tag: int = 0
    saying: int = 0
    timer: int = 0
    then: str = ""
    tries: int = 0
    misses: int = 0
    texts: tuple[str, ...] = ()
    cut: bool = False
    early: str = ""
    partial: str = ""
    question: str = ""
    otherwise: str = ""
    held: Held | None = None
    unsure: Answered | None = None
    told: Answered | None = None
    asker: Asker = UNKNOWN
    asking: conditions.State | None = None
    found: Answered | None = None
    vain: bool = False
    about: str = ""
    sourced: bool = False
    cautioned: bool = False
    written: str = ""
    offered: bool = False
    tell_on: str = ""
    number: digits.State = field(default_factory=digits.State)
    way: directions.State = field(default_factory=directions.State)
    case: case_check.State = field(default_factory=case_check.State)
    private: bool = False
    service: service_places.State = field(default_factory=service_places.State)
    going: tuple[PlaceSeen, PlaceSeen | None] | None = None
    deaf: bool = False
    paused: bool = False
    false_starts: int = 0
    distress: tuple[Word, ...] = ()
    glimpsed: tuple[Word, ...] = ()
    asked_back: bool = False
    crying: bool = False
    back: str = ""
    known: frozenset[str] = frozenset()
    emergency: bool = False
    language: str = ""
    elder: str = ""
    slow: int = 0
    asked_at: datetime | None = None
    voiced_at: datetime | None = None
    holding: str = ""
    announced: Announced = field(default_factory=Announced)
    booked: bool = False
