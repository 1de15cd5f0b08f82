"""`hotline models build` beside a running service: calls go on, new ones hear with the new one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.conftest import ROOT
from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen
from tests.e2e.clips import QUESTION, Clips
from tests.e2e.conftest import Start, scene
from tests.e2e.service import Service, eventually

MARK = "New calls are heard with the graph in"


@scene
async def test_a_new_graph_is_taken_over_without_losing_a_call(
    private: Start, clips: Clips, tmp_path: Path
) -> None:
    articles = tmp_path / "articles"
    shutil.copytree(ROOT / "knowledge" / "articles", articles)
    service: Service = await private(articles=str(articles))
    during = Citizen(service.sip)
    await during.answered()
    await service.watch.row(during.number, node_name="need")
    built = await _build(service)
    assert built["changed"]

    async def taken_over() -> bool:
        return f"{MARK} {built['folder']}" in service.log.read_text()

    await eventually(taken_over, "the new graph was not taken over", 30)
    after = Citizen(service.sip)
    await after.answered()
    await service.watch.row(after.number, node_name="need")
    for citizen in (during, after):
        citizen.say(bytes(8000) + clips.say(QUESTION))
        await service.watch.row(citizen.number, node_name="answer")
        await citizen.hang_up()
        ticket = await proper_end(service, citizen, "machine")
        assert ticket["article"] == "dibao-shenqing"
    checks = await _checks(service)
    assert built["folder"] in checks["speech graph"]
    assert "older" not in checks["speech graph"]
    (articles / "dibao-shenqing.yaml").unlink()
    assert "older" in (await _checks(service))["speech graph"]
    (articles / "junk.yaml").write_text("a: [", encoding="utf-8")
    code, out, err = await service.cli("models", "build", "--json")
    assert (code, out) == (1, "")
    assert "junk.yaml" in err or "articles" in err
    assert "what was in use stays" in err


async def _build(service: Service) -> dict[str, object]:
    code, out, err = await service.cli("models", "build", "--json")
    assert code == 0, err
    return dict(json.loads(out))


async def _checks(service: Service) -> dict[str, str]:
    _, out, _ = await service.cli("doctor", "--json")
    return {check["name"]: check["found"] for check in json.loads(out)["checks"]}
