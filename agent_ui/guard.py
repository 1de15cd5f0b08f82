"""Who is asking, and whether they may: dependencies of pages and API."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import Depends, Form, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from agent_ui.accounts import login
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.roles import Permission

COOKIE = "__Host-hotline"
"""The prefix makes browsers refuse it unless Secure, for this host alone and the path /
(RFC 6265bis 4.1.3.2)."""


class NotSignedIn(Exception):
    """Nobody is logged in, or the session has ended."""


class MustChangePassword(Exception):
    """The user still has a one-time password."""


class NeedsSecondFactor(Exception):
    """The second factor must be shown, or set up, first."""


class Forbidden(Exception):
    """The user may not do this; the message is a sentence in Chinese."""


class BadToken(Exception):
    """A program's token is missing, unknown or has ended."""


def console_of(request: Request) -> Console:
    """The console's parts."""
    console: Console = request.app.state.console
    return console


Parts = Annotated[Console, Depends(console_of)]


def with_password(request: Request, console: Parts) -> Who:
    """The user of the session cookie, who has shown a password at least."""
    token = request.cookies.get(COOKIE, "")
    who = login.by_cookie(console.sessions, token, console.now()) if token else None
    if who is None:
        raise NotSignedIn
    return who


def half_signed_in(who: Annotated[Who, Depends(with_password)]) -> Who:
    """The user of the session cookie, even one who must change the password first."""
    if who.second == "prove":
        raise NeedsSecondFactor
    return who


def signed_in(who: Annotated[Who, Depends(half_signed_in)]) -> Who:
    """The user of the session cookie."""
    if who.must_change:
        raise MustChangePassword
    if who.second:
        raise NeedsSecondFactor
    return who


def needs(permission: Permission) -> Any:
    """The user of the session cookie, who must have a permission."""

    def check(who: Annotated[Who, Depends(signed_in)]) -> Who:
        if not who.could(permission):
            raise Forbidden("您的账号没有这项权限，需要时请联系值班主管。")
        return who

    return Depends(check)


def same_form(
    who: Annotated[Who, Depends(with_password)],
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> None:
    """Refuse a POST that does not come from one of our own pages."""
    if not matches(csrf or x_csrf_token, who.csrf):
        raise Forbidden("页面已过期，请刷新后再试。")


OwnForm = Depends(same_form)


def matches(given: str, kept: str) -> bool:
    """Compare two tokens in constant time; an empty one fits nothing."""
    return bool(kept) and hmac.compare_digest(given.encode(), kept.encode())


def address_of(request: Request) -> str:
    """The address that the request came from, for the audit."""
    return request.client.host if request.client else ""


bearer_scheme = HTTPBearer(auto_error=False, description="A token made by `hotline token create`.")


def bearer(
    console: Parts,
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)],
) -> Who:
    """The user whose rights the program's token has."""
    who = login.by_bearer(console.sessions, sent.credentials, console.now()) if sent else None
    if who is None:
        raise BadToken
    return who


def program_needs(permission: Permission) -> Any:
    """The user of the bearer token, who must have a permission."""

    def check(who: Annotated[Who, Depends(bearer)]) -> Who:
        if not who.could(permission):
            raise Forbidden("The token's user may not do this.")
        return who

    return Depends(check)
