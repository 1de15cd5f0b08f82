"""Whether the process lives, whether it can serve, and its figures."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agent_ui.console import Console
from agent_ui.guard import Forbidden, Parts, bearer, bearer_scheme
from agent_ui.roles import Permission
from agent_ui.wallboard import metrics as board_metrics
from agent_ui.wallboard.push import Boards
from core.area import COUNTRY

router = APIRouter()

READY = ("sip", "drain")
"""Checks of `Console.health` without which no call can be taken; the others only warn."""
REDIS_LIMIT_S = 1.0
DATABASE_LIMIT_S = 3.0
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("x-forwarded-for", "forwarded", "via")


@router.get("/healthz")
async def healthz() -> Response:
    """The process is alive: its event loop answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz(console: Parts) -> Response:
    """200 when calls can be taken, else 503 with the reasons."""
    reasons = await not_ready(console)
    return JSONResponse({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)


@router.get("/metrics")
async def metrics(
    request: Request,
    console: Parts,
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)],
) -> Response:
    """Figures for Prometheus, for this machine or with a token."""
    if not is_local(request):
        who = await run_in_threadpool(bearer, console, sent)
        if not who.may(Permission.METRICS):
            raise Forbidden
    boards: Boards = request.app.state.boards
    shown = board_metrics.text(boards.figures(COUNTRY), boards.queue(COUNTRY), console.now())
    own = await run_in_threadpool(console.metrics)
    return Response(own + shown, media_type=PROMETHEUS)


async def not_ready(console: Console) -> list[str]:
    """Why no call can be taken now, one sentence each."""
    found = await asyncio.gather(_redis(console), _database(console), _checks(console))
    return [reason for reasons in found for reason in reasons]


def is_local(request: Request) -> bool:
    """Whether a request comes from this machine itself and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    return ipaddress.ip_address(request.client.host).is_loopback


async def _redis(console: Console) -> list[str]:
    try:
        await asyncio.wait_for(console.redis.ping(), REDIS_LIMIT_S)
    except (RedisError, OSError, TimeoutError) as error:
        return [f"redis: {error or 'no answer'}"]
    return []


async def _database(console: Console) -> list[str]:
    def ask() -> None:
        with console.sessions() as db:
            db.execute(text("SELECT 1"))

    try:
        await asyncio.wait_for(run_in_threadpool(ask), DATABASE_LIMIT_S)
    except SQLAlchemyError as error:
        return [f"database: {getattr(error, 'orig', None) or error}"]
    except TimeoutError:
        return ["database: no answer"]
    return []


async def _checks(console: Console) -> list[str]:
    checks = await run_in_threadpool(console.health)
    return [f"{c.name}: {c.found}" for c in checks if c.name in READY and not c.ok]
