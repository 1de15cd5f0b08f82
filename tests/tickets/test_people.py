"""Who phones from a number: shares, and that a withheld number tells nothing."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.db import Sessions
from tests.tickets.journalled import START, Journalled
from tickets.notes import save
from tickets.people import Known, Sighting, known, ranked
from tickets.store import by_call

NOW = START + timedelta(days=30)


def test_later_and_proved_names_count_more() -> None:
    seen = [
        Sighting("王秀兰", NOW - timedelta(days=1)),
        Sighting("王秀兰", NOW - timedelta(days=40)),
        Sighting("李建国", NOW - timedelta(days=400)),
    ]
    found = ranked(seen, NOW)
    assert [(p.name, p.times) for p in found] == [("王秀兰", 2), ("李建国", 1)]
    assert found[0].sure > 0.6 > found[1].sure
    proved = ranked([Sighting("甲", NOW), Sighting("乙", NOW, True)], NOW)
    assert proved[0].name == "乙"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("甲乙丙"), st.integers(-5, 5000), st.booleans()), max_size=20
    )
)
def test_shares_never_make_more_than_one(seen: list[tuple[str, int, bool]]) -> None:
    people = ranked([Sighting(n, NOW - timedelta(days=d), p) for n, d, p in seen], NOW)
    assert sum(p.sure for p in people) < 1.02
    assert all(0 <= p.sure < 1 for p in people)
    assert len({p.name for p in people}) == len(people)


def _call(journal: Journalled, call: str, name: str, days: int, withheld: bool = False) -> None:
    journal.opened(call, START + timedelta(days=days), withheld=withheld)
    journal.ended(call, "message")
    with journal.sessions() as db:
        ticket = by_call(db, call, "000000")
        assert ticket is not None
    save(journal.sessions, ticket.id, "name", name, 0, "wang", START)


def _known(sessions: Sessions, call: str) -> Known:
    with sessions() as db:
        ticket = by_call(db, call, "000000")
        assert ticket is not None
        return known(db, ticket, NOW)


def test_earlier_tickets_of_the_number_are_found(journal: Journalled, sessions: Sessions) -> None:
    _call(journal, "c1", "王秀兰", 1)
    _call(journal, "c2", "李建国", 2)
    _call(journal, "c3", "秘密", 3, withheld=True)
    journal.opened("now", NOW)
    found = _known(sessions, "now")
    assert {p.name for p in found.people} == {"王秀兰", "李建国"}
    assert [t.call_id for t in found.earlier] == ["c2", "c1"]
    assert len(found.open) == 2
    assert found.calls == 2


def test_withheld_number_tells_nothing(journal: Journalled, sessions: Sessions) -> None:
    _call(journal, "c1", "王秀兰", 1)
    journal.opened("now", NOW, withheld=True)
    assert _known(sessions, "now") == Known()
    journal.opened("none", NOW, caller="")
    assert _known(sessions, "none") == Known()
