"""The queue as it runs, on a real redis-server: nobody twice, nobody forgotten."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from twisted.internet.task import Clock

from core.queue_log_tables import Noted
from core.redis_server import RedisServer
from telephony.queue.dispatcher import AGENTS, Dispatcher
from telephony.queue.lease import KEY, Lease
from telephony.queue.rules import Rules
from tests.core.loop import on_loop

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Caller:
    """A call that waits."""

    def __init__(self, call_id: str, area: str = "440106") -> None:
        self.call_id, self.area = call_id, area
        self.offers: list[str] = []
        self.ended: list[str] = []
        self.fails = False

    def offer(self, agent: str) -> None:
        if self.fails:
            raise RuntimeError("no leg")
        self.offers.append(agent)

    def wait_ended(self, reason: str) -> None:
        self.ended.append(reason)


class Floor:
    """A dispatcher on a clock of the test's, its Redis, and the agents' pages."""

    def __init__(
        self,
        server: RedisServer,
        redis: Redis,
        clock: Clock,
        owner: str,
        rules: Rules | None = None,
    ) -> None:
        self.server, self.redis, self.clock = server, redis, clock
        self.lease = Lease(redis, owner)
        self.lost: list[str] = []
        self.noted: list[Noted] = []
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.queue = Dispatcher(
            self.lease,
            clock,
            lambda topic, message: self.told.append((topic, message)),
            self.lost.append,
            now=self.moment,
            rules=rules,
            note=self.noted.append,
        )

    def moment(self) -> datetime:
        """The wall clock, which goes with the floor's."""
        return BEGIN + timedelta(seconds=self.clock.seconds())

    async def settle(self, seconds: float = 0) -> None:
        """Let time go on, and everything that follows in Redis happen."""
        self.clock.advance(0)
        while True:
            while self.queue._keeping.tasks:
                await asyncio.wait(self.queue._keeping.tasks)
                self.clock.advance(0)
            if seconds <= 0:
                return
            step = min(1.0, seconds)
            seconds -= step
            self.beat()
            self.clock.advance(step)

    def beat(self) -> None:
        """Every open page says that it is open."""
        for name, agent in self.queue._floor.agents.items():
            for tab, _ in agent.tabs:
                self.say(name, "heartbeat", tab=tab)

    def say(self, agent: str, kind: str, **more: Any) -> None:
        self.queue.command("agent.command", {"agent": agent, "kind": kind, "tab": "t1", **more})

    def ready(self, *agents: str, area: str = "") -> None:
        for agent in agents:
            self.say(agent, "hello", area=area)
            self.say(agent, "status", status="ready")

    def join(self, caller: Caller, urgent: bool = False, front: bool = False) -> Caller:
        self.queue.join(caller, "emergency" if urgent else "normal", 60_000, front)
        return caller

    def state(self, agent: str) -> tuple[str, str]:
        found = {each["agent"]: each for each in self.queue.snapshot()[1]}[agent]
        return found["state"], found["status"]

    async def kept(self, agent: str) -> str:
        """What Redis says of an agent's state."""
        return str((await self.redis.hget(AGENTS, agent)) or "")


Scene = Callable[[Floor], Awaitable[None]]


async def _play(folder: Path, scene: Scene, rules: Rules | None = None) -> None:
    server = RedisServer(folder)
    await server.start()
    async with Redis.from_url(server.url, decode_responses=True) as redis:
        floor = Floor(server, redis, Clock(), "node1", rules)
        try:
            await floor.queue.start()
            await floor.settle()
            await scene(floor)
            await floor.queue.stop()
            assert not floor.clock.getDelayedCalls()
        finally:
            await server.stop()


def scene(play: Scene) -> Callable[..., Any]:
    """Make a coroutine about a floor a test."""

    async def test(tmp_path: Path) -> None:
        await _play(tmp_path, play)

    test.__name__ = play.__name__
    return on_loop(test)


@scene
async def test_a_caller_gets_an_agent_whose_reservation_is_in_redis_first(floor: Floor) -> None:
    floor.ready("li")
    seen: list[str] = []
    caller = Caller("c1")
    kept = floor.lease.write

    async def write(table: str, field: str, value: str) -> bool:
        if '"offered"' in value:
            assert caller.offers == [], "offered before it was reserved"
            seen.append(field)
        return await kept(table, field, value)

    floor.lease.write = write  # type: ignore[method-assign]
    floor.join(caller)
    await floor.settle()
    assert (seen, caller.offers) == (["li"], ["li"])
    assert floor.state("li") == ("offered", "ready")
    assert '"offered"' in await floor.kept("li")


@scene
async def test_a_whole_call_from_offer_to_the_next_one(floor: Floor) -> None:
    floor.ready("li")
    first, second = floor.join(Caller("c1")), floor.join(Caller("c2"))
    await floor.settle()
    assert (first.offers, second.offers) == (["li"], [])
    floor.queue.talking("li", "c1")
    await floor.settle(30)
    assert floor.queue.snapshot()[0] == 1 and second.offers == []
    floor.queue.done("li", "c1")
    await floor.settle(1)
    assert floor.state("li") == ("wrapup", "ready") and second.offers == []
    floor.queue.command("agent.wrapup", {"agent": "li"})
    await floor.settle()
    assert second.offers == ["li"]
    assert second.ended == []


@scene
async def test_who_could_never_be_served_is_told_at_once(floor: Floor) -> None:
    floor.ready("li", area="440300")
    floor.say("wang", "hello")
    caller = floor.join(Caller("c1"))
    await floor.settle()
    assert caller.ended == ["nobody"]
    urgent = floor.join(Caller("c2"), urgent=True)
    await floor.settle()
    assert urgent.offers == ["li"]


@scene
async def test_who_waits_is_told_when_the_last_agent_leaves(floor: Floor) -> None:
    floor.ready("li")
    floor.join(Caller("c0"))
    caller = floor.join(Caller("c1"))
    await floor.settle()
    floor.queue.talking("li", "c0")
    floor.say("li", "status", status="break")
    await floor.settle(1)
    assert caller.ended == ["nobody"]
    assert floor.queue.snapshot()[0] == 0


@scene
async def test_waiting_has_a_limit_but_a_ringing_phone_is_waited_for(floor: Floor) -> None:
    floor.ready("li")
    rings, waits = floor.join(Caller("c1")), floor.join(Caller("c2"))
    await floor.settle(61)
    assert (rings.ended, waits.ended) == ([], ["timeout"])
    floor.queue.refused("li", "c1", "no answer")
    await floor.settle(2)
    assert rings.ended in (["timeout"], ["nobody"])


@scene
async def test_who_is_not_answered_keeps_the_place_and_the_agent_takes_a_break(
    floor: Floor,
) -> None:
    floor.ready("li")
    first = floor.join(Caller("c1"))
    await floor.settle(1)
    second = floor.join(Caller("c2"))
    floor.queue.refused("li", "c1", "no answer")
    assert floor.state("li") == ("idle", "break")
    floor.ready("wang")
    await floor.settle()
    assert (first.offers, second.offers) == (["li", "wang"], [])


@scene
async def test_emergencies_come_first_and_those_at_the_front_before_the_others(
    floor: Floor,
) -> None:
    floor.ready("li")
    busy = floor.join(Caller("c0"))
    await floor.settle(1)
    callers = [floor.join(Caller("c1")), floor.join(Caller("c2"), front=True)]
    callers.append(floor.join(Caller("c3"), urgent=True))
    floor.queue.leave(busy.call_id)
    floor.queue.refused("li", "c0", "caller gone")
    order = []
    for _ in range(3):
        await floor.settle()
        (rung,) = [c for c in callers if c.offers and c.call_id not in order]
        order.append(rung.call_id)
        floor.queue.leave(rung.call_id)
        floor.queue.refused("li", rung.call_id, "caller gone")
    assert order == ["c3", "c2", "c1"]


@scene
async def test_becoming_urgent_keeps_the_place_and_the_ringing_phone(floor: Floor) -> None:
    floor.ready("li")
    rings = floor.join(Caller("c1"))
    await floor.settle(1)
    older = floor.join(Caller("c2"))
    await floor.settle(1)
    newer = floor.join(Caller("c3"), urgent=True)
    floor.join(rings, urgent=True)
    floor.join(older, urgent=True)
    floor.ready("wang")
    await floor.settle()
    assert rings.offers == ["li"]
    assert (older.offers, newer.offers) == (["wang"], [])
    floor.queue.refused("li", "c1", "no answer")
    floor.ready("zhao")
    await floor.settle()
    assert rings.offers == ["li", "zhao"]


@scene
async def test_an_urgent_caller_whose_phone_rings_is_not_sent_away(floor: Floor) -> None:
    floor.ready("li")
    caller = floor.join(Caller("c1"))
    await floor.settle()
    floor.say("li", "status", status="break")
    floor.join(caller, urgent=True)
    await floor.settle()
    assert caller.ended == []


@scene
async def test_a_caller_who_leaves_while_the_reservation_is_written_frees_the_agent(
    floor: Floor,
) -> None:
    floor.ready("li")
    await floor.settle()
    caller = floor.join(Caller("c1"))
    floor.clock.advance(0)
    floor.queue.leave("c1")
    await floor.settle()
    assert caller.offers == []
    assert floor.state("li") == ("idle", "ready")
    assert '"idle"' in await floor.kept("li")


@scene
async def test_a_caller_who_comes_back_while_it_is_written_gets_one_agent(floor: Floor) -> None:
    floor.ready("li", "wang")
    await floor.settle()
    caller = floor.join(Caller("c1"))
    floor.clock.advance(0)
    floor.queue.leave("c1")
    floor.join(caller)
    await floor.settle()
    assert len(caller.offers) == 1
    states = sorted([floor.state("li")[0], floor.state("wang")[0]])
    assert states == ["idle", "offered"]


@scene
async def test_many_at_once_nobody_twice(floor: Floor) -> None:
    names = [f"agent{n}" for n in range(20)]
    floor.ready(*names)
    callers = [floor.join(Caller(f"c{n:02}")) for n in range(50)]
    await floor.settle()
    offers = [agent for caller in callers for agent in caller.offers]
    assert sorted(offers) == sorted(names)
    assert [len(caller.offers) for caller in callers] == [1] * 20 + [0] * 30


@scene
async def test_a_call_that_cannot_be_offered_costs_the_agent_nothing(floor: Floor) -> None:
    floor.ready("li")
    broken = Caller("c1")
    broken.fails = True
    floor.join(broken)
    await floor.settle()
    assert floor.state("li") == ("idle", "ready")
    assert broken.ended == ["nobody"]
    assert floor.join(Caller("c2")) and floor.queue.snapshot()[0] == 1
    await floor.settle()
    assert floor.state("li") == ("offered", "ready")


@scene
async def test_the_end_of_the_last_page_is_told_so_that_its_legs_end(floor: Floor) -> None:
    floor.ready("li")
    floor.say("li", "hello", tab="t2")
    floor.say("li", "bye", tab="t1")
    assert floor.lost == []
    floor.say("li", "bye", tab="t2")
    assert floor.lost == ["li"]
    assert floor.state("li") == ("away", "ready")


@scene
async def test_a_page_that_falls_silent_is_as_good_as_closed(floor: Floor) -> None:
    floor.ready("li")
    for _ in range(11):
        floor.clock.advance(1)
    assert floor.lost == ["li"]
    floor.say("li", "heartbeat")
    assert floor.state("li") == ("idle", "ready")
    await floor.settle()


@pytest.mark.parametrize(
    "message",
    [{}, {"agent": ""}, {"agent": "li"}, {"agent": "li", "kind": "status", "status": "asleep"},
     {"agent": "li", "kind": "status"}, {"agent": "li", "kind": "dance"},
     {"agent": "li", "kind": "status", "status": ["ready"]}],
)  # fmt: skip
@on_loop
async def test_junk_from_the_console_changes_nothing(
    message: dict[str, Any], tmp_path: Path
) -> None:
    async def play(floor: Floor) -> None:
        floor.ready("wang")
        floor.queue.command("agent.command", message)
        await floor.settle()
        assert floor.state("wang") == ("idle", "ready")
        assert {agent["agent"] for agent in floor.queue.snapshot()[1]} <= {"wang", "li"}

    await _play(tmp_path, play)


# ---- the lease and Redis ------------------------------------------------------------------------


@scene
async def test_a_restart_knows_what_agents_wanted_and_takes_the_lease(floor: Floor) -> None:
    floor.ready("li")
    await floor.settle()
    await floor.queue.stop()
    again = Floor(floor.server, floor.redis, Clock(), "node1")
    await again.queue.start()
    assert again.state("li") == ("away", "ready")
    again.say("li", "hello")
    caller = again.join(Caller("c1"))
    await again.settle()
    assert caller.offers == ["li"]
    await again.queue.stop()


@scene
async def test_without_the_lease_nobody_is_offered_anything(floor: Floor) -> None:
    floor.ready("li")
    await floor.settle()
    await floor.redis.set(KEY, "node2:99")
    caller = floor.join(Caller("c1"))
    await floor.settle(3)
    assert caller.offers == [] and caller.ended == []
    assert floor.state("li") == ("idle", "ready")
    assert '"offered"' not in await floor.kept("li")
    await floor.redis.delete(KEY)
    await floor.settle(2)
    assert caller.offers == ["li"]


@scene
async def test_a_lost_lease_is_asked_for_again_and_not_in_a_busy_loop(floor: Floor) -> None:
    floor.ready("li")
    await floor.settle()
    await floor.redis.set(KEY, "node2:99")
    before = (await floor.redis.info("stats"))["total_commands_processed"]
    floor.join(Caller("c1"))
    await floor.settle(3)
    after = (await floor.redis.info("stats"))["total_commands_processed"]
    assert after - before < 30


@scene
async def test_with_redis_killed_callers_still_reach_people(floor: Floor) -> None:
    floor.ready("li", "wang")
    first = floor.join(Caller("c1"))
    await floor.settle()
    assert floor.server._process is not None
    floor.server._process.kill()
    await floor.server._process.wait()
    second = floor.join(Caller("c2"))
    await floor.settle(3)
    assert {*first.offers, *second.offers} == {"li", "wang"}
    floor.queue.talking(first.offers[0], "c1")
    floor.queue.done(first.offers[0], "c1")
    floor.queue.command("agent.wrapup", {"agent": first.offers[0]})
    third = floor.join(Caller("c3"))
    await floor.settle(1)
    assert third.offers == first.offers

    await floor.server.start()
    await floor.settle(2)
    assert f'"{third.call_id}"' in await floor.kept(third.offers[0]), "Redis was not told"
    assert floor.lease.holding == await floor.redis.get(KEY)


@scene
async def test_with_a_redis_that_falls_silent_callers_still_reach_people(floor: Floor) -> None:
    floor.ready("li")
    await floor.settle()
    assert floor.server._process is not None
    pid = floor.server._process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        caller = floor.join(Caller("c1"))
        await floor.settle()
        assert caller.offers == ["li"]
        floor.queue.talking("li", "c1")
        await floor.settle(2)
    finally:
        os.kill(pid, signal.SIGCONT)
    await floor.settle(2)
    assert '"talking"' in await floor.kept("li")


@on_loop
async def test_a_dispatcher_that_starts_without_redis_pairs_callers_all_the_same(
    tmp_path: Path,
) -> None:
    server = RedisServer(tmp_path)
    async with Redis.from_url(server.url, decode_responses=True) as redis:
        floor = Floor(server, redis, Clock(), "node1")
        await floor.queue.start()
        floor.ready("li")
        caller = floor.join(Caller("c1"))
        await floor.settle(1)
        assert caller.offers == ["li"]
        await floor.queue.stop()


@scene
async def test_a_language_is_waited_for_and_then_anybody_in_the_old_place(floor: Floor) -> None:
    floor.say("chen", "hello", skills=["粤语"])
    floor.say("chen", "status", status="ready")
    floor.ready("li")
    first, caller, later = Caller("c0"), Caller("c1"), Caller("c2")
    floor.queue.join(first, "normal", 60_000, False, "粤语")
    await floor.settle()
    assert first.offers == ["chen"]
    floor.queue.talking("chen", "c0")
    floor.queue.join(caller, "normal", 5_000, False, "粤语")
    await floor.settle(2)
    assert caller.offers == [], "li does not speak it"
    floor.say("li", "status", status="break")
    floor.join(later)
    await floor.settle(4)
    assert caller.ended == ["timeout"]
    floor.join(caller)
    floor.say("li", "status", status="ready")
    await floor.settle()
    assert caller.offers == ["li"] and later.offers == []
    assert '"skills": "粤语"' in await floor.kept("chen")


@scene
async def test_a_language_that_nobody_on_duty_speaks_is_not_waited_for(floor: Floor) -> None:
    floor.ready("li")
    caller = Caller("c1")
    floor.queue.join(caller, "normal", 60_000, False, "粤语")
    await floor.settle()
    assert caller.ended == ["nobody"] and caller.offers == []


@scene
async def test_skills_are_as_the_page_says_last(floor: Floor) -> None:
    floor.say("chen", "hello", skills=["粤语"])
    floor.say("chen", "heartbeat")
    assert floor.queue.snapshot()[1][0]["skills"] == "粤语"
    floor.say("chen", "hello", skills=[])
    assert floor.queue.snapshot()[1][0]["skills"] == ""


@scene
async def test_who_is_reserved_for_a_colleague_gets_no_other_call(floor: Floor) -> None:
    floor.ready("li")
    assert floor.queue.reserve("li", "c1")
    assert not floor.queue.reserve("li", "c2"), "twice"
    caller = floor.join(Caller("c3"))
    await floor.settle()
    assert caller.offers == [] and floor.state("li") == ("offered", "ready")
    floor.queue.talking("li", "c1")
    assert not floor.queue.reserve("li", "c2", anyhow=True)
    floor.queue.release("li", "c2")
    assert floor.state("li") == ("talking", "ready"), "another call's end is not theirs"
    floor.queue.release("li", "c1")
    await floor.settle()
    assert caller.offers == ["li"], "without wrap-up the next one comes"


@scene
async def test_who_asks_for_a_call_themselves_need_not_be_ready(floor: Floor) -> None:
    floor.say("chen", "hello")
    assert not floor.queue.reserve("chen", "c1"), "a colleague may not ring who is off duty"
    assert floor.queue.reserve("chen", "c1", anyhow=True)
    floor.queue.release("chen", "c1")
    assert floor.state("chen") == ("idle", "off")
    assert not floor.queue.reserve("nobody", "c1")
    assert floor.queue.reserve("liu", "c1", anyhow=True), "a page that takes no calls says nothing"
    floor.queue.talking("liu", "c1")
    assert not floor.queue.reserve("liu", "c4", anyhow=True)
    floor.queue.release("liu", "c1")
    assert floor.state("liu") == ("away", "off")
    floor.ready("li")
    caller = floor.join(Caller("c2"))
    await floor.settle()
    floor.queue.talking("li", "c2")
    floor.queue.done("li", "c2")
    assert caller.offers == ["li"] and floor.state("li")[0] == "wrapup"
    assert floor.queue.reserve("li", "c2", anyhow=True), "retrieving what they parked"


# ---- what supervisors do, and what is told -------------------------------------------------------


def _last(floor: Floor, topic: str) -> dict[str, Any]:
    return [message for told, message in floor.told if told == topic][-1]


@scene
async def test_every_offer_is_noted_with_its_reasons(floor: Floor) -> None:
    floor.ready("li")
    floor.join(Caller("c1"))
    await floor.settle()
    (noted,) = floor.noted
    assert (noted.kind, noted.call, noted.agent) == ("offered", "c1", "li")
    assert noted.text.endswith("只有该话务员可以接。") and noted.data["by"] == "only"
    floor.queue.refused("li", "c1", "no answer")
    assert (floor.noted[-1].kind, floor.noted[-1].text) == ("refused", "no answer")


@scene
async def test_a_forced_status_is_answered_noted_and_shown(floor: Floor) -> None:
    floor.ready("li")
    await floor.settle()
    ask = {"id": "1", "by": "zhou", "agent": "li", "status": "break", "reason": "培训"}
    floor.queue.force("agent.force", ask)
    assert _last(floor, "agent.forced") == {"id": "1", "agent": "li", "ok": True, "why": ""}
    shown = _last(floor, "agent.state")
    assert (shown["status"], shown["forced_by"], shown["reason"]) == ("break", "zhou", "培训")
    assert (floor.noted[-1].kind, floor.noted[-1].who) == ("forced", "zhou")
    await floor.settle()
    assert '"forced_by": "zhou"' in await floor.kept("li")


@pytest.mark.parametrize(
    "wrong", [{"reason": " "}, {"agent": "nobody"}, {"status": "asleep"}, {"by": ""}]
)
@on_loop
async def test_what_cannot_be_forced_is_said_and_changes_nothing(
    wrong: dict[str, str], tmp_path: Path
) -> None:
    async def play(floor: Floor) -> None:
        floor.ready("li")
        await floor.settle()
        ask = {"id": "1", "by": "zhou", "agent": "li", "status": "ready", "reason": "忙", **wrong}
        floor.queue.force("agent.force", ask)
        assert not _last(floor, "agent.forced")["ok"] and _last(floor, "agent.forced")["why"]
        assert floor.state("li") == ("idle", "ready") and floor.noted == []

    await _play(tmp_path, play)


@scene
async def test_a_supervisor_puts_a_caller_first(floor: Floor) -> None:
    floor.ready("li")
    floor.join(Caller("c0"))
    await floor.settle(1)
    floor.join(Caller("c1"))
    await floor.settle(1)
    floor.join(Caller("c2"))
    assert [floor.queue.position(call) for call in ("c0", "c1", "c2")] == [None, 0, 1]
    floor.queue.move("queue.move", {"id": "7", "by": "zhou", "call": "c2", "front": True})
    assert _last(floor, "queue.moved") == {"id": "7", "call": "c2", "ok": True, "why": ""}
    assert [floor.queue.position(call) for call in ("c1", "c2")] == [1, 0]
    assert floor.queue.estimate("c1") == 480
    floor.queue.move("queue.move", {"id": "8", "by": "zhou", "call": "c9"})
    assert not _last(floor, "queue.moved")["ok"]


@scene
async def test_killed_between_offer_and_answer_nobody_is_stuck_afterwards(floor: Floor) -> None:
    floor.ready("li")
    caller = floor.join(Caller("c1"))
    await floor.settle()
    assert caller.offers == ["li"] and '"offered"' in await floor.kept("li")
    # Killed: nothing is released, the lease runs out by itself.
    await floor.redis.delete(KEY)
    again = Floor(floor.server, floor.redis, Clock(), "node2")
    await again.queue.start()
    assert again.state("li") == ("away", "ready")
    again.say("li", "hello")
    back = again.join(Caller("c1"), front=True)
    await again.settle()
    assert back.offers == ["li"] and again.state("li") == ("offered", "ready")
    # The one that was thought dead wakes up and can reserve nobody.
    floor.join(Caller("c2"))
    floor.queue.refused("li", "c1", "caller gone")
    await floor.settle(1)
    assert '"c1"' in await floor.kept("li")
    await again.queue.stop()


@scene
async def test_an_agent_whose_page_is_lost_in_mid_talk_gets_the_caller_again(floor: Floor) -> None:
    floor.ready("li", "wang")
    caller = floor.join(Caller("c1"))
    await floor.settle()
    first = caller.offers[0]
    floor.queue.talking(first, "c1")
    floor.say("wang" if first == "li" else "li", "status", status="break")
    floor.say(first, "bye")
    floor.queue.done(first, "c1")
    floor.join(caller, front=True)
    await floor.settle(50)
    assert caller.ended == [] and caller.offers == [first]
    floor.say(first, "hello", tab="t2")
    await floor.settle()
    assert caller.offers == [first, first]


@scene
async def test_who_does_not_come_back_is_waited_for_a_minute(floor: Floor) -> None:
    floor.ready("li")
    caller = floor.join(Caller("c1"))
    await floor.settle()
    floor.queue.talking("li", "c1")
    floor.say("li", "bye")
    floor.queue.done("li", "c1")
    floor.queue.join(caller, "normal", 600_000, True)
    await floor.settle(59)
    assert caller.ended == []
    await floor.settle(2)
    assert caller.ended == ["nobody"]
