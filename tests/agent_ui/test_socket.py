"""The WebSocket's door, and what it takes."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent_ui.guard import COOKIE
from tests.agent_ui.browser import within
from tests.agent_ui.served import Served, csrf_of


def _open(served: Served, cookie: str, origin: str | None = None) -> Any:
    trust = ssl.create_default_context(cafile=str(served.ca))
    return connect(
        served.base.replace("https", "wss") + "/ws",
        ssl=trust,
        additional_headers={"Cookie": f"{COOKIE}={cookie}"},
        origin=served.base if origin is None else origin,  # type: ignore[arg-type]
    )


def _cookie(served: Served, name: str) -> str:
    with served.signed_in(name) as client:
        return client.cookies[COOKIE]


async def _next(socket: ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://127.0.0.1"])
def test_other_sites_are_refused(served: Served, origin: str) -> None:
    cookie = _cookie(served, served.user(f"ws{abs(hash(origin)) % 10**6}"))

    async def scene() -> None:
        with pytest.raises(InvalidStatus, match="403"):
            async with _open(served, cookie, origin):
                pass

    served.run(scene())


@pytest.mark.parametrize("cookie", ["", "wrong"])
def test_strangers_are_refused(served: Served, cookie: str) -> None:
    async def scene() -> None:
        with pytest.raises(InvalidStatus, match="403"):
            async with _open(served, cookie):
                pass

    served.run(scene())


def test_nonsense_is_ignored(served: Served) -> None:
    cookie = _cookie(served, served.user("nonsense"))

    async def scene() -> None:
        async with _open(served, cookie) as socket:
            await _next(socket, "snapshot")
            for text in ("", "{", "[]", "null", '"x"', '{"type":1}', '{"type":"status"}',
                         '{"type":"answer","leg":7}', '{"type":"hello","tab":5}',
                         '{"type":"watch","call":{"a":1}}', "x" * 70_000):  # fmt: skip
                await socket.send(text)
            await socket.send(b"\x00\xff")
            await socket.send('{"type":"hello","tab":"t1"}')
            assert (await _next(socket, "phone"))["active"] is True

    served.run(scene())
    heard = [m for t, m in served.heard if m.get("agent") == "nonsense"]
    assert [message["kind"] for message in heard][:1] == ["hello"]


def test_commands_of_a_page_that_is_no_phone_are_dropped(served: Served) -> None:
    cookie = _cookie(served, served.user("nophone"))

    async def scene() -> None:
        async with _open(served, cookie) as socket:
            await _next(socket, "snapshot")
            await socket.send('{"type":"status","status":"ready"}')
            await socket.send('{"type":"hangup","leg":"x"}')
            await socket.send('{"type":"hello","tab":"t1"}')
            await _next(socket, "phone")

    served.run(scene())
    heard = [m.get("kind", m.get("type")) for _, m in served.heard if m.get("agent") == "nophone"]
    assert heard[0] == "hello"
    assert "status" not in heard
    assert "hangup" not in heard


def test_name_of_the_agent_is_the_session_s(served: Served) -> None:
    cookie = _cookie(served, served.user("honest"))

    async def scene() -> None:
        async with _open(served, cookie) as socket:
            await socket.send('{"type":"hello","tab":"t1","agent":"victim"}')
            await _next(socket, "phone")
            await socket.send('{"type":"hangup","leg":"x","agent":"victim"}')
            await socket.send('{"type":"status","status":"break","agent":"victim"}')

    served.run(scene())
    served.until_heard("agent.command", kind="status", agent="honest")
    assert not any(message.get("agent") == "victim" for _, message in served.heard)


def test_slow_reader_is_cut_off_and_others_go_on(served: Served) -> None:
    slow, quick = (_cookie(served, served.user(name)) for name in ("slow", "quick"))

    async def scene() -> None:
        async with _open(served, quick) as reader:
            await _next(reader, "snapshot")
            page = next(p for p in served.app.state.hub._pages if p.who.name == "quick")
            async with _open(served, slow) as sleeper:
                await _next(sleeper, "snapshot")
                lazy = next(p for p in served.app.state.hub._pages if p.who.name == "slow")
                for number in range(lazy.queue.maxsize + 1):
                    lazy.put({"type": "x", "n": number})
                with pytest.raises(ConnectionClosed):
                    async with asyncio.timeout(10):
                        while True:
                            await sleeper.recv()
            page.put({"type": "still"})
            await _next(reader, "still")

    served.run(scene())


def test_hub_forgets_closed_pages(served: Served) -> None:
    cookie = _cookie(served, served.user("closes"))

    def names() -> list[str]:
        return [page.who.name for page in served.app.state.hub._pages]

    async def scene() -> None:
        async with _open(served, cookie) as socket:
            await _next(socket, "snapshot")
            assert "closes" in names()
        await within(lambda: "closes" not in names(), "the page was forgotten")

    served.run(scene())


def test_log_out_ends_the_right_to_open(served: Served) -> None:
    with served.signed_in(served.user("leaves")) as client:
        cookie = client.cookies[COOKIE]
        client.post("/logout", data={"csrf": csrf_of(client)})

    async def scene() -> None:
        with pytest.raises(InvalidStatus, match="403"):
            async with _open(served, cookie):
                pass

    served.run(scene())
