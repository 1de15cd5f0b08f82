"""Twenty citizens at once ask for the same thing, and each gets the answer and a ticket."""

from __future__ import annotations

import asyncio

from core.sound import contains
from telephony.caller.script import Speak
from tests.e2e.checks import whole_recording
from tests.e2e.citizen import Citizen, all_over
from tests.e2e.clips import QUESTION, VOICES, Clips
from tests.e2e.conftest import scene
from tests.e2e.service import Service

CALLS = 20
HEARD_S = 24  # what was said is heard up to the second sentence of the answer at least


@scene
async def test_twenty_calls_at_once_get_one_answer_each(service: Service, clips: Clips) -> None:
    said = [clips.say(QUESTION, voice) for voice in VOICES]
    citizens = [
        Citizen(service.sip, Speak(said[n % len(said)], QUESTION), hangup_after=HEARD_S).dial()
        for n in range(CALLS)
    ]
    results = await all_over(citizens)
    assert [(r.answered, r.code) for r in results] == [(True, 200)] * CALLS
    tickets = await asyncio.gather(*(service.ticket(c.number) for c in citizens))
    assert len({ticket["number"] for ticket in tickets}) == CALLS
    wrong = []
    for ticket in tickets:
        heard = "".join(x["text"] for x in ticket["transcript"] if x["speaker"] == "caller")
        told = "".join(x["text"] for x in ticket["transcript"] if x["speaker"] == "machine")
        right = (
            ticket["article"] == "dibao-shenqing"
            and ticket["disposition"] == "machine"
            and ticket["path"].count("answer") == 1
            and contains(heard, QUESTION) > 0.7
            and "户口所在地" in told
        )
        if not right:
            wrong.append((ticket["path"], ticket["article"], heard))
        await whole_recording(service, ticket)
    assert not wrong, wrong
    await service.at_rest()
