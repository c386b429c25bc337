"""The query process's HTTP interface as it is, on a broker in memory and a real database, and what a test puts there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import msgspec
from obstore.store import MemoryStore

from consumers.query.app import build
from consumers.query.explainer import Explainer
from consumers.query.files import Files
from consumers.query.live import Live
from consumers.query.server import SESSION, put_together
from consumers.query.turns import Turns
from runtime import log
from runtime.clock import SystemClock
from runtime.credential_store import Principal
from runtime.credentials import BearerVerifier
from runtime.ids import random_id
from runtime.memory import MemoryBroker
from runtime.postgres import Pool, connect_pool
from runtime.server import serving
from runtime.settings import LogLevel, Postgres, Settings
from runtime.vault import Vault
from schemas.decisions import Decision
from schemas.topics import TOPICS
from schemas.vocabulary import Role
from tests.support.credentials import MemoryCredentials
from tests.support.decided import decision_output
from tests.support.waiting import eventually


class QueryService(msgspec.Struct, frozen=True):
    """A running service of one workspace."""

    base_url: str
    workspace: str
    pool: Pool
    live: Live
    broker: MemoryBroker
    credentials: MemoryCredentials
    vault: Vault

    def client(self, *roles: Role, agent_id: str | None = None, workspace: str | None = None) -> httpx.AsyncClient:
        """A client that asks with a key of these roles."""
        who = Principal(
            user=random_id("u"), workspace=workspace or self.workspace, roles=frozenset(roles), agent_id=agent_id
        )
        headers = {"authorization": f"Bearer {self.credentials.add_key(who)}"}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=60)

    def url(self, rest: str) -> str:
        return f"/v1/workspaces/{self.workspace}{rest}"

    async def decided(self, decisions: Iterable[Decision]) -> None:
        """Appends decisions and waits until they are in the live view."""
        said = list(decisions)
        for decision in said:
            self.broker.append(decision_output(decision), decision.at_ms)

        def there() -> bool:
            known = self.live.view_if_any(self.workspace)
            return known is not None and known[0].mark >= (said[-1].epoch, said[-1].seq)

        await eventually(there, within_s=60, what="the decisions in the live view")

    async def insert(self, table: str, **values: Any) -> None:
        """One row of the workspace."""
        names = ["workspace", *values]
        places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
        await self.pool.execute(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", self.workspace, *values.values()
        )

    async def customer(self, customer_id: str, name: str | None = None, *points: str, **fields: Any) -> str:
        """A customer with contact points (`kind:value`)."""
        await self.insert("customers", customer_id=customer_id, name=name, created_ms=1, changed_ms=1, **fields)
        for number, point in enumerate(points):
            kind, _, value = point.partition(":")
            await self.insert("identities", kind=kind, value=value, customer_id=customer_id, linked_ms=number)
        return customer_id

    async def merged(self, merged_id: str, customer_id: str, at_ms: int = 1) -> str:
        """A live merge; returns its id."""
        merge_id = random_id("m")
        await self.insert(
            "merges", merge_id=merge_id, customer_id=customer_id, merged_id=merged_id, at_ms=at_ms, by="sue"
        )
        return merge_id

    async def interaction(self, interaction_id: str, customer_id: str | None = None, **fields: Any) -> str:
        """The row of an interaction."""
        given = {
            "adapter": "web",
            "instance": "web-1",
            "external_id": interaction_id,
            "channel": "web_chat",
            "contact_points": "[]",
            "attributes": "{}",
            "received_ms": 5,
            "log_partition": 0,
            "first_offset": 0,
            "changed_offset": 0,
            **fields,
        }
        await self.insert("interactions", interaction_id=interaction_id, customer_id=customer_id, **given)
        return interaction_id

    async def entry(self, entry_id: str, kind: str, at_ms: int, place: int = 0, **fields: Any) -> None:
        """An entry of a timeline."""
        given = {"entry_id": entry_id, "kind": kind, "at_ms": at_ms, "place": place, "stored_ms": at_ms, **fields}
        await self.insert("timeline_entries", **given)


def a_broker() -> MemoryBroker:
    return MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())


@contextlib.asynccontextmanager
async def query_service(
    database_url: str,
    *,
    workspace: str | None = None,
    follows: bool = True,
    open_count: int = 16,
    explainer_url: str | None = None,
) -> AsyncIterator[QueryService]:
    """Serves while the block runs; with `follows` once the live view is there."""
    broker, clock = a_broker(), SystemClock()
    logger = log.configure("query", "test", LogLevel.ERROR)
    settings = Settings(postgres=Postgres(url=database_url))
    live = Live(broker, clock, logger)
    credentials = MemoryCredentials()
    explainer = Explainer(explainer_url, logger)
    async with connect_pool(settings.postgres, SESSION) as pool, explainer:
        vault = Vault(MemoryStore())
        reading = put_together(settings, pool, live, explainer, broker, clock)
        reading = msgspec.structs.replace(reading, files=Files(vault))
        app = build(reading, BearerVerifier(credentials, clock), Turns(open_count), logger)
        following = asyncio.create_task(live.run()) if follows else None
        async with serving(app, "127.0.0.1", 0, stop_timeout_ms=1_000) as port:
            if follows:
                await eventually(lambda: live.trouble is None, within_s=60, what="the live view")
            yield QueryService(
                f"http://127.0.0.1:{port}", workspace or random_id("ws"), pool, live, broker, credentials, vault
            )
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
    await live.stop()
