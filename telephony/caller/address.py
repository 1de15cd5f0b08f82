"""SIP URIs and the addresses in From, To and Contact (RFC 3261 sections 19.1 and 20.10)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from telephony.caller.message import params

_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@\s<>\"]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[;?][^\s<>\"]*)?\Z",
    re.IGNORECASE,
)

_QUOTED = re.compile(r'\A\s*"(?:[^"\\]|\\.)*"')


class BadAddress(ValueError):
    """Text that is no SIP address; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class SipUri:
    """A sip: URI in its parts. `rest` keeps parameters and headers with their mark."""

    user: str
    host: str
    port: int = 5060
    rest: str = ""
    scheme: str = "sip"

    def __str__(self) -> str:
        """The URI with its port when that is not 5060."""
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port != 5060 else ""
        return f"{self.scheme}:{user}{self.host}{port}{self.rest}"

    @property
    def literal(self) -> bool:
        """True when the host is an IP address, so that nothing has to be looked up."""
        try:
            ipaddress.ip_address(self.host.strip("[]"))
        except ValueError:
            return False
        return True


def parse_uri(text: str) -> SipUri:
    """Read a sip: or sips: URI. Raises BadAddress."""
    found = _URI.match(text.strip())
    if not found:
        raise BadAddress(f"{text!r} is not a SIP address such as sip:12349@127.0.0.1:5060")
    port = int(found["port"] or 5060)
    if not 0 < port < 65536:
        raise BadAddress(f"{text!r} has no possible port")
    rest = found["rest"] or ""
    return SipUri(found["user"] or "", found["host"], port, rest, found["scheme"].lower())


def uri_of(value: str) -> str:
    """The URI inside a name-addr or addr-spec (`"A" <sip:a@b>;tag=1` gives `sip:a@b`)."""
    value = _QUOTED.sub("", value)
    start, end = value.find("<"), value.rfind(">")
    if 0 <= start < end:
        return value[start + 1 : end].strip()
    return value.split(";", 1)[0].strip()


def tag_of(value: str) -> str:
    """The tag parameter of a From or To value; empty when there is none."""
    return params(value).get("tag", "")
