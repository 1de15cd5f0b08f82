"""A way to send texts in memory: it remembers them, and answers as the test says."""

from __future__ import annotations

from twisted.internet.defer import Deferred, succeed

from core.sms.port import Accepted, Outcome, Outgoing


class FakeSms:
    """Implements `core.sms.port.Sms`. `answers` come first, then every text is accepted.

    With `held` the answers wait until `release`.
    """

    def __init__(self) -> None:
        self.answers: list[Outcome] = []
        self.tried: list[Outgoing] = []
        self.arrived: dict[str, Outgoing] = {}
        self.held: list[tuple[Deferred[Outcome], Outcome]] | None = None

    def send(self, message: Outgoing) -> Deferred[Outcome]:
        self.tried.append(message)
        outcome = self.answers.pop(0) if self.answers else Accepted(f"ref-{message.id}")
        if isinstance(outcome, Accepted):
            self.arrived.setdefault(message.id, message)
        if self.held is None:
            return succeed(outcome)
        self.held.append((Deferred(), outcome))
        return self.held[-1][0]

    def release(self) -> None:
        held, self.held = self.held or [], None
        for waiting, outcome in held:
            waiting.callback(outcome)
