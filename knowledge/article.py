"""One article as its file or its row says it, with where and when it holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """One policy article: how people ask, the short answer for the ear, the long one for the eye.

    `keys` are names of the matter: a question that names none of them is not surely about it.
    `doc_date` is YYYY, YYYY-MM or YYYY-MM-DD; `valid_from` and `valid_to` are the first and last
    day on which it may be told (None: no limit). `mark` is V (read in the document) or K (general
    knowledge). `version` counts from 1.
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

    def digest(self) -> str:
        """SHA-256 over everything but the version: two equal digests mean nothing has changed."""
        fields = {name: str(getattr(self, name)) for name in self.__slots__ if name != "version"}
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
