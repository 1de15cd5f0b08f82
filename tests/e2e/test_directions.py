"""A caller asks the way, over real SIP and the streets of Futian, and hears it to its last step.

And names that are imported meanwhile are found by the next question, without a restart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from ivr import from_settings
from ivr.direction_words import HOW_NEXT, TEXTS, THERE
from ivr.sentences import split
from ivr.voice import sound
from ivr.voice.build import PROMPTS
from ivr.voice.commands import missing
from ivr.voice.files import write_atomically
from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen
from tests.e2e.clips import Clips
from tests.e2e.conftest import run, scene
from tests.e2e.service import Service
from tests.e2e.watch import Message

NAMED, WAY, FROM, YES, NEXT, ENOUGH = (
    "去香梅路怎么走", "从农林路到香梅路，对吗？", "我在农林路", "是的", "1", "9"
)  # fmt: skip
BOTH = "您说的是香梅路，还是长青大道，以前叫香梅路？"
RENDERED_S = 60.0
"""The line says a sentence again that was not rendered in time."""


@pytest.fixture(scope="module")
def guided(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Service, list[str]]]:
    """A service with the names and streets of Futian, and the steps from 农林路 to 香梅路.

    The sentences of the way are rendered beforehand and kept in pytest's cache: on a machine that
    runs a whole suite one takes longer than callers are waited for.
    """
    assert request.config.cache is not None
    folder = tmp_path_factory.mktemp("way")
    names = folder / "names.txt"
    names.touch()
    service = Service(folder / "hotline", drain_s="5", asr_phrases=str(names))
    run(_prepare(service, shared / "places" / "shenzhen_futian.osm.pbf", names))
    prompts = Path(request.config.cache.mkdir("e2e-prompts"))
    (service.data / "prompts").symlink_to(prompts)
    summary, *steps = run(_told(service))
    _render([WAY, BOTH, summary, *steps, *TEXTS], prompts)
    run(service.start())
    yield service, steps
    assert run(service.stop()) == 0, service.log.read_text()


async def _prepare(service: Service, extract: Path, names: Path) -> None:
    for words in (
        ("places", "import", str(extract), "--area", "440304"),
        ("places", "build-routes", str(extract)),
        ("places", "phrases", str(names)),
        ("models", "build"),
    ):
        code, _, err = await service.cli(*words)
        assert code == 0, err


async def _told(service: Service) -> list[str]:
    """The summary and the steps of the way that is asked for here."""
    asked = ("--from", "农林路", "--to", "香梅路", "--json")
    code, out, err = await service.cli("places", "route", *asked)
    assert code == 0, err
    way = json.loads(out)
    return [way["summary"], *(step["text"] for step in way["steps"])]


def _render(texts: list[str], folder: Path) -> None:
    speaker = from_settings.speaker(Settings())
    for text, file in missing(texts, speaker.name, PROMPTS, folder).items():
        write_atomically(file, sound.wav(sound.alaw(speaker.render(text))))


class Talk:
    """One caller, and what the line says to them."""

    def __init__(self, service: Service, call: str) -> None:
        self._service, self._call = service, call
        self._since = service.watch.place

    async def told(self, text: str) -> str:
        """Wait until the line has said a sentence with this in it."""

        def fits(topic: str, message: Message) -> bool:
            mine = topic == "call.line" and message["id"] == self._call
            said = mine and message["speaker"] == "machine" and message["final"]
            return bool(said and text in message["text"])

        found = await self._service.watch.until(f"“{text}”", fits, RENDERED_S, self._since)
        # More may have come by the time that this runs.
        heard = self._service.watch.heard
        self._since = next(n for n, (_, m) in enumerate(heard) if m is found) + 1
        return str(found["text"])


async def _dialled(service: Service) -> tuple[Citizen, str]:
    citizen = Citizen(service.sip, max_seconds=160.0, hangup_after=155.0)
    await citizen.answered()
    row = await service.watch.row(citizen.number, node_name="need", limit=40)
    return citizen, str(row["id"])


@scene
async def test_the_way_is_told_to_its_last_step(
    guided: tuple[Service, list[str]], clips: Clips
) -> None:
    service, steps = guided
    citizen, call = await _dialled(service)
    talk = Talk(service, call)
    await talk.told("请说您的需求")
    citizen.say(clips.say(NAMED))
    await talk.told("大楼")
    citizen.say(clips.say(FROM))
    await talk.told(WAY)
    citizen.say(bytes(16000) + clips.say(YES))
    await talk.told(HOW_NEXT)
    for step in steps[1:]:
        citizen.press(NEXT)
        await talk.told(split(step)[-1])
    await talk.told(THERE)
    citizen.press(ENOUGH)
    await talk.told("还需要其他帮助吗")
    await citizen.hang_up()
    ticket = await proper_end(service, citizen, "machine")
    assert ticket["topic"] == "从农林路到香梅路"
    said = [line["text"] for line in ticket["transcript"] if line["speaker"] == "machine"]
    assert any(text.startswith("大约") for text in said)
    assert THERE in said and any("香梅路" in text for text in said[-6:])


@scene
async def test_imported_names_are_found_without_a_restart(
    guided: tuple[Service, list[str]], clips: Clips, tmp_path: Path
) -> None:
    service, _ = guided
    table = tmp_path / "own.csv"
    table.write_text(
        "标准名称,曾用名,区划代码,纬度,经度\n长青大道,香梅路,440304,22.545,114.031\n", "utf-8"
    )
    since = service.watch.place
    code, out, err = await service.cli("places", "import", str(table))
    assert code == 0, err
    assert "The running service was told" in out
    loaded = await service.watch.until("names", lambda t, m: t == "places.loaded", 10.0, since)
    assert loaded["names"] > 149
    citizen, call = await _dialled(service)
    talk = Talk(service, call)
    await talk.told("请说您的需求")
    citizen.say(clips.say(NAMED))
    await talk.told(BOTH)
    await citizen.hang_up()
    await service.at_rest()
