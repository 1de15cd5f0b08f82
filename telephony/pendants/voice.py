"""Which calls are the voice legs of alarms: those of a device that just sent one, or of a number in
the register, whose devices call without a message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.logger import Logger

from core.clock import stop_timer
from telephony.pendants.signal import Severity, Signal, Voice
from telephony.pendants.store import LIVE_FOR, Taken, number_key
from telephony.sip import message as sip
from telephony.sip.port import Invitation

WAIT_S = LIVE_FOR.total_seconds()


@dataclass(frozen=True, slots=True)
class Awaited:
    """An alarm whose device may call; `timer` ends the wait."""

    signal: Signal
    taken: Taken
    timer: Any


class VoiceLegs:
    """Reactor thread only. `publish` tells the console of alarms."""

    log = Logger()

    def __init__(self, reactor: Any, publish: Callable[[str, dict[str, Any]], None]) -> None:
        self._reactor, self._publish = reactor, publish
        self._awaited: dict[str, Awaited] = {}
        self.registered: dict[str, int] = {}
        """Devices by keyed number."""

    def taken(self, signal: Signal, taken: Taken) -> None:
        """An alarm was stored: its device may call from now on."""
        if signal.severity is not Severity.ALARM:
            return
        self._publish("pendant.alarm", _said(signal, taken))
        old = self._awaited.pop(signal.controller, None)
        if old is not None:
            stop_timer(old.timer)
        timer = self._reactor.callLater(WAIT_S, self._silent, signal.controller)
        self._awaited[signal.controller] = Awaited(signal, taken, timer)

    def stop(self) -> None:
        """Wait for nobody any more."""
        for each in self._awaited.values():
            stop_timer(each.timer)
        self._awaited.clear()

    def is_alarm(self, invitation: Invitation) -> bool:
        """Say whether a call is such a leg."""
        return self._of(invitation) is not None or self._registered(invitation) is not None

    def connect(self, invitation: Invitation) -> str:
        """A call came: return what its record says of device and signal, empty for no such leg."""
        found = self._of(invitation)
        if found is not None:
            stop_timer(found.timer)
            self._awaited.pop(found.signal.controller, None)
            signal = found.signal
            known = f"登记号{found.taken.device}" if found.taken.device else "未登记"
            return (
                f"{signal.protocol} {signal.controller}（{known}）"
                f" {signal.kind.value} {signal.code} {signal.place} 信号{found.taken.id}"
            )
        device = self._registered(invitation)
        return f"来电号码，登记号{device}" if device is not None else ""

    def _of(self, invitation: Invitation) -> Awaited | None:
        user = sip.user_of(sip.address(sip.parse(invitation.raw).get("from")).uri)
        found = self._awaited.get(user.lstrip("+")) if user else None
        if found is None and invitation.caller:
            for each in self._awaited.values():
                if each.taken.number == invitation.caller:
                    return each
        return found

    def _registered(self, invitation: Invitation) -> int | None:
        if not self.registered or not invitation.caller:
            return None
        return self.registered.get(number_key(invitation.caller))

    def _silent(self, controller: str) -> None:
        awaited = self._awaited.pop(controller)
        if awaited.signal.voice is Voice.NONE:
            return
        self.log.critical("no voice leg followed the alarm of {c}", c=controller)
        self._publish("pendant.silent", _said(awaited.signal, awaited.taken))


def _said(signal: Signal, taken: Taken) -> dict[str, Any]:
    return {
        "signal": taken.id,
        "protocol": signal.protocol,
        "controller": signal.controller,
        "kind": signal.kind.value,
        "voice": signal.voice.value,
        "device": taken.device or 0,
    }
