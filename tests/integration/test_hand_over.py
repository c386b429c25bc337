"""An agent leaves, on the whole product: customers, preferred links, callbacks and waiting work go to another in one act,
whatever is killed in the middle, and `hubline verify` finds nothing that names an agent who is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.console.client import AgentClient, Wishes
from deploy.orphans import NOT_CONFIGURED
from deploy.verification import Verified, verify, with_customers
from runtime.clock import SystemClock
from runtime.ids import random_id
from schemas.vocabulary import Role
from tests.support.product import PASSWORD, Product, Shop, running_product
from tests.support.waiting import eventually

PARTS = ("kafka", "postgres", "routing", "identity", "view", "gateway", "admin", "http", "audit_writer")
HOUR_MS = 3_600_000
CUSTOMERS = 2_500
WHY = "ana leaves the company"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product(only=PARTS) as running:
        yield running


class Office:
    """A shop with an administrator, and what a test looks at."""

    def __init__(
        self, product: Product, shop: Shop, client: httpx.AsyncClient, database: asyncpg.Connection[Any]
    ) -> None:
        self.product = product
        self.shop = shop
        self.client = client
        self.database = database
        self.url = f"/v1/workspaces/{shop.workspace}/agents/ana/hand-over"

    async def customers(self, count: int, agent: str = "ana") -> None:
        """Every second is owned by the agent, all prefer him."""
        await self.database.execute(
            "INSERT INTO customers (workspace, customer_id, owner, preferred_agent, created_ms, changed_ms)"
            " SELECT $1, 'c_' || $2 || n, CASE WHEN n % 2 = 0 THEN $2 END, $2, 1, 1 FROM generate_series(1, $3) AS n",
            self.shop.workspace,
            agent,
            count,
        )

    async def named(self, agent: str) -> tuple[int, int]:
        """How many customers the agent owns, and how many prefer him."""
        row = await self.database.fetchrow(
            "SELECT count(*) FILTER (WHERE owner = $2), count(*) FILTER (WHERE preferred_agent = $2) FROM customers"
            " WHERE workspace = $1",
            self.shop.workspace,
            agent,
        )
        assert row is not None
        return row[0], row[1]

    async def hand_over(self, to_agent: str = "bo", **more: Any) -> httpx.Response:
        body = {"to_agent": to_agent, "command_id": random_id("k"), "reason": WHY, **more}
        return await self.client.post(self.url, json=body)

    async def verified(self) -> Verified:
        found = await verify(self.product.broker, self.shop.workspace)
        return await with_customers(found, self.product.stack.endpoints.database_url)

    async def back(self) -> None:
        """The administration answers again."""

        async def answers() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return (await self.client.get("/v1/me")).status_code == 200
            return False

        await eventually(answers, within_s=60, what="the administration")

    @contextlib.asynccontextmanager
    async def supervised(self) -> AsyncIterator[AgentClient]:
        async with self.product.signed_in(self.shop, "sue") as sue:
            client = AgentClient(self.product.gateway_url, sue.ticket, Wishes(subscribe=False))
            async with client.running():
                yield client


@pytest.fixture
async def office(product: Product) -> AsyncIterator[Office]:
    from producers.admin.accounts import Accounts
    from producers.admin.passwords import Passwords
    from runtime.postgres import connect_pool
    from runtime.settings import Postgres

    shop = await product.open_shop(("ana", "bo"))
    url = product.stack.endpoints.database_url
    async with connect_pool(Postgres(url=url)) as pool:
        hashed = await Passwords().hash(PASSWORD)
        await Accounts(pool, SystemClock()).add_user(shop.workspace, "root", hashed, [Role.ADMINISTRATOR], None, "test")
    database = await asyncpg.connect(url)
    async with httpx.AsyncClient(base_url=product.admin_url, timeout=60) as client:
        body = {"workspace": shop.workspace, "user": "root", "password": PASSWORD}
        token = (await client.post("/v1/sign-in", json=body)).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield Office(product, shop, client, database)
    await database.close()


async def test_everything_goes_to_the_other_in_one_act(office: Office) -> None:
    await office.customers(CUSTOMERS)
    async with office.product.posts(office.shop) as posts, office.supervised() as sue:
        waits = await posts.post(preferred_agent="ana")
        later = await posts.post(preferred_agent="ana", callback_at_ms=SystemClock().now_ms() + HOUR_MS)
        await sue.until(lambda m: {waits, later} <= m.interactions.keys())
        shown = await office.client.post(office.url, json={"to_agent": "bo", "preview": True})
        assert (shown.status_code, shown.json()) == (
            200,
            {"agent_id": "ana", "to_agent": "bo", "owned": CUSTOMERS // 2, "preferring": CUSTOMERS},
        )
        assert await office.named("bo") == (0, 0)
        office.product.supervisor.send("audit_writer", signal.SIGSTOP)
        done = await office.hand_over(command_id="k_hand_over_1")
        assert done.status_code == 200, done.text
        assert (done.json()["owned"], done.json()["preferring"]) == (CUSTOMERS // 2, CUSTOMERS)
        assert done.json()["routing"] == "applied"
        await sue.until(lambda m: {m.interactions[one].preferred_agent for one in (waits, later)} == {"bo"})
        repeating = asyncio.create_task(office.hand_over(command_id="k_hand_over_1"))
        await asyncio.sleep(0)
        office.product.supervisor.send("audit_writer", signal.SIGCONT)
        again = await repeating
        assert (again.status_code, again.json()) == (200, done.json()), "told as soon as the audit has it"
        other = await office.hand_over("ana", command_id="k_hand_over_1")
        assert other.status_code == 422
    assert (await office.named("ana"), await office.named("bo")) == ((0, 0), (CUSTOMERS // 2, CUSTOMERS))
    audit = await office.database.fetch(
        "SELECT part, actor, action, reason, outcome FROM audit_trail WHERE workspace = $1 AND subject = 'ana'"
        " AND action IN ('agent.handed_over', 'hand_over_agent') ORDER BY part",
        office.shop.workspace,
    )
    assert audit[0][:] == ("administration", "root", "agent.handed_over", WHY, "applied")
    events = await office.database.fetchval("SELECT count(*) FROM event_outbox WHERE key LIKE 'c_ana%'")
    assert events == 0, "the relay has sent every customer's event"
    found = await office.verified()
    assert found.orphans is not None
    assert (found.breach, found.orphans.count, found.orphans.customers) == (None, 0, CUSTOMERS + CUSTOMERS // 2)


async def test_who_leaves_without_it_leaves_orphans_that_are_named(office: Office) -> None:
    await office.customers(3, "gone")
    found = await office.verified()
    assert found.orphans is not None
    assert not found.holds
    assert found.orphans.count == 4
    assert {(one.agent_id, one.why) for one in found.orphans.first} == {("gone", NOT_CONFIGURED)}
    url = office.url.replace("/ana/", "/gone/")
    done = await office.client.post(url, json={"to_agent": "bo", "command_id": random_id("k"), "reason": WHY})
    assert done.status_code == 200, done.text
    assert (await office.verified()).holds


async def test_what_cannot_be_is_refused_with_every_error_and_only_administrators_may(office: Office) -> None:
    wrong = await office.client.post(office.url.replace("/ana/", "/nobody/"), json={"to_agent": "nobody"})
    assert wrong.status_code == 422
    assert {one["path"] for one in wrong.json()["errors"]} == {"agent", "to_agent", "command_id", "reason"}
    async with httpx.AsyncClient(base_url=office.product.admin_url, timeout=60) as sue:
        body = {"workspace": office.shop.workspace, "user": "sue", "password": PASSWORD}
        token = (await sue.post("/v1/sign-in", json=body)).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        assert (
            await sue.post(office.url, json={"to_agent": "bo", "preview": True}, headers=headers)
        ).status_code == 403


async def test_killed_before_the_commit_nothing_has_happened(office: Office) -> None:
    await office.customers(CUSTOMERS)
    holder = await asyncpg.connect(office.product.stack.endpoints.database_url)
    try:
        async with holder.transaction():
            await holder.execute(
                "SELECT 1 FROM customers WHERE workspace = $1 AND customer_id = 'c_ana999' FOR UPDATE",
                office.shop.workspace,
            )
            asked = asyncio.create_task(office.hand_over(command_id="k_killed_1"))
            await eventually(lambda: _waits_for_a_lock(office.database), what="the act, held up by a customer's row")
            office.product.supervisor.kill("admin")
            with contextlib.suppress(httpx.HTTPError):
                await asked
    finally:
        await holder.close()
    await office.back()
    assert (await office.named("ana"), await office.named("bo")) == ((CUSTOMERS // 2, CUSTOMERS), (0, 0))
    done = await office.hand_over(command_id="k_killed_1")
    assert (done.status_code, done.json()["preferring"]) == (200, CUSTOMERS), done.text
    assert (await office.verified()).holds


async def test_killed_after_the_commit_the_rest_follows_by_itself_and_once(office: Office) -> None:
    await office.customers(CUSTOMERS)
    async with office.product.posts(office.shop) as posts, office.supervised() as sue:
        waits = await posts.post(preferred_agent="ana")
        await sue.until(lambda m: waits in m.interactions)
        await asyncio.to_thread(office.product.supervisor.halt, "kafka")
        try:
            done = await office.hand_over(command_id="k_killed_2")
            assert (done.status_code, done.json()["routing"]) == (202, "waiting"), done.text
            office.product.supervisor.kill("admin")
        finally:
            await asyncio.to_thread(office.product.supervisor.resume, "kafka")
        await sue.until(lambda m: m.interactions[waits].preferred_agent == "bo", within_s=90)
    await office.back()
    assert (await office.named("ana"), await office.named("bo")) == ((0, 0), (CUSTOMERS // 2, CUSTOMERS))

    async def answered() -> bool:
        again = await office.hand_over(command_id="k_killed_2")
        return again.status_code == 200 and again.json()["routing"] == "applied"

    await eventually(answered, within_s=60, what="the answer, kept by the audit")
    found = await office.verified()
    assert found.holds, found


async def _waits_for_a_lock(database: asyncpg.Connection[Any]) -> bool:
    return bool(
        await database.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%WITH held AS%'"
            " AND datname = current_database()"
        )
    )
