"""A citizen has an answer sent: over a real gateway, through a kill, to a receipt on the ticket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.sms import signature
from tests.core.sms.gateway_server import SECRET, GatewayServer
from tests.e2e.citizen import Citizen
from tests.e2e.clips import QUESTION, Clips
from tests.e2e.conftest import Start, scene
from tests.e2e.service import eventually

MOBILE = "+8613800138000"
RECEIPTS = "/api/v1/sms/receipts"


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayServer]:
    made = GatewayServer(tmp_path / "gateway")
    yield made
    made.stop()


@scene
async def test_a_text_outlives_gateway_and_service(
    private: Start, clips: Clips, gateway: GatewayServer
) -> None:
    set_up = {"sms_url": gateway.url, "sms_key": "12349", "sms_secret": SECRET}
    service = await private(**set_up, sms_ca=str(gateway.ca))
    citizen = await Citizen(service.sip, number=MOBILE).answered()
    await service.watch.row(MOBILE, node_name="need")
    citizen.say(clips.say(QUESTION))
    await service.watch.row(MOBILE, node_name="answer", limit=40)
    citizen.press("8")
    await service.watch.row(MOBILE, node_name="anything_else", limit=40)
    await citizen.hang_up()
    ticket = await service.ticket(MOBILE)
    told = [line["text"] for line in ticket["transcript"] if line["speaker"] == "machine"]
    assert "短信正在发送，请稍后查收。" in told, "the gateway is not there yet"
    assert [text["status"] for text in ticket["texts"]] == ["queued"]

    await service.kill()
    gateway.start()
    await service.start()

    async def status(wanted: str) -> dict[str, Any] | None:
        (text,) = (await service.ticket(MOBILE))["texts"]
        return text if text["status"] == wanted else None

    text = await eventually(lambda: status("sent"), "the text is not sent", 90)
    (sent,) = gateway.sent.values()
    assert (sent["id"], sent["to"]) == (text["id"], MOBILE)
    assert sent["text"].startswith("【12349民政热线】") and "户口所在地" in sent["text"]

    body = json.dumps({"id": sent["id"], "status": "delivered"}).encode()
    now = datetime.now(UTC).timestamp()
    signed = signature.headers("12349", SECRET, "POST", RECEIPTS, body, now, "n1")
    assert (await service.api.post(RECEIPTS, content=body, headers=signed)).status_code == 200
    assert await status("delivered")
