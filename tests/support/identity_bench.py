"""PostgreSQL's tables of identity, seen and disturbed from outside the store."""

from __future__ import annotations

import msgspec

from runtime.postgres import Pool
from runtime.postgres_session import Connection
from streams.identity.model import Contact, Customer, Interaction, Settlement
from streams.identity.postgres_store import PostgresIdentityStore

TABLES = "customers, identities, identity_history, merges, merge_suggestions, interactions, identity_marks"


class RacedStore(PostgresIdentityStore):
    """The store itself, with one foreign write planted between a look-up and its commit."""

    race: tuple[Customer, tuple[str, ...]] | None = None

    async def _decide(self, connection: Connection, contacts: list[Contact]) -> Settlement:  # type: ignore[override]
        settlement = await super()._decide(connection, contacts)
        race, self.race = self.race, None
        if race is not None:
            await PostgresBench(self._pool).add_customer(race[0], *race[1])
        return settlement


class PostgresBench:
    """See `tests.support.identity_store_suite.Bench`."""

    def __init__(self, pool: Pool, store: RacedStore | None = None) -> None:
        self._pool = pool
        self._store = store

    async def clear(self) -> None:
        await self._pool.execute(f"TRUNCATE {TABLES}")

    async def add_customer(self, customer: Customer, *keys: str) -> None:
        fields = msgspec.structs.asdict(customer)
        names = ", ".join(fields)
        places = ", ".join(f"${n}" for n in range(1, len(fields) + 2))
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                f"INSERT INTO customers ({names}, changed_ms) VALUES ({places})", *fields.values(), customer.created_ms
            )
            for key in keys:
                kind, _, value = key.partition(":")
                await connection.execute(
                    "INSERT INTO identities (workspace, kind, value, customer_id, linked_ms) VALUES ($1, $2, $3, $4, 1)",
                    customer.workspace,
                    kind,
                    value,
                    customer.customer_id,
                )

    async def unlink(self, key: str) -> None:
        kind, _, value = key.partition(":")
        await self._pool.execute("DELETE FROM identities WHERE kind = $1 AND value = $2", kind, value)

    async def merge(self, merged_id: str, survivor_id: str) -> None:
        await self._pool.execute(
            "INSERT INTO merges (merge_id, workspace, customer_id, merged_id, at_ms, by) VALUES ($1, 'books', $2, $3, 1, 'ana')",
            f"{merged_id}>{survivor_id}",
            survivor_id,
            merged_id,
        )

    async def unmerge(self, merged_id: str) -> None:
        await self._pool.execute("UPDATE merges SET undone_ms = 2, undone_by = 'ana' WHERE merged_id = $1", merged_id)

    async def interaction(self, interaction_id: str) -> Interaction | None:
        found = await self._pool.fetchval(
            "SELECT to_json(i)::text FROM interactions AS i WHERE interaction_id = $1", interaction_id
        )
        return None if found is None else msgspec.json.decode(found, type=Interaction)

    async def customer_ids(self) -> set[str]:
        return {row["customer_id"] for row in await self._pool.fetch("SELECT customer_id FROM customers")}

    async def links(self) -> dict[str, str]:
        rows = await self._pool.fetch("SELECT kind, value, customer_id FROM identities")
        return {f"{row['kind']}:{row['value']}": row["customer_id"] for row in rows}

    async def history(self) -> list[tuple[str, str]]:
        rows = await self._pool.fetch("SELECT kind, value, action FROM identity_history ORDER BY position")
        return [(f"{row['kind']}:{row['value']}", row["action"]) for row in rows]

    async def suggestions(self) -> set[tuple[str, str]]:
        rows = await self._pool.fetch("SELECT customer_id, other_id FROM merge_suggestions")
        return {(row["customer_id"], row["other_id"]) for row in rows}

    def race_once(self, customer: Customer, *keys: str) -> None:
        assert self._store is not None
        self._store.race = (customer, keys)
