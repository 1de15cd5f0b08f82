"""The search in use follows what is published, without a question ever waiting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from core.db import Sessions
from core.reloading import AGAIN_S
from knowledge import store, synonyms
from knowledge.article import ArticleContent
from knowledge.live import LiveKnowledge, Loaded, load
from knowledge.port import Decision
from tests.knowledge.published import NOW

DAY = NOW.date()
Make = Callable[..., ArticleContent]


class World:
    """A search in use whose reading the test finishes."""

    def __init__(self, sessions: Sessions) -> None:
        self.clock, self.sessions = Clock(), sessions
        self.reading: list[Deferred[Loaded]] = []
        self.told: list[int] = []
        self.live = LiveKnowledge(
            load(sessions, DAY), self.read, self.clock, lambda x: self.told.append(len(x.articles))
        )

    def read(self) -> Deferred[Loaded]:
        self.reading.append(Deferred())
        return self.reading[-1]

    def finish(self) -> None:
        self.reading.pop(0).callback(load(self.sessions, DAY))

    def decision(self) -> Decision:
        return self.live.ask("离婚登记要带什么材料", "440106", DAY).decision


@pytest.fixture
def world(sessions: Sessions) -> World:
    return World(sessions)


def test_what_is_published_is_told_after_a_message(
    world: World, sessions: Sessions, article: Make
) -> None:
    store.put(sessions, [article("lihun-cailiao")], NOW)
    assert world.decision() is Decision.NOTHING
    world.live.changed("article.changed", {})
    assert world.decision() is Decision.NOTHING
    world.finish()
    assert world.decision() is Decision.ANSWER and world.told == [1]
    assert [each.id for each in world.live.articles] == ["lihun-cailiao"]


def test_messages_while_it_reads_make_it_read_once_more(world: World) -> None:
    for _ in range(3):
        world.live.changed()
    assert len(world.reading) == 1
    world.finish()
    assert len(world.reading) == 1
    world.finish()
    assert world.reading == [] and world.told == [0, 0]


def test_a_failure_keeps_the_old_search_and_is_tried_again(
    world: World, sessions: Sessions, article: Make
) -> None:
    store.put(sessions, [article("lihun-cailiao")], NOW)
    world.live.changed()
    world.reading.pop(0).errback(OSError("the database is away"))
    assert world.decision() is Decision.NOTHING
    world.clock.advance(AGAIN_S)
    world.finish()
    assert world.decision() is Decision.ANSWER


def test_after_stop_nothing_is_read_any_more(world: World) -> None:
    world.live.changed()
    world.reading[0].errback(OSError("the database is away"))
    world.live.stop()
    world.clock.advance(AGAIN_S)
    world.live.changed()
    assert len(world.reading) == 1 and world.told == []


def test_synonyms_of_the_database_are_used(sessions: Sessions, article: Make) -> None:
    store.put(sessions, [article("tekun-tiaojian")], NOW)
    question = "老来保要符合什么条件"
    assert load(sessions, DAY).index.ask(question, "440106", DAY).decision is not Decision.ANSWER
    synonyms.keep(sessions, ["老来保", "特困人员"], "chen", NOW)
    assert load(sessions, DAY).index.ask(question, "440106", DAY).decision is Decision.ANSWER
