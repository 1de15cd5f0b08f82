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
SHOWN_S = 3600.0
"""So long an alarm without a call stands on the console's pages, or until its device calls."""


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
        self._unheard: dict[str, tuple[float, str]] = {}
        self.registered: dict[str, int] = {}
        """Devices by keyed number."""

    def taken(self, signal: Signal, taken: Taken) -> None:
        """An alarm was stored: its device may call from now on."""
        if signal.severity is not Severity.ALARM:
            return
        self._publish("pendant.alarm", _said(signal, taken))
        if signal.voice is not Voice.INBOUND:
            self._nobody_spoke(signal, taken)
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

    def alerts(self) -> list[str]:
        """Return a sentence for people about each alarm that came without a call, for an hour."""
        now = self._reactor.seconds()
        self._unheard = {
            controller: (at, text)
            for controller, (at, text) in self._unheard.items()
            if now - at < SHOWN_S
        }
        return [text for _, text in self._unheard.values()]

    def is_alarm(self, invitation: Invitation) -> bool:
        """Say whether a call is such a leg."""
        return self._of(invitation) is not None or self._registered(invitation) is not None

    def connect(self, invitation: Invitation) -> str:
        """A call came: return what its record says of device and signal, empty for no such leg."""
        found = self._of(invitation)
        if found is not None:
            stop_timer(found.timer)
            self._awaited.pop(found.signal.controller, None)
            self._unheard.pop(found.signal.controller, None)
            signal = found.signal
            return (
                f"{signal.protocol} {signal.controller}（{_known(found.taken)}）"
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

    def _nobody_spoke(self, signal: Signal, taken: Taken) -> None:
        text = (
            f"紧急呼叫设备 {signal.controller}（{_known(taken)}）报警，没有通话："
            f"请立即联系本人或家属，并报告值班主管。信号{taken.id}"
        )
        self._unheard[signal.controller] = (self._reactor.seconds(), text)

    def _silent(self, controller: str) -> None:
        awaited = self._awaited.pop(controller)
        if awaited.signal.voice is not Voice.INBOUND:
            return
        self.log.critical("no voice leg followed the alarm of {c}", c=controller)
        self._nobody_spoke(awaited.signal, awaited.taken)
        self._publish("pendant.silent", _said(awaited.signal, awaited.taken))


def _known(taken: Taken) -> str:
    return f"登记号{taken.device}" if taken.device else "未登记"


def _said(signal: Signal, taken: Taken) -> dict[str, Any]:
    return {
        "signal": taken.id,
        "protocol": signal.protocol,
        "controller": signal.controller,
        "kind": signal.kind.value,
        "voice": signal.voice.value,
        "device": taken.device or 0,
    }
