"""What one call knows of its SIP dialogue, and the requests built from it (RFC 3261 12)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from telephony.caller.address import BadAddress, SipUri, parse_uri, tag_of, uri_of
from telephony.caller.digest import Challenge, Credentials, authorisation
from telephony.caller.message import Message, params, request
from telephony.caller.sdp import FarMedia, NearMedia
from telephony.caller.transaction import Transaction

AGENT = "hotline-caller"
METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE", "PRACK")
EXTENSIONS = ("100rel", "timer")


class Phase(Enum):
    """Where the call is."""

    IDLE = "idle"
    CALLING = "calling"
    PROCEEDING = "proceeding"
    UP = "up"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled before the call: who calls whom, from where, and how it proves itself.

    `seed` is random text that makes tags, branches and the Call-ID unique; `headers` go into the
    INVITE as they are; `session_expires` > 0 asks for a session timer of so many seconds.
    """

    target: SipUri
    near: NearMedia
    sip_port: int
    seed: str
    from_uri: str
    from_name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    credentials: Credentials | None = None
    session_expires: int = 0

    @property
    def call_id(self) -> str:
        """The Call-ID of the call."""
        return f"{self.seed}@{self.near.host}"

    @property
    def tag(self) -> str:
        """Our tag."""
        return f"c{self.seed[:12]}"

    @property
    def via_host(self) -> str:
        """Our address as Via and Contact write it."""
        return f"[{self.near.host}]" if ":" in self.near.host else self.near.host

    @property
    def contact(self) -> str:
        """Our Contact."""
        return f"<sip:{self.tag}@{self.via_host}:{self.sip_port}>"


@dataclass(frozen=True, slots=True)
class Call:
    """The whole state of a call on the SIP side."""

    plan: Plan
    phase: Phase = Phase.IDLE
    cseq: int = 0
    branches: int = 0
    invite: Message | None = None
    ack: Message | None = None
    remote_tag: str = ""
    remote_target: str = ""
    routes: tuple[str, ...] = ()
    remote_cseq: int = -1
    rseq: int = -1
    prov_codes: frozenset[int] = frozenset()
    cancel_wanted: bool = False
    cancelled: bool = False
    sdp_version: int = 1
    direction: str = "sendrecv"
    far: FarMedia | None = None
    challenge: Challenge | None = None
    tried: frozenset[str] = frozenset()
    min_se: int = 0
    expires: int = 0
    refresher_is_us: bool = False
    peer_allows: frozenset[str] = frozenset()
    pending_ok: Message | None = None
    ok_interval: float = 0.0
    transactions: dict[str, Transaction] = field(default_factory=dict)
    replies: dict[tuple[str, str], Message] = field(default_factory=dict)


def local(call: Call) -> str:
    """Our From (or, in a response, To)."""
    plan = call.plan
    name = f'"{plan.from_name}" ' if plan.from_name else ""
    return f"{name}<{plan.from_uri}>;tag={plan.tag}"


def remote(call: Call) -> str:
    """The far end's To, with its tag once it is known."""
    tag = f";tag={call.remote_tag}" if call.remote_tag else ""
    return f"<{call.plan.target}>{tag}"


def build(
    call: Call,
    method: str,
    extra: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
    content_type: str = "application/sdp",
    cseq: int | None = None,
) -> tuple[Call, Message]:
    """Build the next request of the dialogue (section 12.2.1.1), or the first INVITE (8.1.1).

    `cseq` is given for an ACK, which repeats its INVITE's number.
    """
    plan = call.plan
    number = call.cseq + 1 if cseq is None else cseq
    call = replace(call, branches=call.branches + 1, cseq=max(call.cseq, number))
    uri = call.remote_target or str(plan.target)
    headers = [
        ("Via", via(call)),
        *(("Route", route) for route in call.routes),
        ("Max-Forwards", "70"),
        ("From", local(call)),
        ("To", remote(call)),
        ("Call-ID", plan.call_id),
        ("CSeq", f"{number} {method}"),
        ("Contact", plan.contact),
        ("User-Agent", AGENT),
    ]
    if call.challenge and plan.credentials:
        cnonce = f"{plan.seed[-8:]}{call.branches}"
        headers.append(authorisation(call.challenge, plan.credentials, method, uri, cnonce))
    headers += extra
    if body:
        headers.append(("Content-Type", content_type))
    return call, request(method, uri, headers, body)


def via(call: Call) -> str:
    """A Via with a fresh branch; `rport` asks for the answer at our own port (RFC 3581)."""
    plan = call.plan
    branch = f"z9hG4bK{plan.seed}{call.branches}"
    return f"SIP/2.0/UDP {plan.via_host}:{plan.sip_port};branch={branch};rport"


def invite_headers(call: Call) -> tuple[tuple[str, str], ...]:
    """What an INVITE or UPDATE of ours carries besides the dialogue's own headers."""
    plan = call.plan
    asked = call.expires or plan.session_expires
    asked = max(asked, call.min_se) if asked else 0
    headers = [("Allow", ", ".join(METHODS)), ("Supported", ", ".join(EXTENSIONS))]
    if asked:
        us = ";refresher=uac" if call.expires else ""
        headers.append(("Session-Expires", f"{asked}{us}"))
        headers.append(("Min-SE", str(max(90, call.min_se))))
    return tuple(headers)


def adopt(call: Call, response: Message) -> Call:
    """Take tag, target and route set from a response that creates the dialogue (12.1.2)."""
    contacts = response.all("contact")
    target = uri_of(contacts[0]) if contacts else call.remote_target
    return replace(
        call,
        remote_tag=tag_of(response.get("to")),
        remote_target=target,
        routes=tuple(reversed(response.all("record-route"))),
        peer_allows=frozenset(response.tokens("allow")) or call.peer_allows,
    )


def next_hop(message: Message, fallback: tuple[str, int]) -> tuple[str, int]:
    """Where a request goes: first Route, else its URI, when that is an IP address (8.1.2).

    `fallback` is the address that the call was made to; it stands in for host names.
    """
    routes = message.all("route")
    text = uri_of(routes[0]) if routes else message.uri
    try:
        uri = parse_uri(text)
    except BadAddress:
        return fallback
    return (uri.host.strip("[]"), uri.port) if uri.literal else fallback


def reply_address(message: Message, source: tuple[str, int]) -> tuple[str, int]:
    """Where the response to a received request goes (18.2.2, RFC 3581 section 4)."""
    vias = message.all("via")
    if "rport" in params(vias[0]):
        return source
    sent_by = vias[0].split(";")[0].split()[-1]
    host, _, port = sent_by.rpartition(":") if not sent_by.endswith("]") else (sent_by, "", "")
    return (source[0], int(port) if host and port.isdigit() and 0 < int(port) < 65536 else 5060)
