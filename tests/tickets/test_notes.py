"""The form as it is typed: versions, two writers, and that no text is ever lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from core.db import Sessions
from tests.tickets.journalled import START, Journalled
from tickets.notes import NoteRefused, Saved, notes_of, past_of, save
from tickets.tables import Ticket


def _ticket(journal: Journalled, call: str = "c1") -> int:
    journal.opened(call)
    with journal.sessions() as db:
        return db.scalars(select(Ticket.id).where(Ticket.call_id == call)).one()


def _save(sessions: Sessions, ticket: int, typed: str, base: int, who: str = "wang") -> Saved:
    return save(sessions, ticket, "name", typed, base, who, START)


def test_fields_begin_empty_and_count_up(journal: Journalled, sessions: Sessions) -> None:
    ticket = _ticket(journal)
    assert _save(sessions, ticket, "王", 0).note.version == 1
    assert _save(sessions, ticket, "王秀", 1).note.version == 2
    assert _save(sessions, ticket, "王秀", 1).note.version == 2, "the same text again"
    with sessions() as db:
        found = notes_of(db, db.get_one(Ticket, ticket))
        assert found["name"].text == "王秀"
        assert next(iter(found)) == "name"
        assert found["summary"].version == 0
        assert past_of(db, db.get_one(Ticket, ticket)) == [], "own typing is not put aside"


def test_second_writer_is_told_and_both_texts_are_kept(
    journal: Journalled, sessions: Sessions
) -> None:
    ticket = _ticket(journal)
    _save(sessions, ticket, "王秀兰", 0, "wang")
    late = _save(sessions, ticket, "王秀莲", 0, "li")
    assert (late.kept, late.note.text, late.note.by) == (False, "王秀兰", "wang")
    _save(sessions, ticket, "王秀莲", 0, "li")
    with sessions() as db:
        assert [n.text for n in past_of(db, db.get_one(Ticket, ticket))] == ["王秀莲"]
    assert _save(sessions, ticket, "王秀莲", late.note.version, "li").kept
    with sessions() as db:
        kept = {n.text for n in past_of(db, db.get_one(Ticket, ticket))}
        assert kept == {"王秀莲", "王秀兰"}


def test_texts_are_not_readable_in_the_file(journal: Journalled, sessions: Sessions) -> None:
    ticket = _ticket(journal)
    _save(sessions, ticket, "王秀兰", 0)
    with sessions() as db:
        raw = db.execute(text("SELECT text FROM ticket_notes")).scalar()
    assert "王" not in str(raw)


@pytest.mark.parametrize(("field", "typed"), [("nothing", "x"), ("identity", "1" * 19)])
def test_wrong_fields_and_too_much_are_refused(
    journal: Journalled, sessions: Sessions, field: str, typed: str
) -> None:
    with pytest.raises(NoteRefused):
        save(sessions, _ticket(journal), field, typed, 0, "wang", START)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.text("甲乙丙", min_size=1), st.integers(0, 4))))
def test_no_text_of_two_writers_is_ever_lost(
    journal: Journalled, sessions: Sessions, typed: list[tuple[str, str, int]]
) -> None:
    number = _count(journal)
    ticket = _ticket(journal, f"h{number}")
    at, last = START, dict[str, str]()
    for who, text_, behind in typed:
        at += timedelta(seconds=1)
        with sessions() as db:
            version = notes_of(db, db.get_one(Ticket, ticket))["name"].version
        save(sessions, ticket, "name", text_, max(0, version - behind), who, at)
        last[who] = text_
        with sessions() as db:
            row = db.get_one(Ticket, ticket)
            there = {notes_of(db, row)["name"].text, *(n.text for n in past_of(db, row))}
        assert set(last.values()) <= there


def _count(journal: Journalled) -> int:
    with journal.sessions() as db:
        return len(db.scalars(select(Ticket.id)).all())
