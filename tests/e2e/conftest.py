"""One service for the tests that leave it as it was, private ones for the others, and people."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_twisted

from core.aio import deferred
from core.settings import Settings
from tests.e2e.citizen import hang_all_up
from tests.e2e.clips import Clips
from tests.e2e.desk import Agent, Chromium, PaperAgent, first_log_in
from tests.e2e.service import Service

T = TypeVar("T")
TEST_S = 170
_names = itertools.count(1)
Start = Callable[..., Awaitable[Service]]


def scene(test: Callable[..., Awaitable[None]]) -> Callable[..., Any]:
    """Make a coroutine a test that runs on the reactor's own loop and ends in time."""

    async def limited(*arguments: Any, **named: Any) -> None:
        async with asyncio.timeout(TEST_S):
            await test(*arguments, **named)

    @functools.wraps(test)
    async def run(*arguments: Any, **named: Any) -> None:
        await deferred(limited(*arguments, **named))

    return pytest_twisted.ensureDeferred(run)  # type: ignore[no-any-return]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, from a fixture."""
    result: T = pytest_twisted.blockon(deferred(work))
    return result


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service; a test that uses it leaves nothing running in it."""
    service = Service(tmp_path_factory.mktemp("hotline"), drain_s="5")
    run(service.start())
    yield service
    assert run(service.stop()) == 0, service.log.read_text()


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Start]:
    """Starts services of a test's own: `await private(min_free_mb="1")`."""
    started: list[Service] = []

    async def start(**settings: str) -> Service:
        service = Service(tmp_path / f"own{len(started)}", **{"drain_s": "5"} | settings)
        started.append(service)
        return await service.start()

    yield start
    for service in started:
        run(service.stop())


@pytest.fixture(autouse=True)
def quiet_phones() -> Iterator[None]:
    """No call outlives its test."""
    yield
    run(hang_all_up())


@pytest.fixture(scope="session")
def clips(request: pytest.FixtureRequest) -> Clips:
    """What citizens say."""
    assert request.config.cache is not None
    return Clips(Path(request.config.cache.mkdir("e2e-clips")))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all tests here."""
    chromium = Chromium(tmp_path_factory.mktemp("chromium"))
    run(chromium.open())
    yield chromium
    run(chromium.close())


@pytest.fixture
def agent(chromium: Chromium, service: Service) -> Iterator[Agent]:
    """An agent in Chromium, ready for calls."""
    agent = Agent(chromium, service, service.agent(f"agent{next(_names)}"))
    run(agent.ready())
    yield agent
    run(agent.leave())


@pytest.fixture(scope="session")
def made_by_cli(service: Service) -> str:
    """An agent made with the command line, as an operator does, who has logged in once."""

    async def make(name: str) -> str:
        code, out, err = await service.cli("user", "add", name, "--area", "440000")
        assert code == 0, err
        await first_log_in(service, name, out.strip().rpartition(" ")[2])
        return name

    return run(make("li"))


@pytest.fixture
def paper_agent(service: Service, made_by_cli: str) -> Iterator[PaperAgent]:
    """Another agent, whose page rings but has no sound, once the test calls `ready`."""
    agent = PaperAgent(service, made_by_cli)
    yield agent
    run(agent.leave())


@pytest.fixture(scope="session")
def model() -> Path:
    """The folder of the speech model in use."""
    return Settings().asr_model
