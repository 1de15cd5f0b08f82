"""The two second readers.

The reactor is imported in the fixtures alone: pytest-twisted installs it after this file is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from asr.second_reader.port import SecondReader
from tests.asr.second_reader import sample

if TYPE_CHECKING:
    from asr.second_reader.reader import WhisperReader


@pytest.fixture(scope="module")
def process() -> Iterator[list[WhisperReader]]:
    """The process that the tests of a file share, as long as none of them stops it."""
    kept: list[WhisperReader] = []
    yield kept
    for made in kept:
        made.stop()


@pytest.fixture(params=["scripted", "whisper"])
def reader(request: pytest.FixtureRequest, process: list[WhisperReader]) -> Iterator[SecondReader]:
    """Each of the two, ready; a reading takes both of them a while."""
    from twisted.internet import reactor

    from asr.second_reader.reader import WhisperReader
    from asr.second_reader.scripted import ScriptedReader

    made: SecondReader
    settings = sample.settings(most_waiting=1)
    if request.param == "scripted":
        made = ScriptedReader(settings, reactor, [sample.READING] * 9, seconds=0.1)
    else:
        if not (process and process[-1].ready):
            process.append(WhisperReader(settings, reactor))
        made = process[-1]
    pytest_twisted.blockon(made.when_settled().addTimeout(sample.LIMIT_S, reactor))
    assert made.ready, made.fault
    yield made
    if request.param == "scripted":
        made.stop()
