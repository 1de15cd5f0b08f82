"""The outbox and who sends it: caps, retries, restarts, on a clock of the test's own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from core.db import Sessions
from core.sms.port import Accepted, Outgoing, Refused, Told, Unavailable
from tests.fakes.sms import FakeSms
from tests.tickets.journalled import Journalled
from tickets.sms import outbox
from tickets.sms.office import FIRST_S, LOOK_S, SmsOffice
from tickets.sms.outbox import CLAIM_S, Changed, Limits
from tickets.sms.status import BACKOFF_S, Receipt, Status
from tickets.sms.tables import SmsMessage

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MOBILE = "+8613800138000"
LIMITS = Limits(5, "Asia/Shanghai", 10, "12349民政热线", "（余下内容请拨打12349）")


class Post:
    """An office with a fake way to send, and a call to send from."""

    def __init__(self, sessions: Sessions, sms: FakeSms | None = None, at: datetime = NOON) -> None:
        self.sessions, self.sms, self.clock, self.at = sessions, sms or FakeSms(), Clock(), at
        self.changed: list[Changed] = []
        self.office = SmsOffice(
            self.sms, sessions, LIMITS, self.clock, self.now, maybeDeferred, self.changed.append
        )

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.clock.seconds())

    def text(self, text: str = "低保：到街道申请。", number: str = MOBILE) -> list[Told]:
        told: list[Told] = []
        self.office.text("call1", number, text).addCallback(told.append)
        return told

    def rows(self) -> list[SmsMessage]:
        with self.sessions() as db:
            return outbox.of_call(db, "call1")

    def statuses(self) -> list[str]:
        return [row.status for row in self.rows()]


@pytest.fixture
def post(sessions: Sessions, journal: Journalled) -> Post:
    journal.opened("call1")
    return Post(sessions)


def test_a_text_is_sent_at_once_with_our_name_before_it(post: Post) -> None:
    assert post.text() == [Told("sent")]
    (sent,) = post.sms.tried
    assert (sent.number, sent.text) == (MOBILE, "【12349民政热线】低保：到街道申请。")
    (row,) = post.rows()
    assert (row.status, row.attempts, row.parts) == ("sent", 1, 1)
    assert row.reference == f"ref-{row.id}" and row.due_at is None
    (changed,) = post.changed
    assert (changed.call_id, changed.ticket) == ("call1", "20260302-000001")


def test_number_and_text_are_not_readable_in_the_database(post: Post) -> None:
    post.text()
    with post.sessions() as db:
        kept = str(db.execute(text("SELECT * FROM sms_outbox")).all())
    assert "13800138000" not in kept and "低保" not in kept


def test_a_gateway_that_is_down_is_tried_again_with_backoff_and_the_same_id(post: Post) -> None:
    post.sms.answers = [Unavailable("down")] * 3
    assert post.text() == [Told("queued")]
    assert post.office.fault == "down"
    for wait_s in BACKOFF_S[:3]:
        before = len(post.sms.tried)
        post.clock.advance(wait_s - 1)
        assert len(post.sms.tried) == before
        post.clock.advance(1)
        assert len(post.sms.tried) == before + 1
    assert len({each.id for each in post.sms.tried}) == 1
    assert post.statuses() == ["sent"] and post.office.fault == ""


def test_after_the_last_attempt_the_text_has_failed(post: Post) -> None:
    post.sms.answers = [Unavailable("down")] * 20
    post.text()
    for _ in range(200):
        post.clock.advance(LOOK_S)
    assert len(post.sms.tried) == len(BACKOFF_S) + 1
    (row,) = post.rows()
    assert (row.status, row.reason) == ("failed", "down")


def test_a_slow_gateway_keeps_nobody_waiting(post: Post) -> None:
    post.sms.held = []
    told = post.text()
    post.clock.advance(FIRST_S - 0.1)
    assert told == []
    post.clock.advance(0.1)
    assert told == [Told("queued")]
    post.sms.release()
    assert post.statuses() == ["sent"] and told == [Told("queued")]


def test_what_the_gateway_refuses_is_told_and_not_tried_again(post: Post) -> None:
    post.sms.answers = [Refused("黑名单")]
    assert post.text() == [Told("refused")]
    post.clock.advance(4000)
    assert len(post.sms.tried) == 1
    assert [(row.status, row.reason) for row in post.rows()] == [("refused", "黑名单")]


@pytest.mark.parametrize("number", ["+8675512345678", "", "junk", "+85291234567"])
def test_only_mobile_numbers(post: Post, number: str) -> None:
    assert post.text(number=number) == [Told("refused")]
    assert post.sms.tried == []
    assert [(row.status, row.reason) for row in post.rows()] == [("refused", "number")]


def test_five_a_day_to_one_number_and_again_after_midnight(post: Post) -> None:
    for n in range(5):
        assert post.text(f"第{n}条。") == [Told("sent")]
    assert post.text("第六条。") == [Told("capped", 5)]
    assert post.text("第六条。", "13800138001") == [Told("sent")]
    assert [row.reason for row in post.rows()].count("cap") == 1
    # 16:00 UTC is midnight in Shanghai.
    post.clock.advance(12 * 3600 - 1)
    assert post.text("第六条。") == [Told("capped", 5)]
    post.clock.advance(1)
    assert post.text("第六条。") == [Told("sent")]


def test_the_number_counts_in_whichever_form_it_is_given(post: Post) -> None:
    for n, number in enumerate(["13800138000", "+8613800138000", "008613800138000"]):
        post.text(f"第{n}条。", number)
    slots = [row.slot for row in post.rows()]
    assert sorted(slots, key=str) == [1, 2, 3]


def test_two_calls_at_once_do_not_pass_the_cap(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look for a slot before either has written."""
    both, counted = threading.Barrier(2, timeout=30), iter(range(2))

    def parts(text: str) -> int:
        if next(counted, None) is not None:
            both.wait()
        return 1

    monkeypatch.setattr(outbox, "parts", parts)

    def ask(n: int) -> Status:
        limits = replace(LIMITS, cap=1)
        return outbox.keep(post.sessions, "call1", MOBILE, f"第{n}条。", limits, NOON).status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == [Status.QUEUED, Status.REFUSED]


def test_the_same_text_asked_for_twice_in_a_call_is_sent_once(post: Post) -> None:
    assert post.text() == post.text() == [Told("sent")]
    assert len(post.sms.tried) == 1
    post.sms.answers = [Refused("满")]
    assert post.text("别的。") == [Told("refused")]
    assert post.text("别的。") == [Told("sent")]


def test_a_long_text_is_cut_at_a_sentence_and_says_so(post: Post) -> None:
    post.text("先沿红荔路向东走大约一百米。" * 60)
    (sent,) = post.sms.tried
    assert sent.parts == 10 and sent.text.endswith("一百米。（余下内容请拨打12349）")


def test_a_text_that_cannot_be_kept_is_not_promised(post: Post) -> None:
    told: list[Told] = []
    post.office.text("no such call", MOBILE, "一").addCallback(told.append)
    assert told == [Told("unavailable")] and post.sms.tried == []


# ---- restarts ------------------------------------------------------------------------------------


def test_what_was_queued_is_sent_by_the_next_run(post: Post) -> None:
    post.sms.answers = [Unavailable("down")]
    post.text()
    post.office.stop()
    post.clock.advance(4000)
    assert len(post.sms.tried) == 1
    later = Post(post.sessions, post.sms, post.now())
    later.office.start()
    assert post.sms.tried[0].id == post.sms.tried[1].id
    assert later.statuses() == ["sent"]


def test_an_attempt_cut_off_by_a_crash_is_made_again_and_arrives_once(post: Post) -> None:
    """The gateway had it; the process died before it could note so."""
    post.sms.held = []
    post.text()
    post.office.stop()
    later = Post(post.sessions, FakeSms(), post.now())
    later.sms.arrived = post.sms.arrived
    later.office.start()
    assert later.sms.tried == [], "another node may still be at it"
    later.clock.advance(CLAIM_S)
    assert [each.id for each in later.sms.tried] == [post.sms.tried[0].id]
    assert len(later.sms.arrived) == 1 and later.statuses() == ["sent"]


def test_of_two_nodes_one_makes_the_attempt(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have seen that it is due before either claims it."""
    outbox.keep(post.sessions, "call1", MOBILE, "一", LIMITS, NOON)
    both, claimed = threading.Barrier(2, timeout=30), outbox._claimed

    def late(*arguments: Any) -> bool:
        both.wait()
        return claimed(*arguments)

    monkeypatch.setattr(outbox, "_claimed", late)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: outbox.claim(post.sessions, NOON, 4)[0], range(2)))
    assert sorted(map(len, found)) == [0, 1]


def test_many_at_once_are_all_sent_some_at_a_time(post: Post) -> None:
    post.sms.held = []
    for n in range(9):
        post.text(number=f"1380013800{n}")
    assert len(post.sms.tried) == 4
    post.sms.release()
    assert len(post.sms.arrived) == 9 and set(post.statuses()) == {"sent"}


def test_a_text_kept_while_the_outbox_is_read_is_not_forgotten(post: Post) -> None:
    reading: list[tuple[Deferred[Any], Any]] = []

    def in_thread(function: Any, *arguments: Any) -> Deferred[Any]:
        done = maybeDeferred(function, *arguments)
        if function is not outbox.claim or reading:
            return done
        reading.append((Deferred(), done))
        return reading[-1][0]

    post.office._in_thread = in_thread
    post.office.start()
    post.text()
    ((waiting, done),) = reading
    done.addCallback(waiting.callback)
    post.clock.advance(0)
    assert len(post.sms.tried) == 1


# ---- receipts ------------------------------------------------------------------------------------


def test_receipts_settle_a_text(post: Post) -> None:
    post.text()
    (row,) = post.rows()
    done = outbox.settle(post.sessions, row.id, Receipt(True), post.now())
    assert done is not None and done.status is Status.DELIVERED
    outbox.settle(post.sessions, row.id, Receipt(False, "关机"), post.now())
    assert post.statuses() == ["delivered"]
    assert outbox.settle(post.sessions, "unknown", Receipt(True), post.now()) is None


def test_a_receipt_that_overtakes_the_answer_ends_the_attempts(post: Post) -> None:
    post.sms.held, post.sms.answers = [], [Unavailable("the answer was lost")]
    post.text()
    with post.sessions() as db:
        (id,) = db.scalars(select(SmsMessage.id)).all()
    outbox.settle(post.sessions, id, Receipt(True), post.now())
    post.sms.release()
    post.clock.advance(4000)
    assert post.statuses() == ["delivered"] and len(post.sms.tried) == 1


def test_a_receipt_and_an_answer_that_meet_both_count(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the text before either writes."""
    kept = outbox.keep(post.sessions, "call1", MOBILE, "一", LIMITS, NOON)
    both, counted, usual = threading.Barrier(2, timeout=30), iter(range(2)), outbox.step

    def late(*arguments: Any) -> Any:
        if next(counted, None) is not None:
            both.wait()
        return usual(*arguments)

    monkeypatch.setattr(outbox, "step", late)
    events = [Accepted("r1"), Receipt(True)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda event: outbox.settle(post.sessions, kept.id, event, NOON), events))
    assert [(row.status, row.reference) for row in post.rows()] == [("delivered", "r1")]


def test_the_port_gets_what_was_kept(post: Post) -> None:
    post.text()
    (row,) = post.rows()
    assert post.sms.tried == [Outgoing(row.id, row.number, row.text, row.parts)]
