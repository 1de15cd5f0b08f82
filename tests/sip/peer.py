"""A SIP agent for tests that shares nothing with the code under test but the SIP text parser.

It says exactly what a test wants, and keeps every message it receives.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
from collections.abc import Callable
from typing import Any

from telephony.sip.message import SipMessage, address, parse
from tests.sip.rtp import Rtp

LIMIT_S = 10.0
Peer = tuple[str, int]


class Wire(asyncio.DatagramProtocol, asyncio.Protocol):
    """Messages over UDP, TCP or TLS."""

    def __init__(self, received: Callable[[str, Peer], None], datagrams: bool) -> None:
        self.datagrams = datagrams
        self._received = received
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        self._received(data.decode("utf-8", "replace"), addr)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            self._buffer = self._buffer.lstrip(b"\r\n")
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            size = int(re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)[1])
            if len(rest) < size:
                return
            self._buffer = rest[size:]
            text = (head + found + rest[:size]).decode("utf-8", "replace")
            self._received(text, self._transport.get_extra_info("peername")[:2])

    def error_received(self, exc: Exception) -> None:
        pass

    @property
    def local(self) -> Peer:
        """Our address."""
        return tuple(self._transport.get_extra_info("sockname")[:2])

    def send(self, data: bytes, remote: Peer) -> None:
        """Send one message."""
        if self.datagrams:
            self._transport.sendto(data, remote)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._transport.close()


class Caller:
    """One end of one call. Open it, then `call`, or wait for the line's own INVITE."""

    def __init__(self, kind: str, target: Peer) -> None:
        self.kind = kind
        self.target = target
        self.messages: list[SipMessage] = []
        self.call_id = secrets.token_hex(10)
        self.tag = secrets.token_hex(6)
        self.to_tag = ""
        self.remote_target = ""
        self.cseq = 0
        self.rtp: Rtp
        self.wire: Wire
        self.user = "13800138000"
        self.called = "12349"
        self.answer_invites: int = 200
        self.answer_byes = True
        self.closed = False
        self._invite: SipMessage | None = None
        self._branch = ""
        self._waiting: list[tuple[Callable[[SipMessage], bool], asyncio.Future[SipMessage]]] = []

    @classmethod
    async def open(cls, port: int, kind: str = "udp", source: str = "127.0.0.1") -> Caller:
        """Return a caller that talks to the line at `port` over udp, tcp or tls, from `source`."""
        loop = asyncio.get_running_loop()
        host = "127.0.0.1"
        caller = cls(kind, (host, port))

        def wire() -> Wire:
            return Wire(caller._received, kind == "udp")

        if kind == "udp":
            _, caller.wire = await loop.create_datagram_endpoint(wire, local_addr=(source, 0))
        else:
            secure = _trusting() if kind == "tls" else None
            _, caller.wire = await loop.create_connection(
                wire, host, port, ssl=secure, local_addr=(source, 0)
            )
        caller.rtp = await Rtp.open()
        return caller

    # ---- sending ---------------------------------------------------------------------------

    @property
    def uri(self) -> str:
        """The line's URI as dialled."""
        host, port = self.target
        return f"sip:{self.called}@{host}:{port}"

    @property
    def contact(self) -> str:
        """Our own URI."""
        host, port = self.wire.local
        return f"sip:{self.user}@{host}:{port}" + (
            "" if self.kind == "udp" else f";transport={self.kind}"
        )

    def sdp(self, extra: str = "", profile: str = "RTP/AVP", payloads: str = "8 101") -> str:
        """Return an offer or answer of A-law and telephone events."""
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.rtp.port} {profile} {payloads}\r\n"
            "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            f"a=ptime:20\r\na=sendrecv\r\n{extra}"
        )

    def request(
        self,
        method: str,
        headers: str = "",
        body: str = "",
        kind: str = "application/sdp",
        uri: str = "",
        cseq: int | None = None,
        branch: str = "",
    ) -> str:
        """Send a request inside (or opening) the call; return its branch."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        branch = branch or "z9hG4bK" + secrets.token_hex(8)
        host, port = self.wire.local
        to = f"<{self.uri}>" + (f";tag={self.to_tag}" if self.to_tag else "")
        text = (
            f"{method} {uri or self.remote_target or self.uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/{self.kind.upper()} {host}:{port};branch={branch};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{self.user}@127.0.0.1>;tag={self.tag}\r\nTo: {to}\r\n"
            f"Call-ID: {self.call_id}\r\nCSeq: {cseq} {method}\r\nContact: <{self.contact}>\r\n"
            + headers
            + (f"Content-Type: {kind}\r\n" if body else "")
            + f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        )
        self.wire.send(text.encode("utf-8", "surrogateescape"), self.target)
        return branch

    async def call(self, headers: str = "", body: str | None = None, **more: Any) -> SipMessage:
        """Send INVITE, wait for the final response, acknowledge it, start RTP; return it."""
        final = self.expect(lambda m: m.is_response and m.code >= 200 and m.method == "INVITE")
        self._branch = self.request("INVITE", headers, self.sdp() if body is None else body, **more)
        return self.established(await final)

    def established(self, answer: SipMessage) -> SipMessage:
        """Acknowledge a final response and start RTP where it was a 200."""
        if answer.code >= 300:
            to_tag = address(answer.get("to")).parameter("tag")
            self.to_tag, kept = to_tag, self.to_tag
            self.request("ACK", cseq=self.cseq, branch=self._branch)
            self.to_tag = kept
            return answer
        self.to_tag = address(answer.get("to")).parameter("tag")
        self.remote_target = address(answer.get("contact")).uri
        self.request("ACK", cseq=self.cseq)
        self.rtp.start(media_of(answer.body))
        return answer

    def cancel(self) -> None:
        """Take the INVITE back."""
        self.request("CANCEL", cseq=self.cseq, branch=self._branch)

    def acknowledge_provisional(self, response: SipMessage) -> None:
        """Send PRACK (RFC 3262) for a reliable provisional response."""
        self.to_tag = address(response.get("to")).parameter("tag")
        self.remote_target = address(response.get("contact")).uri
        self.request("PRACK", f"RAck: {response.get('rseq')} {response.get('cseq')}\r\n")
        self.to_tag, self.remote_target = "", ""

    async def reopen_tls(self, version: ssl.TLSVersion) -> str:
        """Connect once more with exactly that version of TLS; return what was agreed."""
        secure = _trusting()
        secure.minimum_version = secure.maximum_version = version
        _, writer = await asyncio.open_connection(*self.target, ssl=secure)
        agreed = str(writer.get_extra_info("ssl_object").version())
        writer.close()
        return agreed

    async def info(self, digit: str) -> SipMessage:
        """Send a digit by SIP INFO; return the response."""
        body = f"Signal={digit}\r\nDuration=160\r\n"
        answer = self.expect(lambda m: m.is_response and m.method == "INFO")
        self.request("INFO", body=body, kind="application/dtmf-relay")
        return await answer

    async def hangup(self) -> None:
        """Send BYE and wait for its 200."""
        answer = self.expect(lambda m: m.is_response and m.method == "BYE")
        self.request("BYE")
        await answer

    def close(self) -> None:
        """Let go of the ports."""
        if not self.closed:
            self.closed = True
            self.rtp.close()
            self.wire.close()

    # ---- receiving -------------------------------------------------------------------------

    def expect(
        self, fits: Callable[[SipMessage], bool], limit_s: float = LIMIT_S
    ) -> asyncio.Future[SipMessage]:
        """Return what becomes the next message that `fits`; TimeoutError where none comes."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[SipMessage] = loop.create_future()
        self._waiting.append((fits, future))
        timer = loop.call_later(limit_s, self._late, future)
        future.add_done_callback(lambda _: timer.cancel())
        return future

    def _late(self, future: asyncio.Future[SipMessage]) -> None:
        if not future.done():
            seen = [message.start for message in self.messages]
            future.set_exception(TimeoutError(f"not received; there were {seen}"))

    def expect_request(self, method: str, limit_s: float = LIMIT_S) -> asyncio.Future[SipMessage]:
        """Return what becomes the next request of that method."""
        return self.expect(lambda m: not m.is_response and m.method == method, limit_s)

    def _received(self, text: str, remote: Peer) -> None:
        message = parse(text)
        self.messages.append(message)
        if not message.is_response:
            self._serve(message, remote)
        for entry in tuple(self._waiting):
            fits, future = entry
            if not future.done() and fits(message):
                future.set_result(message)
            if future.done():
                self._waiting.remove(entry)

    def _serve(self, message: SipMessage, remote: Peer) -> None:
        match message.method:
            case "ACK":
                if self._invite is not None and self.answer_invites == 200:
                    self.rtp.start(media_of(self._invite.body))
            case "INVITE" if self.to_tag:
                self.respond(message, remote, 200, self.sdp())
            case "INVITE":
                self._invite = message
                self.target = remote
                self.call_id = message.get("call-id")
                self.to_tag = address(message.get("from")).parameter("tag")
                self.remote_target = address(message.get("contact")).uri
                self.respond(message, remote, 180)
                if self.answer_invites:
                    self.respond(
                        message,
                        remote,
                        self.answer_invites,
                        self.sdp() if self.answer_invites == 200 else "",
                    )
            case "CANCEL":
                self.respond(message, remote, 200)
                if self._invite is not None:
                    self.respond(self._invite, remote, 487)
            case "BYE" if not self.answer_byes:
                pass
            case _:
                self.respond(message, remote, 200)

    def respond(self, request: SipMessage, remote: Peer, code: int, body: str = "") -> None:
        """Answer a request."""
        to = request.get("to")
        if "tag=" not in to:
            to += f";tag={self.tag}"
        vias = "".join(f"Via: {via}\r\n" for via in request.all("via"))
        text = (
            f"SIP/2.0 {code} {'OK' if code == 200 else 'Answer'}\r\n{vias}"
            f"From: {request.get('from')}\r\nTo: {to}\r\n"
            f"Call-ID: {request.get('call-id')}\r\nCSeq: {request.get('cseq')}\r\n"
            f"Contact: <{self.contact}>\r\n"
            + ("Content-Type: application/sdp\r\n" if body else "")
            + f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self.wire.send(text.encode(), remote)


def _trusting() -> ssl.SSLContext:
    """Return a client's TLS context that takes any certificate."""
    secure = ssl.create_default_context()
    secure.check_hostname = False
    secure.verify_mode = ssl.CERT_NONE
    return secure


def media_of(sdp: str) -> Peer:
    """Return where an SDP wants its audio."""
    host = re.search(r"(?m)^c=IN IP4 (\S+)", sdp)
    port = re.search(r"(?m)^m=audio (\d+)", sdp)
    assert host and port, sdp
    return host[1], int(port[1])
