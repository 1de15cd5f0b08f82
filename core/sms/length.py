"""How long a text message is, and how one is made to fit. Pure.

GSM 03.38 has no Chinese characters: a text that holds one is sent in UCS-2, 70 UTF-16 units in one
message, or 67 in each part of a longer one, whose header takes the other three (3GPP TS 23.040,
9.2.3.24.1). A text of the GSM alphabet alone has 160, or 153 in each part.
"""

from __future__ import annotations

import math

UCS2 = (70, 67)
GSM = (160, 153)
_GSM_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")
"""These are written with an escape before them."""

_ENDS = "。！？；\n"
_CUT = "……"


def units(text: str) -> tuple[int, tuple[int, int]]:
    """Return how many units a text has, and how many go into one message and into a part."""
    if all(char in _GSM_PLAIN or char in _GSM_TWICE for char in text):
        return len(text) + sum(char in _GSM_TWICE for char in text), GSM
    return len(text.encode("utf-16-le", errors="replace")) // 2, UCS2


def parts(text: str) -> int:
    """Return how many messages a text is billed as; 0 for an empty one."""
    size, (whole, part) = units(text)
    return math.ceil(size / part) if size > whole else min(size, 1)


def fitted(text: str, most: int, rest: str) -> str:
    """Return a text of at most `most` parts: whole sentences of `text`, then `rest` if it was cut.

    `rest` says where to ask for what is left out. A first sentence that is too long by itself is
    cut anywhere.
    """
    if parts(text) <= most:
        return text
    ends = [at + 1 for at, char in enumerate(text) if char in _ENDS]
    for end in reversed(ends):
        shorter = text[:end].rstrip("\n") + rest
        if parts(shorter) <= most:
            return shorter
    for end in range(len(text), 0, -1):
        shorter = text[:end] + _CUT + rest
        if parts(shorter) <= most:
            return shorter
    return rest
