"""Which articles hold for a question: where it is about, where the caller may be, and today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.area import level, serves
from core.area_names import mentioned, short_name
from core.asker import AREA, Asker
from core.sound import Sounds, sounds, sounds_contain
from knowledge.article import ArticleContent

_NAMED = 0.9


@dataclass(frozen=True, slots=True)
class Case:
    """Where and when a question is asked, by whom, and which articles hold then.

    `where` is the area that it is about: that of the call, or one that it names. What is `here`
    holds in one of the two, what is `there` in `where`; what is `inside` holds in a part of that,
    where the caller may be. `may` is all of them; `named` is of an area that the question names.
    """

    where: str
    today: date
    asker: Asker
    here: NDArray[np.bool_]
    there: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    may: NDArray[np.bool_]
    named: NDArray[np.bool_]


class Holdings:
    """The areas and days of some articles."""

    def __init__(self, articles: Sequence[ArticleContent]) -> None:
        """Take the articles; positions in a `Case` are theirs."""
        begins = (article.valid_from or date.min for article in articles)
        ends = (article.valid_to or date.max for article in articles)
        self._begin = np.array([day.toordinal() for day in begins], dtype=np.int64)
        self._end = np.array([day.toordinal() for day in ends], dtype=np.int64)
        codes = np.array([article.area for article in articles], dtype=str)
        self._by_area = {str(code): np.flatnonzero(codes == code) for code in np.unique(codes)}
        self._named = {area: name for area in self._by_area if (name := _spoken(area))}

    def case(self, text: str, heard: Sounds, call: str, today: date, asker: Asker) -> Case:
        """What holds for a question (`heard`: its sounds) of a call from an area."""
        place = mentioned(text)
        where = call if not place or serves(place, call) else place
        here, there, inside, named = (np.zeros(len(self._begin), dtype=bool) for _ in range(4))
        for of, places in self._by_area.items():
            own = of in self._named and sounds_contain(heard, self._named[of]) >= _NAMED
            named[places] = own
            there[places] = own or serves(of, where)
            here[places] = own or serves(of, where) or serves(of, call)
            inside[places] = AREA not in asker.settled and serves(where, of)
        day = today.toordinal()
        valid = (self._begin <= day) & (day <= self._end)
        here, there, inside = here & valid, there & valid, inside & valid
        return Case(where, today, asker, here, there, inside & ~there, here | inside, named)


def _spoken(area: str) -> Sounds:
    """A city or county as it is named in speech (广州 for 广州市); empty for wider areas."""
    return sounds(short_name(area)) if level(area) >= 2 else ()
