"""How the caller answers requests of the far end inside the call.

RFC 3261 sections 8.2, 12.2.2, 14.2 and 15.1.2; OPTIONS (11), UPDATE (RFC 3311), INFO (RFC 6086) and
session refreshes (RFC 4028 section 9).
"""

from __future__ import annotations

from telephony.caller.address import tag_of, uri_of
from telephony.caller.dialog import AGENT, EXTENSIONS, METHODS, Phase, reply_address
from telephony.caller.message import Message, params
from telephony.caller.sdp import NoAudio, answer, offer, parse
from telephony.caller.transaction import T1, T2, SetTimer, StopTimer, Transmit
from telephony.caller.turn import FarInfo, Media, Turn

OK_LIMIT = 64 * T1
KEPT_REPLIES = 32
_INFO_BODIES = ("application/dtmf-relay", "application/dtmf")


def request_arrived(turn: Turn, message: Message, source: tuple[str, int]) -> None:
    """Answer one request; a repeated one gets the same answer again (section 17.2.2)."""
    method = message.method
    if method == "ACK":
        _acknowledged(turn, message)
        return
    before = turn.call.replies.get((message.branch, method))
    to = reply_address(message, source)
    if before is not None:
        turn.add(Transmit(before, to))
        return
    code, reason, extra, body = _decide(turn, message)
    reply = respond(message, code, reason, turn.call.plan.tag, extra, body, source)
    # Bounded, so that a flood of requests cannot grow the state.
    kept = dict(list(turn.call.replies.items())[-KEPT_REPLIES:])
    kept[(message.branch, method)] = reply
    turn.set(replies=kept)
    turn.add(Transmit(reply, to))
    if method == "INVITE" and code == 200:
        turn.set(pending_ok=reply, ok_interval=T1)
        turn.add(SetTimer(("dialog", "ok"), T1), SetTimer(("dialog", "giveup"), OK_LIMIT))
    if method == "BYE" and code == 200:
        turn.over(200, _why(message), "far")


Decision = tuple[int, str, tuple[tuple[str, str], ...], bytes]


def respond(
    message: Message,
    code: int,
    reason: str,
    tag: str,
    extra: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
    source: tuple[str, int] | None = None,
) -> Message:
    """Build a response (section 8.2.6): Vias in order, To with our tag."""
    copied: list[tuple[str, str]] = []
    for position, via in enumerate(message.all("via")):
        if position == 0 and source is not None:
            via = _stamped(via, source)
        copied.append(("Via", via))
    copied += [("Record-Route", value) for value in message.all("record-route")]
    to = message.get("to")
    copied += [
        ("From", message.get("from")),
        ("To", to if tag_of(to) else f"{to};tag={tag}"),
        ("Call-ID", message.get("call-id")),
        ("CSeq", message.get("cseq")),
        ("User-Agent", AGENT),
    ]
    if body:
        extra = (*extra, ("Content-Type", "application/sdp"))
    return Message(f"SIP/2.0 {code} {reason}", (*copied, *extra), body)


def _stamped(via: str, source: tuple[str, int]) -> str:
    """Add received and rport (section 18.2.1, RFC 3581 section 4)."""
    if "rport" not in params(via):
        return via
    parts = [part for part in via.split(";") if part.strip().split("=")[0].lower() != "rport"]
    return ";".join([*parts, f"received={source[0]}", f"rport={source[1]}"])


def _capabilities() -> tuple[tuple[str, str], ...]:
    return (("Allow", ", ".join(METHODS)), ("Supported", ", ".join(EXTENSIONS)))


def _decide(turn: Turn, message: Message) -> Decision:
    call, method = turn.call, message.method
    ours = (
        message.get("call-id") == call.plan.call_id
        and tag_of(message.get("to")) == call.plan.tag
        and bool(call.remote_tag)
        and tag_of(message.get("from")) == call.remote_tag
    )
    if method not in METHODS:
        return 405, "Method Not Allowed", _capabilities(), b""
    if method == "CANCEL":
        # Every INVITE has its final answer at once, so there is never one left to cancel.
        known = (message.branch, "INVITE") in call.replies
        return (200, "OK", (), b"") if known else (481, "Call/Transaction Does Not Exist", (), b"")
    if not ours:
        if method == "OPTIONS" and not tag_of(message.get("to")):
            return _options()
        if method == "INVITE" and not tag_of(message.get("to")):
            return 486, "Busy Here", (), b""
        return 481, "Call/Transaction Does Not Exist", (), b""
    unknown = message.tokens("require") - set(EXTENSIONS)
    if unknown:
        return 420, "Bad Extension", (("Unsupported", ", ".join(sorted(unknown))),), b""
    if message.cseq[0] <= call.remote_cseq:
        return 500, "Server Internal Error", (), b""
    turn.set(remote_cseq=message.cseq[0])
    return _in_dialog(turn, message)


def _options() -> Decision:
    accept = ("Accept", "application/sdp, " + ", ".join(_INFO_BODIES))
    return 200, "OK", (*_capabilities(), accept), b""


def _in_dialog(turn: Turn, message: Message) -> Decision:
    call, method = turn.call, message.method
    if method == "BYE":
        return 200, "OK", (), b""
    if method == "OPTIONS":
        return _options()
    if call.phase is Phase.ENDED:
        return 481, "Call/Transaction Does Not Exist", (), b""
    if method == "INFO":
        kind = message.get("content-type").split(";")[0].strip().lower()
        if message.body and kind not in _INFO_BODIES:
            return 415, "Unsupported Media Type", (("Accept", ", ".join(_INFO_BODIES)),), b""
        if message.body:
            turn.add(FarInfo(kind, message.body))
        return 200, "OK", (), b""
    if method in ("INVITE", "UPDATE"):
        return _offered(turn, message)
    return 405, "Method Not Allowed", _capabilities(), b""


def _offered(turn: Turn, message: Message) -> Decision:
    call, method = turn.call, message.method
    pending = any(tx.request.method == "INVITE" for tx in call.transactions.values())
    early = call.phase in (Phase.CALLING, Phase.PROCEEDING)
    if method == "INVITE" and (pending or call.pending_ok is not None or early):
        return 491, "Request Pending", (), b""
    if method == "UPDATE" and message.body and early and call.far is None:
        return 491, "Request Pending", (), b""  # RFC 3311 section 5.2
    extra = [("Contact", call.plan.contact), *_capabilities()]
    contacts = message.all("contact")
    if contacts:
        turn.set(remote_target=uri_of(contacts[0]))
    body = b""
    if message.body:
        try:
            body, far = answer(call.plan.near, call.sdp_version + 1, message.body)
        except NoAudio as error:
            return 488, "Not Acceptable Here", (("Warning", f'399 caller "{error}"'),), b""
        turn.set(sdp_version=call.sdp_version + 1, far=far)
        turn.add(Media(far, call.direction))
    elif method == "INVITE":
        turn.set(sdp_version=call.sdp_version + 1)
        body = offer(call.plan.near, turn.call.sdp_version, call.direction)
    extra += _refreshed(turn, message)
    return 200, "OK", tuple(extra), body


def _refreshed(turn: Turn, message: Message) -> list[tuple[str, str]]:
    """Session-Expires of our 2xx to a refresh; the sender of the request keeps refreshing."""
    value = message.get("session-expires")
    seconds = value.split(";")[0].strip()
    if not seconds.isdigit() or len(seconds) > 9:
        return []
    refresher = params(value).get("refresher", "uac")
    arm(turn, int(seconds), refresher == "uas")
    return [("Session-Expires", f"{seconds};refresher={refresher}"), ("Require", "timer")]


def arm(turn: Turn, seconds: int, by_us: bool) -> None:
    """Refresh at half time, or give up when the far end has not (RFC 4028 section 10)."""
    turn.set(expires=seconds, refresher_is_us=by_us)
    if by_us:
        turn.add(StopTimer(("dialog", "expire")), SetTimer(("dialog", "refresh"), seconds / 2))
    else:
        limit = seconds - min(32.0, seconds / 3)
        turn.add(StopTimer(("dialog", "refresh")), SetTimer(("dialog", "expire"), limit))


def _acknowledged(turn: Turn, message: Message) -> None:
    call = turn.call
    if call.pending_ok is None or message.cseq[0] != call.pending_ok.cseq[0]:
        return
    turn.set(pending_ok=None)
    turn.add(StopTimer(("dialog", "ok")), StopTimer(("dialog", "giveup")))
    if message.body:
        try:
            far = parse(message.body, call.plan.near.codecs)
        except NoAudio:
            return
        turn.set(far=far)
        turn.add(Media(far, call.direction))


def ok_timer(turn: Turn, kind: str) -> None:
    """Repeat a 200 that has no ACK yet; after 64*T1 end the call (section 13.3.1.4)."""
    call = turn.call
    if call.pending_ok is None:
        return
    if kind == "ok":
        interval = min(call.ok_interval * 2, T2)
        turn.set(ok_interval=interval)
        turn.add(Transmit(call.pending_ok), SetTimer(("dialog", "ok"), interval))
        return
    turn.set(pending_ok=None)
    if call.phase is Phase.UP:
        turn.set(phase=Phase.ENDING)
        turn.send("BYE")


def _why(message: Message) -> str:
    """The text of a Reason header (RFC 3326), empty without one."""
    reasons = message.all("reason")
    return params(reasons[0]).get("text", reasons[0]) if reasons else ""
