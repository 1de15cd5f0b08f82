"""What a question wants to know of its matter: where, which papers, how much, how long, who, how.

Articles of one matter differ in that more than in their words: 离婚要带什么材料 and 离婚要多久.
Each article has a profile, how often each facet is in its questions; a question's facets speak for
the articles in which they are more frequent than elsewhere, and against the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_FACETS = tuple(
    re.compile(pattern)
    for pattern in (
        "哪里|哪儿|哪个(?:部门|地方|窗口|单位)|什么(?:地方|部门|单位)|[去到上找归]哪|[找归]谁|谁管",
        "材料|证件|资料|手续|[带拿备](?:什么|哪些|啥)|准备什么|带上|要不要带|清单|要什么$",
        "多少钱|[要收]钱|收费|费用|花钱|免费|价钱|交钱|减免|[补资]贴|[补资]助|津贴|优惠|发钱|领钱",
        "多久|多长|几天|多少天|几个月|什么时候|期限|到期|时限|时间|几次|当天|[天月]内",
        "条件|要求|资格|什么(?:样的)?人|哪些人|哪种人|符合|算不算|够不够",
        "岁|年龄|年纪|几岁|多大",
        "怎么|怎样|如何|流程|步骤|程序",
        "电话|联系|打给|打哪|拨",
        "能不能|可不可以|行不行|可以.*吗|能.*吗|合法|允许|准不准",
        "哪些|哪几|哪种|什么样|什么情况",
    )
)
_SEEN = 0.1
"""How often a facet is taken to be in the questions of an article that was never asked so."""
_MOST = 1.5


def facets(text: str) -> NDArray[np.float64]:
    """1 for each facet that a text in usual words has, else 0."""
    return np.array([bool(pattern.search(text)) for pattern in _FACETS], dtype=np.float64)


class Facets:
    """The profiles of articles. Reading is safe from several threads."""

    def __init__(self, asked: Sequence[Sequence[str]]) -> None:
        """Take each article's questions, at least one."""
        found = [np.mean([facets(text) for text in ways], axis=0) for ways in asked]
        profiles = np.array(found).reshape(-1, len(_FACETS)) + _SEEN
        self._ratios = np.log(profiles / profiles.mean(axis=0)) if len(found) else profiles

    def scores(self, text: str, articles: NDArray[np.intp]) -> NDArray[np.float64]:
        """How much a question's facets speak for each article, -1..1; 0 when it has none."""
        has = facets(text)
        if not has.any():
            return np.zeros(len(articles))
        return np.clip(self._ratios[articles] @ has / has.sum() / _MOST, -1.0, 1.0)
