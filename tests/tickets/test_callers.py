"""What is remembered of callers: elder mode by their own word, under a key and not their number."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.db import Sessions
from tests.tickets.journalled import Journalled
from tickets.callers import recalled
from tickets.commands import make_caller
from tickets.tables import CallerRecord, Ticket

NUMBER = "+8613800138000"


@pytest.mark.parametrize(
    ("why", "remembered"), [("age", True), ("asked", True), ("slow", False), ("record", False)]
)
def test_the_ticket_says_why_and_only_their_own_word_is_kept(
    journal: Journalled, sessions: Sessions, why: str, remembered: bool
) -> None:
    journal.opened("c1")
    journal.write("c1", "note", key="elder", value=why)
    with sessions() as db:
        assert db.scalars(select(Ticket.elder)).one() == why
        kept = db.scalars(select(CallerRecord)).all()
        assert [record.elder for record in kept] == [True] * remembered
        assert all(NUMBER[3:] not in record.caller_key for record in kept)
    assert ("elder" in recalled(sessions, NUMBER)) == remembered
    assert not recalled(sessions, "+8613900139000") and not recalled(sessions, "")


def test_a_second_call_changes_nothing_but_the_time(
    journal: Journalled, sessions: Sessions
) -> None:
    for call in ("c1", "c2"):
        journal.opened(call)
        journal.write(call, "note", key="elder", value="asked")
    with sessions() as db:
        assert len(db.scalars(select(CallerRecord)).all()) == 1


@pytest.mark.parametrize("hidden", [{"withheld": True}, {"caller": ""}])
def test_who_hides_the_number_is_not_remembered(
    journal: Journalled, sessions: Sessions, hidden: dict[str, object]
) -> None:
    journal.opened("c1", **hidden)
    journal.write("c1", "note", key="elder", value="asked")
    with sessions() as db:
        assert not db.scalars(select(CallerRecord)).all()


def test_it_can_be_forgotten(journal: Journalled, sessions: Sessions) -> None:
    journal.opened("c1")
    journal.write("c1", "note", key="elder", value="asked")
    command = make_caller(lambda: (None, sessions))
    assert "forgotten" in CliRunner().invoke(command, ["forget", "13800138000"]).output
    assert not recalled(sessions, NUMBER)
    assert "nothing" in CliRunner().invoke(command, ["forget", "13800138000"]).output
