"""A talk with a person as a pure machine: hold, consult, transfer, three-way, park, supervision.

It begins when an agent has taken the call and is over when the caller goes back to the queue or the
call ends. Every hang-up of every party has its answer here; docs/call-control.md draws it.
"""

from __future__ import annotations

from dataclasses import replace

from telephony.calls.parties import (
    AGENT,
    CALLER,
    THIRD,
    Kind,
    Mode,
    Stage,
    Supervisor,
    Talk,
    Target,
    Then,
    Third,
)
from telephony.calls.talk_events import (
    Command,
    Drop,
    Effect,
    Event,
    Gone,
    Handed,
    Keys,
    Lead,
    Over,
    ParkedTooLong,
    ParkTimer,
    Requeue,
    Ring,
    Supervise,
    Told,
    Up,
    Write,
)

Step = tuple[Talk, tuple[Effect, ...]]

RINGING = ("transfer", "consult")
NOT_YOURS = "只有负责这通电话的话务员可以这样操作。"
OVER = "通话已经结束。"
NO_THIRD = "现在没有可以操作的第三方。"
BUSY_WITH_THIRD = "正在联系第三方，请先结束或完成它。"
NOT_PARKED = "这个驻留位上没有电话。"
SELF = "不能转给自己。"
NOBODY = "现在没有话务员和来电人通话。"
IN_IT = "您已经在这通电话里。"
UNANSWERED = "您的电话没有接通，监听没有开始。"


def begun(agent: str) -> Talk:
    """Return the talk of an agent who has just taken a call."""
    return Talk(agent)


def step(talk: Talk, event: Event) -> Step:
    """Return the state after an event and the effects, to be carried out in order."""
    if talk.over:
        asked = event.id if isinstance(event, Command | Supervise) else ""
        return talk, (Told(asked, False, OVER),) if asked else ()
    match event:
        case Command():
            return _command(talk, event)
        case Supervise():
            return _supervise(talk, event)
        case Up(party):
            return _up(talk, party)
        case Gone():
            return _gone(talk, event)
        case ParkedTooLong() if talk.parked and talk.third is None:
            return _requeue(talk, "parked too long")
    return talk, ()


# ---- what agents ask for -----------------------------------------------------------------------


def _command(talk: Talk, asked: Command) -> Step:
    third = talk.third
    if asked.name == "retrieve":
        return _retrieve(talk, asked)
    if third is not None and third.target == Target(Kind.AGENT, asked.by):
        # Somebody who was rung for may leave, and nothing more.
        if asked.name not in ("hangup", "drop"):
            return _refused(talk, asked, NOT_YOURS)
        talk, effects = _gone(talk, Gone(THIRD))
        return talk, (Told(asked.id, True), Drop(THIRD), *effects)
    wrong = may_ring(talk, asked) if asked.name in RINGING else ""
    if asked.by != talk.agent or wrong:
        return _refused(talk, asked, wrong or NOT_YOURS)
    apart = talk.third_is(Stage.RINGING, Stage.CONSULT)
    match asked.name:
        case "hold" | "resume" if apart:
            return _refused(talk, asked, BUSY_WITH_THIRD)
        case "hold" | "resume":
            return _done(replace(talk, held=asked.name == "hold"), asked)
        case "mute" | "unmute":
            return _done(replace(talk, muted=asked.name == "mute"), asked)
        case "digits":
            return _done(talk, asked, Keys(_keyed(talk), asked.digits))
        case "park" if third is not None:
            return _refused(talk, asked, BUSY_WITH_THIRD)
        case "transfer" | "consult" if asked.target is not None:
            return _ring(talk, asked, asked.target)
        case "park":
            return _park(talk, asked)
        case "complete" | "join" | "drop" if third is None:
            return _refused(talk, asked, NO_THIRD)
        case "complete":
            return _agent_leaves(talk, asked)
        case "join" if talk.third_is(Stage.CONSULT):
            assert third is not None
            joined = replace(third, stage=Stage.JOINED)
            return _done(replace(talk, third=joined, held=False), asked)
        case "drop":
            return _done(replace(talk, third=None, held=False), asked, Drop(THIRD))
        case "hangup":
            return _agent_leaves(talk, asked)
    return _refused(talk, asked, NO_THIRD if asked.name == "join" else "不明白这个操作。")


def may_ring(talk: Talk, asked: Command) -> str:
    """Say in Chinese why an agent may ring nobody now; empty when they may."""
    if talk.over:
        return OVER
    if asked.by != talk.agent:
        return NOT_YOURS
    return BUSY_WITH_THIRD if talk.third is not None else ""


def _refused(talk: Talk, asked: Command, why: str) -> Step:
    return talk, (Told(asked.id, False, why),)


def _done(talk: Talk, asked: Command, *effects: Effect) -> Step:
    return talk, (_note(asked), *effects, Told(asked.id, True))


def _note(asked: Command) -> Write:
    to = asked.target.name if asked.target else asked.slot
    return Write("control", {"by": asked.by, "command": asked.name, "to": to})


def _keyed(talk: Talk) -> str:
    """Whom digits go to: an outside third party (its menu), else the caller."""
    third = talk.third
    if third is None or third.stage is Stage.RINGING or third.target.kind is Kind.AGENT:
        return THIRD if talk.third_is(Stage.CONSULT) else CALLER
    return THIRD


def _ring(talk: Talk, asked: Command, target: Target) -> Step:
    if target.kind is Kind.QUEUE and asked.name == "transfer":
        talk, effects = _requeue(talk, "transferred", skill=target.name)
        return talk, (_note(asked), Told(asked.id, True), *effects)
    if target.kind is Kind.QUEUE:
        return _refused(talk, asked, "不能咨询队列，请选一位同事或一个号码。")
    if target == Target(Kind.AGENT, asked.by):
        return _refused(talk, asked, SELF)
    third = Third(target, Then(asked.name), asked.id)
    return replace(talk, third=third), (_note(asked), Ring(THIRD, target, asked.id))


def _park(talk: Talk, asked: Command) -> Step:
    # With the agent go the supervisors: nobody is left to be supervised.
    drops = [Drop(AGENT), *(Drop(s.party) for s in talk.supervisors)]
    parked = Talk(parked=asked.slot)
    return parked, (_note(asked), Told(asked.id, True), *drops, ParkTimer(True), Handed(""))


def _retrieve(talk: Talk, asked: Command) -> Step:
    if not talk.parked or talk.parked != asked.slot:
        return _refused(talk, asked, NOT_PARKED)
    if talk.third is not None:
        return _refused(talk, asked, "另一位同事正在取回这通电话。")
    target = Target(Kind.AGENT, asked.by)
    third = Third(target, Then.RETRIEVE, asked.id)
    return replace(talk, third=third), (_note(asked), Ring(THIRD, target, asked.id))


def _agent_leaves(talk: Talk, asked: Command) -> Step:
    talk, effects = _agent_gone(talk, lost=False)
    return talk, (_note(asked), Told(asked.id, True), Drop(AGENT), *effects)


# ---- what supervisors ask for ------------------------------------------------------------------


def _supervise(talk: Talk, asked: Supervise) -> Step:
    one = talk.supervisor(asked.by)
    note = Write("supervised", {"by": asked.by, "mode": asked.name, "agent": talk.agent})
    told = Told(asked.id, True)
    if asked.name == "leave":
        if one is None:
            return talk, (told,)
        return _without(talk, one), (note, Drop(one.party), told)
    try:
        mode = Mode(asked.name)
    except ValueError:
        return talk, (Told(asked.id, False, "不明白这个操作。"),)
    if not talk.agent:
        return talk, (Told(asked.id, False, NOBODY),)
    if one is None:
        if asked.by == talk.agent or (talk.third and talk.third.target.name == asked.by):
            return talk, (Told(asked.id, False, IN_IT),)
        one = Supervisor(asked.by, mode, asked.id)
        ring = Ring(one.party, Target(Kind.AGENT, asked.by), asked.id)
        return replace(talk, supervisors=(*talk.supervisors, one)), (note, ring)
    changed = replace(one, mode=mode, asked=asked.id)
    talk = _with(talk, changed)
    if changed.up and mode is Mode.TAKEOVER:
        talk, effects = _take_over(talk, changed)
        return talk, (note, told, *effects)
    return talk, (note, told)


def _take_over(talk: Talk, one: Supervisor) -> Step:
    """A supervisor leads from now on; who led before leaves, and so does who was consulted."""
    effects: list[Effect] = [Drop(AGENT)] if talk.agent else []
    if talk.third_is(Stage.RINGING, Stage.CONSULT):
        effects.append(Drop(THIRD))
        talk = replace(talk, third=None)
    talk = replace(_without(talk, one), agent=one.name, held=False, muted=False)
    return talk, (*effects, Lead(one.party), Handed(one.name))


def _with(talk: Talk, one: Supervisor) -> Talk:
    others = tuple(one if s.name == one.name else s for s in talk.supervisors)
    return replace(talk, supervisors=others)


def _without(talk: Talk, one: Supervisor) -> Talk:
    return replace(talk, supervisors=tuple(s for s in talk.supervisors if s.name != one.name))


# ---- who comes and goes ------------------------------------------------------------------------


def _up(talk: Talk, party: str) -> Step:
    third = talk.third
    if party == THIRD and third is not None and third.stage is Stage.RINGING:
        if third.then is Then.CONSULT:
            return replace(talk, third=replace(third, stage=Stage.CONSULT)), ()
        drop = (Drop(AGENT),) if talk.agent else ()
        talk, effects = _third_leads(talk)
        return talk, (*drop, *effects)
    one = next((s for s in talk.supervisors if s.party == party), None)
    if one is not None and not one.up:
        one = replace(one, up=True)
        talk = _with(talk, one)
        return _take_over(talk, one) if one.mode is Mode.TAKEOVER else (talk, ())
    return (talk, ()) if _is_in(talk, party) else (talk, (Drop(party),))


def _is_in(talk: Talk, party: str) -> bool:
    return (
        (party == AGENT and bool(talk.agent))
        or (party == THIRD and talk.third is not None)
        or any(s.party == party for s in talk.supervisors)
    )


def _third_leads(talk: Talk) -> Step:
    """The caller talks with the third party and no longer with the agent."""
    third = talk.third
    assert third is not None
    timer = (ParkTimer(False),) if talk.parked else ()
    talk = replace(talk, agent="", held=False, muted=False, parked="")
    if third.target.kind is not Kind.AGENT:
        talk = replace(talk, third=replace(third, stage=Stage.JOINED))
        return talk, (*timer, Handed("", outside=True))
    name = third.target.name
    return replace(talk, agent=name, third=None), (*timer, Lead(THIRD), Handed(name))


def _gone(talk: Talk, gone: Gone) -> Step:
    if gone.party == CALLER:
        return _over(talk, "caller hung up")
    if gone.party == AGENT and talk.agent:
        return _agent_gone(talk, gone.lost)
    if gone.party == THIRD and talk.third is not None:
        return _third_gone(talk, talk.third, gone)
    one = next((s for s in talk.supervisors if s.party == gone.party), None)
    if one is None:
        return talk, ()
    talk = _without(talk, one)
    return talk, () if one.up else (Told(one.asked, False, gone.why or UNANSWERED),)


def _agent_gone(talk: Talk, lost: bool) -> Step:
    """The agent left or vanished: whoever can talk with the caller does, else music or the end."""
    third = talk.third
    if third is not None and third.stage is Stage.JOINED:
        return _third_leads(talk)
    if third is not None and (not lost or third.then is Then.TRANSFER):
        # Hanging up in a consultation hands the caller over, at once or when it is answered.
        if third.stage is Stage.CONSULT:
            return _third_leads(talk)
        ringing = replace(third, then=Then.TRANSFER)
        return replace(talk, agent="", held=False, muted=False, third=ringing), (Handed(""),)
    if talk.barging:
        return _take_over(replace(talk, agent=""), talk.barging[0])
    if lost:
        return _requeue(talk, "agent lost", lost=True)
    return _over(talk, "agent hung up")


def _third_gone(talk: Talk, third: Third, gone: Gone) -> Step:
    talk = replace(talk, third=None)
    told = (Told(third.asked, False, gone.why),) if third.stage is Stage.RINGING else ()
    if talk.agent:
        return talk, told
    if talk.parked:
        # The time for who retrieves begins anew.
        return talk, (*told, ParkTimer(True))
    if third.stage is Stage.RINGING:
        talk, effects = _requeue(talk, "transfer not answered")
        return talk, (*told, *effects)
    if talk.barging:
        return _take_over(talk, talk.barging[0])
    return _over(talk, "far end hung up")


def _over(talk: Talk, reason: str) -> Step:
    return Talk(over=True), (*_end(talk), Over(reason))


def _requeue(talk: Talk, why: str, lost: bool = False, skill: str | None = None) -> Step:
    return Talk(over=True), (*_end(talk), Requeue(why, lost, skill))


def _end(talk: Talk) -> list[Effect]:
    """End everybody but the caller."""
    effects: list[Effect] = [ParkTimer(False)] if talk.parked else []
    if talk.agent:
        effects.append(Drop(AGENT))
    if talk.third is not None:
        effects.append(Drop(THIRD))
    return effects + [Drop(s.party) for s in talk.supervisors]
