"""The service's own life: killed, drained, started twice, started with nonsense."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import psutil
import pytest

from core.settings import Settings
from tests.conftest import free_port
from tests.e2e.checks import proper_end, whole_recording
from tests.e2e.citizen import Citizen, level, tone
from tests.e2e.conftest import Start, scene
from tests.e2e.service import Service, eventually


@scene
async def test_kill_in_mid_call_and_start_again(private: Start) -> None:
    service = await private()
    citizen = await Citizen(service.sip, max_seconds=15).answered()
    began = time.monotonic()
    citizen.say(tone(700, 10))
    waits = await Citizen(service.sip, max_seconds=15).answered()
    waits.press("0")
    row = await service.watch.row(citizen.number, node_name="need")
    await service.watch.row(waits.number, node_name="message_nobody")
    number = (await service.tickets(citizen.number))[0]["number"]
    talked = time.monotonic() - began
    children = await service.kill()

    async def gone() -> bool:
        return not any(map(_runs, children))

    assert any("redis-server" in line for line in children.values()), children
    await eventually(gone, f"left running: {children}", 10)

    await service.start()
    assert not await service.watch.live()
    ticket = await service.ticket(citizen.number)
    assert (ticket["number"], ticket["call"]) == (number, row["id"])
    assert ticket["disposition"] == "abandoned"
    assert ticket["recording"]["state"] == "recovered"
    seconds = await whole_recording(service, ticket)
    assert abs(seconds - talked) < 1, (seconds, talked)
    reader, _ = await service.recording(ticket["call"])
    reader.setpos(8000)
    stereo = reader.readframes(4000)
    assert level(b"".join(stereo[n : n + 2] for n in range(0, len(stereo), 4)), 700) > 1000
    call = await service.call(ticket)
    assert [event["kind"] for event in call["events"]][-2:] == ["recording", "recovered"]
    assert (await service.ticket(waits.number))["recording"]["state"] == "recovered"
    again = await Citizen(service.sip).answered()
    await again.hang_up()
    assert (await proper_end(service, again, "abandoned"))["number"] > number
    await service.at_rest()


@scene
async def test_sigterm_lets_calls_end_and_takes_no_new_ones(private: Start) -> None:
    service = await private(drain_s="60")
    citizen = await Citizen(service.sip).answered()
    assert service.process is not None
    service.process.send_signal(signal.SIGTERM)

    async def refused() -> bool:
        result = await Citizen(service.sip, max_seconds=2).dial().over()
        assert result.answered or (result.code, "retry_after" in result.all("hangup")[0].data) == (
            503,
            True,
        ), result
        return not result.answered

    await eventually(refused, "a new call is still answered")
    answer = await service.api.get("/readyz")
    assert answer.status_code == 503
    assert service.process.returncode is None
    # The running call goes on as if nothing had happened.
    citizen.press("0")
    await service.watch.row(citizen.number, node_name="message_nobody")
    assert not citizen.ended
    await citizen.hang_up()
    assert await service.exited() == 0


@scene
async def test_a_second_service_on_the_same_folder_is_refused(service: Service) -> None:
    said = await service.refused(sip_port=str(free_port()), http_port=str(free_port()))
    assert str(service.data) in said
    assert service.process is not None
    assert str(service.process.pid) in said
    citizen = await Citizen(service.sip).answered()
    await citizen.hang_up()
    await service.at_rest()


@scene
@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("http_port", "eighty", "http_port"),
        ("db_url", "mysql://root@localhost/x", "db_url"),
        ("holidays", "/nowhere/hours.yaml", "/nowhere/hours.yaml"),
    ],
)
async def test_a_wrong_setting_stops_the_start(
    tmp_path: Path, setting: str, value: str, named: str
) -> None:
    said = await Service(tmp_path).refused(**{setting: value})
    assert named in said
    assert "Traceback" not in said


@scene
async def test_a_tree_with_an_error_is_refused_with_its_line(tmp_path: Path) -> None:
    shipped = Settings().tree.read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(shipped) if line == "  goodbye:")
    shipped[place + 2] = "    txt: 再见。"
    tree = tmp_path / "tree.yaml"
    tree.write_text("\n".join(shipped), encoding="utf-8")
    said = await Service(tmp_path).refused(tree=str(tree))
    assert f"{tree}:{place + 1}:" in said, said


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
