"""What a call asks of other rooms for its dialogue: answers, ways, cases, texts, call-backs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twisted.logger import Logger
from twisted.python.failure import Failure

from ivr import events as ivr
from telephony.calls import texting
from telephony.calls.case_checks import look_up
from telephony.calls.ports import Parts, Showing, Sought, asker_of
from telephony.sip.port import Invitation

SURE = {"nothing": 0, "unsure": 1, "ask": 2, "answer": 2}


class Asking:
    """Asks for one call and tells its dialogue."""

    log = Logger()

    def __init__(
        self,
        call_id: str,
        area: str,
        invitation: Invitation,
        parts: Parts,
        tell: Callable[[ivr.Event], None],
        write: Callable[[str, dict[str, Any]], Any],
        over: Callable[[], bool],
    ) -> None:
        """`tell` takes events for the dialogue, `write` records; nothing is told once `over()`."""
        self._call_id, self._area, self._invitation = call_id, area, invitation
        self._parts, self._tell, self._write, self._over = parts, tell, write, over
        self._versions: dict[str, tuple[int, str]] = {}

    def answer(self, asked: ivr.Ask) -> None:
        """Find an answer; of two readings of a question the surer one counts."""
        texts = [text for text in (asked.text, asked.otherwise) if text]
        replies = [
            self._parts.ask(replace(asked, text=text, otherwise=""), self._area) for text in texts
        ]
        reply = max(
            replies, key=lambda reply: (SURE[reply.answered.decision], reply.answered.score)
        )
        self._versions[reply.answered.article] = (reply.version, reply.answered.title)
        self._tell(reply.answered)

    def with_version(self, note: dict[str, Any]) -> dict[str, Any]:
        """Return a note; one that names an article says which version and title were found."""
        if note["key"] != "article" or note["value"] not in self._versions:
            return note
        version, title = self._versions[note["value"]]
        return {**note, "version": version, "title": title}

    def guide(self, asked: Sought) -> None:
        """Find places, a way or service places."""

        def found(reply: Showing) -> None:
            if not self._over():
                if isinstance(reply, ivr.WayFound) and reply.kept:
                    self._write("way", reply.kept)
                self._tell(reply)

        def failed(failure: Failure) -> None:
            self.log.failure("the way cannot be told", failure)
            found(ivr.PlacesFound("unavailable"))

        asker = asker_of(self._invitation, self._area)
        finding = self._parts.run_in_thread(self._parts.guide, asked, asker)
        finding.addCallbacks(found, failed)

    def text(self, wanted: ivr.SendSms) -> None:
        """Send a text message."""
        assert self._parts.texts is not None, "the dialogue knows that texts can be sent"
        caller = self._invitation.caller
        texting.send(self._parts.texts, self._call_id, caller, wanted, self._tell)

    def case(self, asked: ivr.CheckCase) -> None:
        """Look a case up."""
        look_up(self._parts, asked, self._call_id, self._invitation).addCallback(self._tell)
