"""Words that mean the same: kept as groups that the operator edits, found in questions by sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import func, select

from core.db import Sessions
from core.journal_tables import AuditEntry
from core.sound import fold, sounds
from knowledge.tables import SynonymGroup

SHIPPED = Path(__file__).with_name("synonyms.yaml")
MOST_READINGS = 2
"""So many other readings of a question are looked for at most."""

_SHORTEST, _LONGEST = 2, 12

Group = tuple[str, ...]


class WrongGroup(ValueError):
    """A group cannot be kept; the message is a sentence in Chinese."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A group as the database has it; `by` wrote it last."""

    id: int
    words: Group
    by: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to say a question: `word` of it was taken to mean `means`."""

    text: str
    word: str
    means: str


class Synonyms:
    """Finds the words of groups in questions. Reading is safe from several threads."""

    def __init__(self, groups: Iterable[Group]) -> None:
        """Take the groups."""
        self._others: dict[tuple[str, ...], list[str]] = {}
        for group in groups:
            for word in group:
                others = self._others.setdefault(_folded(word), [])
                others += [other for other in group if other != word and other not in others]
        self._lengths = sorted({len(word) for word in self._others}, reverse=True)

    def readings(self, text: str) -> list[Reading]:
        """The question with one of its words said otherwise, longest word first, not the question.

        A word that is part of a longer one found at the same place is left alone: 低保 in 低保金.
        """
        found: list[Reading] = []
        taken = [False] * len(text)
        for length in self._lengths:
            for at in range(len(text) - length + 1):
                word = text[at : at + length]
                if any(taken[at : at + length]):
                    continue
                others = self._others.get(_folded(word), [])
                if not others:
                    continue
                taken[at : at + length] = [True] * length
                rest = text[:at], text[at + length :]
                found += [
                    Reading(rest[0] + other + rest[1], word, other)
                    for other in others
                    if rest[0] + other + rest[1] != text
                ]
        return found[:MOST_READINGS]


def shipped() -> list[Group]:
    """The groups that come with the software."""
    value = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return [tuple(str(word) for word in group) for group in value]


def seed_groups(sessions: Sessions, now: datetime) -> int:
    """Keep the shipped groups when there never were any; returns how many were put in. Blocking."""
    with sessions() as db:
        if db.scalar(select(func.count()).select_from(SynonymGroup)):
            return 0
        groups = shipped()
        db.add_all(SynonymGroup(words=list(each), by="file", at=now) for each in groups)
        return len(groups)


def list_groups(sessions: Sessions, removed: bool = False) -> list[Kept]:
    """The groups in use, or those that were removed. Blocking."""
    query = select(SynonymGroup).where(SynonymGroup.removed.is_(removed)).order_by(SynonymGroup.id)
    with sessions() as db:
        return [Kept(row.id, tuple(row.words), row.by) for row in db.scalars(query)]


def keep(sessions: Sessions, words: Sequence[str], by: str, now: datetime, group: int = 0) -> int:
    """Write a group, a new one without `group`; returns its number. Blocking.

    Raises WrongGroup, also for a word that another group has: it would join what is kept apart.
    """
    clean = [word for word in dict.fromkeys(word.strip() for word in words) if word]
    if len(clean) < 2:
        raise WrongGroup("一组同义词至少要有两个词。")
    for word in clean:
        if not _SHORTEST <= len(word) <= _LONGEST:
            raise WrongGroup(f"“{word}”的长度要在{_SHORTEST}到{_LONGEST}个字之间。")
        if len(sounds(word)) != len(word):
            raise WrongGroup(f"“{word}”里有读不出来的字，请只写汉字或数字。")
    with sessions() as db:
        for row in db.scalars(select(SynonymGroup).where(SynonymGroup.removed.is_(False))):
            shared = set(row.words) & set(clean)
            if shared and row.id != group:
                raise WrongGroup(f"“{shared.pop()}”已经在“{'、'.join(row.words)}”这一组里。")
        kept = db.get(SynonymGroup, group) if group else SynonymGroup()
        if kept is None:
            raise WrongGroup("这一组已经不在了，请刷新页面。")
        kept.words, kept.by, kept.at, kept.removed = clean, by, now, False
        db.add(kept)
        db.flush()
        db.add(AuditEntry(at=now, who=by, did="synonyms.kept", what="、".join(clean)[:255]))
        return kept.id


def remove(sessions: Sessions, group: int, by: str, now: datetime, removed: bool = True) -> bool:
    """Use a group no more, or again; False when there is none. Blocking."""
    with sessions() as db:
        row = db.get(SynonymGroup, group)
        if row is None:
            return False
        row.removed, row.by, row.at = removed, by, now
        did = "synonyms.removed" if removed else "synonyms.restored"
        db.add(AuditEntry(at=now, who=by, did=did, what="、".join(row.words)[:255]))
        return True


def _folded(word: str) -> tuple[str, ...]:
    return tuple(fold(syllable) for syllable in sounds(word))
