"""Who may do what. The rules are data: `roles.yaml` beside this file."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

from agent_ui.roles_file import Table, ever, holds, read_table

FILE = Path(__file__).with_name("roles.yaml")


class Role(StrEnum):
    """What a user of the console is."""

    AGENT = "agent"
    SENIOR = "senior"
    SUPERVISOR = "supervisor"
    QUALITY = "quality"
    EDITOR = "editor"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One thing that can be allowed; in the table by its name in lower case."""

    LIVE = "see running calls"
    TICKETS = "see tickets"
    TICKET = "see one ticket"
    LISTEN = "hear recordings"
    WRAP_UP = "wrap up calls"
    PHONE = "take calls in the browser"
    TREES = "see the voice flow"
    ARTICLES = "see policy articles"
    QUALITY_SCORE = "draw and score calls, plan coaching"
    QUALITY_RESULTS = "see everybody's quality results"
    QUALITY_OWN = "see own quality results"
    QUALITY_APPEAL = "appeal against a quality result"
    QUALITY_DECIDE = "decide appeals"
    PLANNING = "plan seats"
    ROLES = "see who may do what"
    ARTICLES_WRITE = "draft policy articles"
    ARTICLES_APPROVE = "approve, publish and withdraw policy articles"
    ARTICLES_EXCHANGE = "read articles in and out, edit synonyms"
    QUESTIONS = "see unanswered questions"
    SERVICE_PLACES = "see service places"
    SERVICE_PLACES_IMPORT = "read service places in and out"
    METRICS = "read metrics"
    WALLBOARD = "see the wallboard"
    QUEUE = "see who waits and why"
    QUEUE_MOVE = "move a caller to the front"
    SUPERVISE = "listen to running calls and step into them"
    AGENT_DAYS = "see what agents did over the day"
    AGENT_FORCE = "set an agent ready or not ready"
    NOTES = "write notes on recordings"
    DOWNLOAD = "download recordings"


class Field(StrEnum):
    """Personal data that is masked unless somebody may see it whole."""

    NUMBER = "a caller's number"
    HOME = "a caller's home"


class Fact(StrEnum):
    """What can be so of the thing at hand, for rules that depend on it."""

    OWN_AREA = "own_area"
    OWN_CALL = "own_call"
    UNTAKEN_CALL = "untaken_call"
    PUBLIC_NUMBER = "public_number"
    OWN_RESULT = "own_result"
    OTHERS_REVIEW = "others_review"


@cache
def table() -> Table:
    """The table. Raises core.data_file.DataFault, with the line of what is wrong."""
    return read_table(
        FILE, Role, (p.name.lower() for p in Permission), (f.name.lower() for f in Field), Fact
    )


def may(role: str, permission: Permission, facts: Iterable[Fact] = ()) -> bool:
    """Whether a role has a permission, given what is so; an unknown role has none."""
    return holds(table().permissions[permission.name.lower()], role, facts)


def could(role: str, permission: Permission) -> bool:
    """Whether there are cases in which a role has a permission: for menus and doors of pages."""
    return ever(table().permissions[permission.name.lower()], role)


def sees_whole(role: str, field: Field, facts: Iterable[Fact] = ()) -> bool:
    """Whether a role may have a field shown without its mask, given what is so."""
    return holds(table().fields[field.name.lower()], role, facts)


def title_of(role: str) -> str:
    """What a role is called in Chinese."""
    known = table().roles.get(role)
    return known.title if known else role


def needs_second_factor(role: str) -> bool:
    """Whether a password alone does not let a role in."""
    known = table().roles.get(role)
    return known is not None and known.second_factor


SKILLS = ("粤语", "客家话", "潮汕话")
"""Languages that an agent may speak with callers beside Mandarin, as trees name them."""
