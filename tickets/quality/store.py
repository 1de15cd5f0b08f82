"""Drawing, scoring, appeals and coaching in the database; every step is audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.area import COUNTRY
from core.journal_tables import CallEvent
from tickets import store
from tickets.quality.form import Form, load_rules
from tickets.quality.results import (
    QualityError,
    Result,
    check_appeal,
    check_decision,
    check_review,
    check_text,
    result,
)
from tickets.quality.sampling import Candidate, Sampling, Why, draw
from tickets.quality.tables import Appeal, Coaching, KeptForm, Review, Sample
from tickets.scope import in_area
from tickets.tables import Ticket

COMPLAINT = "complaint"


class FormChanged(Exception):
    """The form was changed without a new version; the message says so."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something, when, and from which address."""

    who: str
    now: datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A call's reviews, its appeal, and what they come to; `form` is what they were scored with."""

    ticket: Ticket
    form: Form
    reviews: tuple[Review, ...]
    appeal: Appeal | None
    result: Result | None

    def by(self, reviewer: str) -> Review | None:
        """This reviewer's own review."""
        return next((each for each in self.reviews if each.reviewer == reviewer), None)

    @property
    def reviewed_at(self) -> datetime | None:
        """When the newest review was made."""
        return max((each.at for each in self.reviews), default=None)


# ---- drawing ------------------------------------------------------------------------------------


def week_of(day: date) -> str:
    """The ISO week that a day lies in: 2026-W09."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def bounds(week: str, zone: str) -> tuple[datetime, datetime]:
    """When an ISO week begins and ends in a time zone. Raises QualityError."""
    try:
        first = datetime.strptime(f"{week}-1", "%G-W%V-%u").replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise QualityError("周请写成2026-W09的样子。") from error
    return first, first + timedelta(days=7)


def draw_week(db: Session, week: str, zone: str, scope: str, doing: Doing) -> int:
    """Draw the calls of a week in an area that are to be scored; returns how many are new.

    Raises QualityError.
    """
    _, rules = load_rules()
    since, until = bounds(week, zone)
    calls = candidates(db, since, until, scope)
    kept = select(Sample).where(Sample.ticket_id.in_([call.ticket for call in calls]))
    drawn = {each.ticket_id: Why(each.reason) for each in db.scalars(kept)}
    agents = {call.ticket: call.agent for call in calls}
    new = draw(week, calls, drawn, rules)
    for ticket, why in new.items():
        db.add(Sample(ticket_id=ticket, agent=agents[ticket], reason=why, drawn_at=doing.now))
    return len(new)


def candidates(db: Session, since: datetime, until: datetime, scope: str) -> list[Candidate]:
    """The ended calls that an agent of an area took, begun at `since` or later, before `until`."""
    rows = db.scalars(
        select(Ticket)
        .where(in_area(scope), Ticket.opened_at >= since, Ticket.opened_at < until)
        .where(Ticket.agent != "", Ticket.state != "draft")
    ).all()
    waited = _waits(db, [ticket.call_id for ticket in rows])
    return [
        Candidate(
            ticket.id, ticket.agent, ticket.intent == COMPLAINT, waited.get(ticket.call_id, 0)
        )
        for ticket in rows
    ]


def _waits(db: Session, calls: Sequence[str]) -> dict[str, float]:
    """Seconds from the first time in the queue to the first person, by call."""
    begun: dict[str, datetime] = {}
    waits: dict[str, float] = {}
    for at in range(0, len(calls), 500):
        events = select(CallEvent.call_id, CallEvent.kind, CallEvent.at).where(
            CallEvent.call_id.in_(calls[at : at + 500]),
            CallEvent.kind.in_(("queued", "connected")),
        )
        for call, kind, moment in db.execute(events.order_by(CallEvent.call_id, CallEvent.seq)):
            if kind == "queued":
                begun.setdefault(call, moment)
            elif call in begun:
                waits.setdefault(call, (moment - begun[call]).total_seconds())
    return waits


# ---- scoring ------------------------------------------------------------------------------------


def keep_form(db: Session, form: Form, now: datetime) -> None:
    """Keep a version of the form the first time that it is used. Raises FormChanged."""
    kept = db.get(KeptForm, form.version)
    if kept is None:
        db.add(KeptForm(version=form.version, content=form.content(), kept_at=now))
        db.flush()
    elif Form.kept(kept.content) != form:
        raise FormChanged(
            f"the form in tickets/quality/rules.yaml differs from version {form.version} that "
            "calls were scored with: raise its version"
        )


def judged(db: Session, ticket: Ticket) -> Judged:
    """What was found of a call."""
    reviews = tuple(
        db.scalars(select(Review).where(Review.ticket_id == ticket.id).order_by(Review.at))
    )
    appeal = db.get(Appeal, ticket.id)
    form, _ = load_rules()
    if reviews:
        form = Form.kept(db.get_one(KeptForm, reviews[0].form).content)
    decided = appeal.score if appeal is not None else None
    found = result([each.score for each in reviews], decided, form.tolerance) if reviews else None
    return Judged(ticket, form, reviews, appeal, found)


def review(
    db: Session, ticket: Ticket, answers: Mapping[str, str], comment: str, coach: str, doing: Doing
) -> Review:
    """Keep a reviewer's answers, in place of their own earlier ones.

    A second reviewer uses the version of the form that the first one used. Below the passing score,
    or when `coach` says what to practise, the call goes on the coaching list. Raises QualityError,
    tickets.quality.form.FormError, FormChanged.
    """
    before = judged(db, ticket)
    names = [each.reviewer for each in before.reviews]
    check_review(doing.who, ticket.agent, names, before.appeal is not None)
    form = before.form
    score = form.score(answers)
    keep_form(db, form, doing.now) if not before.reviews else None
    own = before.by(doing.who)
    if own is None:
        own = Review(ticket_id=ticket.id, agent=ticket.agent, reviewer=doing.who, form=form.version)
        db.add(own)
    own.answers = {item.key: answers[item.key] for item in form.items}
    own.score, own.comment, own.at = score, comment.strip()[:1000], doing.now
    if coach.strip() or (score < form.passing and not _coached(db, ticket)):
        task = coach.strip() or f"质检得分{score:g}，低于{form.passing:g}分。"
        add_coaching(db, ticket.agent, ticket, task, doing)
    db.flush()
    store.audit(db, doing.now, doing.who, "quality.scored", ticket, doing.address)
    return own


# ---- appeals ------------------------------------------------------------------------------------


def appeal(db: Session, ticket: Ticket, why: str, doing: Doing) -> None:
    """Keep an agent's objection. Raises QualityError."""
    found = judged(db, ticket)
    check_appeal(why, found.reviewed_at, doing.now, found.appeal is not None)
    db.add(Appeal(ticket_id=ticket.id, agent=doing.who, why=why.strip(), at=doing.now))
    store.audit(db, doing.now, doing.who, "quality.appealed", ticket, doing.address)


def decide(
    db: Session, ticket: Ticket, decision: str, score: float | None, reply: str, doing: Doing
) -> None:
    """Keep the decision on an appeal. Raises QualityError."""
    found = db.get(Appeal, ticket.id)
    if found is None:
        raise QualityError("这个通话没有申诉。")
    check_decision(decision, score, reply, bool(found.decision))
    found.decision, found.reply = decision, reply.strip()
    found.score = score if decision == "changed" else None
    found.decided_by, found.decided_at = doing.who, doing.now
    store.audit(db, doing.now, doing.who, "quality.decided", ticket, doing.address)


# ---- coaching -----------------------------------------------------------------------------------


def add_coaching(db: Session, agent: str, ticket: Ticket | None, task: str, doing: Doing) -> None:
    """Put something to practise on the list. Raises QualityError."""
    check_text(task, "要辅导的内容")
    of = ticket.id if ticket is not None else None
    db.add(Coaching(agent=agent, ticket_id=of, task=task.strip(), by=doing.who, at=doing.now))


def finish_coaching(db: Session, number: int, scope: str, outcome: str, doing: Doing) -> None:
    """Say what came of something on the list of an area. Raises QualityError."""
    found = next((each for each, _ in coaching(db, scope) if each.id == number), None)
    if found is None or found.done_at is not None:
        raise QualityError("这一条已经完成，或者不存在。")
    check_text(outcome, "辅导的结果")
    found.done_at, found.outcome = doing.now, outcome.strip()


def _coached(db: Session, ticket: Ticket) -> bool:
    of = select(Coaching.id).where(Coaching.ticket_id == ticket.id).limit(1)
    return db.scalar(of) is not None


# ---- lists --------------------------------------------------------------------------------------


def to_score(db: Session, scope: str, reviewer: str) -> list[tuple[Sample, Ticket, int]]:
    """Drawn calls that this reviewer may still score, oldest first, and how many have scored."""
    rows = db.execute(
        select(Sample, Ticket)
        .join(Ticket, Ticket.id == Sample.ticket_id)
        .where(in_area(scope), Ticket.agent != reviewer)
        .order_by(Ticket.opened_at)
    ).all()
    done = _reviewers(db, [ticket.id for _, ticket in rows])
    found = []
    for sample, ticket in rows:
        names = done.get(ticket.id, [])
        if reviewer not in names and len(names) < 2:
            found.append((sample, ticket, len(names)))
    return sorted(found, key=lambda row: row[2])


def scored(db: Session, scope: str = COUNTRY, agent: str = "", limit: int = 200) -> list[Judged]:
    """Calls with a result, the newest first: of an area, or of one agent."""
    wanted = select(Ticket).where(Ticket.id.in_(select(Review.ticket_id)), in_area(scope))
    if agent:
        wanted = wanted.where(Ticket.agent == agent)
    rows = db.scalars(wanted.order_by(Ticket.opened_at.desc()).limit(limit))
    return [judged(db, ticket) for ticket in rows]


def appealed(db: Session, scope: str) -> list[Judged]:
    """Calls with an appeal, those that wait for a decision first, then the newest."""
    rows = db.execute(
        select(Ticket, Appeal)
        .join(Appeal, Appeal.ticket_id == Ticket.id)
        .where(in_area(scope))
        .order_by(Appeal.decision != "", Appeal.at.desc())
        .limit(200)
    ).all()
    return [judged(db, ticket) for ticket, _ in rows]


def coaching(db: Session, scope: str = COUNTRY, agent: str = "") -> list[tuple[Coaching, str]]:
    """What is to be practised, open ones first, with the ticket's number ('' without one)."""
    wanted = select(Coaching, Ticket.number).outerjoin(Ticket, Ticket.id == Coaching.ticket_id)
    if scope != COUNTRY:
        wanted = wanted.where(in_area(scope))
    if agent:
        wanted = wanted.where(Coaching.agent == agent)
    rows = db.execute(wanted.order_by(Coaching.done_at.is_not(None), Coaching.at.desc()).limit(200))
    return [(each, number or "") for each, number in rows]


def sampling_rules() -> Sampling:
    """The rules that calls are drawn by."""
    return load_rules()[1]


def _reviewers(db: Session, tickets: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    wanted = select(Review.ticket_id, Review.reviewer).where(Review.ticket_id.in_(tickets))
    for ticket, reviewer in db.execute(wanted):
        found.setdefault(ticket, []).append(reviewer)
    return found
