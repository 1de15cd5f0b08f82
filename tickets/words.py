"""How texts are cut for the search over calls: pairs of neighbouring characters.

Chinese has no spaces, and a dictionary would miss the names of people and places; pairs find any
stretch of two characters or more, in either database, by a plain index.
"""

from __future__ import annotations

import re
import unicodedata

_RUN = re.compile(r"[^\W_]+")
LONGEST = 20_000


def terms(text: str) -> set[str]:
    """The terms under which a text is found: all pairs, and the last character of each run.

    Full-width forms and case are folded. Only the first 20,000 characters count.
    """
    found: set[str] = set()
    for run in _runs(text):
        found.update(run[at : at + 2] for at in range(len(run)))
    return found


def query_terms(text: str) -> list[str]:
    """The terms that a text must all have to fit a query; a single character stands alone.

    A term of one character means: any term that begins with it. Empty when nothing can be searched.
    """
    found: dict[str, None] = {}
    for run in _runs(text):
        for at in range(max(1, len(run) - 1)):
            found[run[at : at + 2]] = None
    return list(found)


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text[:LONGEST]).lower())
