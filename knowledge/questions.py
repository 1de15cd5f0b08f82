"""Questions that nobody could answer: kept from the journal, grouped by sound, settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.area import serves
from core.db import Sessions
from core.journal_tables import AuditEntry, Call
from core.record import Record
from core.sound import fold, sounds, sounds_similarity
from knowledge.tables import OpenQuestion
from knowledge.words import plain

NOTE = "unanswered"
"""Key of the journal's note that carries the recogniser's text of such a question."""

ALIKE = 0.72
"""Two questions that sound so much alike are one (`core.sound.similarity`)."""

SHARED = 1 / 3
"""Share of its classes of syllables that two such questions have in common at least."""

MOST = 500
"""So many of the newest open questions are looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one call; `at` in UTC."""

    id: int
    call: str
    area: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that sound alike: `text` is the one in the middle of them."""

    text: str
    asked: tuple[Asked, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """Their numbers."""
        return tuple(each.id for each in self.asked)


def apply_to_questions(db: Session, record: Record) -> None:
    """Keep the question of a journal record, if it is of one that nobody could answer.

    Runs after `core.journal_apply.apply_to_call`, in the record's own transaction.
    """
    if record.kind != "note" or record.data["key"] != NOTE:
        return
    text = str(record.data["value"]).strip()
    if not plain(text):
        return
    area = db.scalar(select(Call.area).where(Call.id == record.call_id)) or ""
    row = {"call_id": record.call_id, "area": area, "text": text[:500], "at": record.at}
    more = {"state": "open", "article": "", "settled_by": ""}
    db.execute(insert(OpenQuestion), [{**row, **more}])


def grouped(asked: Iterable[Asked]) -> list[Group]:
    """Put together what sounds alike, most asked first, then newest.

    Each question joins the group whose first one it is most like.
    """
    heads: list[tuple[tuple[str, ...], frozenset[str], list[Asked]]] = []
    for each in asked:
        heard = sounds(plain(each.text))
        classes = frozenset(map(fold, heard))
        best, where = ALIKE, None
        for head, others, members in heads:
            # Comparing syllable by syllable costs fifty times as much as looking which they are.
            if len(classes & others) < min(len(classes), len(others)) * SHARED:
                continue
            alike = sounds_similarity(head, heard)
            if alike >= best:
                best, where = alike, members
        if where is None:
            heads.append((heard, classes, [each]))
        else:
            where.append(each)
    groups = [Group(_middle(members), tuple(members)) for _, _, members in heads]
    newest = {id(group): max(each.at for each in group.asked) for group in groups}
    return sorted(groups, key=lambda g: (len(g.asked), newest[id(g)]), reverse=True)


def open_questions(sessions: Sessions, area: str) -> list[Group]:
    """The open questions of calls from an area and the areas in it, in groups. Blocking."""
    query = (
        select(OpenQuestion)
        .where(OpenQuestion.state == "open")
        .order_by(OpenQuestion.id.desc())
        .limit(MOST)
    )
    with sessions() as db:
        rows = [
            Asked(row.id, row.call_id, row.area, row.text, row.at)
            for row in db.scalars(query)
            if serves(area, row.area)
        ]
    return grouped(rows)


def count_open(sessions: Sessions, area: str) -> int:
    """How many open questions there are of an area and the areas in it. Blocking."""
    query = select(OpenQuestion.area, func.count()).where(OpenQuestion.state == "open")
    with sessions() as db:
        rows = db.execute(query.group_by(OpenQuestion.area)).all()
    return sum(count for of, count in rows if serves(area, of))


def texts(sessions: Sessions, ids: Iterable[int], area: str) -> list[str]:
    """The matters of some questions of an area, each once, short enough to be an article's.

    Blocking.
    """
    query = select(OpenQuestion).where(OpenQuestion.id.in_(list(ids))).order_by(OpenQuestion.id)
    with sessions() as db:
        found = [plain(row.text)[:40] for row in db.scalars(query) if serves(area, row.area)]
    return list(dict.fromkeys(text for text in found if len(text) >= 3))


def of_area(sessions: Sessions, ids: Iterable[int], area: str) -> list[int]:
    """Those of some questions that are of an area and the areas in it. Blocking."""
    query = select(OpenQuestion.id, OpenQuestion.area).where(OpenQuestion.id.in_(list(ids)))
    with sessions() as db:
        return [number for number, of in db.execute(query) if serves(area, of)]


def settle(
    sessions: Sessions, ids: Iterable[int], by: str, now: datetime, article: str = ""
) -> list[str]:
    """Take questions off the list: an `article` was begun for them, or they need none.

    Returns their texts, without those that were settled already. Blocking.
    """
    state = "drafted" if article else "dismissed"
    return _set(sessions, list(ids), ("open",), state, by, now, article)


def reopen(sessions: Sessions, ids: Iterable[int], by: str, now: datetime) -> list[str]:
    """Put questions back on the list; returns their texts. Blocking."""
    return _set(sessions, list(ids), ("dismissed", "drafted"), "open", by, now, "")


def _set(
    sessions: Sessions, ids: list[int], before: tuple[str, ...], state: str, by: str, now: datetime,
    article: str,
) -> list[str]:  # fmt: skip
    which = OpenQuestion.id.in_(ids), OpenQuestion.state.in_(before)
    with sessions() as db:
        texts = list(db.scalars(select(OpenQuestion.text).where(*which).order_by(OpenQuestion.id)))
        if texts:
            values = {"state": state, "article": article, "settled_by": by}
            db.execute(update(OpenQuestion).where(*which).values(**values))
            what = ",".join(map(str, ids))[:255]
            db.add(AuditEntry(at=now, who=by, did=f"question.{state}", what=what))
        return texts


def _middle(members: list[Asked]) -> str:
    """The text that is most like all others of its group."""
    if len(members) < 3:
        return members[0].text
    heard = [sounds(plain(each.text)) for each in members[:20]]
    likeness = [sum(sounds_similarity(a, b) for b in heard) for a in heard]
    return members[likeness.index(max(likeness))].text
