"""What people and programs see when something is not as it should be."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from twisted.logger import Logger

from agent_ui.guard import BadToken, Forbidden, MustChangePassword, NeedsSecondFactor, NotSignedIn
from agent_ui.pages.sound import NoRecording
from agent_ui.render import is_fragment, page
from agent_ui.sight import NoSuchTicket

log = Logger()

TITLES = {
    400: ("内容不对", "您填写的内容不完整或格式不对，请返回修改。"),
    403: ("不能访问", "您没有权限做这件事。"),
    404: ("没有找到", "您要找的内容不存在，或者不在您的地区范围内。"),
    405: ("不能这样做", "请从页面上的按钮操作。"),
    500: ("出错了", "系统出了点问题，通话不受影响。请稍后再试。"),
}


def install(app: FastAPI) -> None:
    """Give the application its error pages."""
    app.add_exception_handler(NotSignedIn, _to_login)
    app.add_exception_handler(MustChangePassword, _to_password)
    app.add_exception_handler(NeedsSecondFactor, _to_second_factor)
    app.add_exception_handler(BadToken, _bad_token)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(NoSuchTicket, _missing)
    app.add_exception_handler(NoRecording, _missing)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)


def _for_program(request: Request) -> bool:
    return request.url.path.startswith("/api/") or request.url.path == "/metrics"


def _go(request: Request, where: str) -> Response:
    if is_fragment(request):
        return Response(status_code=401, headers={"HX-Redirect": where})
    return RedirectResponse(where, 303)


def _to_login(request: Request, _error: Exception) -> Response:
    return _go(request, _and_back("/login", request))


def _to_second_factor(request: Request, _error: Exception) -> Response:
    return _go(request, _and_back("/second-factor", request))


def _and_back(where: str, request: Request) -> str:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return where if request.method != "GET" or asked == "/" else f"{where}?next={quote(asked)}"


def _to_password(request: Request, _error: Exception) -> Response:
    return _go(request, "/password")


def _bad_token(_request: Request, _error: Exception) -> Response:
    body = {"detail": "Send a valid token: Authorization: Bearer TOKEN."}
    return JSONResponse(body, 401, {"WWW-Authenticate": "Bearer"})


def _forbidden(request: Request, error: Exception) -> Response:
    return _shown(request, 403, str(error))


def _missing(request: Request, _error: Exception) -> Response:
    return _shown(request, 404)


def _invalid(request: Request, error: Exception) -> Response:
    if _for_program(request) and isinstance(error, RequestValidationError):
        faults = [{"where": list(e["loc"]), "what": e["msg"]} for e in error.errors()]
        return JSONResponse({"detail": faults}, 422)
    return _shown(request, 400)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    told = isinstance(error, HTTPException) and error.detail != HTTPStatus(status).phrase
    if _for_program(request) and isinstance(error, HTTPException) and told:
        return JSONResponse({"detail": error.detail}, status, error.headers)
    return _shown(request, status)


def _fault(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error("page fault {r} at {p}: {e!r}", r=reference, p=request.url.path, e=error)
    return _shown(request, 500, f"{TITLES[500][1]}（编号 {reference}）")


def _shown(request: Request, status: int, text: str = "") -> Response:
    title, usual = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    if _for_program(request):
        body: dict[str, Any] = {"detail": _ENGLISH.get(status, "The request failed.")}
        return JSONResponse(body, status)
    return page(request, "error.html", None, status, title=title, text=text or usual)


_ENGLISH = {
    403: "The token's user may not do this.",
    404: "There is no such thing, or it is outside the token's area.",
    405: "This method is not offered here.",
}
