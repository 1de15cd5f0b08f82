"""An emergency goes before everybody, by key and by word."""

from __future__ import annotations

import pytest

from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen
from tests.e2e.clips import Clips
from tests.e2e.conftest import scene
from tests.e2e.cries import Cry, key, word
from tests.e2e.desk import PaperAgent
from tests.e2e.service import Service


@scene
@pytest.mark.parametrize("cry", [key, word])
async def test_an_emergency_comes_before_who_waited_longer(
    service: Service, paper_agent: PaperAgent, clips: Clips, cry: Cry
) -> None:
    watch = service.watch
    await paper_agent.ready()
    busy = await Citizen(service.sip).answered()
    busy.press("0")
    await paper_agent.rings()
    normal = await Citizen(service.sip).answered()
    normal.press("0")
    await watch.row(normal.number, state="queued")
    urgent = await Citizen(service.sip).answered()
    await cry(service, urgent, clips)
    row = await watch.row(urgent.number, state="queued", emergency=True)
    since = watch.place
    await busy.hang_up()
    offered = await watch.agent(paper_agent.name, since, state="offered")
    assert offered["call"] == row["id"], "the earlier normal caller came first"
    await normal.hang_up()
    await urgent.hang_up()
    ticket = await proper_end(service, urgent, "emergency")
    assert ticket["emergency"]
    assert ticket["intent"] == "emergency"
    assert not (await proper_end(service, normal, "abandoned"))["emergency"]
    await proper_end(service, busy, "abandoned")
    await service.at_rest()
