"""/api/v1/sms/receipts: the gateway's word on whether a text message reached its phone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field, ValidationError
from redis.exceptions import RedisError
from starlette.concurrency import run_in_threadpool

from agent_ui.api.models import Problem
from agent_ui.console import Console
from agent_ui.guard import Parts
from core.sms import signature
from core.sms.signature import BadSignature
from tickets.sms import outbox
from tickets.sms.status import Receipt

MOST_BYTES = 16 * 1024
SEEN = "hotline:sms:receipt:"


class ReceiptSent(BaseModel):
    """What the gateway says of a text message."""

    id: str = Field(max_length=64, description="Id that the text message was sent with.")
    status: Literal["delivered", "failed"] = Field(description="Whether it reached the phone.")
    reason: str = Field("", max_length=200, description="Why it failed.")


class ReceiptTaken(BaseModel):
    """The receipt is kept."""

    status: str = Field(description="Status of the text message now.")


FAILS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is none of these receipts."},
    401: {"model": Problem, "description": "The signature is missing, wrong or too old."},
    404: {"model": Problem, "description": "No such text, or no gateway is set up."},
    409: {"model": Problem, "description": "The nonce was used before."},
    413: {"model": Problem, "description": "The body is too long."},
    503: {"model": Problem, "description": "Send the receipt again later."},
}
BODY = {"content": {"application/json": {"schema": ReceiptSent.model_json_schema()}}}

router = APIRouter(prefix="/api/v1/sms", responses=FAILS)
in_header = APIKeyHeader(
    name=signature.SIGNATURE, auto_error=False, description="As docs/sms.md says, with its others."
)


async def signed(request: Request, console: Parts) -> bytes:
    """The body of a request that the gateway signed, for the first time with its nonce."""
    settings = console.settings
    if not settings.sms_url:
        raise HTTPException(404)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"a receipt has at most {MOST_BYTES} bytes")
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    try:
        nonce = signature.verify(
            request.headers,
            settings.sms_key,
            settings.sms_secret,
            request.method,
            path,
            body,
            console.now().timestamp(),
        ).nonce
    except BadSignature as why:
        raise HTTPException(401, str(why)) from why
    if not await _first(console, nonce):
        raise HTTPException(409, "this nonce was used before")
    return body


@router.post(
    "/receipts",
    tags=["sms"],
    openapi_extra={"requestBody": BODY},
    dependencies=[Depends(in_header)],
)
async def take_receipt(
    request: Request, console: Parts, body: Annotated[bytes, Depends(signed)]
) -> ReceiptTaken:
    """Take a delivery receipt, signed as requests to the gateway are (docs/sms.md)."""
    try:
        sent = ReceiptSent.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise HTTPException(400, f"{where}: {first['msg']}") from error
    receipt = Receipt(sent.status == "delivered", sent.reason)
    now = console.now()
    changed = await run_in_threadpool(outbox.settle, console.sessions, sent.id, receipt, now)
    if changed is None:
        raise HTTPException(404)
    told = {"number": changed.ticket, "call": changed.call_id}
    request.app.state.publish("ticket.changed", told)
    return ReceiptTaken(status=changed.status.value)


async def _first(console: Console, nonce: str) -> bool:
    """Whether a nonce is new; it is remembered for as long as its timestamp could pass."""
    try:
        kept = await console.redis.set(SEEN + nonce, "1", nx=True, ex=2 * signature.TOLERANCE_S + 1)
    except (RedisError, OSError) as error:
        raise HTTPException(503, "Redis does not answer") from error
    return bool(kept)
