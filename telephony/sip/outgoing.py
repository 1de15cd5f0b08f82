"""Calls out: one leg to one telephone number, through the trunk that the operator set for it.

```
call = Outgoing(line, trunk, reactor, "12349").place("+8613800138000", caller)
call.hangup()              # at any moment; nothing is reported after it before the answer
```

`caller` is a `Dialler`: `ringing()` at most once, then exactly one of `answered(leg)` and
`failed(code, reason)`. On `answered` set `leg.owner` to whoever takes the leg's keys and its end
from then on. `failed` has the SIP code of the far end (486 busy, 480, 404, 603 …), or one of ours:
REFUSED the number must not be dialled, NO_TRUNK no trunk dials out, NO_ANSWER nobody answered in
time. None of the three is called before `place` has returned.

Who may dial what is the caller's business (quota, class, allow-list); `refusal` is the floor under
all of it: numbers that nothing here ever dials.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import phonenumbers

from core.clock import DelayedCall, Timing, stop_timer
from telephony.sip.config import Trunk
from telephony.sip.numbers import normalise
from telephony.sip.port import Leg, Line

REFUSED = 403
NO_ANSWER = 408
NO_TRUNK = 503

RING_LIMIT_S = 45.0
"""How long a telephone may ring (s)."""

ORDINARY = (
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)
"""What a citizen answers: no premium, shared-cost, free-phone or network numbers (E.164, CN)."""


class Dialler(Protocol):
    """Who had a leg placed. None of these may raise."""

    def ringing(self) -> None:
        """The far telephone rings."""

    def answered(self, leg: Leg) -> None:
        """The leg is up; set `leg.owner`, or its end is told to nobody."""

    def failed(self, code: int, reason: str) -> None:
        """There was no answer."""


def refusal(number: str, country: str = "CN") -> str:
    """Say why a number must never be dialled; empty for an ordinary one of `country`.

    Short codes (110, 120, 12345 …), numbers abroad and special rates are refused.
    """
    try:
        parsed = phonenumbers.parse(normalise(number, country))
    except phonenumbers.NumberParseException:
        # Without a plus it is not E.164, hence no valid number of anywhere.
        return "not a whole telephone number"
    if phonenumbers.region_code_for_number(parsed) != country:
        return "a number abroad"
    if phonenumbers.number_type(parsed) not in ORDINARY:
        return "a special number"
    return ""


def trunk_out(trunks: Sequence[Trunk], name: str = "") -> Trunk | None:
    """Return the trunk of that name, or the first, through which numbers can be dialled."""
    able = [trunk for trunk in trunks if trunk.dial]
    return next((trunk for trunk in able if not name or trunk.name == name), None)


class Outgoing:
    """Places legs through one trunk; shows `number` to those who are called."""

    def __init__(self, line: Line, trunk: Trunk | None, reactor: Timing, number: str) -> None:
        """Without a trunk every call fails with NO_TRUNK."""
        self._line, self._trunk, self._reactor, self._number = line, trunk, reactor, number

    @property
    def trunk(self) -> str:
        """The trunk's name; empty without one."""
        return self._trunk.name if self._trunk is not None else ""

    @property
    def ready(self) -> bool:
        """Whether there is a trunk that dials out."""
        return self._trunk is not None

    def place(self, number: str, caller: Dialler, limit_s: float = RING_LIMIT_S) -> OutgoingCall:
        """Dial a number, for at most `limit_s` seconds until it is answered."""
        call = OutgoingCall(caller, self._reactor)
        trunk = self._trunk
        if trunk is None:
            call.fail_soon(NO_TRUNK, "no trunk dials out")
        elif why := refusal(number, trunk.country):
            call.fail_soon(REFUSED, why)
        else:
            uri = trunk.dial.replace("{number}", normalise(number, trunk.country))
            call.begin(lambda: self._line.dial(uri, call, self._number), limit_s)
        return call


class OutgoingCall:
    """One leg on its way out; owns it until it is answered."""

    def __init__(self, caller: Dialler, reactor: Timing) -> None:
        self.leg: Leg | None = None
        self._caller, self._reactor = caller, reactor
        self._limit: DelayedCall | None = None
        self._late = self._over = self._rang = False

    def hangup(self) -> None:
        """End it. Before the answer nothing more is reported."""
        self._finish()
        if self.leg is not None:
            self.leg.hangup()

    # ---- for Outgoing ------------------------------------------------------------------------

    def begin(self, dial: Callable[[], Leg], limit_s: float) -> None:
        """Dial, and give up after `limit_s`."""
        self._limit = self._reactor.callLater(limit_s, self._unanswered)
        self.leg = dial()

    def fail_soon(self, code: int, reason: str) -> None:
        """Report a failure that was known before anything was dialled."""
        self._limit = self._reactor.callLater(0, self._fail, code, reason)

    # ---- the leg's events --------------------------------------------------------------------

    def leg_ringing(self, leg: Leg) -> None:
        """See LegEvents."""
        if not self._over and not self._rang:
            self._rang = True
            self._caller.ringing()

    def leg_up(self, leg: Leg) -> None:
        """See LegEvents."""
        if not self._over:
            self._finish()
            self._caller.answered(leg)

    def leg_dtmf(self, leg: Leg, digit: str) -> None:
        """See LegEvents. Nobody listens before the answer."""

    def leg_ended(self, leg: Leg, code: int, reason: str) -> None:
        """See LegEvents."""
        if self._late:
            self._fail(NO_ANSWER, "no answer")
        else:
            self._fail(code if code >= 300 else 480, reason)

    def _unanswered(self) -> None:
        # The far end may answer at this very moment: its leg says how it ended.
        self._late = True
        if self.leg is not None:
            self.leg.hangup()

    def _fail(self, code: int, reason: str) -> None:
        if not self._over:
            self._finish()
            self._caller.failed(code, reason)

    def _finish(self) -> None:
        self._over = True
        stop_timer(self._limit)
