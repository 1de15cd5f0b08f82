"""What the API answers with; the OpenAPI document is made from these."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """Why a request failed."""

    detail: Any = Field(description="One sentence, or a list of the fields that are wrong.")


class CallSummary(BaseModel):
    """One call."""

    id: str = Field(description="Id of the call.")
    node: str = Field(description="Node that owned the call.")
    area: str = Field(description="GB/T 2260 code.")
    trunk: str = Field(description="Trunk that the call came from.")
    caller: str = Field(description="Caller's number, masked; empty when withheld or unknown.")
    called: str = Field(description="Number dialled.")
    state: str = Field(description="ringing, machine, queued, connected or ended.")
    started_at: datetime = Field(description="When the INVITE came (UTC).")
    answered_at: datetime | None = Field(description="When the call was answered (UTC).")
    ended_at: datetime | None = Field(description="When the call ended (UTC).")
    end_reason: str = Field(description="Why the call ended.")
    disposition: str = Field(
        description="machine, connected, abandoned, message or emergency; empty while it runs."
    )
    agent: str = Field(description="Agent who talked to the caller.")
    ticket: str = Field(description="Number of the call's ticket.")


class Event(BaseModel):
    """One transition of a call."""

    seq: int = Field(description="Counts up per call, from 0.")
    at: datetime = Field(description="When it happened (UTC).")
    kind: str = Field(description="What happened, e.g. answered, node, connected, ended.")
    data: dict[str, Any] = Field(description="What belongs to it.")


class Line(BaseModel):
    """One thing said. Times are ms into the recording."""

    speaker: str = Field(description="caller, machine or agent.")
    start_ms: int
    end_ms: int
    text: str
    confidence: float = Field(description="0..1")
    words: list[list[Any]] = Field(description="[text, start_ms, end_ms, confidence] each.")


class RecordingFacts(BaseModel):
    """A call's recording; the sound is at /api/v1/recordings/{id}."""

    state: str = Field(description="running, complete, partial, none or failed.")
    duration_ms: int
    bytes: int
    sha256: str = Field(description="SHA-256 of the whole file, hexadecimal.")


class CallDetail(CallSummary):
    """One call with its events, transcript and recording."""

    events: list[Event]
    transcript: list[Line]
    recording: RecordingFacts | None


class TicketSummary(BaseModel):
    """One ticket."""

    number: str = Field(description="YYYYMMDD-NNNNNN.")
    call: str = Field(description="Id of the call.")
    area: str = Field(description="GB/T 2260 code.")
    caller: str = Field(description="Caller's number, masked; empty when withheld or unknown.")
    called: str = Field(description="Number dialled.")
    opened_at: datetime
    closed_at: datetime | None
    state: str = Field(description="draft (the call runs), open (somebody is needed) or closed.")
    disposition: str = Field(description="How the call ended; empty while it runs.")
    emergency: bool
    elder: str = Field(
        description="Why the call was in elder mode: record, age, slow or asked; else empty."
    )
    language: str = Field(description="What the caller speaks (粤语); empty for Mandarin.")
    intent: str
    topic: str
    article: str = Field(description="Id of the article that was answered with.")
    article_version: int | None
    article_title: str
    path: list[str] = Field(description="Nodes of the tree in order.")
    agent: str
    outcome: str = Field(
        description="Agent's result: answered, follow_up, referred, rescued, invalid or empty."
    )
    summary: str = Field(description="Agent's own words.")
    wrapped_by: str
    wrapped_at: datetime | None


class TextFacts(BaseModel):
    """A text message that was asked for in a call."""

    id: str = Field(description="Id that the gateway was given.")
    to: str = Field(description="Number, masked.")
    status: str = Field(description="queued, sent, delivered, failed or refused.")
    reason: str = Field(description="Why it was not sent or not delivered: number, cap, or text.")
    parts: int = Field(description="How many messages it is billed as.")
    created_at: datetime


class TicketDetail(TicketSummary):
    """One ticket with its transcript, recording and text messages."""

    transcript: list[Line]
    recording: RecordingFacts | None
    texts: list[TextFacts]


class CallPage(BaseModel):
    """Calls, newest first."""

    calls: list[CallSummary]
    next: str = Field(description="Give it as `after` for the next page; empty at the end.")


class TicketPage(BaseModel):
    """Tickets, newest first."""

    tickets: list[TicketSummary]
    next: str = Field(description="Give it as `after` for the next page; empty at the end.")
