"""How a call has a case looked up: its caller as the desk must know them, and the answer."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from ivr import events as ivr
from telephony.calls.ports import CaseDesk, Parts
from telephony.sip.port import Invitation

log = Logger()


def look_up(
    parts: Parts, asked: ivr.CheckCase, call: str, invitation: Invitation
) -> Deferred[ivr.CaseSeen]:
    """Look a case up, or (no number) whether this caller can be told of any.

    A number that the caller has withheld counts as none. What fails is unavailable. What is to be
    said is rendered from now on.
    """
    caller = "" if invitation.withheld else invitation.caller

    def seen(found: ivr.CaseSeen) -> ivr.CaseSeen:
        for text in found.more:
            for sentence in parts.prompts.split(text):
                parts.prompts.want(sentence).addErrback(lambda _: None)
        return found

    def failed(failure: Failure) -> ivr.CaseSeen:
        log.failure("a case cannot be looked up", failure)
        return ivr.CaseSeen(asked.tag, "unavailable")

    looking: Deferred[ivr.CaseSeen] = parts.run_in_thread(_seen, parts.cases, asked, call, caller)
    return looking.addCallback(seen).addErrback(failed)


def _seen(desk: CaseDesk | None, asked: ivr.CheckCase, call: str, caller: str) -> ivr.CaseSeen:
    if desk is None:
        return ivr.CaseSeen(asked.tag, "unavailable")
    if not asked.number:
        return ivr.CaseSeen(asked.tag, desk.ready(call, caller).decision)
    found = desk.check(call, caller, asked.number, asked.last_four, asked.born)
    return ivr.CaseSeen(
        asked.tag, found.decision, found.number, found.matter, found.status, found.more
    )
