"""The API keeps what its OpenAPI document says, for those who may ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from agent_ui.accounts.login import new_bearer
from agent_ui.tables import ApiToken
from core.journal_tables import AuditEntry
from tests.agent_ui import sample
from tests.agent_ui.served import Served

NOW = datetime.now(UTC)
RECEIPTS = "/api/v1/sms/receipts"
DOCS = Path(__file__).parents[2] / "docs/api.md"


@pytest.fixture(scope="module")
def ticket(served: Served) -> str:
    """A recorded call from Tianhe; returns its ticket's number."""
    served.user("robot", "supervisor", "440000")
    served.user("south", "supervisor", "440300")
    served.user("ops", "operator", "000000")
    data = served.settings.data
    sample.call(served.journal, "api1", NOW, sample.DIBAO, data=data, caller="+8613800138000")
    sample.call(served.journal, "api2", NOW, sample.PERSON, "connected")
    served.journal.opened("api3", NOW, withheld=True)
    with served.program("robot") as program:
        number: str = program.get("/api/v1/calls/api1").json()["ticket"]
        return number


@pytest.fixture(scope="module")
def spec(served: Served) -> dict[str, Any]:
    with served.client() as client:
        found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
        return found


def _fits(spec: dict[str, Any], path: str, status: int, body: Any) -> None:
    """The body is what the document promises, and holds nothing that it does not name."""
    answer = spec["paths"][path]["get"]["responses"][str(status)]
    schema = answer["content"]["application/json"]["schema"]
    whole = {**_closed(schema), "components": _closed(spec["components"])}
    Draft202012Validator(whole).validate(body)


def _closed(part: Any) -> Any:
    if isinstance(part, dict):
        part = {key: _closed(value) for key, value in part.items()}
        if part.get("type") == "object" and "properties" in part:
            part["additionalProperties"] = False
        return part
    return [_closed(each) for each in part] if isinstance(part, list) else part


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/api/v1/calls", "/api/v1/calls", 200),
        ("/api/v1/calls", "/api/v1/calls?limit=1&area=440106", 200),
        ("/api/v1/calls", "/api/v1/calls?area=x", 400),
        ("/api/v1/calls", "/api/v1/calls?after=x", 400),
        ("/api/v1/calls", "/api/v1/calls?since=2026-03-02T09:30:00", 400),
        ("/api/v1/calls", "/api/v1/calls?limit=0", 422),
        ("/api/v1/calls/{id}", "/api/v1/calls/api1", 200),
        ("/api/v1/calls/{id}", "/api/v1/calls/api3", 200),
        ("/api/v1/calls/{id}", "/api/v1/calls/none", 404),
        ("/api/v1/tickets", "/api/v1/tickets?q=低保&state=closed", 200),
        ("/api/v1/tickets", "/api/v1/tickets?q=婚", 400),
        ("/api/v1/tickets/{id}", "/api/v1/tickets/NUMBER", 200),
        ("/api/v1/tickets/{id}", "/api/v1/tickets/20990101-000001", 404),
        ("/api/v1/recordings/{id}", "/api/v1/recordings/api2", 404),
    ],
)
def test_answers_keep_the_document(
    served: Served, spec: dict[str, Any], ticket: str, path: str, asked: str, status: int
) -> None:
    with served.program("robot") as program:
        answer = program.get(asked.replace("NUMBER", ticket))
    assert answer.status_code == status
    _fits(spec, path, status, answer.json())


def test_call_has_events_transcript_and_recording(served: Served, ticket: str) -> None:
    with served.program("robot") as program:
        call = program.get("/api/v1/calls/api1").json()
    assert call["events"][0]["kind"] == "opened"
    assert [line["speaker"] for line in call["transcript"]][:3] == ["machine", "machine", "caller"]
    assert call["transcript"][2]["text"] == "我想问一下低保怎么申请"
    assert (call["recording"]["state"], len(call["recording"]["sha256"])) == ("complete", 64)


def test_numbers_are_masked(served: Served, ticket: str) -> None:
    with served.program("robot") as program:
        for path in ("/calls", "/calls/api1", "/tickets", f"/tickets/{ticket}"):
            text = program.get(f"/api/v1{path}").text
            assert "+86138****8000" in text
            assert "13800138000" not in text
        assert program.get("/api/v1/calls/api3").json()["caller"] == ""


def test_pages_follow_each_other(served: Served, ticket: str) -> None:
    seen: list[str] = []
    with served.program("robot") as program:
        after = ""
        while True:
            page = program.get("/api/v1/tickets", params={"limit": 1, "after": after}).json()
            seen += [each["call"] for each in page["tickets"]]
            after = page["next"]
            if not after:
                break
    assert len(seen) == len(set(seen)) >= 3


def test_times_bound_the_list(served: Served, ticket: str) -> None:
    at = (NOW - timedelta(days=400)).replace(microsecond=0)
    served.journal.opened("old1", at)
    bounds = {"since": at.isoformat(), "until": (at + timedelta(seconds=1)).isoformat()}
    with served.program("robot") as program:
        calls = program.get("/api/v1/calls", params=bounds).json()["calls"]
    assert [call["id"] for call in calls] == ["old1"]


def test_other_areas_do_not_exist(served: Served, ticket: str) -> None:
    with served.program("south") as program:
        for path in (f"/tickets/{ticket}", "/calls/api1", "/recordings/api1"):
            assert program.get(f"/api/v1{path}").status_code == 404
        assert program.get("/api/v1/calls").json()["calls"] == []


def test_recording_comes_in_ranges_and_is_audited(served: Served, ticket: str) -> None:
    with served.program("robot") as program:
        whole = program.get("/api/v1/recordings/api1")
        part = program.get("/api/v1/recordings/api1", headers={"Range": "bytes=0-3"})
    assert whole.headers["content-type"] == "audio/wav"
    assert (part.status_code, part.content) == (206, b"RIFF")
    with served.sessions() as db:
        heard = select(AuditEntry).where(AuditEntry.did == "recording.heard")
        assert [(e.who, e.what) for e in db.scalars(heard)] == [("robot", ticket)]


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic x"])
def test_without_a_token_there_is_nothing(served: Served, ticket: str, header: str) -> None:
    with served.client() as client:
        answer = client.get("/api/v1/calls", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_session_cookie_is_no_token(served: Served, ticket: str) -> None:
    with served.signed_in("robot") as client:
        assert client.get("/api/v1/calls").status_code == 401


def test_role_bounds_the_token(served: Served, ticket: str) -> None:
    with served.program("ops") as program:
        assert program.get("/api/v1/calls").status_code == 403
        assert program.get("/api/v1/recordings/api1").status_code == 403


def test_token_ends(served: Served, ticket: str) -> None:
    with served.sessions() as db:
        token = new_bearer(db, "robot", "short", NOW + timedelta(hours=1))
    with served.client() as client:
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get("/api/v1/calls").status_code == 200
        served.world.now = lambda: NOW + timedelta(hours=1)
        try:
            assert client.get("/api/v1/calls").status_code == 401
        finally:
            served.world.now = lambda: datetime.now(UTC)


def test_token_is_kept_as_a_hash_and_its_use_is_seen(served: Served, ticket: str) -> None:
    token = served.token("robot")
    with served.client() as client:
        client.get("/api/v1/calls", headers={"Authorization": f"Bearer {token}"})
    with served.sessions() as db:
        rows = db.scalars(select(ApiToken)).all()
    assert all(token not in row.token for row in rows)
    assert rows[-1].last_used is not None


def test_document_has_every_path_and_describes_it(spec: dict[str, Any]) -> None:
    assert set(spec["paths"]) == {
        "/api/v1/calls", "/api/v1/calls/{id}", "/api/v1/tickets", "/api/v1/tickets/{id}",
        "/api/v1/recordings/{id}", RECEIPTS, "/api/v1/wallboard", "/api/v1/queue", "/api/v1/agents",
        "/api/v1/agent/control", "/api/v1/dispositions",
        "/api/v1/tickets/{id}/disposition", "/api/v1/tickets/{id}/notes",
        "/api/v1/tickets/{id}/notes/{field}",
    }  # fmt: skip
    for path, methods in spec["paths"].items():
        for described in methods.values():
            assert described["description"], path
            refusals = {"401", "404"} if path == RECEIPTS else {"401", "403", "404"}
            assert refusals <= set(described["responses"]), path
            assert described["security"], path


def test_documentation_names_every_path_parameter_and_field(spec: dict[str, Any]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    names: set[str] = set(spec["paths"])
    for methods in spec["paths"].values():
        for described in methods.values():
            names |= {each["name"] for each in described.get("parameters", [])}
    for name, schema in spec["components"]["schemas"].items():
        if name not in ("HTTPValidationError", "ValidationError"):
            names |= set(schema["properties"])
    missing = sorted(name for name in names if f"`{name}`" not in text)
    assert missing == []
