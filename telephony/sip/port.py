"""What the telephony room knows of SIP and media: a line that brings legs.

`telephony.sip.endpoint` implements it with pjsua2, `tests/fakes/sip.py` in memory; both pass the
same contract tests. Everything here is called, and calls back, on the reactor thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol


class LegState(Enum):
    """Where a leg is in its life."""

    RINGING = "ringing"
    EARLY = "early"
    UP = "up"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an INVITE said, read from its raw text before anybody decides anything.

    `caller` and `called` are normalised (E.164 or short code); `caller` is empty when the caller
    asked for privacy on an untrusted trunk or sent none. `withheld` is true when Privacy: id/user
    was asked for: the number may then be kept for emergencies but not shown.
    """

    sip_call_id: str
    source: str
    trunk: str
    caller: str
    caller_name: str
    called: str
    withheld: bool = False
    diversion: tuple[str, ...] = ()
    geolocation: str = ""
    raw: str = ""


class LegEvents(Protocol):
    """Who owns a leg gets these calls. None of them may raise."""

    def leg_ringing(self, leg: Leg) -> None:
        """180/183 was received (outgoing legs)."""

    def leg_up(self, leg: Leg) -> None:
        """200 and ACK are exchanged and audio flows both ways."""

    def leg_dtmf(self, leg: Leg, digit: str) -> None:
        """One digit 0-9 * # A-D, by RFC 4733 or INFO."""

    def leg_ended(self, leg: Leg, code: int, reason: str) -> None:
        """The leg is over; the last event of a leg, sent exactly once."""


class Leg(Protocol):
    """One SIP dialogue with its audio."""

    id: str
    state: LegState
    remote: str
    codec: str
    owner: LegEvents | None

    def ring(self) -> None:
        """Send 180."""

    def answer(self) -> None:
        """Send 200; `leg_up` follows."""

    def refuse(self, code: int, retry_after: int = 0) -> None:
        """End an unanswered incoming leg with a final code >= 300."""

    def hangup(self) -> None:
        """End the leg with BYE or CANCEL; `leg_ended` follows. Safe in any state."""

    def play(self, files: Sequence[Path], done: Callable[[], None], from_ms: int = 0) -> None:
        """Play files one after the other without a gap, replacing what plays.

        They begin `from_ms` into their sound, where an earlier `play` of them was stopped.

        `done` is called once when the last file ended; never after `stop_playing` or the end.
        A file that cannot be read is skipped and logged.
        """

    def play_loop(self, file: Path) -> None:
        """Play one file round and round (music on hold, ring-back), replacing what plays."""

    def stop_playing(self) -> int:
        """Silence at once; returns how far (ms) into its sound the current `play` has come."""

    def listen(self, on_audio: Callable[[bytes], None] | None) -> None:
        """Copy what the far end says, 20 ms of 8 kHz 16-bit samples at a time; None ends it.

        The callback runs on the reactor thread.
        """

    def record(self, said: Path, heard: Path) -> None:
        """Record what the far end says and what it hears, as two aligned 8 kHz mono WAV files.

        Silence is written as silence, so that position in the file is time since this call.
        What records already is closed first. Raises OSError where a file cannot be made. A leg's
        recording is closed and complete on disk before its `leg_ended`.
        """

    def hide(self, on: bool) -> None:
        """Record silence instead of what the far end says, until this is called with false.

        Holds for the recording that runs. Whoever listens hears the far end all the same, and what
        that hears is recorded as ever.
        """

    def stop_recording(self, done: Callable[[], None] | None = None) -> None:
        """Close both files. Safe when nothing records.

        `done` is called once when the files are complete on disk (within a few frames).
        """

    def send_dtmf(self, digits: str) -> None:
        """Send digits by RFC 4733."""


class Line(Protocol):
    """The SIP side of one node."""

    def bridge(self, a: Leg, b: Leg) -> None:
        """Let two legs hear each other (idempotent); playing to either stops."""

    def unbridge(self, a: Leg, b: Leg) -> None:
        """Undo `bridge`."""

    def hear(self, listener: Leg, speaker: Leg) -> None:
        """Let one leg hear another, one way (idempotent); what plays to it goes on."""

    def unhear(self, listener: Leg, speaker: Leg) -> None:
        """Undo `hear`."""

    def dial(
        self,
        uri: str,
        owner: LegEvents,
        caller: str = "",
        headers: dict[str, str] | None = None,
    ) -> Leg:
        """Start an outgoing SIP leg."""

    def dial_browser(self, agent: str, owner: LegEvents) -> Leg:
        """Ring an agent's browser over WebRTC; signalling goes through the browser gate."""

    @property
    def legs(self) -> int:
        """Legs alive now."""


class BrowserGate(Protocol):
    """Carries SDP between the SIP side and the browser of an agent (over bus and WebSocket)."""

    def offer(self, agent: str, leg_id: str, sdp: str) -> None:
        """Ring the agent's browser with an SDP offer."""

    def end(self, agent: str, leg_id: str) -> None:
        """Tell the browser that the leg is over (or no longer offered)."""


@dataclass(slots=True)
class SipFacts:
    """What `hotline doctor` and `/metrics` ask of the endpoint."""

    version: str = ""
    codecs: list[str] = field(default_factory=list)
    max_calls: int = 0
    transports: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
