"""A ticket shows the cases it belongs to."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.agent_ui import sample
from tests.agent_ui.served import Served
from tests.tickets.cases.sample import NUMBER, records
from tickets.cases import store

NOW = datetime.now(UTC)


def test_a_ticket_shows_its_case_with_the_applicants_name_masked(served: Served) -> None:
    served.user("wang", "agent", "440000")
    store.put(served.sessions, "低保系统", records(), "wang", NOW)
    for call, number in (("told", NUMBER), ("other", "")):
        sample.call(served.journal, call, NOW, sample.DIBAO, data=served.settings.data)
        if number:
            served.journal.write(call, "note", key="case", value=number)
    with served.signed_in("wang") as client:
        told = client.get("/calls/told", follow_redirects=True).text
        other = client.get("/calls/other", follow_redirects=True).text
    for shown in (NUMBER, "最低生活保障申请", "李**", "审核中", "入户调查", "民主评议", "低保系统"):
        assert shown in told
    assert "李秀兰" not in told
    assert NUMBER not in other and 'aria-label="办件"' not in other
