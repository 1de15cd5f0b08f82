"""A table is read in while the line runs, and the next caller hears what stands in it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import spreadsheet
from knowledge.service_places.columns import SHEET, to_cells
from tests.e2e.citizen import Citizen
from tests.e2e.clips import Clips
from tests.e2e.conftest import scene
from tests.e2e.service import Service
from tests.knowledge.service_places.samples import HOME

ASKED = "越秀区有哪些养老院"
TIMES, AGAIN_S = 6, 14.0


@scene
async def test_a_caller_hears_what_was_read_in_a_moment_ago(
    service: Service, clips: Clips, tmp_path: Path
) -> None:
    table = tmp_path / "网点.csv"
    home = replace(HOME, hours="", phone="", level=0, price_from=None, price_to=None)
    table.write_bytes(spreadsheet.to_csv(SHEET, [to_cells(home)]))
    code, out, err = await service.cli("service-places", "import", str(table))
    assert code == 0 and out.startswith("1 new"), err

    citizen = await Citizen(service.sip).answered()
    await service.watch.row(citizen.number, node_name="need")
    citizen.say(clips.say(ASKED))
    row = await service.watch.row(citizen.number, 60, node_name="service_places")

    def said(text: str) -> Any:
        return lambda topic, message: (
            topic == "call.line" and message["id"] == row["id"] and text in message["text"]
        )

    # A sentence with a name in it is rendered when it is first said. Where a busy machine takes too
    # long for it the line leaves it out, and has it at hand when the caller asks for all again.
    for _ in range(TIMES):
        with contextlib.suppress(AssertionError):
            await service.watch.until("the name", said("东山示例养老院"), AGAIN_S)
            break
        citizen.press("8")
    citizen.press("9")
    await service.watch.row(citizen.number, node_name="anything_else")
    await citizen.hang_up()
    ticket = await service.ticket(citizen.number)
    told = "".join(line["text"] for line in ticket["transcript"] if line["speaker"] == "machine")
    assert "第一家，东山示例养老院。" in told
    assert (ticket["intent"], ticket["topic"]) == ("service_places", "养老机构")
    assert ticket["path"][-2:] == ["service_places", "anything_else"]
    await service.at_rest()
