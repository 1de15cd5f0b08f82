"""The list of dispositions, choosing one, and taking it back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Sessions
from core.journal_tables import AuditEntry
from tests.tickets.journalled import START, Journalled
from tickets.dispositions import DispositionRefused, choose, dispositions, take_back, text
from tickets.notes import save
from tickets.store import by_call
from tickets.tables import Ticket

LATER = START + timedelta(minutes=5)


@pytest.fixture
def ticket(journal: Journalled) -> int:
    journal.opened("c1")
    journal.ended("c1", "connected")
    with journal.sessions() as db:
        return _of(db).id


def _of(db: Session) -> Ticket:
    found = by_call(db, "c1", "000000")
    assert found is not None
    return found


def _choose(sessions: Sessions, code: str, who: str = "wang", at: datetime = LATER) -> None:
    with sessions() as db:
        choose(db, _of(db), code, who, at)


def test_list_has_a_key_for_each_and_one_text_for_each_code() -> None:
    assert [each.key for each in dispositions()] == [str(n) for n in range(1, 10)]
    assert text("answered") == "当场答复"
    assert text("of old") == "of old"


def test_choosing_settles_the_ticket_with_what_was_typed(sessions: Sessions, ticket: int) -> None:
    save(sessions, ticket, "summary", "明天回电", 0, "wang", LATER)
    _choose(sessions, "call_back")
    with sessions() as db:
        found = _of(db)
        assert (found.outcome, found.result, found.summary) == (
            "follow_up", "call_back", "明天回电",
        )  # fmt: skip
        assert found.state == "open"


@pytest.mark.parametrize("code", ["", "nonsense", "follow_up"])
def test_unknown_ones_and_missing_words_are_refused(
    sessions: Sessions, ticket: int, code: str
) -> None:
    with pytest.raises(DispositionRefused):
        _choose(sessions, code)


def test_taking_back_gives_the_result_before(sessions: Sessions, ticket: int) -> None:
    _choose(sessions, "answered")
    _choose(sessions, "silent", at=LATER + timedelta(seconds=5))
    for left in ("answered", ""):
        with sessions() as db:
            take_back(db, _of(db), "wang", LATER + timedelta(seconds=9))
        with sessions() as db:
            assert _of(db).result == left
    with sessions() as db:
        assert (_of(db).state, _of(db).wrapped_by, _of(db).wrapped_at) == ("open", "", None)
        did = db.scalars(select(AuditEntry.did)).all()
        assert did.count("ticket.wrapup.undone") == 2


@pytest.mark.parametrize(("who", "after_s"), [("li", 5), ("wang", 301)])
def test_only_one_s_own_and_only_soon(
    sessions: Sessions, ticket: int, who: str, after_s: int
) -> None:
    _choose(sessions, "answered")
    with sessions() as db, pytest.raises(DispositionRefused):
        take_back(db, _of(db), who, LATER + timedelta(seconds=after_s))
