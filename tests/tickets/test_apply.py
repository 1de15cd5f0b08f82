"""Every record of a call leaves its mark on the ticket."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from core.db import Sessions
from tests.tickets.journalled import START, Journalled
from tickets.tables import Ticket


def _ticket(sessions: Sessions, call: str = "c1") -> Ticket:
    with sessions() as db:
        return db.scalars(select(Ticket).where(Ticket.call_id == call)).one()


def test_draft_exists_from_the_first_record(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1")
    ticket = _ticket(sessions)
    assert ticket.number == "20260302-000001"
    assert (ticket.state, ticket.caller, ticket.called, ticket.area) == (
        "draft", "+8613800138000", "12349", "440106",
    )  # fmt: skip
    assert ticket.opened_at == START
    assert ticket.closed_at is None


def test_caller_is_not_readable_in_the_file(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1")
    with sessions() as db:
        stored = db.execute(text("SELECT caller, caller_key FROM tickets")).one()
    assert "13800138000" not in stored[0] + stored[1]


def test_answered_call_fills_the_ticket(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1")
    journal.write("c1", "answered")
    for node in ("notice", "open_question", "answer"):
        journal.write("c1", "node", name=node)
    for key, value in (
        ("intent", "apply"), ("topic", "低保"), ("weather", "fine"),
    ):  # fmt: skip
        journal.write("c1", "note", key=key, value=value)
    article = {"value": "dibao-apply", "version": 3, "title": "低保在哪里申请"}
    journal.write("c1", "note", key="article", **article)
    journal.said("c1", "caller", "低保怎么申请")
    journal.ended("c1")
    ticket = _ticket(sessions)
    assert ticket.path == ["notice", "open_question", "answer"]
    assert (ticket.intent, ticket.topic, ticket.article, ticket.article_version) == (
        "apply", "低保", "dibao-apply", 3,
    )  # fmt: skip
    assert ticket.article_title == "低保在哪里申请"
    assert (ticket.disposition, ticket.state) == ("machine", "closed")
    assert ticket.closed_at is not None


@pytest.mark.parametrize(
    ("disposition", "state"),
    [
        ("machine", "closed"), ("abandoned", "closed"), ("connected", "open"),
        ("message", "open"), ("emergency", "open"), ("something new", "open"),
    ],
)  # fmt: skip
def test_state_follows_from_how_the_call_ended(
    journal: Journalled, sessions: Sessions, disposition: str, state: str
) -> None:
    journal.opened("c1")
    journal.ended("c1", disposition)
    assert _ticket(sessions).state == state


def test_recovered_call_ends_its_ticket(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1")
    journal.write("c1", "recovered", reason="node died", disposition="abandoned")
    assert _ticket(sessions).state == "closed"


@pytest.mark.parametrize(
    ("value", "flag"),
    [("1", True), ("fire", True), ("", False), ("0", False), ("False", False)],
)
def test_emergency_note(journal: Journalled, sessions: Sessions, value: str, flag: bool) -> None:
    journal.opened("c1")
    journal.write("c1", "note", key="emergency", value=value)
    assert _ticket(sessions).emergency is flag


def test_agent_and_message_are_kept(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1")
    journal.write("c1", "connected", agent="wang")
    journal.write("c1", "message", seconds=12.6)
    ticket = _ticket(sessions)
    assert (ticket.agent, ticket.message_s) == ("wang", 13)


def test_numbers_count_per_day_of_the_authority(journal: Journalled, sessions: Sessions) -> None:
    # 15:59 UTC is 23:59 in Shanghai, a minute later a new day begins there.
    journal.opened("c1", datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    journal.opened("c2", datetime(2026, 3, 2, 15, 59, 30, tzinfo=UTC))
    journal.opened("c3", datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    journal.opened("c4", datetime(2026, 3, 2, 15, 58, tzinfo=UTC))
    numbers = [_ticket(sessions, call).number for call in ("c1", "c2", "c3", "c4")]
    assert numbers == [
        "20260302-000001", "20260302-000002", "20260303-000001", "20260302-000003",
    ]  # fmt: skip


def test_record_without_a_ticket_is_refused(journal: Journalled, sessions: Sessions) -> None:
    with pytest.raises(LookupError):
        journal.write("nobody", "node", name="x")
