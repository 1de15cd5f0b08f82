"""Logging in, the first password change, logging out."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts import login, users
from agent_ui.accounts.login import Who
from agent_ui.guard import (
    COOKIE,
    OwnForm,
    Parts,
    address_of,
    half_signed_in,
    matches,
    signed_in,
)
from agent_ui.render import home, page

router = APIRouter()

BEFORE = "__Host-hotline-login"
REFUSED = "用户名或密码不对。连续输错多次后，账号会锁定一段时间。"
STALE = "页面已过期，请再试一次。"


@router.get("/")
def root(who: Annotated[Who, Depends(signed_in)]) -> Response:
    """Go to the first page that the user may see."""
    return RedirectResponse(home(who), 303)


@router.get("/login")
def login_page(request: Request, next: str = "") -> Response:
    """The login form."""
    return _form(request, next, "")


@router.post("/login")
def log_in(
    request: Request,
    console: Parts,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Check name and password; the same answer for whatever is wrong with them."""
    if not matches(csrf, request.cookies.get(BEFORE, "")):
        return _form(request, next, STALE, 403)
    token = login.log_in(
        console.sessions,
        console.door,
        name.strip().lower(),
        password,
        console.now(),
        address_of(request),
    )
    if token is None:
        return _form(request, next, REFUSED, 401)
    response = RedirectResponse(local_path(next), 303)
    response.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")
    response.delete_cookie(BEFORE, secure=True, httponly=True, samesite="strict", path="/")
    return response


@router.post("/logout", dependencies=[OwnForm])
def log_out(request: Request, console: Parts) -> Response:
    """End the session."""
    login.log_out(console.sessions, request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return response


@router.get("/password")
def password_page(request: Request, who: Annotated[Who, Depends(half_signed_in)]) -> Response:
    """The form for a new password."""
    return page(request, "password.html", None, csrf=who.csrf, forced=who.must_change, fault="")


@router.post("/password", dependencies=[OwnForm])
def change_password(
    request: Request,
    console: Parts,
    who: Annotated[Who, Depends(half_signed_in)],
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Replace the password; the user logs in with the new one afterwards."""
    fault = "" if new == again else "两次输入的新密码不一样。"
    if not fault:
        try:
            with console.sessions() as db:
                users.change(db, who.name, old, new)
        except users.AccountError as error:
            fault = str(error)
    if fault:
        forced = who.must_change
        return page(request, "password.html", None, 400, csrf=who.csrf, forced=forced, fault=fault)
    response = RedirectResponse("/login?next=/", 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return response


def local_path(path: str) -> str:
    """A path of this site to go to after login; `/` for anything else."""
    plain = path.startswith("/") and not path.startswith("//") and path.isprintable()
    return path if plain and "\\" not in path else "/"


def _form(request: Request, next_path: str, fault: str, status: int = 200) -> Response:
    # Kept when there is one, so that a second tab's form does not spoil the first one's.
    token = request.cookies.get(BEFORE) or secrets.token_urlsafe(32)
    response = page(
        request, "login.html", None, status, csrf=token, next=local_path(next_path), fault=fault
    )
    response.set_cookie(BEFORE, token, secure=True, httponly=True, samesite="strict", path="/")
    return response
