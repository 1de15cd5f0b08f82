"""Reads SIP messages as text (RFC 3261, 7), forgiving whatever can be forgiven. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

COMPACT = {
    "i": "call-id",
    "m": "contact",
    "e": "content-encoding",
    "l": "content-length",
    "c": "content-type",
    "f": "from",
    "s": "subject",
    "k": "supported",
    "t": "to",
    "v": "via",
    "y": "identity",
    "r": "refer-to",
    "b": "referred-by",
    "x": "session-expires",
}
"""Compact header names, RFC 3261, 7.3.3 and later registrations."""


@dataclass(frozen=True, slots=True)
class SipMessage:
    """A request or response: first line, headers in order (names in lower case), body."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str

    def all(self, name: str) -> list[str]:
        """Return every value of the header `name` (lower case), in order, not split at commas."""
        return [value for key, value in self.headers if key == name]

    def get(self, name: str) -> str:
        """Return the first value of the header `name` (lower case), or an empty string."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def is_response(self) -> bool:
        """True for a status line."""
        return self.start.startswith("SIP/2.0 ")

    @property
    def code(self) -> int:
        """The status code of a response, else 0."""
        word = self.start.split(" ", 2)[1:2] if self.is_response else []
        return int(word[0]) if word and word[0].isascii() and word[0].isdigit() else 0

    @property
    def method(self) -> str:
        """The method of a request (for a response: of its CSeq)."""
        if self.is_response:
            return self.get("cseq").rpartition(" ")[2]
        return self.start.partition(" ")[0]

    @property
    def uri(self) -> str:
        """The Request-URI of a request, else an empty string."""
        words = self.start.split(" ")
        return words[1] if len(words) >= 2 and not self.is_response else ""


@dataclass(frozen=True, slots=True)
class Address:
    """A name-addr or addr-spec: display name, URI, and the header's parameters in lower case."""

    name: str
    uri: str
    parameters: tuple[tuple[str, str], ...] = ()

    def parameter(self, name: str) -> str:
        """Return the value of a parameter, or an empty string."""
        return next((value for key, value in self.parameters if key == name), "")


def parse(text: str) -> SipMessage:
    """Read a message. Never fails: what is not understood is left out."""
    text = text.lstrip("\r\n")
    head, _, body = text.partition("\r\n\r\n")
    if not _ and "\n\n" in text:
        head, _, body = text.partition("\n\n")
    # RFC 3261, 7.3.1: a line that starts with white space continues the one before.
    unfolded = re.sub(r"\r?\n[ \t]+", " ", head)
    lines = re.split(r"\r?\n", unfolded)
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            headers.append((COMPACT.get(key, key), value.strip()))
    return SipMessage(lines[0].strip(), tuple(headers), body)


def split_commas(value: str) -> list[str]:
    """Split a header value at commas that are in neither quotes nor angle brackets."""
    parts: list[str] = []
    current: list[str] = []
    quoted = escaped = False
    depth = 0
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif not quoted and char == "<":
            depth += 1
        elif not quoted and char == ">":
            depth = max(0, depth - 1)
        elif char == "," and not quoted and depth == 0:
            parts.append("".join(current).strip())
            current = []
            continue
        current.append(char)
    parts.append("".join(current).strip())
    return [part for part in parts if part]


def address(value: str) -> Address:
    """Read one name-addr or addr-spec with its parameters (RFC 3261, 20.10). Never fails."""
    value = value.strip()
    name = ""
    if value.startswith('"'):
        quoted = re.match(r'"((?:\\.|[^"\\])*)"', value)
        if quoted:
            name = re.sub(r"\\(.)", r"\1", quoted[1])
            value = value[quoted.end() :].lstrip()
    before, bracket, after = value.partition("<")
    if bracket:
        name = name or before.strip()
        uri, _, rest = after.partition(">")
    else:
        # Without brackets the parameters belong to the header, not to the URI.
        uri, _, rest = value.partition(";")
        rest = ";" + rest if _ else ""
    return Address(name, uri.strip(), parameters(rest))


def parameters(text: str) -> tuple[tuple[str, str], ...]:
    """Read `;name=value;flag` pairs; names in lower case, quotes taken off."""
    found = []
    for part in text.split(";"):
        key, _, value = part.partition("=")
        if key.strip():
            found.append((key.strip().lower(), value.strip().strip('"')))
    return tuple(found)


def user_of(uri: str) -> str:
    """Return the user part of a sip/sips URI or the number of a tel URI, unescaped, else ''."""
    scheme, colon, rest = uri.strip().partition(":")
    if not colon:
        return ""
    if scheme.lower() == "tel":
        return _unescape(rest.partition(";")[0])
    if scheme.lower() not in ("sip", "sips"):
        return ""
    user, at, _ = rest.partition("@")
    if not at:
        return ""
    # RFC 3261, 19.1.6: a telephone number in a SIP URI may carry tel parameters.
    return _unescape(user.partition(":")[0].partition(";")[0])


def _unescape(text: str) -> str:
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), text)


def parts(message: SipMessage) -> list[tuple[SipMessage, str]]:
    """Return the bodies of a message as (its own headers, text); one without multipart."""
    content = message.get("content-type")
    boundary = dict(parameters(content.partition(";")[2])).get("boundary", "")
    if not content.lower().startswith("multipart/") or not boundary:
        return [(message, message.body)] if message.body else []
    found = []
    for chunk in ("\r\n" + message.body).split(f"\n--{boundary}")[1:]:
        if chunk.startswith("--"):
            break
        part = parse("\r\n".join(("part", chunk.lstrip(" \t\r\n"))))
        found.append((part, part.body.rstrip("\r\n")))
    return found
