"""What every call hears once with its answers: a source, and the caveat that rules may change."""

from __future__ import annotations

from ivr.events import Answered
from ivr.nodes import Texts
from ivr.sentences import split


def missing(caveat: Texts, answer: Answered, texts: Texts, sourced: bool, cautioned: bool) -> Texts:
    """What is to be said after `texts`, which tell an answer; nothing in a tree without a caveat.

    `sourced` and `cautioned`: a source and the caveat were said in this call. Most sources hold the
    caveat in their own words.
    """
    if not caveat:
        return ()
    source = tuple(split(answer.source))
    more = () if sourced or set(source) <= set(texts) else source
    said = "".join((*texts, *more))
    return more if cautioned or "".join(caveat).strip("。") in said else more + caveat
