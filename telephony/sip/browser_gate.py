"""A small SIP agent on loopback that stands in for the browsers.

The library dials it with a WebRTC offer for each browser leg; the SDP goes out through the
BrowserGate port, and the browser's answer comes back through `answer`. The library thinks that it
talks SIP; the browser never sees any.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import Enum
from typing import Any

from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger

from telephony.sip import message as sip
from telephony.sip.port import BrowserGate
from telephony.sip.sdp import clean_answer

log = Logger(namespace="telephony.sip")
Peer = tuple[str, int]


class Stage(Enum):
    """How far a browser leg has come."""

    EXPECTED = "expected"
    OFFERED = "offered"
    ANSWERED = "answered"
    OVER = "over"


@dataclass(slots=True)
class Dialogue:
    """One browser leg: whose it is, and what must be repeated when the library asks again."""

    agent: str
    leg_id: str
    stage: Stage = Stage.EXPECTED
    invite: sip.SipMessage | None = None
    peer: Peer = ("", 0)
    tag: str = ""
    last: bytes = b""
    sdp: str = ""
    told: bool = False


class GateAgent(DatagramProtocol):
    """The SIP side of all browsers of this node; knows a leg from `expect` until it is `forget`."""

    transport: Any
    noisy = False

    def __init__(self, gate: BrowserGate) -> None:
        self._gate = gate
        self._legs: dict[str, Dialogue] = {}

    @property
    def uri_host(self) -> str:
        """host:port that the library dials."""
        address = self.transport.getHost()
        return f"{address.host}:{address.port}"

    def expect(self, leg_id: str, agent: str) -> None:
        """Announce that the library will dial `leg_id` for this agent."""
        self._legs[leg_id] = Dialogue(agent, leg_id)

    def forget(self, leg_id: str) -> None:
        """Drop a leg that is over, and tell its browser."""
        dialogue = self._legs.pop(leg_id, None)
        if dialogue is not None:
            dialogue.stage = Stage.OVER
            self._tell_end(dialogue)

    def of_agent(self, agent: str) -> list[str]:
        """Return the ids of the legs of one agent."""
        return [leg_id for leg_id, one in self._legs.items() if one.agent == agent]

    def accept(self, leg_id: str, sdp: str) -> None:
        """Take the browser's SDP answer. Raises SdpError on a bad one; a late one is dropped."""
        dialogue = self._legs.get(leg_id)
        if dialogue is None or dialogue.stage is not Stage.OFFERED:
            return
        dialogue.sdp = clean_answer(sdp)
        dialogue.stage = Stage.ANSWERED
        self._respond(dialogue, 200, "OK", dialogue.sdp)

    def decline(self, leg_id: str, code: int) -> bool:
        """Refuse an offer with `code` (>= 400); return whether it was still open."""
        dialogue = self._legs.get(leg_id)
        if dialogue is None or dialogue.stage is not Stage.OFFERED:
            return False
        dialogue.stage = Stage.OVER
        self._respond(dialogue, code, "Declined")
        return True

    def datagramReceived(self, datagram: bytes, addr: Peer) -> None:
        """Serve one message of the library."""
        try:
            message = sip.parse(datagram.decode("utf-8", "replace"))
            if not message.is_response and message.start.endswith("SIP/2.0"):
                self._request(message, addr)
        except Exception:
            log.failure("a message to the browser gate failed")

    def _request(self, message: sip.SipMessage, peer: Peer) -> None:
        dialogue = self._legs.get(sip.user_of(message.uri))
        match message.method:
            case "ACK":
                pass
            case "INVITE" if dialogue is not None:
                self._invited(dialogue, message, peer)
            case "CANCEL" if dialogue is not None:
                self._send(message, peer, 200, "OK", dialogue.tag)
                if dialogue.stage is Stage.OFFERED:
                    dialogue.stage = Stage.OVER
                    self._respond(dialogue, 487, "Request Terminated")
                    self._tell_end(dialogue)
            case "BYE" if dialogue is not None:
                self._send(message, peer, 200, "OK", dialogue.tag)
                dialogue.stage = Stage.OVER
                self._tell_end(dialogue)
            case "UPDATE" | "OPTIONS" | "INFO" if dialogue is not None:
                self._send(message, peer, 200, "OK", dialogue.tag)
            case _:
                self._send(message, peer, 481, "No Such Leg", "none")

    def _invited(self, dialogue: Dialogue, message: sip.SipMessage, peer: Peer) -> None:
        if dialogue.stage is Stage.EXPECTED:
            dialogue.invite, dialogue.peer = message, peer
            dialogue.tag = secrets.token_hex(8)
            dialogue.stage = Stage.OFFERED
            self._respond(dialogue, 180, "Ringing")
            self._gate.offer(dialogue.agent, dialogue.leg_id, message.body)
        elif "tag=" in message.get("to") and dialogue.stage is Stage.ANSWERED:
            # A re-INVITE; the browser's part of the media has not changed.
            self._send(message, peer, 200, "OK", dialogue.tag, dialogue.sdp)
        elif dialogue.last:
            self.transport.write(dialogue.last, peer)

    def _tell_end(self, dialogue: Dialogue) -> None:
        if not dialogue.told:
            dialogue.told = True
            self._gate.end(dialogue.agent, dialogue.leg_id)

    def _respond(self, dialogue: Dialogue, code: int, reason: str, sdp: str = "") -> None:
        """Answer the INVITE of a leg."""
        if dialogue.invite is not None:
            dialogue.last = self._send(
                dialogue.invite, dialogue.peer, code, reason, dialogue.tag, sdp
            )

    def _send(
        self,
        request: sip.SipMessage,
        peer: Peer,
        code: int,
        reason: str,
        tag: str,
        sdp: str = "",
    ) -> bytes:
        to = request.get("to")
        if "tag=" not in to:
            to += f";tag={tag}"
        body = sdp.encode()
        lines = [f"SIP/2.0 {code} {reason}"]
        lines += [f"Via: {via}" for via in request.all("via")]
        lines += [f"From: {request.get('from')}", f"To: {to}"]
        lines += [f"Call-ID: {request.get('call-id')}", f"CSeq: {request.get('cseq')}"]
        lines.append(f"Contact: <sip:{sip.user_of(request.uri)}@{self.uri_host}>")
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        packet = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace") + body
        if self.transport is not None:
            self.transport.write(packet, peer)
        return packet
