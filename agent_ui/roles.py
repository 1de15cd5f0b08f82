"""Who may do what: a table, nothing else. `docs/api.md` and the tests read it too."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a user of the console is."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"


class Permission(StrEnum):
    """One thing that can be allowed."""

    LIVE = "see running calls"
    TICKETS = "see tickets"
    LISTEN = "hear recordings"
    REVEAL = "see a caller's number"
    REVEAL_WITHHELD = "see a number that the caller withheld"
    WRAP_UP = "wrap up own calls"
    WRAP_UP_ALL = "wrap up anybody's calls"
    PHONE = "take calls in the browser"
    TREES = "see the voice flow"
    ARTICLES = "see policy articles"
    ARTICLES_WRITE = "draft policy articles"
    ARTICLES_APPROVE = "approve, publish and withdraw policy articles"
    ARTICLES_EXCHANGE = "read articles in and out, edit synonyms"
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


ROLE_LABELS = {
    Role.AGENT: "话务员",
    Role.SUPERVISOR: "值班主管",
    Role.OPERATOR: "运维人员",
}

_PEOPLE = frozenset({Role.AGENT, Role.SUPERVISOR})
_ALL = frozenset(Role)

RIGHTS: dict[Permission, frozenset[Role]] = {
    Permission.LIVE: _PEOPLE,
    Permission.TICKETS: _PEOPLE,
    Permission.LISTEN: _PEOPLE,
    Permission.REVEAL: _PEOPLE,
    Permission.REVEAL_WITHHELD: frozenset({Role.SUPERVISOR}),
    Permission.WRAP_UP: _PEOPLE,
    Permission.WRAP_UP_ALL: frozenset({Role.SUPERVISOR}),
    Permission.PHONE: _PEOPLE,
    Permission.TREES: _ALL,
    Permission.ARTICLES: _ALL,
    Permission.ARTICLES_WRITE: _PEOPLE,
    Permission.ARTICLES_APPROVE: frozenset({Role.SUPERVISOR}),
    Permission.ARTICLES_EXCHANGE: frozenset({Role.SUPERVISOR, Role.OPERATOR}),
    Permission.SERVICE_PLACES: _ALL,
    Permission.SERVICE_PLACES_IMPORT: frozenset({Role.SUPERVISOR, Role.OPERATOR}),
    Permission.METRICS: frozenset({Role.SUPERVISOR, Role.OPERATOR}),
    Permission.WALLBOARD: _PEOPLE,
    Permission.QUEUE: frozenset({Role.SUPERVISOR}),
    Permission.QUEUE_MOVE: frozenset({Role.SUPERVISOR}),
    Permission.SUPERVISE: frozenset({Role.SUPERVISOR}),
    Permission.AGENT_DAYS: frozenset({Role.SUPERVISOR}),
    Permission.AGENT_FORCE: frozenset({Role.SUPERVISOR}),
    Permission.NOTES: _PEOPLE,
    Permission.DOWNLOAD: frozenset({Role.SUPERVISOR}),
}


def may(role: str, permission: Permission) -> bool:
    """Whether a role has a permission; an unknown role has none."""
    return role in RIGHTS[permission]


SKILLS = ("粤语", "客家话", "潮汕话")
"""Languages that an agent may speak with callers beside Mandarin, as trees name them."""
