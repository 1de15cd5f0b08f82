"""One article as its file or its row says it, with where and when it holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from knowledge.amounts import Amount

MODULES = (
    "优抚安置", "救灾救济", "社会福利", "民间组织管理", "社区建设", "基层政权建设", "社会事务",
    "区划地名", "老龄工作", "信访", "民政事业费管理", "养老服务", "紧急求助", "地名问路",
    "非受理范围",
)  # fmt: skip
"""First level of the tree of topics: the eleven modules of civil affairs, and four more."""

HOUSEHOLDS = {"": "不限", "local": "本地户籍", "other": "非本地户籍"}
"""Household registration that an article is about, with its name in Chinese."""


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """One policy article: how people ask, the short answer for the ear, the long one for the eye.

    `keys` are names of the matter: a question that names none of them is not surely about it.
    `doc_date` is YYYY, YYYY-MM or YYYY-MM-DD; `valid_from` and `valid_to` are the first and last
    day on which it may be told (None: no limit). `mark` is V (read in the document) or K (general
    knowledge). `version` counts from 1. `age_from` and `age_to` are years, both included, of whom
    it is about; `household` is one of HOUSEHOLDS. `place` and `hours` say where and when to go,
    `limit` how long the office may take.
    """

    id: str
    topic: str
    title: str
    questions: tuple[str, ...]
    keys: tuple[str, ...]
    spoken: str
    spoken_source: str
    long: str
    doc_number: str
    doc_article: str
    doc_date: str
    area: str
    valid_from: date | None
    valid_to: date | None
    owner: str
    mark: str
    version: int
    age_from: int | None = None
    age_to: int | None = None
    household: str = ""
    amounts: tuple[Amount, ...] = ()
    materials: tuple[str, ...] = ()
    place: str = ""
    hours: str = ""
    fee: str = ""
    limit: str = ""

    def told_materials(self) -> str:
        """What to bring, as a sentence for the ear; empty when the article does not say."""
        return f"需要准备：{'、'.join(self.materials)}。" if self.materials else ""

    def told_place(self) -> str:
        """Where and when to go, what it costs and how long it takes, for the ear; may be empty."""
        said = (
            (self.place, "办理地点是"),
            (self.hours, "办理时间是"),
            (self.fee, "费用："),
            (self.limit, "办理时限是"),
        )
        return "".join(f"{before}{text.rstrip('。')}。" for text, before in said if text)

    def digest(self) -> str:
        """SHA-256 over everything but the version: two equal digests mean nothing has changed.

        A field that came later and is empty does not count, so that it changes no older digest.
        """
        fields = {
            name: str(getattr(self, name))
            for name in self.__slots__
            if name != "version"
            and (name not in LATER or getattr(self, name) not in (None, "", ()))
        }
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


LATER = (
    "age_from", "age_to", "household", "amounts", "materials", "place", "hours", "fee", "limit",
)  # fmt: skip
"""Fields that an article may lack."""
