"""Who may do what, to read; and who has which role."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.guard import Parts, needs
from agent_ui.render import page
from agent_ui.roles import Permission, table
from agent_ui.roles_file import Rule, Table

router = APIRouter()


@router.get("/roles")
def roles(
    request: Request, console: Parts, who: Annotated[Who, needs(Permission.ROLES)]
) -> Response:
    """The table, and the users by role."""
    known = table()
    with console.sessions() as db:
        people = users.listed(db)
        enrolled = users.enrolled(db)
    by_role = {role: [each for each in people if each.role == role] for role in known.roles}
    return page(
        request, "roles.html", who, roles=known.roles, by_role=by_role, enrolled=enrolled,
        permissions=rows(known, known.permissions), fields=rows(known, known.fields),
    )  # fmt: skip


def rows(known: Table, rules: dict[str, Rule]) -> list[tuple[str, list[str]]]:
    """Each rule's title, and what each role may in words: 可以, 自己接的通话, or nothing."""
    return [
        (known.titles[key], [words(known, rule, role) for role in known.roles])
        for key, rule in rules.items()
    ]


def words(known: Table, rule: Rule, role: str) -> str:
    """When a rule lets a role: 可以, the cases, or '' for never."""
    cases = [clause.facts for clause in rule if clause.role == role]
    if any(not facts for facts in cases):
        return "可以"
    return "；或".join("并且".join(known.facts[each] for each in sorted(facts)) for facts in cases)
