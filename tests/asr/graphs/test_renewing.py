"""Changed articles become a graph: built in a real process, told of once, a failure is one line."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import LogLevel, globalLogPublisher

from asr import doctor
from asr.graphs import articles
from asr.graphs.building import NotBuilt, builds_of, in_use
from asr.graphs.child import ChildBuild
from asr.graphs.renewal import QUIET_S
from asr.graphs.renewing import Articles, Renewing
from asr.graphs.texts import Sources
from asr.model_folder import inspect
from tests.asr.graphs.kit import SMALL, sources
from tests.asr.kit import MODEL

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ARTICLE = {"id": "a", "title": "低保在哪里申请", "questions": ("低保怎么申请",), "fee": ""}
Steps = Generator[Any, Any, None]


class Builder:
    """Builds when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Articles] = []
        self.running: list[Deferred[Path | None]] = []
        self.told: list[Path] = []
        self.killed = 0

    def build(self, wanted: Articles) -> Deferred[Path | None]:
        self.asked.append(wanted)
        self.running.append(Deferred())
        return self.running[-1]

    def kill(self) -> None:
        self.killed += 1


def renewing(builder: Builder, clock: Clock, stale: Deferred[bool] | None = None) -> Renewing:
    return Renewing(
        builder.build, lambda _: stale or succeed(False), clock, builder.told.append, builder.kill
    )


@pytest.fixture
def errors() -> Generator[list[str], None, None]:
    """The errors that are logged."""
    lines: list[str] = []

    def see(event: dict[str, Any]) -> None:
        if event.get("log_level") is LogLevel.error:
            lines.append(str(event.get("why")))

    globalLogPublisher.addObserver(see)
    yield lines
    globalLogPublisher.removeObserver(see)


def test_changes_within_a_minute_are_one_build_and_a_change_meanwhile_another() -> None:
    builder, clock = Builder(), Clock()
    graphs = renewing(builder, clock)
    graphs.changed([{"title": "一"}])
    clock.advance(QUIET_S - 1)
    graphs.changed([{"title": "二"}])
    clock.advance(QUIET_S - 1)
    assert not builder.asked
    clock.advance(1)
    assert builder.asked == [[{"title": "二"}]]
    graphs.changed([{"title": "三"}])
    clock.advance(QUIET_S * 3)
    assert len(builder.asked) == 1
    builder.running[0].callback(Path("new"))
    assert builder.told == [Path("new")]
    clock.advance(QUIET_S)
    assert builder.asked[1:] == [[{"title": "三"}]]
    graphs.stop()
    builder.running[1].callback(None)
    clock.advance(QUIET_S * 3)
    assert builder.killed == 1 and not clock.getDelayedCalls()


def test_a_failure_is_one_line_and_the_next_change_is_built(errors: list[str]) -> None:
    builder, clock = Builder(), Clock()
    graphs = renewing(builder, clock)
    graphs.changed([])
    clock.advance(QUIET_S)
    builder.running[0].errback(NotBuilt("no room"))
    clock.advance(QUIET_S * 3)
    assert errors == ["no room"] and len(builder.asked) == 1 and not builder.told
    graphs.changed([])
    clock.advance(QUIET_S)
    assert len(builder.asked) == 2


@pytest.mark.parametrize(("stale", "builds"), [(True, 1), (False, 0)])
def test_a_change_that_was_missed_is_made_up_for(stale: bool, builds: int) -> None:
    builder, clock = Builder(), Clock()
    renewing(builder, clock, succeed(stale)).started([ARTICLE])
    clock.advance(QUIET_S)
    assert builder.asked == [[ARTICLE]] * builds


def test_what_cannot_be_looked_at_is_one_line(errors: list[str]) -> None:
    builder, clock = Builder(), Clock()
    renewing(builder, clock, fail(OSError("no disk"))).started([])
    assert errors == ["no disk"] and not clock.getDelayedCalls()


def test_a_real_process_builds_what_the_service_then_loads(tmp_path: Path) -> None:
    articles.keep(articles.folder_of(tmp_path), [ARTICLE])
    texts = sources(tmp_path / "texts")
    texts = Sources(texts.tree, texts.emergency_words, articles.folder_of(tmp_path))
    child = ChildBuild(MODEL, builds_of(tmp_path, MODEL), SMALL)
    folder = child.run(texts)
    assert folder is not None and in_use(tmp_path, MODEL) == folder.resolve()
    assert inspect(folder).graph["texts"] == texts.digest()
    child.stop()
    assert child.run(texts) is None


def test_why_a_process_built_nothing_is_told_and_doctor_says_so(tmp_path: Path) -> None:
    texts = sources(tmp_path / "texts")
    texts.tree.write_text("a: [", encoding="utf-8")
    with pytest.raises(NotBuilt, match=r"tree\.yaml") as failed:
        ChildBuild(MODEL, builds_of(tmp_path, MODEL), SMALL).run(texts)
    articles.note_fault(tmp_path, str(failed.value), AT)
    model, graph = doctor.check(MODEL, tmp_path, sources(tmp_path / "good"))
    assert model.ok and not graph.ok and "tree.yaml" in graph.found and "2026-03-01" in graph.found
    articles.note_fault(tmp_path, "", AT)
    assert articles.last_fault(tmp_path) == ""


def test_kept_articles_are_their_chinese_strings_each_once(tmp_path: Path) -> None:
    articles.keep(tmp_path, [ARTICLE, ARTICLE])
    (file,) = tmp_path.iterdir()
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines == ["- 低保在哪里申请", "- 低保怎么申请"]
