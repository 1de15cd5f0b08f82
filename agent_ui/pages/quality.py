"""Quality: calls to score, results, appeals and the coaching list; for agents, their own."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response
from twisted.logger import Logger

from agent_ui import sight
from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.guard import Forbidden, OwnForm, Parts, needs
from agent_ui.pages.quality_frame import doing, quality_page, refused
from agent_ui.roles import Permission
from core.area import COUNTRY
from tickets.quality import store
from tickets.quality.form import FormError
from tickets.quality.results import REVIEWERS, QualityError
from tickets.tables import Ticket

router = APIRouter()
ITEM = "item-"
NEW_VERSION = "质检表改过，但没有换版本号，暂时不能评分，请联系运维人员。"
log = Logger()
See = Annotated[Who, needs(Permission.QUALITY_RESULTS)]
Score = Annotated[Who, needs(Permission.QUALITY_SCORE)]
Own = Annotated[Who, needs(Permission.QUALITY_OWN)]


class Sent(BaseModel, extra="allow"):
    """The scoring form; the items' marks are further fields, `item-` and their key."""

    comment: str = Field("", max_length=4000)
    coach: str = Field("", max_length=4000)

    def items(self) -> dict[str, str]:
        """The marks by the items' keys."""
        more = self.model_extra or {}
        return {key[len(ITEM) :]: str(each) for key, each in more.items() if key.startswith(ITEM)}


@router.get("/quality")
def to_score(request: Request, console: Parts, who: See, drawn: int = -1) -> Response:
    """What was drawn and is still to be scored; `drawn` is how many were just added."""
    with console.sessions() as db:
        rows = store.to_score(db, who.area, who.name)
    rules = store.sampling_rules()
    week = store.week_of(console.today())
    return quality_page(
        request, "quality.html", who, rows=rows, rules=rules, week=week, drawn=drawn
    )


@router.post("/quality/draw", dependencies=[OwnForm])
def draw(
    request: Request, console: Parts, who: Score, week: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Draw the calls of a week by the rules."""
    zone = console.settings.timezone
    try:
        with console.sessions() as db:
            new = store.draw_week(db, week, zone, who.area, doing(request, console, who))
    except QualityError as error:
        return refused(request, who, str(error), "/quality")
    return RedirectResponse(f"/quality?drawn={new}", 303)


@router.post("/tickets/{number}/quality", dependencies=[OwnForm])
def score(
    number: str, request: Request, console: Parts, who: Score, sent: Annotated[Sent, Form()]
) -> Response:
    """Keep what a reviewer found of a call."""
    try:
        with console.sessions() as db:
            ticket = sight.ticket_by_number(db, number, who)
            act = doing(request, console, who)
            store.review(db, ticket, sent.items(), sent.comment, sent.coach, act)
    except (QualityError, FormError) as error:
        return refused(request, who, str(error), f"/tickets/{number}#quality")
    except store.FormChanged as error:
        log.error("a call cannot be scored: {why}", why=error)
        return refused(request, who, NEW_VERSION, f"/tickets/{number}#quality")
    return RedirectResponse(f"/tickets/{number}#quality", 303)


@router.get("/quality/results")
def results(request: Request, console: Parts, who: See) -> Response:
    """All results of the user's area, and each agent's mean."""
    with console.sessions() as db:
        rows = store.scored(db, who.area)
        people = users.names(db)
    by_agent: dict[str, list[float]] = defaultdict(list)
    for each in rows:
        if each.result is not None:
            by_agent[each.ticket.agent].append(each.result.score)
    means = sorted(
        (sum(scores) / len(scores), name, len(scores)) for name, scores in by_agent.items()
    )
    return quality_page(request, "quality_results.html", who, rows=rows, means=means, people=people)


@router.get("/quality/mine")
def mine(request: Request, console: Parts, who: Own) -> Response:
    """The agent's own results and coaching."""
    with console.sessions() as db:
        rows = store.scored(db, COUNTRY, who.name)
        tasks = store.coaching(db, COUNTRY, who.name)
    return quality_page(request, "quality_mine.html", who, rows=rows, tasks=tasks)


@router.post("/tickets/{number}/appeal", dependencies=[OwnForm])
def appeal(
    number: str, request: Request, console: Parts, who: Own,
    why: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Keep an agent's objection to their result."""
    try:
        with console.sessions() as db:
            ticket = sight.ticket_by_number(db, number, who)
            if not who.may(Permission.QUALITY_APPEAL, sight.result_facts(who, ticket, ())):
                raise Forbidden("只能对自己的质检结果申诉。")
            store.appeal(db, ticket, why, doing(request, console, who))
    except QualityError as error:
        return refused(request, who, str(error), f"/tickets/{number}#quality")
    return RedirectResponse(f"/tickets/{number}#quality", 303)


@router.get("/quality/appeals")
def appeals(request: Request, console: Parts, who: See) -> Response:
    """Appeals, those that wait first."""
    with console.sessions() as db:
        rows = store.appealed(db, who.area)
        people = users.names(db)
    can = {each.ticket.id: _may_decide(who, each) for each in rows}
    return quality_page(request, "quality_appeals.html", who, rows=rows, people=people, can=can)


@router.post("/tickets/{number}/appeal/decision", dependencies=[OwnForm])
def decide(
    number: str, request: Request, console: Parts, who: Score,
    decision: Annotated[str, Form()] = "",
    score: Annotated[str, Form(max_length=8)] = "",
    reply: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Keep the decision on an appeal; not by who scored the call."""
    try:
        with console.sessions() as db:
            ticket = sight.ticket_by_number(db, number, who)
            if not _may_decide(who, store.judged(db, ticket)):
                raise Forbidden("申诉要由没有给这个通话评分的人裁定。")
            points = _points(score)
            store.decide(db, ticket, decision, points, reply, doing(request, console, who))
    except QualityError as error:
        return refused(request, who, str(error), "/quality/appeals")
    return RedirectResponse("/quality/appeals", 303)


@router.get("/quality/coaching")
def coaching(request: Request, console: Parts, who: See) -> Response:
    """What is to be practised with whom."""
    with console.sessions() as db:
        tasks, people = store.coaching(db, who.area), users.names(db)
    return quality_page(request, "quality_coaching.html", who, tasks=tasks, people=people)


@router.post("/quality/coaching/{task}/done", dependencies=[OwnForm])
def coached(
    task: int, request: Request, console: Parts, who: Score,
    outcome: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Say what came of it."""
    try:
        with console.sessions() as db:
            store.finish_coaching(db, task, who.area, outcome, doing(request, console, who))
    except QualityError as error:
        return refused(request, who, str(error), "/quality/coaching")
    return RedirectResponse("/quality/coaching", 303)


def of_ticket(db: Session, who: Who, ticket: Ticket) -> dict[str, Any] | None:
    """What the ticket's page shows of quality to a user; None for nothing.

    A reviewer does not see the other's marks before giving their own.
    """
    if not ticket.agent or ticket.state == "draft":
        return None
    found = store.judged(db, ticket)
    facts = sight.result_facts(who, ticket, [each.reviewer for each in found.reviews])
    own, scores = ticket.agent == who.name, who.may(Permission.QUALITY_SCORE)
    everything = who.may(Permission.QUALITY_RESULTS) and (not scores or _has_scored(who, found))
    if not (scores and not own) and not everything and not (own and found.reviews):
        return None
    may_score = scores and not own and found.appeal is None
    return {
        "found": found,
        "mine": found.by(who.name),
        "shown": bool(found.reviews) and (own or everything),
        "may_score": may_score
        and (found.by(who.name) is not None or len(found.reviews) < REVIEWERS),
        "names": not own,
        "may_appeal": who.may(Permission.QUALITY_APPEAL, facts)
        and bool(found.reviews)
        and found.appeal is None,
    }


def _has_scored(who: Who, found: store.Judged) -> bool:
    return found.by(who.name) is not None or len(found.reviews) > 1


def _may_decide(who: Who, found: store.Judged) -> bool:
    facts = sight.result_facts(who, found.ticket, [each.reviewer for each in found.reviews])
    return who.may(Permission.QUALITY_DECIDE, facts) and found.ticket.agent != who.name


def _points(typed: str) -> float | None:
    try:
        return float(typed) if typed.strip() else None
    except ValueError:
        raise QualityError("新分数请写成数字，例如85。") from None
