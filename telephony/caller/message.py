"""SIP messages: parse from and encode to datagrams (RFC 3261 sections 7, 18.3 and 25)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_BYTES = 65_535
CRLF = "\r\n"

# Compact forms, RFC 3261 7.3.3 and the IANA header registry.
_COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
}
_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+\Z")
_STATUS = re.compile(r"SIP/2\.0 ([1-6][0-9][0-9])(?: (.*))?\Z", re.IGNORECASE)
_CSEQ = re.compile(r"([0-9]{1,10})[ \t]+([A-Za-z0-9\-.!%*_+`'~]+)\Z")
_NEEDED = ("via", "from", "to", "call-id", "cseq")


class BadMessage(ValueError):
    """A datagram that is no SIP message; the text says in one sentence what is wrong."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request or response. Header names keep their spelling and are compared without case."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def is_request(self) -> bool:
        """True for a request."""
        return not self.start.upper().startswith("SIP/2.0 ")

    @property
    def method(self) -> str:
        """The method of a request, or of the request that a response belongs to (CSeq)."""
        return self.start.split(" ", 1)[0] if self.is_request else self.cseq[1]

    @property
    def uri(self) -> str:
        """The Request-URI; empty for a response."""
        return self.start.split(" ")[1] if self.is_request else ""

    @property
    def status(self) -> int:
        """The status code of a response, 0 for a request."""
        found = _STATUS.match(self.start)
        return int(found[1]) if found else 0

    @property
    def reason(self) -> str:
        """The reason phrase of a response; may be empty."""
        found = _STATUS.match(self.start)
        return (found[2] or "") if found else ""

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of CSeq; (0, "") when there is none."""
        found = _CSEQ.match(self.get("cseq"))
        return (int(found[1]), found[2]) if found else (0, "")

    @property
    def branch(self) -> str:
        """The branch of the topmost Via; empty when there is none."""
        vias = self.all("via")
        return params(vias[0]).get("branch", "") if vias else ""

    def get(self, name: str) -> str:
        """The first value of a header as it stands, or an empty string."""
        name = name.lower()
        return next((value for key, value in self.headers if _canonical(key) == name), "")

    def all(self, name: str) -> list[str]:
        """All values of a header that may be a comma-separated list, in order."""
        name = name.lower()
        found: list[str] = []
        for key, value in self.headers:
            if _canonical(key) == name:
                found += split(value, ",")
        return found

    def tokens(self, name: str) -> set[str]:
        """The values of a list of tokens (Require, Supported, Allow), in lower case."""
        return {value.lower() for value in self.all(name)}

    def encode(self) -> bytes:
        """The datagram; Content-Length is always computed."""
        lines = [self.start]
        lines += [f"{k}: {v}" for k, v in self.headers if _canonical(k) != "content-length"]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return CRLF.join(lines).encode("utf-8", "surrogateescape") + self.body


def _canonical(name: str) -> str:
    name = name.lower()
    return _COMPACT.get(name, name)


def split(text: str, mark: str) -> list[str]:
    """Split at `mark` outside quoted strings and angle brackets; empty parts are dropped."""
    parts: list[str] = []
    current: list[str] = []
    quoted = escaped = angled = False
    for char in text:
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            quoted = True
        elif char in "<>":
            angled = char == "<"
        elif char == mark and not angled:
            parts.append("".join(current).strip())
            current = []
            continue
        current.append(char)
    parts.append("".join(current).strip())
    return [part for part in parts if part]


def params(value: str) -> dict[str, str]:
    """The parameters after the address or token of a header value; names in lower case."""
    found: dict[str, str] = {}
    for part in split(value, ";")[1:]:
        name, _, text = part.partition("=")
        found[name.strip().lower()] = text.strip().strip('"')
    return found


def request(
    method: str, uri: str, headers: Iterable[tuple[str, str]], body: bytes = b""
) -> Message:
    """Build a request."""
    return Message(f"{method} {uri} SIP/2.0", tuple(headers), body)


def parse(data: bytes) -> Message:
    """Read one datagram.

    Raises BadMessage for anything that RFC 3261 lets a receiver discard: no start line, a header
    without a colon, a missing mandatory header (8.1.1), a CSeq that contradicts the request line,
    a body shorter than Content-Length (18.3).
    """
    if len(data) > MAX_BYTES:
        raise BadMessage("the datagram is longer than 65535 bytes")
    head, gap, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not gap:
        raise BadMessage("the header has no end")
    lines = head.decode("utf-8", "surrogateescape").split(CRLF)
    start, headers = lines[0], _headers(lines[1:])
    message = Message(start, headers, body)
    if message.is_request:
        parts = start.split(" ")
        if len(parts) != 3 or parts[2].upper() != "SIP/2.0" or not _TOKEN.match(parts[0]):
            raise BadMessage("the first line is neither a SIP request nor a SIP response")
    elif not _STATUS.match(start):
        raise BadMessage("the status line has no code between 100 and 699")
    for name in _NEEDED:
        if not message.get(name):
            raise BadMessage(f"the {name} header is missing")
    number, method = message.cseq
    if not method or number >= 2**31:
        raise BadMessage("the CSeq header is not a number and a method")
    if message.is_request and method != message.method:
        raise BadMessage("the CSeq header names another method than the request line")
    return Message(start, headers, _body(message, body))


def _headers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    unfolded: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and unfolded:
            unfolded[-1] += " " + line.strip()
        else:
            unfolded.append(line)
    headers: list[tuple[str, str]] = []
    for line in unfolded:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.match(name.rstrip()):
            raise BadMessage("a header line has no name and colon")
        headers.append((name.rstrip(), value.strip()))
    return tuple(headers)


def _body(message: Message, body: bytes) -> bytes:
    length = message.get("content-length")
    if not length:
        return body
    if not length.isascii() or not length.isdigit() or len(length) > 9:
        raise BadMessage("the Content-Length header is not a number")
    if int(length) > len(body):
        raise BadMessage("the body is shorter than Content-Length says")
    return body[: int(length)]
