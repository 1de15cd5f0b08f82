"""All calls of a node: many at once, the longest call, draining, the live rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from telephony.sip.port import LegState
from tests.calls.hall import Hall
from tests.calls.toy import Toy


def test_calls_are_kept_apart(hall: Hall) -> None:
    legs = [hall.call() for _ in range(20)]
    assert len(hall.calls) == 20
    for leg in legs[::2]:
        leg.far_presses("1")
    for leg in legs:
        leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    ended = [data["disposition"] for data in hall.journal.data("ended")]
    assert ended == ["machine", "abandoned"] * 10


def test_a_call_that_lasts_too_long_is_ended(tmp_path: Path) -> None:
    hall = Hall(tmp_path, max_call_s=100)
    leg = hall.call()
    hall.pass_time(99)
    assert leg.state is LegState.UP
    hall.pass_time(2)
    assert leg.state is LegState.ENDED
    hall.over()
    assert hall.ended["reason"] == "longest call reached"


def test_a_talk_with_a_person_and_an_emergency_may_last_longer(tmp_path: Path) -> None:
    hall = Hall(tmp_path, max_call_s=100)
    talks, urgent = hall.call(), hall.call()
    talks.far_presses("0")
    side = hall.connect(talks)
    urgent.far_presses("2")
    hall.pass_time(500)
    assert talks.state is urgent.state is side.state is LegState.UP
    side._end(480, "the browser is gone")
    hall.pass_time(61)
    assert talks.state is LegState.ENDED, "it waits with the machine again"
    assert urgent.state is LegState.UP
    urgent.far_hangs_up()
    hall.pass_time(0)
    hall.over()


def test_an_ended_call_leaves_no_timer(hall: Hall) -> None:
    hall.call().far_hangs_up()
    hall.pass_time(0)
    assert hall.clock.getDelayedCalls() == []


def test_draining_refuses_new_calls_and_waits_for_those_that_run(hall: Hall) -> None:
    leg = hall.call()
    first, second = hall.calls.drain(), hall.calls.drain()
    assert hall.calls.draining and not first.called
    late = hall.ring()
    hall.pass_time(0)
    assert (late.code, late.retry_after) == (503, 10)
    assert hall.journal.kinds.count("opened") == 1
    leg.far_hangs_up()
    hall.pass_time(0)
    assert first.called and second.called
    hall.over()


def test_draining_an_empty_node_is_done_at_once(hall: Hall) -> None:
    assert hall.calls.drain().called


def test_the_last_record_is_durable_before_draining_is_done(hall: Hall) -> None:
    leg = hall.call()
    drained = hall.calls.drain()
    hall.journal.held = []
    leg.far_hangs_up()
    hall.pass_time(0)
    assert not drained.called
    hall.journal.release()
    assert drained.called


def test_a_drain_that_was_given_up_does_not_break_the_last_call(hall: Hall) -> None:
    leg = hall.call()
    drained = hall.calls.drain()
    drained.addErrback(lambda failure: None)
    drained.cancel()
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()


def test_the_live_row_follows_the_call_and_masks_the_caller(hall: Hall) -> None:
    leg = hall.call(caller="+8613800138000")
    leg.far_presses("0")
    hall.connect(leg)
    (row,) = hall.calls.rows().values()
    assert row["caller"] == "+86138****8000"
    assert (row["state"], row["agent"], row["node_name"]) == ("connected", "li", "need")
    assert row["ticket"] == f"ticket of {row['id']}"
    states = [m["state"] for topic, m in hall.published if topic == "call.changed"]
    assert list(dict.fromkeys(states)) == ["ringing", "machine", "queued", "connected"]
    leg.far_hangs_up()
    hall.pass_time(0)
    gone, *told = hall.published[-3:]
    assert (gone[0], gone[1]["id"], gone[1]["wait_end"]) == ("call.gone", row["id"], "answered")
    assert told == [
        ("ticket.changed", {"number": row["ticket"], "call": row["id"]}),
        ("missed.changed", {"call": row["id"]}),
    ]


def test_a_ticket_number_that_comes_after_the_end_brings_no_row_back(hall: Hall) -> None:
    late: Deferred[str] = Deferred()
    hall.calls._ticket_of = lambda call: late
    leg = hall.call()
    leg.far_hangs_up()
    hall.pass_time(0)
    late.callback("20260304-000001")
    assert hall.published[-1][0] != "call.changed", "the live page would show it for ever"
    hall.over()


@pytest.mark.parametrize(
    ("invitation", "known"),
    [
        ({}, {"number", "mobile"}),
        ({"caller": "+862087654321"}, {"number"}),
        ({"caller": ""}, set()),
        ({"withheld": True}, set()),
        ({"geolocation": "<geo:22.54,114.03>"}, {"number", "mobile", "position"}),
        ({"withheld": True, "geolocation": "<cid:l@x>"}, set()),
    ],
)
def test_who_withholds_their_number_cannot_be_called_back(
    invitation: dict[str, Any], known: set[str], tmp_path: Path
) -> None:
    told: list[frozenset[str]] = []

    class Listener(Toy):
        def start(self, now: datetime, known: frozenset[str] = frozenset()) -> Any:
            told.append(known)
            return super().start(now)

    Hall(tmp_path, Listener()).call(**invitation)
    assert told == [known]
