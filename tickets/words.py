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
    """The terms under which a text is found, and which it must all have to fit a query.

    Full-width forms and case are folded. A character that stands alone has none. Only the first
    20,000 characters count.
    """
    found: set[str] = set()
    for run in _runs(text):
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found


def searchable(text: str) -> bool:
    """Whether a query asks for something that can be found: two characters that belong together."""
    return any(len(run) > 1 for run in _runs(text))


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text[:LONGEST]).lower())
