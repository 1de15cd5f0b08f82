"""The same service on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.core import postgres
from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen
from tests.e2e.clips import QUESTION, Clips
from tests.e2e.conftest import Start, scene


@scene
async def test_an_answered_call_on_postgresql(private: Start, clips: Clips) -> None:
    binaries = postgres.binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    with postgres.running(binaries) as url:
        service = await private(db_url=url)
        citizen = await Citizen(service.sip).answered()
        await service.watch.row(citizen.number, node_name="need")
        citizen.say(clips.say(QUESTION))
        await service.watch.row(
            citizen.number, node_name="answer", topic="低保在哪里申请", limit=60
        )
        await citizen.hang_up()
        ticket = await proper_end(service, citizen, "machine")
        assert ticket["article"] == "dibao-shenqing"
        assert [t["number"] for t in await service.tickets("", q="低保")] == [ticket["number"]]
        await service.at_rest()
        assert not (service.data / "hotline.db").exists()
        # The service must be gone before its database is.
        assert await service.stop() == 0
