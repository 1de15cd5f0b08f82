"""Call-backs in the database: one outstanding per number, every attempt, what a restart finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core.call_back import Attempt, CallBack, State
from tests.tickets.journalled import START, Journalled
from tickets.call_backs.store import CallBackStore, of_call
from tickets.missed.tables import MissedCall

NUMBER = "+8613800138000"
BACK = CallBack("b1", "c1", "440106", NUMBER, START, START - timedelta(minutes=4), "粤语")


@pytest.fixture
def store(journal: Journalled) -> CallBackStore:
    for call in ("c1", "c2", "c3"):
        journal.opened(call)
    return CallBackStore(journal.sessions)


def test_what_is_kept_comes_back_as_it_was(store: CallBackStore) -> None:
    assert store.add(BACK)
    assert store.outstanding() == [BACK]
    later = replace(BACK, attempts=1, next_at=START + timedelta(minutes=5))
    store.save(later, START)
    assert store.outstanding() == [later]


def test_one_outstanding_per_number(store: CallBackStore) -> None:
    assert store.add(BACK)
    assert not store.add(replace(BACK, id="b2", call_id="c2"))
    assert store.add(replace(BACK, id="b3", call_id="c2", number="+862087654321"))
    store.save(replace(BACK, state=State.DIALLING), START)
    assert not store.add(replace(BACK, id="b4", call_id="c2"))
    store.save(replace(BACK, state=State.UNREACHED), START)
    assert store.add(replace(BACK, id="b5", call_id="c2"))


@pytest.mark.parametrize("state", list(State))
def test_what_a_restart_finds(store: CallBackStore, state: State) -> None:
    store.add(BACK)
    store.save(replace(BACK, state=state), START)
    assert bool(store.outstanding()) is (state in (State.WAITING, State.DIALLING))


def test_who_was_not_reached_is_left_to_people_once(store: CallBackStore) -> None:
    store.add(BACK)
    lost = replace(BACK, state=State.UNREACHED, attempts=3)
    for _ in range(2):
        store.save(lost, START)
    with store._sessions() as db:
        (entry,) = db.scalars(select(MissedCall))
        assert (entry.call_id, entry.caller, entry.kind) == ("c1", NUMBER, "not_called_back")
        assert (entry.waited_s, entry.due_at) == (240, START + timedelta(minutes=15))


def test_those_who_wait_longest_come_first(store: CallBackStore) -> None:
    store.add(BACK)
    store.add(replace(BACK, id="b2", number="+862087654321", since=START - timedelta(hours=1)))
    assert [back.id for back in store.outstanding()] == ["b2", "b1"]


def test_every_attempt_with_its_result_and_ticket(
    store: CallBackStore, journal: Journalled
) -> None:
    store.add(BACK)
    begun = Attempt("b1", 1, "li", START)
    store.attempt(begun)
    with journal.sessions() as db:
        ((_, (tried,)),) = of_call(db, "c1")
        assert (tried.attempt, tried.ticket) == (begun, "")
    store.attempt(replace(begun, at=START + timedelta(seconds=9), result="busy", code=486))
    store.attempt(replace(begun, number=2, agent="wang"))
    store.attempt(replace(begun, number=2, agent="wang", result="answered", code=200, call_id="c2"))
    with journal.sessions() as db:
        ((back, tries),) = of_call(db, "c1")
        assert back.id == "b1"
        said = [
            (t.attempt.number, t.attempt.agent, t.attempt.result, t.attempt.code) for t in tries
        ]
        assert said == [(1, "li", "busy", 486), (2, "wang", "answered", 200)]
        assert tries[0].ticket == "" and tries[1].ticket


def test_the_number_is_not_readable_in_the_database(
    store: CallBackStore, journal: Journalled
) -> None:
    store.add(BACK)
    with journal.sessions() as db:
        (row,) = db.execute(text("SELECT number, number_key FROM call_backs")).all()
    assert "138" not in row[0] and row[1] and "138001" not in row[1]
