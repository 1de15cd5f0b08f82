"""Which tickets lie in an area: that of the user, and that which is asked for."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from core.area import COUNTRY, normal, serves
from tickets.tables import Ticket


def in_area(scope: str, asked: str = "") -> ColumnElement[bool]:
    """The condition that a ticket lies in `scope` and, unless it is empty, in the area `asked`.

    It compares one column for equality, so that an index gives the tickets in their order.
    Raises core.area.AreaError.
    """
    scope = normal(scope)
    if not asked:
        return _inside(scope)
    asked = normal(asked)
    if serves(scope, asked):
        return _inside(asked)
    return _inside(scope) if serves(asked, scope) else false()


def _inside(code: str) -> ColumnElement[bool]:
    if code == COUNTRY:
        return true()
    if code.endswith("0000"):
        return Ticket.province == code[:2]
    if code.endswith("00"):
        return Ticket.city == code[:4]
    return Ticket.area == code
