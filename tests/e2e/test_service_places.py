"""A table is read in while the line runs, and the next caller hears what stands in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from knowledge.exchange import spreadsheet
from knowledge.service_places.columns import SHEET, to_cells
from tests.e2e.citizen import Citizen
from tests.e2e.clips import Clips
from tests.e2e.conftest import scene
from tests.e2e.service import Service
from tests.knowledge.service_places.samples import HOME

ASKED = "越秀区有哪些养老院"
SAID_S = 90  # the voice renders names of places when they are first said


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
    row = await service.watch.row(citizen.number, node_name="service_places")

    def said(text: str) -> Any:
        return lambda topic, message: (
            topic == "call.line" and message["id"] == row["id"] and text in message["text"]
        )

    await service.watch.until("the free beds", said("有8张空床"), SAID_S)
    # What was too slow to be rendered on a busy machine is at hand by now.
    since = service.watch.place
    citizen.press("8")
    await service.watch.until("all of it again", said("有8张空床"), SAID_S, since)
    citizen.press("9")
    await service.watch.row(citizen.number, node_name="anything_else")
    await citizen.hang_up()
    ticket = await service.ticket(citizen.number)
    told = "".join(line["text"] for line in ticket["transcript"] if line["speaker"] == "machine")
    assert "第一家，东山示例养老院。地址，示例一路1号。截至2026年11月20日，有8张空床。" in told
    assert (ticket["intent"], ticket["topic"]) == ("service_places", "养老机构")
    assert ticket["path"][-2:] == ["service_places", "anything_else"]
    await service.at_rest()
