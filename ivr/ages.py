"""Ages as people say them. Pure."""

from __future__ import annotations

import re

from pypinyin import Style, lazy_pinyin

from core.spoken_numbers import number

OLDEST = 120
LEAST_QUESTION = 4
"""Fewer characters beside an age ask nothing."""

_FIGURES = "0-9〇零一二两三四五六七八九十百"
_LEAD = r"(?:今年|现在|已经|都|也|快|有|是|要|满|过了?|老人家|啊|呀|呢|嘛|，|、)*"
_BARE_LEAD = r"(?:今年|现在|已经|都|快|啊|呀|呢|嘛|，|、)*"
_OWN = re.compile(rf"(?:我|本人){_LEAD}([{_FIGURES}]+)[多几]?周?岁(?!以|的|老|[到至])了?")
_ALONE = re.compile(rf"^{_LEAD}([{_FIGURES}]+)[多几]?周?岁(?:[了啦呀啊]+|(?=[，。])|$)")
_BARE = re.compile(rf"(?:我|本人){_BARE_LEAD}([{_FIGURES}]+)[多几]?(?:[了啦]|(?=[，。])|$)")
_AGED = re.compile(rf"([{_FIGURES}]+)周?岁(?!以下|以内)")
_BARE_NUMBER = re.compile(rf"([{_FIGURES}]+)(?![{_FIGURES}]|[年月日号个人块元分点次下会直样])")
_RANGE = re.compile(rf"[{_FIGURES}]+周?岁?(?:到|至|-|~)[{_FIGURES}]+周?岁?")
_FILLERS = re.compile(r"[嗯呃唔哦啊呀]")
_MONTHS = re.compile(rf"[{_FIGURES}]+个多?月")
_VAGUE = re.compile(
    rf"(?:快|将近|接近|大概|大约|差不多)[要有是到]*[{_FIGURES}]+周?岁?"
    rf"|[{_FIGURES}]+[多几来]周?岁?|[{_FIGURES}]+周?岁?(?:多|左右|出头|上下)"
    r"|[一二三四五六七八][二三四五六七八九]十周?岁?"
)
_HEARD = {
    "wo": "我", "sui": "岁", "yi": "一", "er": "二", "san": "三", "si": "四", "wu": "五",
    "liu": "六", "qi": "七", "ba": "八", "jiu": "九", "shi": "十", "bai": "百",
}  # fmt: skip
"""What a recogniser may have written otherwise, by its sound."""


def age_said(text: str) -> tuple[int, str]:
    """Return the age that speakers say of themselves (years), and the text without it; 0: none.

    我今年七十二, 八十岁了 and 我 72 岁 count; 八十岁以上有什么补贴 and 我妈八十岁 do not: only
    what follows 我, or stands alone, is taken for the speaker's own.
    """
    text = _together(text)
    age, start, end = _own(text)
    return age, text[:start] + text[end:]


def _own(text: str) -> tuple[int, int, int]:
    """The speaker's own age and where it is said; 0 and nowhere when it is not."""
    spelled = "".join(
        _HEARD.get(sound, char) if len(sound) > 1 else char
        for char, sound in zip(text, lazy_pinyin(list(text), style=Style.NORMAL), strict=True)
    )
    # Without 岁 the characters themselves must be a number: 我就是 sounds like 我九十.
    for said, patterns in ((text, (_OWN, _ALONE, _BARE)), (spelled, (_OWN, _ALONE))):
        for pattern in patterns:
            found = pattern.search(said)
            age = _years(found[1]) if found else 0
            if found and age:
                return age, found.start(), found.end()
    return 0, 0, 0


def _years(figures: str) -> int:
    # 七八十岁 is between 70 and 90.
    about = re.fullmatch(r"([一二三四五六七八])([二三四五六七八九])十", figures)
    value = number(about[1] + "十" if about else figures)
    return value if value is not None and 0 < value <= OLDEST else 0


def without_age(question: str) -> str:
    """Return a question without the speaker's own age in it; '' if there is none, or little else.

    What is asked is found better without it: 我今年七十二岁，高龄津贴怎么领.
    """
    age, rest = age_said(question)
    return rest if age and len(rest) >= LEAST_QUESTION else ""


def own_age(text: str) -> int | None:
    """Return the age that speakers say of themselves, None for none or a vague one (七十多)."""
    text = _together(text)
    age, start, end = _own(text)
    return age if age and not _VAGUE.search(text[start : end + 2]) else None


def age_of_somebody(text: str) -> int | None:
    """Return the one age (years) that a question names, whoever's it is; None for none or several.

    我妈八十二岁 and 八十岁以上 count, 六十到七十九岁 and 八十岁以下 do not.
    """
    plain = _together(text)
    if _RANGE.search(plain):
        return None
    found = _exact(plain)
    return found.pop() if len(found) == 1 else None


def age_answered(text: str) -> int | None:
    """Return the age (years) that answers the question for it: 七十二, 八个月; else None.

    Of two ages none is taken, and none that is not exact (七十多), since money may hang on it. A
    year (五二年的) is no age.
    """
    plain = _FILLERS.sub("", _together(text))
    if _MONTHS.search(plain):
        return 0
    own = own_age(text)
    if own is not None:
        return own
    bare = {
        _years(figures)
        for figures in _BARE_NUMBER.findall(plain)
        if _years(figures) >= 10 or plain == figures
    }
    found = _exact(plain) or (set() if _VAGUE.search(plain) or _RANGE.search(plain) else bare)
    return found.pop() if len(found) == 1 and 0 not in found else None


def _together(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _exact(plain: str) -> set[int]:
    """All ages with 岁 that are said exactly."""
    without = _VAGUE.sub("", plain)
    return {_years(figures) for figures in _AGED.findall(without)} - {0}
