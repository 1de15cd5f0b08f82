"""Setting up the second factor, and proving it at each login."""

from __future__ import annotations

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts import second_factor, totp
from agent_ui.accounts.login import Who, digest
from agent_ui.accounts.second_factor import Proof
from agent_ui.guard import COOKIE, MustChangePassword, OwnForm, Parts, address_of, with_password
from agent_ui.pages.entry import local_path
from agent_ui.render import page

router = APIRouter()

ISSUER = "12349"
SAYS = {
    Proof.WRONG: "验证码不对，或者已经用过。等手机换一个新的再输入。一直不对时请检查手机的时间。",
    Proof.LOCKED: "输错的次数太多，账号已锁定一段时间。请稍后再试，或联系运维人员。",
}
Half = Annotated[Who, Depends(with_password)]


@router.get("/second-factor")
def ask(request: Request, console: Parts, who: Half, next: str = "") -> Response:
    """What the user still has to do; nothing is left to do once it is done."""
    return _form(request, console, who, local_path(next), "")


@router.post("/second-factor", dependencies=[OwnForm])
def answer(
    request: Request,
    console: Parts,
    who: Half,
    code: Annotated[str, Form(max_length=40)] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Take a code."""
    sessions, now, address = console.sessions, console.now(), address_of(request)
    session, back = digest(request.cookies.get(COOKIE, "")), local_path(next)
    if who.second == "prove":
        limits = console.door.limits
        proof = second_factor.prove(sessions, limits, who.name, session, code, now, address)
        if proof is Proof.RIGHT:
            return RedirectResponse(back, 303)
        return _form(request, console, who, back, SAYS[proof], 401)
    if who.second == "enrol" and not who.must_change:
        codes = second_factor.set_up(sessions, who.name, session, code, now, address)
        if codes:
            return page(request, "recovery_codes.html", None, codes=codes, next=back)
        return _form(request, console, who, back, SAYS[Proof.WRONG], 401)
    return RedirectResponse("/", 303)


def _form(
    request: Request, console: Parts, who: Who, back: str, fault: str, status: int = 200
) -> Response:
    if not who.second:
        return RedirectResponse(back, 303)
    if who.second == "prove":
        values = {"csrf": who.csrf, "next": back, "fault": fault}
        return page(request, "second_factor.html", None, status, **values)
    if who.must_change:
        raise MustChangePassword
    secret = second_factor.secret_to_set_up(console.sessions, who.name)
    link = totp.link(secret, who.name, ISSUER)
    shown: dict[str, Any] = {
        "csrf": who.csrf,
        "next": back,
        "fault": fault,
        "link": link,
        "groups": [secret[at : at + 4] for at in range(0, len(secret), 4)],
        "picture": segno.make(link, error="m").svg_data_uri(scale=5, border=4, light="#fff"),
    }
    return page(request, "second_factor_setup.html", None, status, **shown)
