"""How the caller answers what the far end asks inside the call."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from telephony.caller.dialog import Phase
from telephony.caller.message import Message
from telephony.caller.sdp import NearMedia, offer
from telephony.caller.turn import Dial, FarInfo, HangUp, Media, PressInfo, Reoffer
from tests.caller.far import THEIR_SDP, Wire


@pytest.fixture
def wire() -> Wire:
    made = Wire()
    made.up()
    return made


def status(sent: list[Message]) -> int:
    return sent[0].status


def test_bye(wire: Wire) -> None:
    [ok] = wire.ask(
        "BYE", ("Reason", 'Q.850;cause=16;text="Normal, clearing"'), branch="z9hG4bKbye"
    )
    assert ok.status == 200 and "rport=5060" in ok.get("via")
    assert [(o.code, o.by, o.reason) for o in wire.over] == [(200, "far", "Normal, clearing")]
    assert wire.ask("BYE", cseq=101, branch="z9hG4bKbye") == [ok]
    assert len(wire.over) == 1


def test_reinvite_is_answered_and_repeated_until_ack(wire: Wire) -> None:
    moved = offer(NearMedia("192.0.2.2", 7000), 2, "sendonly")
    [ok] = wire.ask("INVITE", body=moved, cseq=200)
    assert ok.status == 200 and b"a=recvonly" in ok.body and ok.get("contact")
    assert isinstance(wire.told[-1], Media) and wire.told[-1].far.port == 7000
    assert wire.timers[("dialog", "ok")] == 0.5
    assert wire.fire(("dialog", "ok")) == [ok] and wire.timers[("dialog", "ok")] == 1
    assert status(wire.ask("INVITE", body=moved)) == 491
    assert wire.ask("ACK", cseq=200) == []
    assert ("dialog", "ok") not in wire.timers and ("dialog", "giveup") not in wire.timers
    assert status(wire.ask("INVITE", body=moved)) == 200


def test_reinvite_without_offer_gets_ours_and_takes_the_answer_from_ack(wire: Wire) -> None:
    [ok] = wire.ask("INVITE", cseq=200)
    assert b"m=audio 4000 RTP/AVP 8 0 101" in ok.body
    wire.ask("ACK", cseq=200, body=offer(NearMedia("192.0.2.2", 7002, ("PCMU",)), 2))
    assert wire.call.far and (wire.call.far.port, wire.call.far.codec) == (7002, "PCMU")


def test_reinvite_that_nobody_acknowledges_ends_the_call(wire: Wire) -> None:
    wire.ask("INVITE", body=THEIR_SDP)
    [bye] = wire.fire(("dialog", "giveup"))
    assert bye.method == "BYE"


def test_reinvite_with_nothing_for_us_leaves_the_call_as_it_is(wire: Wire) -> None:
    before = wire.call.far
    [no] = wire.ask("INVITE", body=THEIR_SDP.replace(b"8 0 101", b"9"))
    assert no.status == 488 and no.get("warning") and wire.call.far == before


def test_update_with_and_without_offer(wire: Wire) -> None:
    [ok] = wire.ask("UPDATE")
    assert ok.status == 200 and ok.body == b""
    [ok] = wire.ask("UPDATE", body=offer(NearMedia("192.0.2.2", 7004), 3))
    assert b"m=audio 4000" in ok.body and wire.call.far and wire.call.far.port == 7004


def test_options_info_and_what_is_not_understood(wire: Wire) -> None:
    [ok] = wire.ask("OPTIONS")
    assert ok.status == 200 and "UPDATE" in ok.get("allow") and "100rel" in ok.get("supported")
    relay = ("Content-Type", "application/dtmf-relay")
    assert status(wire.ask("INFO", relay, body=b"Signal=3\r\n")) == 200
    assert wire.told[-1] == FarInfo("application/dtmf-relay", b"Signal=3\r\n")
    assert status(wire.ask("INFO", ("Content-Type", "text/plain"), body=b"x")) == 415
    assert status(wire.ask("REFER")) == 405 and status(wire.ask("PRACK")) == 405
    [no] = wire.ask("UPDATE", ("Require", "timer, teleport"))
    assert no.status == 420 and no.get("unsupported") == "teleport"


def test_strangers_and_old_numbers(wire: Wire) -> None:
    assert status(wire.ask("BYE", tag="other")) == 481
    assert wire.ask("ACK", tag="other") == []
    assert status(wire.ask("OPTIONS", cseq=300)) == 200
    assert status(wire.ask("OPTIONS", cseq=299, branch="z9hG4bKold")) == 500
    assert status(wire.ask("CANCEL", cseq=301)) == 481
    assert wire.over == []


def test_bye_that_crosses_ours(wire: Wire) -> None:
    [bye] = wire.give(HangUp())
    assert status(wire.ask("BYE")) == 200
    wire.reply(bye, 481)
    assert len(wire.over) == 1 and wire.over[0].by == "far"


class AnyFarEnd(RuleBasedStateMachine):
    """Whatever the far end does, in whatever order: no exception, one end, bounded state."""

    def __init__(self) -> None:
        super().__init__()
        self.wire = Wire()
        self.wire.give(Dial())

    @rule(
        code=st.sampled_from(
            [100, 180, 183, 200, 202, 302, 401, 408, 422, 481, 486, 487, 491, 503, 603]
        ),
        pick=st.integers(0, 50),
        tag=st.sampled_from(["far", "other"]),
        body=st.sampled_from([b"", THEIR_SDP, b"v=0\r\njunk"]),
        headers=st.sets(
            st.sampled_from(
                [
                    ("Contact", "<sip:far@192.0.2.2>"),
                    ("Contact", "rubbish"),
                    ("Require", "100rel"),
                    ("RSeq", "1"),
                    ("Session-Expires", "90;refresher=uac"),
                    ("Min-SE", "300"),
                    ("WWW-Authenticate", 'Digest nonce="n"'),
                ]
            ),
            max_size=4,
        ),
    )
    def respond(
        self, code: int, pick: int, tag: str, body: bytes, headers: set[tuple[str, str]]
    ) -> None:
        asked = [m for m in self.wire.sent if m.is_request and m.method != "ACK"]
        self.wire.reply(asked[pick % len(asked)], code, *sorted(headers), body=body, tag=tag)

    @rule(
        method=st.sampled_from(
            "INVITE ACK BYE CANCEL OPTIONS INFO UPDATE PRACK REFER NOTIFY".split()
        ),
        body=st.sampled_from([b"", THEIR_SDP, b"junk"]),
        tag=st.sampled_from(["far", "other"]),
        back=st.integers(0, 3),
    )
    def ask(self, method: str, body: bytes, tag: str, back: int) -> None:
        self.wire.ask(method, body=body, tag=tag, cseq=max(1, self.wire.served + 1 - back))

    @precondition(lambda self: self.wire.timers)
    @rule()
    def time(self) -> None:
        self.wire.pass_time()

    @rule(event=st.sampled_from([Dial(), HangUp(), PressInfo("1"), Reoffer("sendonly")]))
    def own(self, event: Dial | HangUp | PressInfo | Reoffer) -> None:
        self.wire.give(event)

    @invariant()
    def ends_at_most_once(self) -> None:
        assert len(self.wire.over) <= 1
        assert (self.wire.call.phase is Phase.ENDED) == bool(self.wire.over)
        assert len(self.wire.call.replies) < 40

    def teardown(self) -> None:
        """Every call can be ended: hang up, then let every timer run out."""
        self.wire.give(HangUp())
        for _ in range(200):
            if not self.wire.timers:
                break
            self.wire.pass_time()
        assert self.wire.over and not self.wire.timers


AnyFarEnd.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyFarEnd = AnyFarEnd.TestCase
