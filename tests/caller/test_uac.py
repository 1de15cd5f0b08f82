"""The caller's side of a call: what it sends and when, by the RFC's clauses."""

import pytest

from telephony.caller.dialog import Phase
from telephony.caller.digest import Credentials
from telephony.caller.message import params
from telephony.caller.sdp import NearMedia, offer
from telephony.caller.turn import (
    Answered,
    Dial,
    HangUp,
    InfoDone,
    Media,
    PressInfo,
    Progress,
    Reoffer,
)
from tests.caller.far import THEIR_SDP, Wire

CONTACT = ("Contact", "<sip:far@192.0.2.9:5080>")


def kinds(wire: Wire) -> list[str]:
    return [type(effect).__name__ for effect in wire.told]


def test_answered_call_and_our_bye() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    assert invite.get("x-test") == "yes" and invite.body.startswith(b"v=0")
    wire.reply(invite, 100)
    wire.reply(invite, 180, CONTACT)
    routes = ("Record-Route", "<sip:p2@192.0.2.22;lr>, <sip:p1@192.0.2.11;lr>")
    [ack] = wire.reply(invite, 200, CONTACT, routes, body=THEIR_SDP)
    assert (ack.method, ack.cseq) == ("ACK", (invite.cseq[0], "ACK"))
    assert ack.uri == "sip:far@192.0.2.9:5080" and ack.branch != invite.branch
    assert ack.all("route") == ["<sip:p1@192.0.2.11;lr>", "<sip:p2@192.0.2.22;lr>"]
    assert kinds(wire) == ["Progress", "Media", "Answered"]
    [bye] = wire.give(HangUp())
    assert bye.cseq == (invite.cseq[0] + 1, "BYE") and params(bye.get("to"))["tag"] == "far"
    wire.reply(bye, 200)
    assert [(o.code, o.by) for o in wire.over] == [(200, "us")]
    assert "x-test" not in str(bye.headers).lower()


def test_a_lost_invite_is_repeated_and_given_up() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    assert [wire.timers[wire.timer("A/E")], wire.timers[wire.timer("B/F")]] == [0.5, 32]
    for interval in (1, 2, 4, 8, 16):
        [again] = wire.fire(wire.timer("A/E"))
        assert again == invite and wire.timers[wire.timer("A/E")] == interval
    wire.fire(wire.timer("B/F"))
    assert [(o.code, o.by) for o in wire.over] == [(408, "us")] and wire.timers == {}


def test_provisional_answer_stops_the_repeats_for_good() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    wire.reply(invite, 100)
    assert wire.timers == {} and wire.call.phase is Phase.PROCEEDING


def test_non_invite_repeats_slow_down_to_t2() -> None:
    wire = Wire()
    wire.up()
    wire.give(HangUp())
    waits = []
    for _ in range(5):
        wire.fire(wire.timer("A/E", "BYE"))
        waits.append(wire.timers[wire.timer("A/E", "BYE")])
    assert waits == [1, 2, 4, 4, 4]
    wire.fire(wire.timer("B/F", "BYE"))
    assert [o.code for o in wire.over] == [408]


def test_refusal_is_acknowledged_each_time_it_comes() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    [ack] = wire.reply(invite, 503, ("Retry-After", "7"))
    assert ack.branch == invite.branch and ack.uri == invite.uri and ack.cseq == (1, "ACK")
    assert params(ack.get("to"))["tag"] == "far"
    assert wire.reply(invite, 503) == [ack]
    assert [(o.code, o.by, o.retry_after) for o in wire.over] == [(503, "far", "7")]
    wire.fire(wire.timer("D/K"))
    assert wire.reply(invite, 503) == [] and wire.call.transactions == {}


def test_repeated_200_is_acknowledged_again() -> None:
    wire = Wire()
    wire.up()
    ack = wire.last("ACK")
    assert wire.reply(wire.last("INVITE"), 200, CONTACT, body=THEIR_SDP) == [ack]
    assert len([e for e in wire.told if isinstance(e, Answered)]) == 1


def test_second_branch_of_a_fork_is_ended() -> None:
    wire = Wire()
    wire.up()
    other = ("Contact", "<sip:other@192.0.2.3>")
    ack, bye = wire.reply(wire.last("INVITE"), 200, other, body=THEIR_SDP, tag="second")
    assert (ack.method, bye.method) == ("ACK", "BYE")
    assert params(bye.get("to"))["tag"] == "second" and bye.uri == "sip:other@192.0.2.3"
    assert wire.over == [] and wire.call.remote_tag == "far"


def test_cancel_waits_for_a_provisional_answer() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    assert wire.give(HangUp()) == []
    [cancel] = wire.reply(invite, 180)
    assert cancel.method == "CANCEL" and cancel.branch == invite.branch
    assert cancel.cseq == (invite.cseq[0], "CANCEL") and "tag" not in params(cancel.get("to"))
    wire.reply(cancel, 200)
    [ack] = wire.reply(invite, 487)
    assert ack.method == "ACK" and [(o.code, o.by) for o in wire.over] == [(487, "us")]


def test_cancel_that_crosses_the_answer_ends_in_bye() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    wire.reply(invite, 180)
    wire.give(HangUp())
    sent = wire.reply(invite, 200, CONTACT, body=THEIR_SDP)
    assert [m.method for m in sent] == ["ACK", "BYE"]
    wire.reply(sent[1], 200)
    assert [o.code for o in wire.over] == [200] and "Answered" not in kinds(wire)


def test_nobody_at_all_is_not_waited_for() -> None:
    wire = Wire()
    wire.give(Dial())
    wire.give(HangUp())
    assert wire.fire(("dialog", "cancel")) == []
    assert [(o.code, o.by) for o in wire.over] == [(408, "us")]


def test_cancel_without_any_final_answer_ends() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    wire.reply(invite, 180)
    wire.give(HangUp())
    wire.fire(("dialog", "cancel"))
    assert [o.code for o in wire.over] == [487]


def test_reliable_provisional_answers_get_prack_in_order() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    reliable = ("Require", "100rel")
    [prack] = wire.reply(invite, 183, reliable, ("RSeq", "41"), CONTACT, body=THEIR_SDP)
    assert prack.method == "PRACK" and prack.get("rack") == "41 1 INVITE"
    assert prack.uri == "sip:far@192.0.2.9:5080" and params(prack.get("to"))["tag"] == "far"
    assert any(isinstance(e, Media) for e in wire.told)
    wire.reply(prack, 200)
    assert wire.reply(invite, 183, reliable, ("RSeq", "41"), CONTACT) == []
    assert wire.reply(invite, 180, reliable, ("RSeq", "43"), CONTACT) == []
    [second] = wire.reply(invite, 180, reliable, ("RSeq", "42"), CONTACT)
    assert second.get("rack") == "42 1 INVITE" and second.cseq[0] > prack.cseq[0]
    # The 200 needs no SDP: the answer came reliably.
    [ack] = wire.reply(invite, 200, CONTACT)
    assert ack.cseq == (1, "ACK") and [e.code for e in wire.told if isinstance(e, Progress)] == [
        183,
        180,
    ]
    assert isinstance(wire.told[-1], Answered)


def test_answer_without_usable_audio_is_ended_politely() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    sent = wire.reply(invite, 200, CONTACT, body=THEIR_SDP.replace(b"8 0 101", b"9"))
    assert [m.method for m in sent] == ["ACK", "BYE"] and "488" in sent[1].get("reason")
    assert [(o.code, o.by) for o in wire.over] == [(488, "us")]


@pytest.mark.parametrize(("code", "header", "proof"), [(401, "WWW", ""), (407, "Proxy", "Proxy-")])
def test_challenge_is_answered_once(code: int, header: str, proof: str) -> None:
    wire = Wire(Credentials("u", "p"))
    [invite] = wire.give(Dial())
    challenge = (f"{header}-Authenticate", 'Digest realm="r", nonce="n1", qop="auth"')
    ack, again = wire.reply(invite, code, challenge)
    assert ack.method == "ACK" and again.cseq == (2, "INVITE") and again.branch != invite.branch
    assert 'nonce="n1"' in again.get(f"{proof}authorization")
    assert again.get("call-id") == invite.get("call-id") and again.get("x-test") == "yes"
    wrong = (f"{header}-Authenticate", 'Digest realm="r", nonce="n2"')
    [_ack] = wire.reply(again, code, wrong)
    assert [o.code for o in wire.over] == [code]


def test_stale_nonce_is_answered_again_and_no_credentials_never() -> None:
    wire = Wire(Credentials("u", "p"))
    [invite] = wire.give(Dial())
    _, again = wire.reply(invite, 401, ("WWW-Authenticate", 'Digest realm="r", nonce="n1"'))
    stale = ("WWW-Authenticate", 'Digest realm="r", nonce="n2", stale=true')
    sent = wire.reply(again, 401, stale)
    assert [m.method for m in sent] == ["ACK", "INVITE"] and wire.over == []
    bare = Wire()
    [invite] = bare.give(Dial())
    bare.reply(invite, 401, ("WWW-Authenticate", 'Digest realm="r", nonce="n1"'))
    assert [o.code for o in bare.over] == [401]


def test_session_interval_too_small_is_raised() -> None:
    wire = Wire(session_expires=90)
    [invite] = wire.give(Dial())
    _, again = wire.reply(invite, 422, ("Min-SE", "600"))
    assert again.get("session-expires") == "600" and again.get("min-se") == "600"


def test_we_refresh_when_that_was_settled() -> None:
    wire = Wire()
    wire.up(("Session-Expires", "200;refresher=uac"), ("Allow", "INVITE, UPDATE"))
    assert wire.timers[("dialog", "refresh")] == 100
    [update] = wire.fire(("dialog", "refresh"))
    assert update.method == "UPDATE" and update.get("session-expires") == "200;refresher=uac"
    wire.reply(update, 200, ("Session-Expires", "200;refresher=uac"))
    assert wire.timers[("dialog", "refresh")] == 100


def test_refresh_by_reinvite_where_update_is_unknown() -> None:
    wire = Wire()
    wire.up(("Session-Expires", "200;refresher=uac"), ("Allow", "INVITE, BYE"))
    [invite] = wire.fire(("dialog", "refresh"))
    assert invite.method == "INVITE" and "x-test" not in str(invite.headers).lower()
    [ack] = wire.reply(invite, 200, CONTACT, body=THEIR_SDP)
    assert ack.cseq == (invite.cseq[0], "ACK") and wire.call.phase is Phase.UP


def test_session_that_nobody_refreshes_is_ended() -> None:
    wire = Wire()
    wire.up(("Session-Expires", "90;refresher=uas"))
    assert wire.timers[("dialog", "expire")] == 60
    wire.ask("UPDATE", ("Session-Expires", "90;refresher=uac"))
    assert wire.timers[("dialog", "expire")] == 60
    [bye] = wire.fire(("dialog", "expire"))
    assert bye.method == "BYE"


def test_hold_and_resume() -> None:
    wire = Wire()
    wire.up()
    [invite] = wire.give(Reoffer("sendonly"))
    assert b"a=sendonly" in invite.body and invite.cseq[0] == 2
    assert params(invite.get("to"))["tag"] == "far"
    assert wire.give(Reoffer("sendrecv")) == []  # one at a time (section 14.1)
    moved = offer(NearMedia("192.0.2.2", 6002), 2, "recvonly")
    wire.reply(invite, 200, CONTACT, body=moved)
    assert isinstance(wire.told[-1], Media) and wire.call.far and wire.call.far.port == 6002
    [invite] = wire.give(Reoffer("sendrecv"))
    [ack] = wire.reply(invite, 491)
    assert ack.branch == invite.branch and wire.call.phase is Phase.UP


def test_info_digits_and_a_far_end_that_forgot_us() -> None:
    wire = Wire()
    wire.up()
    [info] = wire.give(PressInfo("5"))
    assert info.get("content-type") == "application/dtmf-relay" and info.body.startswith(
        b"Signal=5\r\n"
    )
    wire.reply(info, 200)
    assert wire.told[-1] == InfoDone(200)
    [info] = wire.give(PressInfo("6"))
    [bye] = wire.reply(info, 481)
    assert bye.method == "BYE"


def test_responses_to_nobody_are_dropped() -> None:
    wire = Wire()
    [invite] = wire.give(Dial())
    stranger = invite.__class__(
        invite.start,
        tuple((k, v.replace("z9hG4bK", "z9hG4bKx")) for k, v in invite.headers),
        invite.body,
    )
    assert wire.reply(stranger, 200, CONTACT, body=THEIR_SDP) == []
    assert wire.told == [] and wire.call.phase is Phase.CALLING
