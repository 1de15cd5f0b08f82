"""SIP MESSAGE of devices over UDP and TCP, on a port of its own (RFC 3261, 17.2.2; RFC 3428).

PJSUA answers a MESSAGE with 200 before it hands it over; here the 200 follows when the signal is
stored. Only MESSAGE is served; a proxy in front sends it here and INVITEs to the line.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger

from telephony.pendants.connection import Connection
from telephony.pendants.desk import Answer, PendantDesk
from telephony.sip.config import Trunk, trunk_for
from telephony.sip.message import SipMessage, parameters, parse

LARGEST = 65_535
KEPT_S = 32.0
"""Timer J: so long the answer to a request over UDP is sent again to its repetitions."""
MOST_KEPT = 20_000
IDLE_S = 120.0


class Answers:
    """The requests of the last 32 s by what identifies them; None while one is being worked at."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._kept: OrderedDict[tuple[str, ...], tuple[float, bytes | None]] = OrderedDict()

    def begin(self, key: tuple[str, ...]) -> bool:
        """Note a request; false when it is known."""
        now = self._seconds()
        while self._kept and (
            len(self._kept) > MOST_KEPT or next(iter(self._kept.values()))[0] < now - KEPT_S
        ):
            self._kept.popitem(last=False)
        if key in self._kept:
            return False
        self._kept[key] = (now, None)
        return True

    def end(self, key: tuple[str, ...], reply: bytes) -> None:
        """Keep the reply to a request."""
        if key in self._kept:
            self._kept[key] = (self._kept[key][0], reply)

    def reply(self, key: tuple[str, ...]) -> bytes | None:
        """Return the reply to a known request."""
        return self._kept[key][1]


class MessageServer:
    """What both transports share: who may send, one answer to each request."""

    log = Logger()

    def __init__(self, desk: PendantDesk, trunks: tuple[Trunk, ...], reactor: Any) -> None:
        self._desk, self._trunks = desk, trunks
        self._answers = Answers(reactor.seconds)

    def datagram(self, data: bytes, host: str, port: int, send: Callable[[bytes], None]) -> None:
        """Take one message; `send` carries the reply back. Never raises."""
        head, separator, body = data.partition(b"\r\n\r\n")
        message = parse((head + separator).decode("utf-8", "replace"))
        if message.is_response or not message.get("via") or not message.get("cseq"):
            return
        if message.method == "ACK":
            return
        key = (
            dict(parameters(message.get("via").partition(";")[2])).get("branch", ""),
            message.get("call-id"),
            message.get("cseq"),
            f"{host}:{port}",
        )
        if not self._answers.begin(key):
            reply = self._answers.reply(key)
            if reply is not None:
                send(reply)
            return

        def answer(given: Answer) -> None:
            encoded = response(message, given, host, port)
            self._answers.end(key, encoded)
            send(encoded)

        self._decide(message, body, host, port, answer)

    def _decide(
        self,
        message: SipMessage,
        body: bytes,
        host: str,
        port: int,
        answer: Callable[[Answer], None],
    ) -> None:
        trunk = trunk_for(self._trunks, host)
        length = message.get("content-length")
        if message.method == "OPTIONS":
            answer(Answer(200, "OK"))
        elif message.method != "MESSAGE":
            answer(Answer(405, "Method Not Allowed"))
        elif trunk is None or trunk.needs_digest:
            self.log.warn("a MESSAGE of {host} was refused", host=host)
            answer(Answer(403, "Forbidden"))
        elif length and (not length.isascii() or not length.isdigit() or int(length) > len(body)):
            answer(Answer(400, "Bad Content-Length"))
        else:
            whole = body[: int(length)] if length else body
            done = self._desk.message(message.get("content-type"), whole, f"{host}:{port}")
            done.addCallback(answer)
            done.addErrback(self._failed, answer)

    def _failed(self, failure: Any, answer: Callable[[Answer], None]) -> None:
        self.log.failure("a MESSAGE could not be taken", failure)
        answer(Answer(500, "Server Error"))


def response(message: SipMessage, answer: Answer, host: str, port: int) -> bytes:
    """Write the response to a request (RFC 3261, 8.2.6; `received` and `rport`: RFC 3581)."""
    lines = [f"SIP/2.0 {answer.code} {answer.reason}"]
    for number, via in enumerate(message.all("via")):
        if number == 0:
            via = via.replace(";rport;", f";rport={port};")
            via = f"{via[:-6]};rport={port}" if via.endswith(";rport") else via
            via += f";received={host}"
        lines.append(f"Via: {via}")
    lines.append(f"From: {message.get('from')}")
    to = message.get("to")
    lines.append(f"To: {to}" if ";tag=" in to else f"To: {to};tag={secrets.token_hex(6)}")
    lines += [f"Call-ID: {message.get('call-id')}", f"CSeq: {message.get('cseq')}"]
    if answer.code == 405:
        lines.append("Allow: MESSAGE, OPTIONS")
    if answer.code == 415:
        lines.append("Accept: application/scaip+xml, application/xml")
    if answer.code == 500:
        lines.append("Retry-After: 5")
    if answer.body:
        lines.append(f"Content-Type: {answer.kind}")
    lines += [f"Content-Length: {len(answer.body)}", "", ""]
    return "\r\n".join(lines).encode() + answer.body


class UdpMessages(DatagramProtocol):
    """The UDP side."""

    transport: Any

    def __init__(self, server: MessageServer) -> None:
        self._server = server

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        """Take one datagram."""
        host, port = addr[:2]
        self._server.datagram(datagram, host, port, lambda reply: self._send(reply, (host, port)))

    def _send(self, reply: bytes, to: tuple[str, int]) -> None:
        if self.transport is not None:
            self.transport.write(reply, to)


class TcpMessages(Connection):
    """One connection: messages one after another, each as long as its Content-Length says."""

    def __init__(self, server: MessageServer, reactor: Any) -> None:
        super().__init__(reactor, IDLE_S, LARGEST)
        self._server = server

    def take(self, peer: Any) -> None:
        """Take messages."""
        self.data = self.data.lstrip(b"\r\n")
        while b"\r\n\r\n" in self.data:
            head, _, rest = self.data.partition(b"\r\n\r\n")
            length = parse(head.decode("utf-8", "replace")).get("content-length") or "0"
            if not (length.isascii() and length.isdigit() and int(length) <= LARGEST):
                self.close()
                return
            if len(rest) < int(length):
                break
            whole = head + b"\r\n\r\n" + rest[: int(length)]
            self.data = rest[int(length) :].lstrip(b"\r\n")
            self._server.datagram(whole, peer.host, peer.port, self.send)
