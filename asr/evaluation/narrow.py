"""What is heard where little can be said: yes and no, digits, numbers, names of streets."""

from __future__ import annotations

from asr.evaluation.report import Row, confusions, share
from asr.evaluation.room import Room
from asr.evaluation.scoring import Tally, among_nearest, digits
from core.sound import sounds

DIGITS = list("零幺一二三四五六七八九")
IN_A_ROW = [*DIGITS, *(one + other for one in DIGITS for other in DIGITS)]
"""Phrases of which Vosk makes a grammar of any number of digits: any may follow any."""

TOP = 3


def answers(room: Room) -> list[Row]:
    """Yes and no, heard by the tree where it asks; digits, heard in a grammar of digits."""
    yes_no, digit = Tally(), Tally()
    for said in room.plan.answers:
        outcome = room.mind.decide(said.node, room.hear(said).heard)
        yes_no.add(outcome.kind == said.meaning, said.text, outcome.label)
    for said in room.plan.digits:
        text = room.ears.hear(room.pcm(said), DIGITS).text
        digit.add(digits(text) == said.meaning, said.text, text or "–")
    both = Tally(yes_no.right + digit.right, yes_no.total + digit.total)
    note = (
        f"Yes and no {yes_no.right} of {yes_no.total} (whole vocabulary, as on the line), digits "
        f"{digit.right} of {digit.total} (a grammar of digits; no node asks for a single one)."
    )
    notes = (
        note,
        confusions("Yes and no mistaken", yes_no),
        confusions("Digits mistaken", digit),
    )
    return [share("yes/no, single digits", both, 99.0, notes=notes)]


def phone(room: Room) -> list[Row]:
    """Mobile numbers in a grammar of digits: right at once, or when said again."""
    once, twice = Tally(), Tally()
    for call in room.plan.phones:
        first = digits(room.ears.hear(room.pcm(call.first), IN_A_ROW).text) == call.number
        again = first or digits(room.ears.hear(room.pcm(call.again), IN_A_ROW).text) == call.number
        once.add(first)
        twice.add(again)
    note = (
        f"Of the phone numbers {once.right} of {once.total} are right at first hearing. One that "
        "is not is said again as a whole, as after a read-back, and the second hearing counts."
    )
    return [share("11-digit phone number, said again once", twice, 95.0, notes=(note,))]


def streets(room: Room) -> list[Row]:
    """Street names: the nearest three by sound, heard as the line hears them where it asks for a
    place, and in a grammar of all names.
    """
    names = [(name, sounds(name)) for name in room.corpora.streets]
    phrases = list(room.corpora.streets)
    near, alone = Tally(), Tally()
    for said in room.plan.streets:
        text = room.hear(said).text
        near.add(among_nearest(said.text, text, names, TOP), said.text, text or "–")
        only = room.ears.hear(room.pcm(said), phrases).text
        alone.add(among_nearest(said.text, only, names, TOP))
    note = (
        "Street names are heard in the line's whole vocabulary, as where it asks for a place; in "
        f"a grammar of all names {alone.right} of {alone.total} are among the nearest three."
    )
    notes = (note, confusions("Street names missed", near))
    return [share("street names, top 3 by sound", near, 90.0, notes=notes)]
