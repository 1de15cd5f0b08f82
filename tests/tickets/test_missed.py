"""Missed calls: which are, the clock, claims, marks, taking them back, the caller who returns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db import Sessions
from tests.tickets.journalled import START, Journalled
from tickets.missed import store
from tickets.missed.rule import DUE, Event, Kind, Missed, Result, missed, overdue
from tickets.missed.store import MissedError

Story = list[tuple[int, str, dict[str, Any]]]
QUEUED = {"queue": "main", "priority": "normal"}


def at(seconds: int) -> Any:
    return START + timedelta(seconds=seconds)


def story(*steps: tuple[int, str, dict[str, Any]]) -> list[Event]:
    return [Event(at(seconds), kind, data) for seconds, kind, data in steps]


BOOKED = {"key": "call_back", "value": "kept"}
STORIES: list[tuple[str, Story, Missed | None]] = [
    ("never waited", [(9, "ended", {})], None),
    ("hung up", [(5, "queued", QUEUED), (65, "ended", {})], Missed(Kind.ABANDONED, 60, False)),
    ("reached", [(5, "queued", QUEUED), (65, "connected", {}), (90, "ended", {})], None),
    ("nobody", [(5, "queued", QUEUED), (35, "waited", {}), (60, "ended", {})],
     Missed(Kind.UNANSWERED, 30, False)),
    ("left words", [(5, "queued", QUEUED), (35, "waited", {}), (50, "message", {"seconds": 9}),
                    (60, "ended", {})], Missed(Kind.UNANSWERED, 30, True)),
    ("booked", [(5, "queued", QUEUED), (35, "note", BOOKED), (60, "ended", {})], None),
    ("waited in vain, then booked", [(5, "queued", QUEUED), (35, "waited", {}),
                                     (36, "queued", QUEUED), (50, "note", BOOKED),
                                     (60, "ended", {})], None),
    ("booked in vain", [(5, "queued", QUEUED), (35, "note", {**BOOKED, "value": "unavailable"}),
                        (60, "ended", {})], Missed(Kind.ABANDONED, 55, False)),
    ("booked, then waited after all", [(5, "queued", QUEUED), (35, "note", BOOKED),
                                       (40, "queued", QUEUED), (60, "ended", {})],
     Missed(Kind.ABANDONED, 50, False)),
    ("asked the machine meanwhile", [(5, "queued", QUEUED), (30, "queued", QUEUED),
                                     (65, "ended", {})], Missed(Kind.ABANDONED, 60, False)),
    ("lost the agent", [(5, "queued", QUEUED), (15, "connected", {}), (50, "left", {}),
                        (50, "queued", QUEUED), (60, "ended", {})],
     Missed(Kind.ABANDONED, 20, False)),
    ("broken off", [(5, "queued", QUEUED), (65, "recovered", {})],
     Missed(Kind.UNANSWERED, 60, False)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "steps", "found"), STORIES, ids=[name for name, *_ in STORIES])
def test_which_calls_are_missed(name: str, steps: Story, found: Missed | None) -> None:
    assert missed(story(*steps)) == found


KINDS = st.sampled_from(["queued", "waited", "connected", "left", "message", "note", "node"])


@given(st.lists(st.tuples(st.integers(0, 50), KINDS), max_size=12))
def test_a_wait_is_never_longer_than_the_call(steps: list[tuple[int, str]]) -> None:
    steps = sorted(steps, key=lambda step: step[0])
    events = story(*((s, kind, dict(BOOKED)) for s, kind in steps), (60, "ended", {}))
    found = missed(events)
    assert found is None or 0 <= found.waited_s <= 60
    if not any(kind in ("queued", "waited") for _, kind in steps):
        assert found is None


def test_fifteen_minutes() -> None:
    assert not overdue(START + DUE, START + DUE - timedelta(seconds=1))
    assert overdue(START + DUE, START + DUE)
    assert timedelta(minutes=15) == DUE


def miss(journal: Journalled, call: str, seconds: int = 0, **opened: Any) -> None:
    """A caller waits a minute and hangs up."""
    journal.opened(call, at(seconds), **opened)
    journal.write(call, "queued", at(seconds + 5), **QUEUED)
    journal.write(call, "ended", at(seconds + 65), reason="caller hung up", disposition="abandoned")


def entries(sessions: Sessions, scope: str = "440000") -> list[store.Entry]:
    with sessions() as db:
        return store.open_entries(db, scope)


def test_the_journal_makes_the_list(journal: Journalled) -> None:
    miss(journal, "c1")
    (entry,) = entries(journal.sessions)
    found = entry.missed
    assert (found.call_id, found.kind, found.waited_s) == ("c1", "abandoned", 60)
    assert found.caller == "+8613800138000"
    assert (found.missed_at, found.due_at) == (at(65), at(65) + DUE)
    assert entry.ticket


def test_emergencies_first_then_the_clock(journal: Journalled) -> None:
    miss(journal, "late", 100, caller="+8613800000001")
    miss(journal, "early", 0, caller="+8613800000002")
    journal.opened("cry", at(200), caller="+8613800000003")
    journal.write("cry", "queued", at(201), queue="main", priority="emergency")
    journal.write("cry", "ended", at(209), reason="caller hung up", disposition="emergency")
    assert [e.missed.call_id for e in entries(journal.sessions)] == ["cry", "early", "late"]


def test_only_of_the_own_area(journal: Journalled) -> None:
    miss(journal, "c1", area="440106")
    seen = {scope: len(entries(journal.sessions, scope)) for scope in
            ("", "440000", "440100", "440106", "440300", "440105", "450000")}  # fmt: skip
    assert seen == {"": 1, "440000": 1, "440100": 1, "440106": 1, "440300": 0, "440105": 0,
                    "450000": 0}  # fmt: skip


def test_the_callers_new_call_closes_it_with_a_note(journal: Journalled) -> None:
    miss(journal, "c1")
    journal.opened("c2", at(300), caller="+8613900139000")
    assert len(entries(journal.sessions)) == 1
    journal.opened("c3", at(310))
    assert not entries(journal.sessions)
    with journal.sessions() as db:
        (closed,) = store.done_entries(db, "", at(320))
    assert (closed.missed.result, closed.missed.closed_call) == ("phoned_again", "c3")
    assert closed.closed_ticket and closed.closed_ticket != closed.ticket


def test_who_hides_the_number_closes_nobodys(journal: Journalled) -> None:
    miss(journal, "c1", caller="")
    journal.opened("c2", at(300), caller="")
    assert len(entries(journal.sessions)) == 1


def test_one_agent_claims(journal: Journalled) -> None:
    miss(journal, "c1")
    with journal.sessions() as db:
        found = store.open_entries(db, "")[0].missed
        store.claim(db, found, "li", at(70))
        store.claim(db, found, "li", at(71))
        with pytest.raises(MissedError, match="有人"):
            store.claim(db, found, "wang", at(72))
        with pytest.raises(MissedError, match="本人或值班主管"):
            store.release(db, found, "wang", over_others=False)
        with pytest.raises(MissedError, match="别人认领"):
            store.mark(db, found, "wang", "reached", at(73))
        store.release(db, found, "boss", over_others=True)
        store.claim(db, found, "wang", at(74))
        assert found.claimed_by == "wang"


@pytest.mark.parametrize("result", ["reached", "wrong_number"])
def test_a_mark_closes_it_and_can_be_taken_back(journal: Journalled, result: str) -> None:
    miss(journal, "c1")
    with journal.sessions() as db:
        found = store.open_entries(db, "")[0].missed
        store.claim(db, found, "li", at(70))
        store.mark(db, found, "li", result, at(100))
        assert not store.open_entries(db, "")
        assert [e.missed.result for e in store.done_entries(db, "", at(101))] == [result]
        with pytest.raises(MissedError, match="处理过"):
            store.mark(db, found, "li", "reached", at(101))
        with pytest.raises(MissedError, match="撤销"):
            store.undo(db, found, "wang")
        store.undo(db, found, "li")
        assert (found.state, found.claimed_by, found.result) == ("open", "li", "")
        with pytest.raises(MissedError, match="撤销"):
            store.undo(db, found, "li")


def test_nobody_reached_leaves_it_open_for_anybody(journal: Journalled) -> None:
    miss(journal, "c1")
    with journal.sessions() as db:
        found = store.open_entries(db, "")[0].missed
        store.claim(db, found, "li", at(70))
        store.mark(db, found, "li", Result.NOT_REACHED, at(100))
        assert (found.state, found.claimed_by, found.tries) == ("open", "", 1)
        store.mark(db, found, "wang", Result.REACHED, at(200))
        store.undo(db, found, "wang")
        assert (found.result, found.tries, found.result_by) == ("not_reached", 1, "li")


@pytest.mark.parametrize("result", ["", "phoned_again", "nonsense"])
def test_no_other_marks(journal: Journalled, result: str) -> None:
    miss(journal, "c1")
    with journal.sessions() as db:
        found = store.open_entries(db, "")[0].missed
        with pytest.raises(MissedError, match="选择"):
            store.mark(db, found, "li", result, at(100))
