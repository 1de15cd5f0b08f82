"""Another system is told of each offer, once and signed; what it does costs no call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agent_ui.live.screen_pop import ScreenPop
from tests.agent_ui.served import Served
from tests.core.sms.gateway_server import SECRET, GatewayServer


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayServer]:
    made = GatewayServer(tmp_path_factory.mktemp("outside"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def pop(served: Served, outside: GatewayServer) -> Iterator[ScreenPop]:
    settings = served.settings
    settings.screen_pop_url, settings.screen_pop_ca = outside.url, outside.ca
    settings.screen_pop_key, settings.screen_pop_secret = "12349", SECRET
    outside.requests.clear()
    yield ScreenPop(served.console)
    settings.screen_pop_url = ""


def _body(outside: GatewayServer) -> dict[str, Any]:
    (request,) = outside.requests
    # The outside's own reckoning of the signature, by docs/sms.md.
    assert outside._wrong(request, request._body) == ""
    told: dict[str, Any] = json.loads(request._body)
    return told


@pytest.mark.parametrize(("withheld", "caller"), [(False, "13800138000"), (True, "")])
def test_an_offer_is_told_once_and_signed(
    served: Served, outside: GatewayServer, pop: ScreenPop, withheld: bool, caller: str
) -> None:
    call = f"pop-{withheld}"
    served.journal.opened(call, caller="13800138000", withheld=withheld)
    outside.next_replies = [(204, {}, b"")]
    for _ in range(2):
        served.run(pop._send("wang", call))
    told = _body(outside)
    assert (told["event"], told["agent"], told["call"]) == ("offered", "wang", call)
    assert told["caller"] == caller and told["ticket"]


@pytest.mark.parametrize("reply", [(500, {}, b""), (204, {}, b"")])
def test_an_outside_that_fails_or_is_gone_is_no_matter(
    served: Served, outside: GatewayServer, pop: ScreenPop, reply: Any
) -> None:
    outside.next_replies = [reply]
    served.run(pop._send("wang", f"fails-{reply[0]}"))
    served.settings.screen_pop_url = "https://127.0.0.1:9/nobody"
    served.run(pop._send("wang", f"gone-{reply[0]}"))
    assert len(outside.requests) == 1


def test_one_ring_is_one_offer(served: Served, pop: ScreenPop) -> None:
    sent: list[tuple[str, str]] = []

    async def send(agent: str, call: str) -> None:
        sent.append((agent, call))

    async def rings() -> None:
        pop._send = send  # type: ignore[method-assign]
        ringing = {"agent": "wang", "call": "c1", "state": "offered"}
        for message in (ringing, ringing, {**ringing, "state": "talking"}, ringing):
            pop._changed("agent.state", message)

    served.run(rings())
    assert sent == [("wang", "c1"), ("wang", "c1")]
