"""The two recognisers, and ears.

The kit is imported by the fixtures alone: it needs the reactor, which pytest-twisted installs after
this file is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from asr.port import Recogniser

if TYPE_CHECKING:
    from tests.asr.kit import Ears


@pytest.fixture
def ears() -> Ears:
    """Ears of its own for each test."""
    from tests.asr.kit import Ears

    return Ears()


@pytest.fixture(params=["scripted", "vosk"])
def recogniser(request: pytest.FixtureRequest) -> Iterator[Recogniser]:
    """Each of the two, ready."""
    from twisted.internet import reactor

    from asr.scripted import ScriptedRecogniser
    from tests.asr.kit import LIMIT_S, vosk

    made: Recogniser
    if request.param == "scripted":
        made = ScriptedRecogniser(reactor, ["低保怎么申请", "人工"])  # type: ignore[arg-type]
    else:
        real = made = vosk()
        pytest_twisted.blockon(real.when_settled().addTimeout(LIMIT_S, reactor))
    assert made.ready, made.fault
    yield made
    made.stop()
