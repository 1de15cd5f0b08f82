"""Call-backs with real calls on a line in memory: from the booking to the talk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import maybeDeferred

from core.call_back import OUTSTANDING, Attempt, CallBack, State
from ivr import events as ivr
from ivr.dialogue import Dialogue
from ivr.tree import load
from telephony.calls.ports import Booking
from telephony.calls.session import CallSession
from telephony.queue.call_backs import CallBackDesk, Means
from telephony.queue.places import Places
from telephony.queue.redial import Redial
from telephony.sip.config import Trunk
from telephony.sip.outgoing import Outgoing
from tests.calls.hall import START, Hall
from tests.fakes.sip import FakeLeg
from tests.ivr.conftest import SHIPPED

NUMBER = "+8613800138000"
TRUNK = Trunk("out", ("127.0.0.1",), dial="sip:{number}@127.0.0.1:5099")


class Memory:
    """The database, as far as call-backs need one."""

    def __init__(self) -> None:
        self.backs: dict[str, CallBack] = {}
        self.attempts: dict[tuple[str, int], Attempt] = {}

    def outstanding(self) -> list[CallBack]:
        return [back for back in self.backs.values() if back.state in OUTSTANDING]

    def add(self, back: CallBack) -> bool:
        if any(each.number == back.number for each in self.outstanding()):
            return False
        self.backs[back.id] = back
        return True

    def save(self, back: CallBack, at: datetime) -> None:
        self.backs[back.id] = back

    def attempt(self, attempt: Attempt) -> None:
        self.attempts[attempt.call_back, attempt.number] = attempt

    @property
    def results(self) -> list[str]:
        return [attempt.result for attempt in self.attempts.values()]

    @property
    def states(self) -> list[State]:
        return [back.state for back in self.backs.values()]


class Floor:
    """The queue in the test's hands: who waits, and who is offered."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.waiting, self.told = hall, hall.room.waiting, hall.room.told
        self.places: dict[str, float] = {}
        self.kept: dict[str, float] = {}

    def join(self, waiting: Any, *how: Any, **more: Any) -> None:
        now = self.hall.clock.seconds()
        place = self.kept.pop(waiting.call_id, now)
        self.places[waiting.call_id] = min(self.places.get(waiting.call_id, place), place)
        self.hall.room.join(waiting, *how, **more)

    def leave(self, call_id: str) -> None:
        self.places.pop(call_id, None)
        self.hall.room.leave(call_id)

    def talking(self, agent: str, call_id: str) -> None:
        self.places.pop(call_id, None)
        self.hall.room.talking(agent, call_id)

    def refused(self, agent: str, call_id: str, reason: str) -> None:
        self.hall.room.refused(agent, call_id, reason)

    def done(self, agent: str, call_id: str) -> None:
        self.hall.room.done(agent, call_id)

    def position(self, call_id: str) -> int | None:
        order = sorted(self.places, key=lambda call: self.places[call])
        return order.index(call_id) if call_id in order else None

    def place(self, call_id: str) -> float | None:
        return self.places.get(call_id)

    def keep_place(self, call_id: str, place: float) -> None:
        self.kept[call_id] = place

    def estimate(self, call_id: str) -> float:
        return 180.0 * ((self.position(call_id) or 0) + 1)


class Office:
    """Everything together."""

    def __init__(self, folder: Path, store: Memory | None = None, trunk: Any = TRUNK) -> None:
        self.hall = Hall(folder, Dialogue(load(SHIPPED)))
        clock, now = self.hall.clock, self.hall.parts.now
        self.floor, self.store = Floor(self.hall), store or Memory()
        self.places = Places(self.floor, Redial(None, now, lambda number: number), clock, now)
        ids = iter(f"{n:032x}" for n in range(5000, 6000))
        means = Means(clock, now, maybeDeferred, lambda at: at + timedelta(hours=8), ids.__next__)
        out = Outgoing(self.hall.line, trunk, clock, "12349")
        self.desk = CallBackDesk(self.store, self.floor, self.places, out, means, True)
        self.places.promised = self.desk
        parts = self.hall.parts
        object.__setattr__(parts, "people", self.places)
        object.__setattr__(parts, "call_backs", self.desk)
        self.desk.calls = self.hall.calls

    def waits(self, number: str = NUMBER) -> FakeLeg:
        """A caller waits for a person."""
        leg = self.hall.call(caller=number)
        leg.far_presses("0")
        self.hall.pass_time(0)
        return leg

    def book(self, leg: FakeLeg, number: str = "") -> str:
        """... and asks for a call-back; what the desk says."""
        session = self.hall.session(leg)
        said: list[str] = []
        wanted = Booking(session.call_id, session.area, number or session.number, session.number)
        self.desk.book(wanted).addCallback(said.append)
        return said[0]

    def booked(self, number: str = NUMBER) -> str:
        """A caller waited a minute, booked a call-back and hung up; what waits for them now."""
        leg = self.waits(number)
        self.hall.pass_time(60)
        assert self.book(leg) == "kept"
        leg.far_hangs_up()
        self.hall.pass_time(0)
        (call,) = self.floor.waiting
        return call

    def offer(self, agent: str = "li") -> FakeLeg:
        """The one who waits is given an agent; the leg that rings then."""
        (waiter,) = self.floor.waiting.values()
        waiter.offer(agent)
        self.hall.pass_time(0)
        return self.hall.line.dialled[-1]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    yield Office(tmp_path)


def test_from_the_booking_to_the_talk(office: Office) -> None:
    call = office.booked()
    assert office.floor.places[call] == pytest.approx(0.0, abs=0.01), "the place is not kept"
    rung = office.offer()
    assert rung.uri == f"sip:{NUMBER}@127.0.0.1:5099" and rung.caller == "12349"
    assert office.store.states == [State.DIALLING] and office.store.results == [""]
    rung.far_rings()
    rung.far_answers()
    office.hall.pass_time(0)
    session = rung.owner
    assert isinstance(session, CallSession) and session.call_id == call
    assert session.number == NUMBER
    assert "12349民政服务热线" in office.hall.playing(rung)[0]
    assert not office.hall.line.dialled[-1].agent, "the agent comes before it is said who calls"
    office.hall.pass_time(7)
    assert session.state.agent == "li"
    browser = office.hall.line.dialled[-1]
    assert browser.agent == "li"
    office.hall.line.browser_answered(browser.id, "v=0")
    office.hall.pass_time(0)
    assert browser in rung.peers
    assert office.store.states == [State.DONE]
    (attempt,) = office.store.attempts.values()
    assert (attempt.result, attempt.code, attempt.call_id) == ("answered", 200, call)
    rung.far_hangs_up()
    office.hall.pass_time(0)
    office.hall.over()


def test_an_agent_who_does_not_answer_leaves_the_citizen_at_the_head(office: Office) -> None:
    call = office.booked()
    rung = office.offer()
    rung.far_answers()
    office.hall.pass_time(35)
    assert ("refused", "li", "no answer") in office.floor.told
    assert office.floor.place(call) == pytest.approx(0.0, abs=0.01)
    office.hall.session(rung).offer("wang")
    office.hall.pass_time(0)
    assert office.hall.line.dialled[-1].agent == "wang"
    rung.far_hangs_up()
    office.hall.pass_time(0)
    office.hall.over()


def test_who_hangs_up_before_the_agent_rings_lets_the_agent_go(office: Office) -> None:
    call = office.booked()
    rung = office.offer()
    rung.far_answers()
    office.hall.pass_time(1)
    rung.far_hangs_up()
    office.hall.pass_time(0)
    assert ("refused", "li", "call is gone") in office.floor.told
    assert office.floor.place(call) is None
    office.hall.over()


def test_three_attempts_each_with_its_result(office: Office) -> None:
    office.booked()
    for code, wait in ((486, 130), (480, 310), (603, 0)):
        rung = office.offer()
        rung.far_rings()
        rung.far_refuses(code)
        office.hall.pass_time(0)
        assert ("refused", "li", "call is gone") in office.floor.told, "the agent is kept"
        assert not office.floor.waiting
        office.hall.pass_time(wait)
    assert office.store.results == ["busy", "no_answer", "declined"]
    assert office.store.states == [State.UNREACHED]
    office.hall.pass_time(3600)
    assert not office.floor.waiting
    office.hall.over()


def test_one_outstanding_per_number(office: Office) -> None:
    office.booked()
    other = office.waits("+8613900139000")
    assert office.book(other, NUMBER) == "again"
    assert office.book(other, "13800138000") == "again"
    assert len(office.store.backs) == 1


def test_another_number_in_the_same_call_replaces_the_first(office: Office) -> None:
    leg = office.waits()
    assert office.book(leg) == "kept"
    assert office.book(leg) == "kept"
    assert office.book(leg, "020-87654321") == "kept"
    assert office.store.states == [State.CANCELLED, State.WAITING]
    assert [back.number for back in office.store.outstanding()] == ["+862087654321"]


@pytest.mark.parametrize("number", ["110", "120", "10086", "4001234567", "+85221234567", ""])
def test_no_special_number(office: Office, number: str) -> None:
    leg = office.waits("")
    assert office.book(leg, number) == "refused"
    assert not office.store.backs


def test_without_a_trunk_nothing_is_booked(tmp_path: Path) -> None:
    office = Office(tmp_path, trunk=None)
    assert not office.desk.able
    assert office.book(office.waits()) == "unavailable"


def test_who_waits_on_the_line_again_takes_the_place_and_is_not_rung(office: Office) -> None:
    call = office.booked()
    office.hall.pass_time(30)
    leg = office.waits()
    assert office.store.states == [State.CANCELLED]
    assert call not in office.floor.waiting
    mine = office.hall.session(leg).call_id
    assert office.floor.place(mine) == pytest.approx(0.0, abs=0.01)


def test_who_phones_while_their_telephone_rings_is_not_rung_on(office: Office) -> None:
    office.booked()
    rung = office.offer()
    rung.far_rings()
    office.waits()
    office.hall.pass_time(0)
    assert office.store.states == [State.CANCELLED] and office.store.results == ["cancelled"]
    assert ("refused", "li", "call is gone") in office.floor.told
    assert rung.state.value == "ended"


def test_nobody_on_duty_keeps_the_place(office: Office) -> None:
    call = office.booked()
    office.floor.waiting.pop(call).wait_ended("nobody")
    office.floor.places.pop(call)
    office.hall.pass_time(31)
    (again,) = office.floor.waiting
    assert again != call and office.floor.places[again] == pytest.approx(0.0, abs=0.01)


def test_a_restart_takes_up_what_was_outstanding(office: Office, tmp_path: Path) -> None:
    office.booked()
    office.offer()
    office.desk.stop()
    (tmp_path / "second").mkdir()
    after = Office(tmp_path / "second", office.store)
    after.desk.start()
    assert office.store.results == ["interrupted"] and office.store.states == [State.WAITING]
    after.hall.pass_time(61)
    rung = after.offer("wang")
    assert rung.uri == f"sip:{NUMBER}@127.0.0.1:5099"
    assert [attempt.number for attempt in office.store.attempts.values()] == [1, 2]


def test_who_redials_after_hanging_up_has_the_old_place(office: Office) -> None:
    leg = office.waits()
    office.hall.pass_time(40)
    leg.far_hangs_up()
    office.hall.pass_time(500)
    again = office.hall.session(office.waits())
    assert office.floor.place(again.call_id) == pytest.approx(0.0, abs=0.01)
    assert office.hall.parts.now() - START > timedelta(seconds=500)


def test_where_a_caller_stands(office: Office) -> None:
    office.waits("+8613900139000")
    leg = office.waits()
    standing = office.places.standing(office.hall.session(leg).call_id)
    assert standing is not None and standing.ahead == 1 and standing.wait_s == 360.0
    assert office.places.standing("nobody") is None


def test_the_dialogue_is_told_where_its_caller_stands(office: Office) -> None:
    told: list[Any] = []
    leg = office.waits()
    session = office.hall.session(leg)
    post = session._post
    session._post = lambda event: (told.append(event), post(event))[1]  # type: ignore[method-assign]
    office.hall.pass_time(6)
    events = [each.event for each in told if hasattr(each, "event")]
    assert ivr.QueueStanding(0, 180.0) in events
