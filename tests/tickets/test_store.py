"""One ticket with all that belongs to it, and the agent's wrap-up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import Sessions
from core.journal_tables import AuditEntry
from tests.tickets.journalled import START, Journalled
from tickets.search import Query, find
from tickets.store import WrapUp, WrapUpError, by_call, by_number, dossier, wrap_up

LATER = START + timedelta(minutes=5)


def test_dossier_has_call_transcript_and_recording(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1")
    journal.said("c1", "caller", "第二句", 3000)
    journal.said("c1", "machine", "第一句", 0)
    journal.write("c1", "recording", state="saved", path="recordings/c1.wav", duration_ms=9000)
    journal.ended("c1")
    with sessions() as db:
        ticket = by_number(db, "20260302-000001", "440000")
        assert ticket is not None
        found = dossier(db, ticket)
    assert found.call.id == "c1"
    assert [said.text for said in found.utterances] == ["第一句", "第二句"]
    assert found.recording is not None
    assert found.recording.path == "recordings/c1.wav"


def test_ticket_of_another_area_does_not_exist(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1", area="440106")
    with sessions() as db:
        assert by_call(db, "c1", "440100") is not None
        assert by_call(db, "c1", "440300") is None
        assert by_number(db, "20260302-000001", "440305") is None


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("answered", "closed"), ("follow_up", "open"), ("rescued", "closed")],
)
def test_wrap_up_settles_the_ticket(
    journal: Journalled, sessions: Sessions, outcome: str, state: str
) -> None:
    journal.opened("c1")
    journal.ended("c1", "connected")
    with sessions() as db:
        ticket = by_call(db, "c1", "000000")
        assert ticket is not None
        wrap_up(
            db,
            ticket,
            WrapUp(outcome, " 已告知去街道办申请 ", "wang", "127.0.0.1"),
            LATER,
        )
    with sessions() as db:
        ticket = by_call(db, "c1", "000000")
        assert ticket is not None
        assert (ticket.state, ticket.summary) == (state, "已告知去街道办申请")
        assert (ticket.wrapped_by, ticket.wrapped_at) == ("wang", LATER)
        assert (ticket.closed_at == LATER) is (state == "closed")
        audit = db.scalars(select(AuditEntry)).one()
        assert (audit.who, audit.did, audit.what) == (
            "wang",
            "ticket.wrapup",
            ticket.number,
        )
        assert find(db, Query("000000", text="街道办")).tickets


def test_wrap_up_while_talking_waits_for_the_end(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1")
    with sessions() as db:
        ticket = by_call(db, "c1", "000000")
        assert ticket is not None
        wrap_up(db, ticket, WrapUp("answered", "", "wang"), LATER)
        assert ticket.state == "draft"
    journal.ended("c1", "connected")
    with sessions() as db:
        ticket = by_call(db, "c1", "000000")
        assert ticket is not None
        assert ticket.state == "closed"


@pytest.mark.parametrize(("outcome", "summary"), [("", ""), ("won", ""), ("answered", "长" * 2001)])
def test_bad_wrap_up_changes_nothing(
    journal: Journalled, sessions: Sessions, outcome: str, summary: str
) -> None:
    journal.opened("c1")
    with sessions() as db:
        ticket = by_call(db, "c1", "000000")
        assert ticket is not None
        with pytest.raises(WrapUpError):
            wrap_up(db, ticket, WrapUp(outcome, summary, "wang"), LATER)
        assert ticket.outcome == ""
