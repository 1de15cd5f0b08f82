"""One console per test module, and a browser for those that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agent_ui.browser import Chromium
from tests.agent_ui.served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    console = Served(tmp_path_factory.mktemp("console"))
    console.start()
    yield console
    console.stop()


@pytest.fixture(scope="module")
def chromium(served: Served) -> Iterator[Chromium]:
    browser = Chromium(served)
    browser.start()
    yield browser
    browser.stop()
