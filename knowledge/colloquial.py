"""Everyday words and words of the regions become the usual ones before texts are compared."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("colloquial.yaml")
_ASKED = re.compile("不$")


def usual(text: str) -> str:
    """The text in usual words: 屋里咋个申请 is 家里怎么申请, and 能办不 asks 能办吗."""
    pattern, words = _known()
    return pattern.sub(lambda found: words[found.group()], _ASKED.sub("吗", text))


@cache
def _known() -> tuple[re.Pattern[str], dict[str, str]]:
    words: dict[str, str] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), words
