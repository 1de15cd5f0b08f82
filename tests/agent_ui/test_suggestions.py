"""What a talk suggests while it goes on: articles for the agent, values for the form."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from agent_ui.live.suggestions import Suggestions
from knowledge.load import load_folder
from knowledge.search import KnowledgeIndex
from knowledge.store import put
from tests.agent_ui.served import Served

AREA = "440106"
TODAY = datetime.now(UTC).date()


class Page:
    """A page that watches."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, message: dict[str, Any]) -> None:
        self.got.put_nowait(message)

    async def until(self, part: str) -> dict[str, Any]:
        """The first message that has something of this part."""
        while True:
            message = await asyncio.wait_for(self.got.get(), 20)
            if message[part]:
                return message


@pytest.fixture(scope="module")
def index(served: Served) -> KnowledgeIndex:
    articles = load_folder().articles
    put(served.sessions, articles, datetime.now(UTC))
    return KnowledgeIndex(articles)


@pytest.fixture
def watched(served: Served, index: KnowledgeIndex) -> Iterator[tuple[Suggestions, list[Page]]]:
    """Suggestions of the real search and database, and the pages that watch."""
    pages = [Page()]
    made = Suggestions(served.console, lambda call: pages)
    before, served.world.ask = served.world.ask, lambda text, area: index.ask(text, area, TODAY)

    async def start() -> None:
        made.start(lambda call: AREA)

    async def stop() -> None:
        made.stop()

    served.run(start())
    yield made, pages
    served.run(stop())
    served.world.ask = before


def _line(call: str, text: str, start_ms: int = 0, speaker: str = "caller") -> dict[str, Any]:
    return {"id": call, "speaker": speaker, "text": text, "final": True, "start_ms": start_ms,
            "words": []}  # fmt: skip


def _watch(served: Served, made: Suggestions, call: str) -> None:
    async def watch() -> None:
        made.watch(call)

    served.run(watch())


def test_a_question_brings_its_article_with_source_and_date(
    served: Served, watched: tuple[Suggestions, list[Page]]
) -> None:
    made, (page,) = watched
    _watch(served, made, "talk1")
    assert served.run(page.got.get())["articles"] == []
    served.publish("call.line", _line("talk1", "我想问一下低保怎么申请"))
    told = served.run(page.until("articles"))
    first = told["articles"][0]
    assert (told["call"], first["article"], first["expired"]) == ("talk1", "dibao-shenqing", False)
    assert first["source"] and first["document"] and first["date"] and len(told["articles"]) <= 3


def test_a_number_that_is_said_is_offered_for_the_form(
    served: Served, watched: tuple[Suggestions, list[Page]]
) -> None:
    made, (page,) = watched
    _watch(served, made, "talk2")
    served.publish("call.line", _line("talk2", "我的电话是一三八零零一三八零零零"))
    (field,) = served.run(page.until("fields"))["fields"]
    assert (field["field"], field["value"]) == ("phone", "13800138000")
    assert 0 < field["sure"] < 1 and "一三八" in field["source"]


def test_who_comes_late_hears_of_what_was_said_before(
    served: Served, watched: tuple[Suggestions, list[Page]]
) -> None:
    made, (page,) = watched
    served.journal.opened("talk3")
    served.journal.said("talk3", "caller", "结婚登记要带什么材料")
    _watch(served, made, "talk3")
    told = served.run(page.until("articles"))
    assert "结婚" in told["articles"][0]["title"]


def test_a_talk_that_nobody_watches_costs_no_search(
    served: Served, watched: tuple[Suggestions, list[Page]]
) -> None:
    made, pages = watched
    (page,) = pages
    _watch(served, made, "talk4")
    served.run(page.got.get())
    pages.clear()

    async def unwatched() -> None:
        made._happened("call.line", _line("talk4", "低保怎么申请"))

    served.run(unwatched())
    assert page.got.empty() and "talk4" not in made._talks
