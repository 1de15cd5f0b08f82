"""A scripted far end for the pure machine: builds the answers and requests that a server sends."""

from __future__ import annotations

from telephony.caller import uac
from telephony.caller.address import parse_uri
from telephony.caller.dialog import Call, Plan
from telephony.caller.digest import Credentials
from telephony.caller.message import Message, params, parse, request
from telephony.caller.sdp import NearMedia, offer
from telephony.caller.transaction import SetTimer, StopTimer, Timer, Transmit
from telephony.caller.turn import Arrived, Effect, Event, Fired, Over

SOURCE = ("192.0.2.2", 5060)
THEIR_SDP = offer(NearMedia("192.0.2.2", 6000), 1)


class Wire:
    """A call, what it sent, told, and which timers run."""

    def __init__(self, credentials: Credentials | None = None, session_expires: int = 0) -> None:
        plan = Plan(
            parse_uri("sip:12349@192.0.2.2"),
            NearMedia("192.0.2.1", 4000),
            5070,
            "0123456789abcdef",
            "sip:100@192.0.2.1",
            credentials=credentials,
            headers=(("X-Test", "yes"),),
            session_expires=session_expires,
        )
        self.call = Call(plan)
        self.sent: list[Message] = []
        self.told: list[Effect] = []
        self.timers: dict[Timer, float] = {}
        self.due: dict[Timer, float] = {}
        self.now = 0.0
        self.served = 100

    def give(self, event: Event) -> list[Message]:
        """Feed an event; returns what was sent, each as it comes out of the parser again."""
        self.call, effects = uac.step(self.call, event, 0.0)
        fresh: list[Message] = []
        for effect in effects:
            if isinstance(effect, Transmit):
                fresh.append(parse(effect.message.encode()))
            elif isinstance(effect, SetTimer):
                self.timers[effect.timer] = effect.seconds
                self.due[effect.timer] = self.now + effect.seconds
            elif isinstance(effect, StopTimer):
                self.timers.pop(effect.timer, None)
            else:
                self.told.append(effect)
        self.sent += fresh
        return fresh

    def pass_time(self) -> None:
        """Let time pass until the next timer runs out."""
        timer = min(self.timers, key=lambda running: self.due[running])
        self.now = self.due[timer]
        self.fire(timer)

    def fire(self, timer: Timer) -> list[Message]:
        """Let a timer run out."""
        del self.timers[timer]
        return self.give(Fired(timer))

    def timer(self, kind: str, method: str = "") -> Timer:
        """The running timer of this kind (and method, for transactions)."""
        return next(t for t in self.timers if t[1] == kind and t[0].endswith(method))

    def last(self, method: str) -> Message:
        """The last request of this method that was sent."""
        return [m for m in self.sent if m.is_request and m.method == method][-1]

    def reply(
        self,
        to: Message,
        code: int,
        *headers: tuple[str, str],
        body: bytes = b"",
        tag: str = "far",
    ) -> list[Message]:
        """Answer a request of the caller."""
        return self.give(Arrived(answer_to(to, code, *headers, body=body, tag=tag), SOURCE))

    def ask(
        self,
        method: str,
        *headers: tuple[str, str],
        body: bytes = b"",
        tag: str = "far",
        cseq: int | None = None,
        branch: str = "",
    ) -> list[Message]:
        """Send the caller a request inside the dialogue."""
        self.served += 1
        number = self.served if cseq is None else cseq
        self.served = max(self.served, number)
        invite = self.last("INVITE")
        made = request(
            method,
            "sip:c@192.0.2.1:5070",
            (
                (
                    "Via",
                    f"SIP/2.0/UDP 192.0.2.2;branch={branch or f'z9hG4bKs{number}{method}'};rport",
                ),
                ("From", f"<sip:12349@192.0.2.2>;tag={tag}"),
                ("To", invite.get("from")),
                ("Call-ID", invite.get("call-id")),
                ("CSeq", f"{number} {method}"),
                *headers,
            ),
            body,
        )
        return self.give(Arrived(made, SOURCE))

    @property
    def over(self) -> list[Over]:
        """The ends that were told."""
        return [effect for effect in self.told if isinstance(effect, Over)]

    def up(self, *headers: tuple[str, str]) -> None:
        """Dial and be answered."""
        from telephony.caller.turn import Dial

        [invite] = self.give(Dial())
        self.reply(invite, 200, ("Contact", "<sip:far@192.0.2.2:5060>"), *headers, body=THEIR_SDP)


def answer_to(
    to: Message, code: int, *headers: tuple[str, str], body: bytes = b"", tag: str = "far"
) -> Message:
    """A response to a request of the caller."""
    dialogue = to.get("to")
    if code > 100 and "tag" not in params(dialogue):
        dialogue += f";tag={tag}"
    kept = [(name, to.get(name)) for name in ("via", "from", "call-id", "cseq")]
    return Message(f"SIP/2.0 {code} Text", (*kept, ("To", dialogue), *headers), body)
