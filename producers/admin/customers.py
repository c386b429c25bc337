"""Customers as administration writes them, in the tables that identity reads (`deploy/postgres/0002_identity.sql`).

A change, its contact points' links with their history, its events and its row in the audit are one transaction.
A contact point belongs to one customer: one that belongs to another already is refused, as merging is a decision.
"""

from __future__ import annotations

from typing import Final

import msgspec

from producers.admin.audit import Action, Connection, Entry, announce, record
from producers.admin.customer_record import CheckedRecord, CustomerRecord
from producers.admin.event_outbox import enqueue
from runtime.clock import Clock
from runtime.contact_points import NormalPoint
from runtime.ids import random_id
from runtime.postgres import Pool
from runtime.validation import FieldError
from schemas.customers import CustomerChanged, CustomerCreated, IdentityLinked, Relation
from schemas.ids import event_id
from schemas.interactions import ContactPoint
from schemas.topics import CUSTOMERS
from schemas.vocabulary import CustomerKind

_ATTEMPTS: Final = 5
_SOURCE: Final = "hubline/admin"


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as kept. `version` rises with each change by administration."""

    customer_id: str
    version: int
    kind: CustomerKind
    name: str | None
    card_type: str | None
    tier: str | None
    language: str | None
    owner: str | None
    preferred_agent: str | None
    do_not_contact: bool
    relations: tuple[Relation, ...]
    contact_points: tuple[ContactPoint, ...]


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a record."""

    customer: Customer
    created: bool
    changed: bool


class NotStored(Exception):
    """Nothing was changed, because of these problems."""

    def __init__(self, problems: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class Stale(Exception):
    """Nothing was changed: the customer is not at the version that was expected; `current` None = there was none."""

    def __init__(self, current: int | None) -> None:
        super().__init__(f"the current version is {current}")
        self.current = current


class _Raced(Exception):
    """Identity linked one of the contact points in between: look again."""


class Customers:
    """The customers of all workspaces."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def find(self, workspace: str, point: NormalPoint) -> Customer | None:
        """The customer whom the contact point belongs to; a live merge is followed."""
        async with self._pool.acquire() as connection:
            found = await _owners(connection, workspace, (point,))
            return await _customer(connection, workspace, found[point.key]) if point.key in found else None

    async def put(self, workspace: str, checked: CheckedRecord, actor: str, expected: int | None = None) -> Stored:
        """Creates the customer or replaces its attributes; links contact points that belong to nobody.

        `expected`: the version whose attributes these replace; None = whatever there is. What is so already is no change.

        Raises:
            NotStored: a contact point belongs to another customer, or a relation names nobody.
            Stale: the attributes would change, and those of another version.
        """
        for _ in range(_ATTEMPTS):
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    return await self._put(connection, workspace, checked, actor, expected)
            except _Raced:
                continue
        raise NotStored((FieldError("key", "changed at this very moment; try again"),))

    async def _put(
        self, connection: Connection, workspace: str, checked: CheckedRecord, actor: str, expected: int | None
    ) -> Stored:
        now = self._clock.now_ms()
        owners = await _owners(connection, workspace, checked.points)
        known = owners.get(checked.points[0].key)
        _refuse_others(checked, owners, known)
        relations = await _relations(connection, workspace, checked)
        customer_id = known or next((owners[point.key] for point in checked.points if point.key in owners), None)
        created = customer_id is None
        version: int | None = None
        if customer_id is None:
            customer_id = random_id("c")
            await _create(connection, workspace, customer_id, checked.record.kind, now)
        else:
            version = await _hold(connection, workspace, customer_id)
        changed = await _change(connection, workspace, customer_id, checked.record, relations, now) or created
        if changed and expected not in (None, version):
            raise Stale(version)
        new = [point for point in checked.points if point.key not in owners]
        await _link(connection, workspace, customer_id, new, now, actor)
        if created or changed or new:
            entry = Entry(at_ms=now, workspace=workspace, actor=actor, action=Action.CUSTOMER_PUT, subject=customer_id)
            await record(connection, entry)
            await announce(connection)
        customer = await _customer(connection, workspace, customer_id)
        if changed:
            event = changed_event(workspace, customer, now)
            await _enqueue(connection, workspace, customer_id, f"changed/{customer.version}", event)
        return Stored(customer=customer, created=created, changed=changed or bool(new))


def _refuse_others(checked: CheckedRecord, owners: dict[str, str], known: str | None) -> None:
    holder = known
    problems = []
    for index, point in enumerate(checked.points):
        owner = owners.get(point.key)
        holder = holder or owner
        if owner is not None and owner != holder:
            path = "key" if index == 0 else "contact_points"
            problems.append(FieldError(path, f"the {point.kind} belongs to another customer"))
    if problems:
        raise NotStored(tuple(problems))


async def _owners(connection: Connection, workspace: str, points: tuple[NormalPoint, ...]) -> dict[str, str]:
    """Which customer each contact point belongs to, survivors of live merges in place of the merged."""
    rows = await connection.fetch(
        "SELECT i.kind, i.value, survivor_of($1, i.customer_id) AS customer_id"
        " FROM unnest($2::text[], $3::text[]) AS p (kind, value)"
        " JOIN identities i ON i.workspace = $1 AND i.kind = p.kind AND i.value = p.value",
        workspace,
        [point.kind for point in points],
        [point.value for point in points],
    )
    return {f"{row['kind']}:{row['value']}": row["customer_id"] for row in rows}


async def _relations(connection: Connection, workspace: str, checked: CheckedRecord) -> tuple[Relation, ...]:
    owners = await _owners(connection, workspace, tuple(point for _, point in checked.relations))
    missing = [
        FieldError(f"relations[{index}].key", "no such customer")
        for index, (_, point) in enumerate(checked.relations)
        if point.key not in owners
    ]
    if missing:
        raise NotStored(tuple(missing))
    return tuple(Relation(kind=kind, customer_id=owners[point.key]) for kind, point in checked.relations)


async def _create(connection: Connection, workspace: str, customer_id: str, kind: CustomerKind, now: int) -> None:
    await connection.execute(
        "INSERT INTO customers (workspace, customer_id, kind, version, created_ms, changed_ms)"
        " VALUES ($1, $2, $3, 0, $4, $4)",
        workspace,
        customer_id,
        kind.value,
        now,
    )
    event = CustomerCreated(workspace=workspace, customer_id=customer_id, at_ms=now, kind=kind)
    await _enqueue(connection, workspace, customer_id, "created", event)


async def _hold(connection: Connection, workspace: str, customer_id: str) -> int:
    """The version. Others who change this customer wait until the end: its events keep the order of its changes."""
    return int(
        await connection.fetchval(
            "SELECT version FROM customers WHERE workspace = $1 AND customer_id = $2 FOR NO KEY UPDATE",
            workspace,
            customer_id,
        )
    )


async def _change(
    connection: Connection,
    workspace: str,
    customer_id: str,
    wanted: CustomerRecord,
    relations: tuple[Relation, ...],
    now: int,
) -> bool:
    """Replaces the attributes; False when they were so already."""
    changed = await connection.fetchval(
        "UPDATE customers SET kind = $3, name = $4, card_type = $5, tier = $6, language = $7, owner = $8,"
        " preferred_agent = $9, do_not_contact = $10, relations = $11::jsonb, changed_ms = $12, version = version + 1"
        " WHERE workspace = $1 AND customer_id = $2 AND (kind, name, card_type, tier, language, owner,"
        " preferred_agent, do_not_contact, relations)"
        " IS DISTINCT FROM ($3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb) RETURNING 1",
        workspace,
        customer_id,
        wanted.kind.value,
        wanted.name,
        wanted.card_type,
        wanted.tier,
        wanted.language,
        wanted.owner,
        wanted.preferred_agent,
        wanted.do_not_contact,
        msgspec.json.encode(relations).decode(),
        now,
    )
    return changed is not None


async def _link(
    connection: Connection, workspace: str, customer_id: str, points: list[NormalPoint], now: int, actor: str
) -> None:
    """Links contact points that belonged to nobody; raises _Raced when one does by now."""
    for point in points:
        linked = await connection.fetchval(
            "INSERT INTO identities (workspace, kind, value, customer_id, linked_ms) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT DO NOTHING RETURNING 1",
            workspace,
            point.kind,
            point.value,
            customer_id,
            now,
        )
        if linked is None:
            raise _Raced
        position = await connection.fetchval(
            "INSERT INTO identity_history (workspace, kind, value, customer_id, action, at_ms, by)"
            " VALUES ($1, $2, $3, $4, 'linked', $5, $6) RETURNING position",
            workspace,
            point.kind,
            point.value,
            customer_id,
            now,
            actor,
        )
        event = IdentityLinked(
            workspace=workspace,
            customer_id=customer_id,
            at_ms=now,
            contact_point=ContactPoint(kind=point.kind, value=point.value),
        )
        await _enqueue(connection, workspace, customer_id, f"linked/{position}", event)


async def _customer(connection: Connection, workspace: str, customer_id: str) -> Customer:
    row = await connection.fetchrow(
        "SELECT customer_id, version, kind, name, card_type, tier, language, owner, preferred_agent, do_not_contact,"
        " relations::text AS relations FROM customer_now($1, $2)",
        workspace,
        customer_id,
    )
    if row is None:
        raise LookupError(f"{customer_id} has no row")
    points = await connection.fetch(
        "SELECT i.kind, i.value FROM family_of($1, $2) AS f JOIN identities AS i"
        " ON i.customer_id = f.customer_id AND i.workspace = $1 ORDER BY f.depth, i.linked_ms, i.kind, i.value",
        workspace,
        customer_id,
    )
    fields = {**dict(row), "relations": msgspec.json.decode(row["relations"])}
    return msgspec.convert({**fields, "contact_points": [dict(point) for point in points]}, Customer)


def changed_event(workspace: str, customer: Customer, at_ms: int) -> CustomerChanged:
    """What the log says of a customer who was changed."""
    return CustomerChanged(
        workspace=workspace,
        customer_id=customer.customer_id,
        at_ms=at_ms,
        kind=customer.kind,
        name=customer.name,
        language=customer.language,
        card_type=customer.card_type,
        tier=customer.tier,
        owner=customer.owner,
        preferred_agent=customer.preferred_agent,
        do_not_contact=customer.do_not_contact,
        relations=customer.relations,
    )


async def _enqueue(
    connection: Connection,
    workspace: str,
    customer_id: str,
    what: str,
    event: CustomerCreated | CustomerChanged | IdentityLinked,
) -> None:
    identifier = event_id(workspace, _SOURCE, f"{customer_id}/{what}")
    await enqueue(connection, CUSTOMERS, customer_id, identifier, event)
