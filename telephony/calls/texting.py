"""Has a text message sent for a call, and tells its dialogue what became of it."""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger
from twisted.python.failure import Failure

from core.sms.port import Told
from ivr.events import SendSms, SmsDone
from telephony.calls.ports import Texts

log = Logger()


def send(
    texts: Texts, call_id: str, caller: str, wanted: SendSms, tell: Callable[[SmsDone], None]
) -> None:
    """Send to the number that was given, else to the `caller`'s own."""

    def failed(failure: Failure) -> Told:
        log.failure("call {id}: no word of a text", failure, id=call_id)
        return Told("unavailable")

    sending = texts.text(call_id, wanted.number or caller, wanted.text)
    sending.addErrback(failed)
    sending.addCallback(lambda told: tell(SmsDone(told.status, told.cap)))
