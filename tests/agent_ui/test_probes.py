"""Whether the process lives, whether it can serve, and its figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.check import Check
from tests.agent_ui.served import Served


@pytest.fixture(autouse=True)
def well(served: Served) -> Iterator[None]:
    served.world.checks = [Check("sip", True, "listening"), Check("disk", False, "nearly full")]
    yield
    served.world.checks = []


def test_alive_and_ready(served: Served) -> None:
    with served.client() as client:
        assert client.get("/healthz").text == "ok\n"
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": []})


@pytest.mark.parametrize("name", ["sip", "drain"])
def test_not_ready_without_sip_or_while_draining(served: Served, name: str) -> None:
    served.world.checks = [Check(name, False, "why not")]
    with served.client() as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["reasons"]) == (503, [f"{name}: why not"])
        assert client.get("/healthz").status_code == 200


def test_not_ready_without_redis(served: Served) -> None:
    served.run(served.redis_server.stop())
    try:
        with served.client() as client:
            answer = client.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["reasons"][0].startswith("redis: ")
            assert client.get("/healthz").status_code == 200
    finally:
        served.run(served.redis_server.start())


def test_not_ready_without_the_database(served: Served) -> None:
    file = Path(served.settings.database_url.removeprefix("sqlite:///"))
    away = file.with_suffix(".away")
    with served.sessions() as db:
        engine = db.get_bind()
    engine.dispose()  # type: ignore[union-attr]
    file.rename(away)
    file.mkdir()
    try:
        with served.client() as client:
            answer = client.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["reasons"][0].startswith("database: ")
    finally:
        file.rmdir()
        away.rename(file)


def test_metrics_are_for_this_machine_or_with_a_token(served: Served) -> None:
    served.user("prometheus", "operator")
    served.user("curious", "agent")
    proxied = {"X-Forwarded-For": "192.0.2.7"}
    with served.client() as client:
        assert client.get("/metrics").text.startswith("hotline_calls 3\n")
        assert client.get("/metrics", headers=proxied).status_code == 401
    with served.program("curious") as program:
        assert program.get("/metrics", headers=proxied).status_code == 403
    with served.program("prometheus") as program:
        answer = program.get("/metrics", headers=proxied)
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
