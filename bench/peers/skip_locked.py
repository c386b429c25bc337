"""The router that most would write on PostgreSQL: one table, `FOR UPDATE SKIP LOCKED`, agents served in batches.

Tuned in good faith: waiting contacts lie in lanes (a queue and a skill) with a partial index, so that a freed agent looks at
the heads of his lanes only and locks nothing but the contact he gets; a batch of agents takes one call of a function;
`synchronous_commit` is off, pages have room for updates in place, two connections work at once. Each statement commits by
itself. It keeps no time, offers without deadlines, explains nothing and knows neither channels, steps nor priorities.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

import asyncpg
import msgspec

from bench.children import say
from bench.crowd import SKILLS, Person, Size, Wish, Wishes, people

WORKERS = 2
BATCH = 500
LOADED = 50_000
SCHEMA = """
CREATE TABLE work (id bigint PRIMARY KEY, lane int NOT NULL, arrived bigint NOT NULL, state smallint NOT NULL, agent int)
    WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
CREATE TABLE agents (agent int PRIMARY KEY, lanes int[] NOT NULL);
"""
INDEX = "CREATE INDEX waiting ON work (lane, arrived, id) WHERE state = 0"
FUNCTION = """
CREATE FUNCTION offer(free int[]) RETURNS TABLE (to_agent int, offered bigint) LANGUAGE plpgsql AS $$
DECLARE
    one int;
    best int;
    picked bigint;
BEGIN
    FOREACH one IN ARRAY free LOOP
        LOOP
            SELECT l.lane INTO best
            FROM agents AS a, unnest(a.lanes) AS l (lane), LATERAL (
                SELECT w.arrived, w.id FROM work AS w WHERE w.lane = l.lane AND w.state = 0
                ORDER BY w.arrived, w.id LIMIT 1
            ) AS head
            WHERE a.agent = one ORDER BY head.arrived, head.id LIMIT 1;
            EXIT WHEN NOT FOUND;
            SELECT w.id INTO picked FROM work AS w WHERE w.lane = best AND w.state = 0
            ORDER BY w.arrived, w.id LIMIT 1 FOR UPDATE SKIP LOCKED;
            IF FOUND THEN
                UPDATE work SET state = 1, agent = one WHERE id = picked;
                to_agent := one;
                offered := picked;
                RETURN NEXT;
                EXIT;
            END IF;
        END LOOP;
    END LOOP;
END $$
"""
INSERT = "INSERT INTO work SELECT id, lane, id, 0, NULL FROM unnest($1::bigint[], $2::int[]) AS n (id, lane)"
ACCEPT = "UPDATE work SET state = 2 WHERE id = ANY($1::bigint[]) AND state = 1"
END = "DELETE FROM work WHERE id = ANY($1::bigint[]) AND state = 2"


class Argument(msgspec.Struct, frozen=True):
    """What is measured, and where; `batch`: how many agents, and how many arrivals, go into a call."""

    url: str
    size: Size
    contacts: int
    batch: int = BATCH


class Rate(msgspec.Struct, frozen=True):
    """The answer: contacts a second from arrival to end."""

    per_s: float


def lane_of(wish: Wish) -> int:
    """A queue and perhaps a skill as one number."""
    return wish.queue * (SKILLS + 1) + (0 if wish.skill is None else wish.skill + 1)


def lanes_of(person: Person) -> list[int]:
    """All that the agent may take."""
    skills = (None, *person.skills)
    return [lane_of(Wish(queue, skill)) for queue in person.queues for skill in skills]


class Router:
    """Two workers share the agents; each serves its own in batches, one after the other."""

    def __init__(self, argument: Argument) -> None:
        self._argument = argument
        self._staff = people(argument.size.agents)
        self._wishes = Wishes(self._staff)
        self._next_id = 0
        self._held: dict[int, int] = {}

    async def run(self) -> Rate:
        """Prepares, then works until so many contacts have ended."""
        connections = [await self._connected() for _ in range(WORKERS)]
        try:
            await self._prepare(connections[0])
            each = self._argument.batch
            rounds = -(-self._argument.contacts // (each * WORKERS))
            await asyncio.gather(
                *(self._work(one, number, 2 * BATCH // each) for number, one in enumerate(connections))
            )
            began_s = time.perf_counter()
            done = await asyncio.gather(*(self._work(one, number, rounds) for number, one in enumerate(connections)))
            return Rate(sum(done) / (time.perf_counter() - began_s))
        finally:
            for one in connections:
                await one.close()

    async def _connected(self) -> Any:
        return await asyncpg.connect(self._argument.url, server_settings={"synchronous_commit": "off", "jit": "off"})

    async def _prepare(self, connection: Any) -> None:
        await connection.execute("DROP TABLE IF EXISTS work, agents; DROP FUNCTION IF EXISTS offer")
        await connection.execute(SCHEMA)
        await connection.execute(FUNCTION)
        rows = [(number, lanes_of(person)) for number, person in enumerate(self._staff)]
        await connection.copy_records_to_table("agents", records=rows)
        total = self._argument.size.waiting + self._argument.size.agents
        while self._next_id < total:
            ids, lanes = self._arrivals(min(LOADED, total - self._next_id))
            records = [(one, lane, one, 0, None) for one, lane in zip(ids, lanes, strict=True)]
            await connection.copy_records_to_table("work", records=records)
        await connection.execute(INDEX)
        await connection.execute("VACUUM (ANALYZE) work, agents")
        for first in range(0, len(self._staff), BATCH):
            await self._serve(connection, list(range(len(self._staff)))[first : first + BATCH])

    async def _work(self, connection: Any, number: int, rounds: int) -> int:
        mine = list(range(number, len(self._staff), WORKERS))
        size = min(self._argument.batch, len(mine))
        turns = itertools.cycle(mine)
        done = 0
        for _ in range(rounds):
            batch = list(itertools.islice(turns, size))
            ended = [self._held.pop(agent) for agent in batch if agent in self._held]
            await connection.execute(END, ended)
            await connection.execute(INSERT, *self._arrivals(len(ended)))
            await self._serve(connection, batch)
            done += len(ended)
        return done

    async def _serve(self, connection: Any, free: list[int]) -> None:
        offered = await connection.fetch("SELECT * FROM offer($1::int[])", free)
        await connection.execute(ACCEPT, [row["offered"] for row in offered])
        self._held.update((row["to_agent"], row["offered"]) for row in offered)

    def _arrivals(self, count: int) -> tuple[list[int], list[int]]:
        first, self._next_id = self._next_id, self._next_id + count
        return list(range(first, self._next_id)), [lane_of(self._wishes.next()) for _ in range(count)]


async def run(argument: Argument) -> None:
    """A role of `bench.child`."""
    say(await Router(argument).run())
