"""Reading a file of articles in: judged row by row first, then written as a whole or not at all.

What is read in waits for approval by somebody else, as everything that people write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Sessions
from core.journal_tables import AuditEntry
from knowledge.article import ArticleContent
from knowledge.content import build, fields_of
from knowledge.editing import MADE, Doer, act_in, put_draft
from knowledge.exchange import sheets
from knowledge.exchange.columns import to_fields
from knowledge.exchange.sheets import TableError
from knowledge.faults import NAMES, faults
from knowledge.lifecycle import LABELS, Action, Event, Refused, State
from knowledge.tables import Article, ArticleImport, ArticleVersion

FORMAT = "hotline-articles"


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one row (0: with the file), in a sentence in Chinese."""

    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What reading a file in would do; nothing is written while there are faults."""

    added: tuple[ArticleContent, ...] = ()
    changed: tuple[ArticleContent, ...] = ()
    same: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()

    @property
    def contents(self) -> tuple[ArticleContent, ...]:
        """What would be written."""
        return self.added + self.changed


def plan(sessions: Sessions, name: str, content: bytes, may_write: Callable[[str], bool]) -> Plan:
    """Judge a file; `may_write` says whether an area's articles may be written. Blocking."""
    try:
        rows = _json(content) if name.lower().endswith(".json") else _table(name, content)
    except TableError as bad:
        return Plan(faults=(RowFault(0, "", str(bad)),))
    wrong: list[RowFault] = []
    good: list[tuple[int, ArticleContent]] = []
    seen: dict[str, int] = {}
    for number, fields in rows:
        found = faults(fields)
        wrong += [RowFault(number, NAMES.get(each.field, ""), each.text) for each in found]
        known = seen.setdefault(str(fields.get("id", "")), number)
        if known != number:
            wrong.append(RowFault(number, NAMES["id"], f"和第{known}行的编号相同。"))
        if found:
            continue
        article = build(fields)
        if not may_write(article.area):
            text = "您不能改这个地区的条目，请由上级账号导入。"
            wrong.append(RowFault(number, NAMES["area"], text))
        good.append((number, article))
    return _against(sessions, good, wrong)


def write(sessions: Sessions, planned: Plan, file: str, doer: Doer) -> int:
    """Write all of a plan in one transaction; returns the import's number. Blocking.

    Raises Refused when the plan has faults or somebody changed one of the articles meanwhile.
    """
    if planned.faults:
        raise Refused("还有错误没有改好，什么都没有导入。")
    if not planned.contents:
        raise Refused("文件里的内容和现有的完全一样，不用导入。")
    with sessions() as db:
        kept = ArticleImport(file=file[:255], by=doer.name, at=doer.now)
        db.add(kept)
        db.flush()
        for content in planned.contents:
            done = put_draft(db, content, doer, batch=kept.id)
            db.flush()
            submit = Event(Action.SUBMIT, doer.name)
            act_in(db, content.id, done.version, submit, doer)
        db.add(AuditEntry(at=doer.now, who=doer.name, did="articles.imported", what=file[:255]))
        return kept.id


def undo(sessions: Sessions, number: int, doer: Doer) -> int:
    """Withdraw all that an import brought; returns how many versions that were. Blocking.

    Raises Refused when one of them was approved already, or the import is undone; LookupError.
    """
    with sessions() as db:
        kept = db.get(ArticleImport, number)
        if kept is None:
            raise LookupError(f"there is no import {number}")
        if kept.undone_at is not None:
            raise Refused("这次导入已经撤销过了。")
        rows = list(db.scalars(select(ArticleVersion).where(ArticleVersion.batch == number)))
        far = [row for row in rows if row.state in (State.APPROVED, State.PUBLISHED)]
        if far:
            named = "、".join(f"{row.title}（{LABELS[State(row.state)]}）" for row in far[:3])
            raise Refused(f"这些条目已经有人批准：{named}。请先逐条停用。")
        left = [row for row in rows if row.state in MADE]
        for row in left:
            event = Event(Action.WITHDRAW, doer.name, "撤销导入")
            act_in(db, row.article_id, row.version, event, doer)
        kept.undone_at = doer.now
        return len(left)


def imports(sessions: Sessions, most: int = 20) -> list[ArticleImport]:
    """The last imports, newest first. Blocking."""
    with sessions() as db:
        query = select(ArticleImport).order_by(ArticleImport.id.desc()).limit(most)
        return list(db.scalars(query))


def to_json(articles: Iterable[ArticleContent]) -> bytes:
    """Write articles for another hotline."""
    body = {"format": FORMAT, "version": 1, "articles": [fields_of(each) for each in articles]}
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _table(name: str, content: bytes) -> list[tuple[int, dict[str, Any]]]:
    return [(row.number, to_fields(row.cells)) for row in sheets.read(name, content)]


def _json(content: bytes) -> list[tuple[int, dict[str, Any]]]:
    if len(content) > sheets.LARGEST:
        raise TableError("文件超过10MB，请分成几个文件。")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as bad:
        raise TableError("这不是JSON文件。") from bad
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise TableError(f"这不是条目交换文件（format应是{FORMAT}）。")
    articles = body.get("articles")
    if not isinstance(articles, list) or not all(isinstance(each, dict) for each in articles):
        raise TableError("articles应是一个列表。")
    if len(articles) > sheets.MOST_ROWS:
        raise TableError(f"超过{sheets.MOST_ROWS}条，请分成几个文件。")
    return [(number, {**each, "version": "1"}) for number, each in enumerate(articles, 1)]


def _against(
    sessions: Sessions, good: list[tuple[int, ArticleContent]], wrong: list[RowFault]
) -> Plan:
    """Sort articles into new, changed and the same; one in the making cannot be written over."""
    added, changed, same = [], [], []
    with sessions() as db:
        for number, article in good:
            if db.get(Article, article.id) is None:
                added.append(article)
                continue
            latest = _latest(db, article.id)
            if latest.state in MADE:
                text = f"这条已有一个新版本（{LABELS[State(latest.state)]}），请先处理它。"
                wrong.append(RowFault(number, NAMES["id"], text))
            elif latest.digest == article.digest() and latest.state == State.PUBLISHED:
                same.append(article.id)
            else:
                changed.append(replace(article, version=latest.version + 1))
    ordered = sorted(wrong, key=lambda fault: fault.row)
    return Plan(tuple(added), tuple(changed), tuple(same), tuple(ordered))


def _latest(db: Session, article: str) -> ArticleVersion:
    query = (
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article)
        .order_by(ArticleVersion.version.desc())
        .limit(1)
    )
    found = db.scalar(query)
    assert found is not None
    return found
