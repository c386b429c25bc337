"""A supervisor intervenes among agents at work, on the whole product: over a socket, over HTTP, and in the audit."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from deploy.cli import build
from deploy.console.client import AgentClient, Wishes
from producers.admin.accounts import Accounts
from producers.admin.passwords import Passwords
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.postgres import connect_pool
from runtime.settings import Postgres
from schemas import live
from schemas import supervision as s
from schemas.vocabulary import JoinMode, LegKind, LegState, Refusal, Role, RoutingStatus
from tests.support.product import PASSWORD, Product, Shop, running_product
from tests.support.waiting import eventually

PARTS = (
    "kafka", "postgres", "routing", "identity", "view", "gateway", "admin", "http", "query", "audit_writer",
)  # fmt: skip
WHY = "the shop asked for it"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product(only=PARTS) as running:
        yield running


@contextlib.asynccontextmanager
async def at_the_desk(product: Product, shop: Shop, user: str, **wishes: Any) -> AsyncIterator[AgentClient]:
    async with product.signed_in(shop, user) as signed_in:
        client = AgentClient(product.gateway_url, signed_in.ticket, Wishes(subscribe=False, **wishes))
        async with client.running():
            yield client


@contextlib.asynccontextmanager
async def as_program(product: Product, shop: Shop, user: str = "sue") -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=product.admin_url, timeout=60) as client:
        body = {"workspace": shop.workspace, "user": user, "password": PASSWORD}
        token = (await client.post("/v1/sign-in", json=body)).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def is_idle(agent_id: str) -> Any:
    return lambda m: agent_id in m.agents and m.agents[agent_id].routing_status is RoutingStatus.IDLE


async def audited(product: Product, shop: Shop, count: int) -> list[dict[str, Any]]:
    """What the audit has, oldest first, once there are so many acts of it."""
    url = product.admin_url.replace(
        str(product.stack.endpoints.ports["admin"]), str(product.stack.endpoints.ports["query"])
    )
    async with as_program(product, shop) as program, httpx.AsyncClient(base_url=url, timeout=60) as asking:
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            answer = await asking.get(
                f"/v1/workspaces/{shop.workspace}/audit", headers={"authorization": program.headers["authorization"]}
            )
            assert answer.status_code == 200, answer.text
            found[:] = reversed(answer.json()["entries"])
            return len(found) >= count

        await eventually(there, within_s=60, what=f"{count} acts in the audit")
        return found


async def test_a_supervisor_assigns_cancels_and_logs_an_agent_out_over_a_socket(product: Product) -> None:
    shop = await product.open_shop(("ana", "bo"))
    async with (
        product.posts(shop) as posts,
        at_the_desk(product, shop, "sue") as sue,
        at_the_desk(product, shop, "ana") as ana,
        at_the_desk(product, shop, "bo", status="available") as bo,
    ):
        await ana.until(is_idle("ana"))
        await bo.until(is_idle("bo"))
        first = await posts.post()
        [offer] = await sue.until(lambda m: list(m.offers.values()))
        other = "bo" if offer.agent_id == "ana" else "ana"
        clients = {"ana": ana, "bo": bo}
        assigned = await sue.do(s.Assign(interaction_id=first, to_agent=other, reason=WHY))
        assert assigned.outcome is live.Outcome.APPLIED
        [ringing] = await clients[other].until(lambda m: m.offers_to(other))
        assert ringing.why is not None
        assert ringing.why.relaxations == ("assigned",)
        assert (await sue.do(s.Cancel(interaction_id=first, reason=WHY))).outcome is live.Outcome.APPLIED
        await clients[other].until(lambda m: not m.interactions)
        gone = await sue.do(s.Cancel(interaction_id=first, reason="again"))
        assert (gone.outcome, gone.reason) == (live.Outcome.REFUSED, Refusal.WRONG_STATE)
        mine = await ana.do(s.Cancel(interaction_id=first, reason="I am no supervisor"))
        assert (mine.outcome, mine.reason) == (live.Outcome.REFUSED, Refusal.NOT_PERMITTED)
        out = await sue.do(s.ForceStatus(agent_id="bo", status="offline", reason="gone home"))
        assert out.outcome is live.Outcome.APPLIED
        await eventually(lambda: bo.last_close is not None and bo.last_close[0] == live.Close.LOGGED_OUT)
    acts = await audited(product, shop, 4)
    assert [(one["actor"], one["action"], one["outcome"], one["reason"]) for one in acts] == [
        ("sue", "assign_interaction", "applied", WHY),
        ("sue", "cancel_interaction", "applied", WHY),
        ("sue", "cancel_interaction", "refused", "again"),
        ("sue", "force_status", "applied", "gone home"),
    ]


async def test_a_supervisor_who_is_an_agent_joins_connected_work(product: Product) -> None:
    shop = await product.open_shop(("ana", "lead"))
    async with connect_pool(Postgres(url=product.stack.endpoints.database_url)) as pool:
        hashed, roles = await Passwords().hash(PASSWORD), [Role.AGENT, Role.SUPERVISOR]
        await Accounts(pool, SystemClock()).add_user(shop.workspace, "boss", hashed, roles, "lead", "test")
    async with (
        product.posts(shop) as posts,
        at_the_desk(product, shop, "boss", role=Role.SUPERVISOR) as boss,
        at_the_desk(product, shop, "ana") as ana,
        at_the_desk(product, shop, "lead") as lead,
    ):
        await ana.until(is_idle("ana"))
        await lead.until(is_idle("lead"))
        chat = await posts.post(preferred_agent="ana")
        [offer] = await ana.until(lambda m: m.offers_to("ana"))
        assert (await ana.do(live.Accept(offer_id=offer.offer_id))).outcome is live.Outcome.APPLIED
        wish = s.Join(interaction_id=chat, mode=JoinMode.MONITOR, reason="first day of ana")
        assert (await boss.do(wish)).outcome is live.Outcome.APPLIED
        [ringing] = await lead.until(lambda m: m.offers_to("lead"))
        assert (await lead.do(live.Accept(offer_id=ringing.offer_id))).outcome is live.Outcome.APPLIED
        joined = await boss.until(
            lambda m: [leg for leg in m.legs.values() if leg.kind is LegKind.JOIN and leg.state is LegState.CONNECTED]
        )
        assert [(leg.agent_id, leg.join_mode) for leg in joined] == [("lead", JoinMode.MONITOR)]
    [act] = await audited(product, shop, 1)
    assert (act["actor"], act["action"], act["detail"]["mode"]) == ("boss", "join_interaction", "monitor")


async def test_a_program_gives_the_same_commands_over_http_once(product: Product) -> None:
    shop = await product.open_shop(("ana",))
    url = f"/v1/workspaces/{shop.workspace}/commands"
    async with product.posts(shop) as posts, as_program(product, shop) as program:
        waiting = await posts.post()
        do = {"name": "prioritise", "interaction_id": waiting, "priority": 1, "reason": WHY}
        command = {"command_id": random_id("k"), "do": do}
        done = await until_known(program, url, command)
        assert (done.status_code, done.json()["standing"]) == (200, "applied"), done.text
        again = await program.post(url, json=command)
        assert again.json()["standing"] in ("applied", "duplicate")
        await audited(product, shop, 1)
        kept = await program.post(url, json=command)
        assert (kept.status_code, kept.json()) == (200, done.json())
        cancelled = {"command_id": random_id("k"), "do": {"name": "cancel", "interaction_id": waiting, "reason": WHY}}
        assert (await program.post(url, json=cancelled)).status_code == 200
        late = await program.post(url, json={**command, "command_id": random_id("k")})
        assert (late.status_code, late.json()["reason"]) == (409, "wrong_state"), late.text
        assert late.headers["content-type"].startswith("application/problem+json")
        silent = await program.post(url, json={"command_id": random_id("k"), "do": {**do, "reason": ""}})
        assert silent.status_code == 422
        joining = {"name": "join", "interaction_id": waiting, "mode": "monitor", "reason": WHY}
        assert (await program.post(url, json={"command_id": random_id("k"), "do": joining})).status_code == 403
        elsewhere = await program.post("/v1/workspaces/another/commands", json=command)
        assert elsewhere.status_code == 403
    async with as_program(product, shop, "ana") as program:
        assert (await program.post(url, json={**command, "command_id": random_id("k")})).status_code == 403


async def test_the_terminal_does_the_same(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await product.open_shop(("ana",))
    monkeypatch.setenv("HUBLINE_PASSWORD", PASSWORD)
    who = ["--as", "sue", "--workspace", shop.workspace, "--admin-url", product.admin_url]

    async def supervise(language: str, *words: str) -> tuple[int, str]:
        command = ["supervise", *who, "--lang", language, *words]
        found = await asyncio.to_thread(CliRunner().invoke, build(("supervise", "audit")), command)
        return found.exit_code, found.output.strip()

    async with product.posts(shop) as posts, at_the_desk(product, shop, "sue") as sue:
        waiting = await posts.post()
        await sue.until(lambda m: waiting in m.interactions)
        done = await supervise("en", "prioritise", waiting, "1", "--reason", WHY)
        assert done == (0, f"done: give {waiting} the priority 1")
        called = await supervise("en", "call-back", waiting, "--at", "2h", "--by", "ana", "--reason", WHY)
        assert called == (0, f"done: have {waiting} called back")
        assert (await supervise("en", "call-back", waiting, "--at", "soon", "--reason", WHY))[0] == 2, "no time"
        assert (await supervise("zh-CN", "cancel", waiting, "--reason", "重复来电")) == (0, f"已执行：取消 {waiting}")
        refused = await supervise("en", "assign", waiting, "ana", "--reason", WHY)
        assert (refused[0], refused[1].startswith("refused (wrong state)")) == (1, True), refused
        code, shown = await supervise("en", "log-out", "nobody", "--reason", WHY, "--json")
        assert (code, json.loads(shown)["reason"]) == (1, "unknown_agent")
        forbidden = await supervise("en", "hand-over", "ana", "bo", "--preview")
        assert (forbidden[0], forbidden[1].startswith("not done")) == (1, True)
        assert (await supervise("en", "cancel", waiting))[0] == 2, "without a reason"
    acts = await audited(product, shop, 5)
    assert [one["reason"] for one in acts] == [WHY, WHY, "重复来电", WHY, WHY]
    away = ["supervise", "--as", "sue", "--admin-url", "http://127.0.0.1:9", "cancel", "i", "--reason", WHY]
    assert (await asyncio.to_thread(CliRunner().invoke, build(("supervise", "audit")), away)).exit_code == 3


async def until_known(program: httpx.AsyncClient, url: str, command: dict[str, Any]) -> httpx.Response:
    """The contact is on its way through identity: what is unknown yet is asked again under another id."""
    answers: list[httpx.Response] = []

    async def known() -> bool:
        answers.append(await program.post(url, json=command))
        if answers[-1].status_code == 409:
            assert answers[-1].json()["reason"] == "unknown_interaction"
            command["command_id"] = random_id("k")
            return False
        return True

    await eventually(known, within_s=60, what="the contact in routing")
    return answers[-1]


async def test_without_routing_a_command_waits_and_takes_effect_once_when_it_is_back(product: Product) -> None:
    shop = await product.open_shop(("ana",))
    async with at_the_desk(product, shop, "ana") as ana, as_program(product, shop) as program:
        await ana.until(is_idle("ana"))
        product.supervisor.halt("routing")
        try:
            do = {"name": "force_status", "agent_id": "ana", "status": "offline", "reason": WHY}
            command = {"command_id": random_id("k"), "do": do}
            url = f"/v1/workspaces/{shop.workspace}/commands"
            waits = await program.post(url, json=command)
            assert (waits.status_code, waits.json()) == (
                202,
                {"command_id": command["command_id"], "standing": "waiting"},
            )
        finally:
            product.supervisor.resume("routing")
        await eventually(lambda: ana.last_close is not None and ana.last_close[0] == live.Close.LOGGED_OUT, within_s=60)
    [act] = await audited(product, shop, 1)
    assert (act["action"], act["outcome"]) == ("force_status", "applied")
