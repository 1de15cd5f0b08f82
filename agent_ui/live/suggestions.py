"""What a talk suggests while it goes on: three articles, and values for the ticket's form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from twisted.logger import Logger

from agent_ui.console import Console
from agent_ui.live import asking
from agent_ui.live.asking import Asking
from core.area import name as area_name
from core.journal_tables import Utterance
from knowledge import store
from knowledge.lifecycle import State
from knowledge.port import Answer
from tickets.speech.extracting import extracted
from tickets.speech.heard import Said

MOST = 3
SOON = timedelta(days=30)
"""An article that ends within that is marked."""

HEARD = 0.8
"""How well a line was heard of which the recogniser says nothing."""

Message = dict[str, Any]


@dataclass
class _Talk:
    said: list[Said] = field(default_factory=list)
    starts: set[tuple[str, int]] = field(default_factory=set)
    asking: Asking = field(default_factory=Asking)
    articles: list[Message] = field(default_factory=list)
    fields: list[Message] = field(default_factory=list)
    loaded: bool = False


class Suggestions:
    """Follows the talks that somebody watches. Everything runs on the event loop."""

    log = Logger()

    def __init__(self, console: Console, watched: Callable[[str], Iterable[Any]]) -> None:
        """`watched` gives the pages (`put`) that want a call's suggestions."""
        self._console, self._watched = console, watched
        self._talks: dict[str, _Talk] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] = lambda: None
        self._area_of: Callable[[str], str] = lambda call: ""

    def start(self, area_of: Callable[[str], str]) -> None:
        """Listen; `area_of` gives the area of a running call."""
        self._area_of = area_of
        self._unsubscribe = self._console.bus.subscribe(["call.line", "call.gone"], self._happened)

    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        for task in self._tasks:
            task.cancel()

    def watch(self, call: str) -> None:
        """Somebody begins to watch a call: they get what is known, or it is found out."""
        talk = self._talks.get(call)
        if talk is not None and talk.loaded:
            self._tell(call, talk)
            return
        if talk is None:
            self._talks[call] = talk = _Talk()
        self._background(self._load(call, talk))

    def _happened(self, topic: str, message: Message) -> None:
        call = str(message.get("id", ""))
        if topic == "call.gone":
            self._talks.pop(call, None)
            return
        talk = self._talks.get(call)
        text, speaker = str(message.get("text", "")), str(message.get("speaker", ""))
        if talk is None or not message.get("final") or not text:
            return
        if not any(True for _ in self._watched(call)):
            # Read anew from the database when somebody watches again.
            del self._talks[call]
            return
        self._take(talk, speaker, int(message.get("start_ms", 0)), text, _sure(message))
        if not talk.loaded:
            return
        asked: tuple[str, ...] = ()
        if speaker == "caller":
            talk.asking, asked = asking.heard(talk.asking, text)
        self._background(self._think(call, talk, asked))

    def _take(self, talk: _Talk, speaker: str, start_ms: int, text: str, sure: float) -> None:
        if (speaker, start_ms) not in talk.starts:
            talk.starts.add((speaker, start_ms))
            talk.said.append(Said(speaker, text, sure))

    async def _load(self, call: str, talk: _Talk) -> None:
        try:
            rows = await run_in_threadpool(self._read, call)
        except SQLAlchemyError as error:
            self.log.warn("what was said cannot be read: {e}", e=error)
            rows = []
        later, talk.said, talk.starts = list(talk.said), [], set()
        for speaker, start_ms, text, sure in rows:
            self._take(talk, speaker, start_ms, text, sure)
        known = {(each.speaker, each.text) for each in talk.said}
        talk.said += [each for each in later if (each.speaker, each.text) not in known]
        talk.loaded = True
        last: tuple[str, ...] = ()
        for each in talk.said:
            if each.speaker == "caller":
                talk.asking, asked = asking.heard(talk.asking, each.text)
                last = asked or last
        await self._think(call, talk, last)

    def _read(self, call: str) -> list[tuple[str, int, str, float]]:
        query = select(Utterance).where(Utterance.call_id == call)
        with self._console.sessions() as db:
            return [
                (row.speaker, row.start_ms, row.text, row.confidence)
                for row in db.scalars(query.order_by(Utterance.start_ms, Utterance.id))
            ]

    async def _think(self, call: str, talk: _Talk, asked: tuple[str, ...]) -> None:
        before = talk.articles, talk.fields
        today = self._console.today()
        if asked:
            area = self._area_of(call)
            found = await run_in_threadpool(articles, self._console, asked, area, today)
            talk.articles = found or talk.articles
        values = await run_in_threadpool(extracted, tuple(talk.said), today)
        talk.fields = [asdict(each) for each in values]
        if (talk.articles, talk.fields) != before or not any(before):
            self._tell(call, talk)

    def _tell(self, call: str, talk: _Talk) -> None:
        told = {"type": "suggestions", "call": call, "articles": talk.articles,
                "fields": talk.fields}  # fmt: skip
        for page in self._watched(call):
            page.put(told)

    def _background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def articles(
    console: Console, asked: Iterable[str], area: str, today: date
) -> list[dict[str, Any]]:
    """The best MOST articles for any of the questions, with source, date and validity. Blocking."""
    best: dict[str, Answer] = {}
    for question in asked:
        for answer in console.ask(question, area).answers:
            known = best.get(answer.article)
            if known is None or answer.score > known.score:
                best[answer.article] = answer
    ranked = sorted(best.values(), key=lambda each: (-each.score, each.article))[:MOST]
    return [article_shown(console, each, today) for each in ranked]


def article_shown(console: Console, answer: Answer, today: date) -> dict[str, Any]:
    """An article as pages show it beside a talk; `expired` and `soon` mark what may not hold."""
    kept = next(
        (
            each
            for each in store.get_article(console.sessions, answer.article, today)
            if each.content.version == answer.version
        ),
        None,
    )
    content = kept.content if kept else None
    until = content.valid_to if content else None
    return {
        "article": answer.article,
        "version": answer.version,
        "title": answer.title,
        "spoken": answer.spoken,
        "source": answer.spoken_source,
        "date": content.doc_date if content else "",
        "document": content.doc_number if content else "",
        "area": area_name(content.area) if content else "",
        "materials": answer.materials,
        "place": answer.place,
        "score": round(answer.score, 2),
        "until": until.isoformat() if until else "",
        "expired": kept is None or kept.state is not State.PUBLISHED,
        "soon": until is not None and today <= until <= today + SOON,
    }


def _sure(message: Message) -> float:
    words = [word for word in message.get("words", []) if len(word) == 4]
    return sum(float(word[3]) for word in words) / len(words) if words else HEARD
