"""The caller's side of a SIP call as a pure machine: INVITE, PRACK, ACK, CANCEL, BYE, refreshes.

RFC 3261 sections 8.1, 9.1, 12, 13.2, 14.1, 15; RFC 3262 (100rel); RFC 4028 (session timers).
"""

from __future__ import annotations

from telephony.caller import transaction, uas
from telephony.caller.address import tag_of
from telephony.caller.dialog import Call, Phase, adopt, build, invite_headers
from telephony.caller.digest import challenge_of
from telephony.caller.message import Message, params, request
from telephony.caller.sdp import NoAudio, offer, parse
from telephony.caller.transaction import Deliver, Expired, SetTimer, Transmit, key_of
from telephony.caller.turn import (
    Answered,
    Arrived,
    Dial,
    Effect,
    Event,
    Fired,
    HangUp,
    InfoDone,
    Media,
    PressInfo,
    Progress,
    Reoffer,
    Turn,
)

CANCEL_LIMIT = 64 * transaction.T1
NOBODY_LIMIT = 4 * transaction.T1


def step(call: Call, event: Event, now: float) -> tuple[Call, list[Effect]]:
    """Take one event; `now` is in seconds and unused so far, timers come as events.

    Returns the call as it has become and the effects to carry out in order.
    """
    turn = Turn(call)
    match event:
        case Dial() if call.phase is Phase.IDLE:
            turn.set(phase=Phase.CALLING)
            _invite(turn)
        case HangUp():
            _hang_up(turn)
        case Arrived(message, source):
            if message.is_request:
                uas.request_arrived(turn, message, source)
            else:
                _response(turn, message)
        case Fired((owner, kind)) if owner == "dialog":
            _own_timer(turn, kind)
        case Fired((owner, kind)) if owner in call.transactions:
            turn.put(*transaction.fired(call.transactions[owner], kind))
        case PressInfo(digit, ms) if call.phase is Phase.UP:
            body = f"Signal={digit}\r\nDuration={ms}\r\n".encode()
            turn.send("INFO", body=body, kind="application/dtmf-relay")
        case Reoffer(direction) if call.phase is Phase.UP and not _inviting(call):
            turn.set(direction=direction)
            _invite(turn)
    while turn.inbox:
        item = turn.inbox.pop(0)
        if isinstance(item, Expired):
            _expired(turn, item.request)
        else:
            _final(turn, item)
    return turn.call, turn.effects


def _inviting(call: Call) -> bool:
    return any(tx.request.method == "INVITE" for tx in call.transactions.values())


def _invite(turn: Turn) -> None:
    """Send an INVITE (or re-INVITE) with our present offer."""
    call = turn.call
    first = call.phase is not Phase.UP
    turn.set(sdp_version=call.sdp_version + 1)
    body = offer(call.plan.near, turn.call.sdp_version, call.direction)
    extra = invite_headers(call) + (call.plan.headers if first else ())
    turn.set(invite=turn.send("INVITE", extra, body))


def _hang_up(turn: Turn) -> None:
    call = turn.call
    if call.phase is Phase.IDLE:
        turn.over(0, "never dialled", "us")
    elif call.phase is Phase.UP:
        turn.set(phase=Phase.ENDING)
        turn.send("BYE")
    elif call.phase in (Phase.CALLING, Phase.PROCEEDING):
        turn.set(cancel_wanted=True)
        # Section 9.1: no CANCEL before a provisional response. When none comes, nobody is there.
        if call.phase is Phase.PROCEEDING:
            _cancel(turn)
        else:
            turn.add(SetTimer(("dialog", "cancel"), NOBODY_LIMIT))


def _cancel(turn: Turn) -> None:
    invite = turn.call.invite
    if invite is None or turn.call.cancelled:
        return
    turn.set(cancelled=True)
    kept = ("via", "from", "to", "call-id", "max-forwards", "route")
    headers = [(k, v) for k, v in invite.headers if k.lower() in kept]
    headers.append(("CSeq", f"{invite.cseq[0]} CANCEL"))
    turn.start(request("CANCEL", invite.uri, headers))
    turn.add(SetTimer(("dialog", "cancel"), CANCEL_LIMIT))


def _own_timer(turn: Turn, kind: str) -> None:
    call = turn.call
    if kind in ("ok", "giveup"):
        uas.ok_timer(turn, kind)
    elif kind == "cancel" and call.phase is Phase.PROCEEDING:
        turn.over(487, "no answer to CANCEL", "us")
    elif kind == "cancel" and call.phase is Phase.CALLING:
        turn.over(408, "no answer from the far end", "us")
    elif kind == "expire" and call.phase is Phase.UP:
        # RFC 4028 section 10: nobody refreshed the session.
        _hang_up(turn)
    elif kind == "refresh" and call.phase is Phase.UP:
        if "update" in call.peer_allows:
            turn.send("UPDATE", invite_headers(call))
        elif not _inviting(call):
            _invite(turn)


# ---- responses ---------------------------------------------------------------------------------


def _response(turn: Turn, response: Message) -> None:
    tx = turn.call.transactions.get(key_of(response))
    if tx is not None:
        turn.put(*transaction.received(tx, response))
    elif response.cseq[1] == "INVITE" and 200 <= response.status < 300:
        _again_or_forked(turn, response)


def _again_or_forked(turn: Turn, response: Message) -> None:
    """A 200 after the transaction is over: ACK it again, or end another branch (13.2.2.4)."""
    call = turn.call
    if call.ack is None or response.get("call-id") != call.plan.call_id:
        return
    if tag_of(response.get("to")) == call.remote_tag:
        if response.cseq[0] == call.ack.cseq[0]:
            turn.add(Transmit(call.ack))
        return
    other = adopt(call, response)
    other, ack = build(other, "ACK", cseq=response.cseq[0])
    other, bye = build(other, "BYE")
    turn.set(branches=other.branches, cseq=other.cseq)
    turn.add(Transmit(ack))
    turn.start(bye)


def _final(turn: Turn, item: Deliver) -> None:
    response = item.response
    method = response.cseq[1]
    if response.status in (401, 407) and _authorise(turn, response):
        return
    if method == "INVITE":
        _invite_answer(turn, response)
    elif response.status < 200:
        return
    elif method == "BYE":
        turn.over(200, "", "us")
    elif method == "INFO":
        turn.add(InfoDone(response.status))
    elif method == "UPDATE" and response.status < 300:
        _session_timer(turn, response)
    if method in ("INFO", "UPDATE") and response.status in (408, 481):
        _hang_up(turn)  # section 12.2.1.2


def _expired(turn: Turn, message: Message) -> None:
    phase = turn.call.phase
    if message.method == "BYE" or (message.method == "INVITE" and phase is not Phase.UP):
        turn.over(408, "no answer from the far end", "us")
    elif message.method == "INFO":
        turn.add(InfoDone(408))
        _hang_up(turn)
    elif message.method in ("INVITE", "UPDATE", "PRACK"):
        _hang_up(turn)


def _authorise(turn: Turn, response: Message) -> bool:
    """Answer a challenge once for each nonce (section 22.2); True when the request went again."""
    call = turn.call
    challenge = challenge_of(response)
    if challenge is None or call.plan.credentials is None or challenge.nonce in call.tried:
        return False
    if call.tried and not challenge.stale and response.cseq[1] == "INVITE" and call.ack is None:
        return False
    turn.set(challenge=challenge, tried=call.tried | {challenge.nonce})
    method = response.cseq[1]
    if method == "INVITE":
        if call.cancel_wanted:
            return False
        _invite(turn)
    elif method in ("BYE", "UPDATE"):
        turn.send(method, invite_headers(call) if method == "UPDATE" else ())
    else:
        return False
    return True


def _invite_answer(turn: Turn, response: Message) -> None:
    call = turn.call
    if call.phase in (Phase.CALLING, Phase.PROCEEDING):
        if response.status < 200:
            _provisional(turn, response)
        elif response.status < 300:
            _answered(turn, response)
        elif response.status == 422 and call.min_se == 0 and response.get("min-se").isdigit():
            turn.set(min_se=min(int(response.get("min-se")), 86_400))
            _invite(turn)
        else:
            by = "us" if call.cancelled else "far"
            turn.over(response.status, response.reason, by, response.get("retry-after"))
    elif 200 <= response.status < 300:
        _acknowledge(turn, response)
        if call.phase is Phase.UP:
            _take_media(turn, response.body)
            _session_timer(turn, response)
    elif response.status in (408, 481) and call.phase is Phase.UP:
        _hang_up(turn)


def _provisional(turn: Turn, response: Message) -> None:
    turn.set(phase=Phase.PROCEEDING)
    if turn.call.cancel_wanted:
        _cancel(turn)
    call = turn.call
    if response.status == 100:
        return
    if "100rel" in response.tokens("require") and response.get("rseq").isdigit():
        rseq = int(response.get("rseq"))
        # RFC 3262 section 4: in order only, and a repeated one is not acknowledged twice.
        if call.rseq >= 0 and rseq != call.rseq + 1:
            return
        if tag_of(response.get("to")):
            turn.call = adopt(call, response)
        turn.set(rseq=rseq)
        turn.send("PRACK", (("RAck", f"{rseq} {response.cseq[0]} INVITE"),))
    if response.body and call.far is None:
        _take_media(turn, response.body)
    if response.status not in call.prov_codes:
        turn.set(prov_codes=call.prov_codes | {response.status})
        turn.add(Progress(response.status, response.reason))


def _acknowledge(turn: Turn, response: Message) -> None:
    turn.call, ack = build(turn.call, "ACK", cseq=response.cseq[0])
    turn.set(ack=ack)
    turn.add(Transmit(ack))


def _answered(turn: Turn, response: Message) -> None:
    turn.call = adopt(turn.call, response)
    turn.set(phase=Phase.UP)
    _acknowledge(turn, response)
    if turn.call.cancel_wanted:
        # The 200 crossed our CANCEL (section 15.1.1: only a BYE ends it now).
        _hang_up(turn)
        return
    if (response.body and not _take_media(turn, response.body)) or turn.call.far is None:
        turn.send("BYE", (("Reason", 'SIP;cause=488;text="no usable audio"'),))
        turn.over(488, "the far end's answer has no usable audio", "us")
        return
    _session_timer(turn, response)
    turn.add(Answered(response))


def _take_media(turn: Turn, body: bytes) -> bool:
    call = turn.call
    try:
        far = parse(body, call.plan.near.codecs)
    except NoAudio:
        return False
    if far != call.far:
        turn.set(far=far)
        turn.add(Media(far, call.direction))
    return True


def _session_timer(turn: Turn, response: Message) -> None:
    """Arm the session timer that a 2xx of ours settled (RFC 4028 sections 7.2 and 10)."""
    value = response.get("session-expires")
    seconds = value.split(";")[0].strip()
    if not seconds.isdigit() or len(seconds) > 9:
        return
    uas.arm(turn, int(seconds), params(value).get("refresher", "uas") == "uac")
